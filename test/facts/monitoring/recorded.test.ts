import { latencyObjectives } from '../../../src/facts/monitoring/latency-objectives.ts';
import { recordings } from '../../../src/facts/monitoring/recorded.ts';
import { projectOf } from '../formats/project.ts';

test('requests are recorded where the switch of a capture is on', () => {
  const found = recordings(
    projectOf({
      'a.yml': 'DataCaptureConfig: {EnableCapture: true}\n',
      'b.yml': 'data_collector: {collections: {model_inputs: {enabled: "True"}}}\n',
      'c.yml': 'DataCaptureConfig: {EnableCapture: false}\n',
      'd.yml': 'inference_table_config: {enabled: "${var.capture}"}\n',
      'e.yml': 'model_inputs: [age]\n',
      'f.tf': 'resource "x" "y" {\n  data_capture_config {\n    enable_capture = true\n  }\n}\n',
    }),
  );
  expect(found.map(({ document }) => document.path)).toEqual(['a.yml', 'b.yml', 'f.tf']);
});

test('a latency objective is one quantile of requests over one number, in seconds', () => {
  const rule = (expr: string): string => `groups:\n- name: a\n  rules:\n  - alert: Slow\n    expr: ${expr}\n`;
  const seconds = (expr: string): readonly number[] =>
    latencyObjectives(projectOf({ 'rules.yml': rule(expr) })).map((each) => each.seconds);
  expect(seconds('histogram_quantile(0.99, rate(http_request_duration_seconds_bucket[5m])) > 0.25')).toEqual([0.25]);
  expect(seconds('histogram_quantile(0.99, rate(predict_latency_ms_bucket[5m])) > 250')).toEqual([0.25]);
  expect(seconds('rate(http_request_duration_seconds_count[5m]) > 100')).toEqual([]);
  expect(seconds('histogram_quantile(0.9, rate(training_duration_seconds_bucket[5m])) > 60')).toEqual([]);
  expect(seconds('histogram_quantile(0.9, rate(predict_latency_bucket[5m])) > 60')).toEqual([]);
});
