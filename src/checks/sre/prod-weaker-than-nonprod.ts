import type { RepoPath } from '../../core/location.ts';
import { type DataDocument, type DataNode, entries, get } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { rootsOf } from '../../facts/formats/recognise.ts';
import { environmentOf, isTemplatePath } from '../../facts/paths.ts';
import { missingIncludes, weakerIn } from '../../facts/system/parity.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

interface Side {
  readonly document: DataDocument;
  readonly node: DataNode;
}

const WORD =
  /(?<![a-z\d])(prod|prd|production|live|dev|development|staging|stage|stg|preprod|uat|sandbox|nonprod)(?![a-z\d])/gi;

/** The path with the environment's name left out; undefined where it names none. */
function skeleton(path: RepoPath): string | undefined {
  const bare = path.replace(WORD, '*');
  return bare === path ? undefined : bare;
}

function* pairsOfFiles(project: Project): Generator<{ readonly prod: Side; readonly other: Side }> {
  const groups = new Map<string, RepoPath[]>();
  for (const path of project.paths) {
    const bare = /\.(ya?ml|json|toml|tfvars)$/.test(path) ? skeleton(path) : undefined;
    if (bare !== undefined && !isTemplatePath(path)) groups.set(bare, [...(groups.get(bare) ?? []), path]);
  }
  for (const paths of groups.values()) {
    const prod = paths.find((path) => environmentOf(path) === 'production');
    for (const path of prod === undefined
      ? []
      : paths.filter((each) => /^(staging|development)$/.test(environmentOf(each)))) {
      const [first, second] = [rootOf(project, prod ?? path), rootOf(project, path)];
      if (first !== undefined && second !== undefined) yield { prod: first, other: second };
    }
  }
}

function rootOf(project: Project, path: RepoPath): Side | undefined {
  const document = project.document(path);
  const node =
    document !== undefined && 'roots' in document && document.roots.length === 1 ? document.roots[0] : undefined;
  return node === undefined || document === undefined || !('roots' in document) ? undefined : { document, node };
}

/** Targets of one bundle, and environments of one file. */
function* pairsOfTargets(project: Project): Generator<{ readonly prod: Side; readonly other: Side }> {
  for (const { document, root } of rootsOf(project, 'databricks-bundle')) {
    const targets = entries(get(root, 'targets'));
    const prod = targets.find(({ key }) => environmentOf(key) === 'production');
    if (prod === undefined) continue;
    for (const { key, value } of targets)
      if (/^(staging|development)$/.test(environmentOf(key)))
        yield { prod: { document, node: prod.value }, other: { document, node: value } };
  }
}

export default defineCheck({
  evaluates: 'change-management-risk',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Production is guarded less than the environments before it',
  why: 'What passed with monitoring, validation or more replicas runs without them where it matters, usually because one of the files was edited and the other forgotten.',
  fix: 'Align the two, or say beside the value why production differs.',
  references: ['https://12factor.net/dev-prod-parity'],
  examples: [
    bad({
      'values-prod.yaml': 'monitoring:\n  enabled: «false»\nreplicaCount: «1»\n',
      'values-staging.yaml': 'monitoring:\n  enabled: true\nreplicaCount: 3\n',
    }),
    bad({
      'env/prod/config.toml': '[validation]\nrun_gate = «false»\n',
      'env/dev/config.toml': '[validation]\nrun_gate = true\n',
    }),
    bad({
      'databricks.yml':
        'bundle: {name: a}\ntargets:\n  dev: {variables: {enable_drift_monitor: true}}\n  prod: {variables: {enable_drift_monitor: «false»}}\n',
    }),
    bad({
      'overlays/staging/kustomization.yaml': 'resources: [../../base, drift-monitor.yaml]\n',
      'overlays/prod/kustomization.yaml': 'resources: «[../../base]»\n',
      'values-dev.yaml': 'drift: {disable_alerts: false}\n',
      'values-prod.yaml': 'drift: {disable_alerts: «true»}\n',
    }),
    good({
      'overlays/staging/kustomization.yaml': 'resources: [../../base, debug.yaml, monitoring/]\n',
      'overlays/prod/kustomization.yaml': 'resources: [../../base, ../shared/monitoring]\n',
    }),
    good({
      'values-prod.yaml':
        'monitoring: {enabled: true}\nreplicaCount: 5\nspot: {enabled: false}\ncache: false\nauth: ${AUTH}\n',
      'values-dev.yaml':
        'monitoring: {enabled: false}\nreplicaCount: 1\nspot: {enabled: true}\ncache: true\nauth: true\nvalidation: true\n',
      'a/values-prod.yaml': 'alerts: false\n',
      'b/values-dev.yaml': 'alerts: true\n',
      'cfg/prod.yaml': 'monitoring: {disable_alerts: false}\n',
      'cfg/dev.yaml': 'monitoring: {disable_alerts: true}\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    const said = new Set<DataNode>();
    for (const { prod, other } of [...pairsOfFiles(project), ...pairsOfTargets(project)]) {
      for (const { prod: node, other: against, says } of [
        ...weakerIn(prod.node, other.node),
        ...missingIncludes(prod.node, other.node),
      ]) {
        if (said.has(node)) continue;
        said.add(node);
        yield at(prod.document, node.span, `${says} and stronger before it`, {
          evidence: [seen(other.document, against.span, 'stronger here')],
        });
      }
    }
  },
});
