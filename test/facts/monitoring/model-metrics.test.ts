import { isIdentifier } from '../../../src/facts/monitoring/identifiers.ts';
import { latencyObjectives, watchesService } from '../../../src/facts/monitoring/latency.ts';
import { isServerMetric, measuresModel } from '../../../src/facts/monitoring/model-metrics.ts';
import { projectOf } from '../formats/project.ts';

test.each([
  'churn_feature_psi',
  'prediction_confidence',
  'model_accuracy',
  'model_age_seconds',
  'null_rate',
  'data_quality_score',
  'positive_rate',
])('%s measures the model', (metric) => expect(measuresModel(metric)).toBe(true));

test.each([
  'envoy_cluster_outlier_detection_ejections',
  'stackdriver_drift_total',
  'kube_pod_labels',
  'http_requests_total',
  'vllm:num_requests_waiting',
  'prediction_count_total',
  'driftwood_total',
])('%s does not measure the model', (metric) => expect(measuresModel(metric)).toBe(false));

test('metrics of servers are told by prefix or word', () => {
  expect(['vllm:e2e', 'nv_inference_count', 'churn_prediction_total', 'node_cpu'].map(isServerMetric)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test.each([
  ['email', true],
  ['customer_phone', true],
  ['firstName', true],
  ['dateOfBirth', true],
  ['ip_address', true],
  ['email_hash', false],
  ['has_phone', false],
  ['page', false],
  ['name', false],
  ['surname_length', false],
])('%s names a person: %s', (column, expected) => expect(isIdentifier(column)).toBe(expected));

const rule = (expr: string): string => `groups:\n- name: churn\n  rules:\n  - {alert: Slow, expr: '${expr}'}\n`;

test.each([
  ['churn_latency_seconds > 0.2', [0.2]],
  ['churn_latency_ms > 250', [0.25]],
  ['churn_latency > 250', []],
  ['churn_latency_seconds < 0.2', []],
])('an alert on `%s` is an objective of %s seconds', (expr, seconds) => {
  expect(latencyObjectives(projectOf({ 'rules.yaml': rule(expr) })).map((each) => each.seconds)).toEqual(seconds);
});

test('a service is watched by errors, latency or an objective, and by nothing else', () => {
  expect(watchesService(projectOf({ 'rules.yaml': rule('rate(http_errors_total[5m]) > 1') }))).toBe(true);
  expect(
    watchesService(projectOf({ 'slo.yaml': 'version: prometheus/v1\nservice: a\nslos: [{name: a, objective: 99}]\n' })),
  ).toBe(true);
  expect(watchesService(projectOf({ 'rules.yaml': rule('node_disk_free < 1') }))).toBe(false);
});
