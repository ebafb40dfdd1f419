import type { Project } from '../../documents/project.ts';
import { cloudwatchAlarms } from '../../facts/formats/cloudformation.ts';
import { type PrometheusRule, prometheusRules } from '../../facts/formats/prometheus.ts';
import { guards } from '../../facts/monitoring/guards.ts';
import { isServerMetric, measuresModel } from '../../facts/monitoring/model-metrics.ts';
import { isTemplatePath, pathClassOf } from '../../facts/paths.ts';
import { capacities } from '../../facts/serving/capacity.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** Fewer say nothing about what the team watches. */
const ENOUGH = 3;

/** Alerts on a model server: by its metrics, or by a label that names a service of the repository. */
function servingAlerts(project: Project): readonly PrometheusRule[] {
  const names = new Set(capacities(project).map(({ name }) => name));
  return prometheusRules(project).filter(
    ({ kind, metrics, matchers, document, name }) =>
      kind === 'alert' &&
      name !== undefined &&
      !isTemplatePath(document.path) &&
      pathClassOf(document.path) !== 'test' &&
      (metrics.some(isServerMetric) || matchers.some(({ value, operator }) => operator === '=' && names.has(value))),
  );
}

const rule = (name: string, expr: string): string => `  - alert: ${name}\n    expr: ${expr}\n`;

export default defineCheck({
  evaluates: 'slos-and-slis',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'medium',
  title: 'Alerts watch the server and nothing watches the model',
  why: 'A model that answers fast and wrong passes every latency and error alert. Drift, a broken feature or a stale model are noticed by those who suffer from them.',
  fix: 'Add at least one alert on the drift of the inputs and one on the distribution or the quality of predictions.',
  references: [
    'https://developers.google.com/machine-learning/guides/rules-of-ml#rule_10_watch_for_silent_failures',
    'https://research.google/pubs/the-ml-test-score-a-rubric-for-ml-production-readiness-and-technical-debt-reduction/',
  ],
  examples: [
    bad({
      'rules.yaml': `groups:\n- name: ml\n  rules:\n${rule('«Slow»', 'vllm:e2e_request_latency_seconds_sum > 3')}${rule('Errors', 'rate(churn_prediction_errors_total[5m]) > 0.1')}${rule('Queue', 'nv_inference_queue_duration_us > 1000')}`,
    }),
    bad({
      'isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\nspec:\n  predictor: {minReplicas: 2, sklearn: {}}\n',
      'rule.yaml': `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  groups:\n  - name: a\n    rules:\n    - {alert: «Down», expr: 'up{service="churn"} == 0'}\n    - {alert: Slow, expr: 'request_latency{service="churn"} > 2'}\n    - {alert: Restarts, expr: 'kube_pod_restarts{service="churn"} > 2'}\n`,
    }),
    bad({
      'rules.yaml': `groups:\n- name: ml\n  rules:\n${rule('«Gpu»', 'DCGM_FI_DEV_GPU_UTIL > 95')}${rule('Batch', 'ray_serve_num_router_requests > 9')}${rule('Wait', 'tgi_queue_size > 9')}`,
    }),
    bad({
      'seldon.json':
        '{"groups": [{"name": "a", "rules": [{"alert": «"Slow"», "expr": "seldon_model_infer_latency_seconds > 1"}, {"alert": "B", "expr": "seldon_api_executor_errors > 1"}, {"alert": "C", "expr": "mlserver_queue > 9"}]}]}\n',
    }),
    good({
      'rules.yaml': `groups:\n- name: ml\n  rules:\n${rule('Slow', 'vllm:e2e_request_latency_seconds_sum > 3')}${rule('Errors', 'rate(churn_prediction_errors_total[5m]) > 0.1')}${rule('Queue', 'nv_inference_queue_duration_us > 1000')}${rule('Drift', 'churn_feature_psi > 0.2')}`,
    }),
    good({
      'rules.yaml': `groups:\n- name: ml\n  rules:\n${rule('Slow', 'vllm:e2e_request_latency_seconds_sum > 3')}${rule('Errors', 'rate(churn_prediction_errors_total[5m]) > 0.1')}${rule('Queue', 'nv_inference_queue_duration_us > 1000')}`,
      'monitor.yml': 'name: m\ncreate_monitor: {monitoring_target: {ml_task: classification}}\n',
      'other.yaml': `groups:\n- name: web\n  rules:\n${rule('Cpu', 'node_cpu > 1')}`,
    }),
    good({
      'rules.yaml': `groups:\n- name: infra\n  rules:\n${rule('Envoy', 'envoy_cluster_outlier_detection_ejections > 1')}${rule('Disk', 'node_disk > 1')}${rule('Pg', 'pg_up == 0')}${rule('Model', 'model_server_up == 0')}`,
    }),
  ],

  spans: 'project',
  *inspect(project) {
    const alerts = servingAlerts(project);
    const [first, ...others] = alerts;
    if (first?.name === undefined || alerts.length < ENOUGH) return;
    const watched =
      guards(project).length > 0 ||
      prometheusRules(project).some(({ metrics }) => metrics.some(measuresModel)) ||
      cloudwatchAlarms(project).some(({ metric }) => measuresModel(metric?.text ?? ''));
    if (watched) return;
    const evidence = others
      .slice(0, 3)
      .flatMap(({ document, name }) =>
        name === undefined ? [] : [seen(document, name.node.span, 'watches the server as well')],
      );
    yield at(
      first.document,
      first.name.node.span,
      `\`${first.name.text ?? ''}\` and ${others.length} further alerts watch the model server, and none watches drift, predictions, data quality or the age of the model`,
      { evidence },
    );
  },
});
