import type { DataNode } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { prometheusRules } from '../../facts/formats/prometheus.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { argument, calls } from '../../facts/python/calls.ts';
import { stringOf } from '../../facts/python/constants.ts';
import { emittedMetrics } from '../../facts/system/draw-code.ts';
import { mentionsOf } from '../../facts/system/reach.ts';
import { at, bad, defineCheck, good, seen, unknown } from '../../kit/index.ts';

/** What a client library appends to the name that the code gives. */
const base = (metric: string): string => metric.replace(/_(total|bucket|sum|count|created|info)$/, '');

/** First words that many programs share. */
const COMMON = new Set(
  'http https grpc process python go up node container kube redis pg request requests app application service server client model models ml api metrics job cpu memory gpu'.split(
    ' ',
  ),
);

/** The first word, or the first two where the first is anybody's. */
function family(metric: string): string {
  const [first = '', second = ''] = metric.split('_');
  return COMMON.has(first) ? `${first}_${second}` : first;
}

const makesMetrics = /^prometheus_client(\.\w+)*\.(Counter|Gauge|Histogram|Summary|Info|Enum)$/;

/** A name that the code puts together: what it emits cannot be known. */
function namesAreDynamic(project: Project): boolean {
  return project
    .documents('python', ['prometheus_client'])
    .some((document) =>
      calls(document).some(
        (call) =>
          call.names.some((name) => makesMetrics.test(name)) &&
          stringOf(document, argument(call, 0, 'name')) === undefined,
      ),
    );
}

function spanOf(
  document: DocumentBase,
  expression: DataNode,
  metric: string,
): { readonly start: number; readonly end: number } {
  const written = document.text.slice(expression.span.start, expression.span.end);
  const found = new RegExp(`(?<![\\w:])${metric}(?![\\w:])`).exec(written);
  return found === null
    ? expression.span
    : { start: expression.span.start + found.index, end: expression.span.start + found.index + metric.length };
}

const code =
  "from prometheus_client import Counter as C, Gauge\n\nPREDICTIONS = C('churn_predictions_total', 'n')\n\nclass M:\n    drift = Gauge('psi', 'drift', namespace='churn', subsystem='feature')\n";
const rules = (...exprs: readonly string[]): string =>
  `groups:\n- name: ml\n  rules:\n${exprs.map((expr, index) => `  - alert: A${index}\n    expr: ${expr}\n`).join('')}`;

export default defineCheck({
  evaluates: 'incident-readiness',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'high',
  title: 'Alert on a metric that nothing emits',
  why: 'An expression over a metric that does not exist is empty, and an empty expression never fires. The alert looks like coverage and is none.',
  fix: 'Emit the metric, or correct its name.',
  references: [
    'https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/',
    'https://developers.google.com/machine-learning/guides/rules-of-ml#rule_10_watch_for_silent_failures',
  ],
  examples: [
    bad({
      'app/metrics.py': code,
      'rules.yaml': rules(
        'rate(«churn_prediction_total»[5m]) == 0',
        'max(«churn_drift_psi») > 0.2',
        'churn_feature_psi > 0.2',
      ),
    }),
    bad({
      'app/metrics.py': code,
      'rule.yaml': `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  groups:\n  - name: a\n    rules:\n    - record: job:churn:rate\n      expr: sum(rate(«churn_latency_seconds_count»[5m])) by (job)\n    - alert: Errors\n      expr: "«churn_errors_total» > 3"\n`,
    }),
    good({
      'app/metrics.py': `${code}\ndef make():\n    return C('churn_latency_seconds', 'x')\n`,
      'app/other.py': "NAME = 'churn_from_elsewhere'\n",
      'rules.yaml': rules(
        'rate(churn_predictions_total[5m]) == 0',
        'churn_latency_seconds_bucket > 1',
        'redis_up == 0',
        'http_requests_total > 4',
        'job:churn:rate > 1',
        'churn_from_elsewhere > 1',
        'vllm:num_requests_waiting > 4',
        'kube_pod_status > 1',
      ),
    }),
    good({
      'app/metrics.py':
        "from prometheus_client import Counter\n\ndef make(name):\n    return Counter(f'churn_{name}', 'n')\n\nA = Counter('churn_a', 'n')\n",
      'rules.yaml': rules('churn_b_total > 1'),
    }),
  ],

  spans: 'project',
  *inspect(project) {
    const emitted = emittedMetrics(project);
    if (emitted.size === 0) return;
    const families = new Map([...emitted].map(([name, where]) => [family(name), { name, where }]));
    const bases = new Set([...emitted.keys()].map(base));
    const produced = new Set(
      prometheusRules(project).flatMap(({ kind, name }) => (kind === 'record' ? (name?.text ?? []) : [])),
    );
    const dynamic = namesAreDynamic(project);
    for (const { document, expression, metrics } of prometheusRules(project)) {
      if (expression === undefined || isTemplatePath(document.path)) continue;
      for (const metric of metrics) {
        const relative = families.get(family(metric));
        if (
          relative === undefined ||
          !/^[A-Za-z_]\w*$/.test(metric) ||
          produced.has(metric) ||
          bases.has(base(metric)) ||
          emitted.has(metric)
        )
          continue;
        const named = [metric, base(metric)].some((word) =>
          mentionsOf(project, word).some(({ path }) => path.endsWith('.py')),
        );
        if (named) continue;
        if (dynamic) {
          yield unknown(document, `whether \`${metric}\` is emitted: the code puts names of metrics together`);
          continue;
        }
        const evidence = [
          seen(relative.where.document as DocumentBase, relative.where.span, `\`${relative.name}\` is emitted here`),
        ];
        yield at(
          document,
          spanOf(document, expression.node, metric),
          `\`${metric}\` is emitted by no code of the repository, which emits \`${relative.name}\``,
          { evidence },
        );
      }
    }
  },
});
