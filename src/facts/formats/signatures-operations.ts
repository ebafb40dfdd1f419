import { get, items } from '../../documents/data.ts';
import { holds, holdsAny, isKind, type Signature, says } from './signature.ts';

const YAML = ['yaml'] as const;
const YAML_JSON = ['yaml', 'json'] as const;

/** Workflows, alerts, objectives and dashboards. */
export const OPERATIONS_SIGNATURES = {
  'argo-workflow': {
    kinds: YAML_JSON,
    words: ['argoproj.io'],
    is: (root) => isKind(root, /^argoproj\.io\//, /^(Workflow|WorkflowTemplate|ClusterWorkflowTemplate|CronWorkflow)$/),
  },
  'argo-rollout': {
    kinds: YAML_JSON,
    words: ['argoproj.io'],
    is: (root) => isKind(root, /^argoproj\.io\//, /^(Rollout|AnalysisTemplate|ClusterAnalysisTemplate)$/),
  },
  'prometheus-rules': {
    kinds: YAML_JSON,
    words: ['groups'],
    is: (root) =>
      items(get(root, 'groups')).some((group) =>
        items(get(group, 'rules')).some((rule) => holds(rule, 'expr') && holdsAny(rule, 'alert', 'record')),
      ),
  },
  'prometheus-rule': {
    kinds: YAML_JSON,
    words: ['PrometheusRule'],
    is: (root) => isKind(root, /^monitoring\.(coreos\.com|rhobs)\//, /^PrometheusRule$/),
  },
  'prometheus-config': {
    kinds: YAML,
    words: ['scrape_configs', 'rule_files'],
    is: (root) => holdsAny(root, 'scrape_configs', 'rule_files'),
  },
  alertmanager: { kinds: YAML, words: ['receivers'], is: (root) => holds(root, 'route', 'receivers') },
  sloth: {
    kinds: YAML,
    words: ['prometheus/v1', 'sloth.slok.dev'],
    is: (root) => says(root, 'version', /^prometheus\/v\d/) || says(root, 'apiVersion', /^sloth\.slok\.dev\//),
  },
  openslo: { kinds: YAML, words: ['openslo'], is: (root) => says(root, 'apiVersion', /^openslo(\.com)?\//) },
  pyrra: { kinds: YAML, words: ['pyrra.dev'], is: (root) => says(root, 'apiVersion', /^pyrra\.dev\//) },
  'grafana-dashboard': {
    kinds: ['json'],
    words: ['panels'],
    is: (root) => get(root, 'panels')?.kind === 'list' && holdsAny(root, 'schemaVersion', 'uid', 'templating'),
  },
  'github-workflow': {
    kinds: YAML,
    words: ['jobs'],
    path: /(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/,
    is: (root) => get(root, 'jobs')?.kind === 'map' && holdsAny(root, 'on', 'true'),
  },
  'gitlab-ci': {
    kinds: YAML,
    words: ['script', 'stages', 'include'],
    path: /(^|\/)\.gitlab-ci[^/]*\.ya?ml$/,
    is: (root) => root.kind === 'map',
  },
} as const satisfies Readonly<Record<string, Signature>>;
