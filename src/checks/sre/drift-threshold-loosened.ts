import type { Outcome } from '../../core/finding.ts';
import type { DataDocument } from '../../documents/data.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { loosens, loosensWhen } from '../../facts/system/directions.ts';
import { pythonThresholds } from '../../facts/system/python-thresholds.ts';
import { statisticsIn, type Threshold, thresholdsIn } from '../../facts/system/thresholds.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

const thresholdsOf = (document: DataDocument | PythonDocument): readonly Threshold[] =>
  document.kind === 'python' ? pythonThresholds(document) : thresholdsIn(document);

/** Tells what changed in words, and whether the direction had to be left open; undefined for tightening. */
function verdictOf(before: Threshold, after: Threshold): 'loosened' | 'direction' | undefined {
  const same = before.failsWhen === after.failsWhen && before.quantity === after.quantity;
  if (!same) return before.value === after.value && before.quantity === after.quantity ? undefined : 'direction';
  const result =
    after.failsWhen === undefined
      ? loosens(after.quantity, before.value, after.value)
      : loosensWhen(after.failsWhen, before.value, after.value);
  if (result === 'loosened') return 'loosened';
  return result === 'unknown' ? 'direction' : undefined;
}

function* statisticChanges(base: DataDocument, head: DataDocument): Generator<Outcome> {
  const before = statisticsIn(base);
  for (const [address, now] of statisticsIn(head)) {
    const then = before.get(address);
    if (then === undefined || then.text === now.text) continue;
    const evidence = [seen(base, then.span, `\`${then.text}\` before the change`)];
    yield at(
      head,
      now.span,
      `the drift test changes from \`${then.text}\` to \`${now.text}\`, which gives its threshold another meaning`,
      { grade: 'direction', evidence },
    );
  }
}

export default defineCheck({
  evaluates: 'change-management-risk',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'high',
  title: 'Drift alarm goes off later than before',
  grades: {
    direction: { severity: 'medium', when: 'the quantity does not say on which side of the threshold it fails' },
  },
  why: `
    A drift alarm that is moved out of the way stays silent while the model's inputs change. Tests that give a p-value alarm below
    their threshold, distances above it, so the same edit may tighten one and loosen the other.
  `,
  fix: 'Keep the threshold, or show the false alarms that justify the new one.',
  references: [
    'https://docs.evidentlyai.com/metrics/explainer_drift',
    'https://learn.microsoft.com/en-us/azure/machine-learning/how-to-monitor-model-performance',
    'https://docs.seldon.ai/alibi-detect/overview/config_files',
  ],
  mentions: [
    'drift',
    'Drift',
    'DRIFT',
    'psi',
    'PSI',
    'stattest',
    'skew',
    'p_val',
    'monitoring_signals',
    'data-metrics',
    'wasserstein',
  ],
  examples: [
    bad({
      'monitoring/evidently.yaml': changed(
        'drift_share: 0.3\nnum_stattest: psi\nnum_stattest_threshold: 0.1\ncat_stattest: chisquare\ncat_stattest_threshold: 0.05\n',
        'drift_share: «0.6»\nnum_stattest: psi\nnum_stattest_threshold: «0.25»\ncat_stattest: chisquare\ncat_stattest_threshold: «0.01»\n',
      ),
      'detector/config.toml': changed('name = "KSDrift"\np_val = 0.05\n', 'name = "KSDrift"\np_val = «0.001»\n'),
    }),
    bad({
      'azure/monitor.yml': changed(
        'create_monitor:\n  monitoring_signals:\n    inputs:\n      type: data_drift\n      metric_thresholds:\n        numerical:\n          jensen_shannon_distance: 0.01\n        categorical:\n          pearsons_chi_squared_test: 0.02\n',
        'create_monitor:\n  monitoring_signals:\n    inputs:\n      type: data_drift\n      metric_thresholds:\n        numerical:\n          jensen_shannon_distance: «0.4»\n        categorical:\n          pearsons_chi_squared_test: «0.002»\n',
      ),
      'rules.yaml': changed(
        'groups:\n- name: ml\n  rules:\n  - alert: InputDrift\n    expr: max(churn_feature_psi) > 0.2\n    for: 5m\n',
        'groups:\n- name: ml\n  rules:\n  - alert: InputDrift\n    expr: «max(churn_feature_psi) > 0.5»\n    for: «2h»\n',
      ),
      'template.yml': changed(
        'Resources:\n  FareDrift:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      Namespace: aws/sagemaker/Endpoints/data-metrics\n      ComparisonOperator: GreaterThanThreshold\n      EvaluationPeriods: 1\n      Threshold: 0.1\n',
        'Resources:\n  FareDrift:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      Namespace: aws/sagemaker/Endpoints/data-metrics\n      ComparisonOperator: GreaterThanThreshold\n      EvaluationPeriods: «6»\n      Threshold: «0.1e1»\n',
      ),
    }),
    bad({
      'monitor.py': changed(
        'from evidently.metric_preset import DataDriftPreset as Preset\nfrom alibi_detect.cd import KSDrift\n\nPSI_THRESHOLD = 0.2\n\ndef build(x):\n    level = 0.05\n    return Preset(drift_share=0.5), KSDrift(x, p_val=level)\n\nclass Watch:\n    drift_p_value_threshold = 0.05\n',
        'from evidently.metric_preset import DataDriftPreset as Preset\nfrom alibi_detect.cd import KSDrift\n\nPSI_THRESHOLD = «0.4»\n\ndef build(x):\n    level = 0.005\n    return Preset(drift_share=«0.8»), KSDrift(x, p_val=«level»)\n\nclass Watch:\n    drift_p_value_threshold = «0.01»\n',
      ),
    }),
    bad.as('direction')({
      'settings.yaml': changed('drift:\n  threshold: 0.1\n', 'drift:\n  threshold: «0.3»\n'),
      'evidently.yaml': changed(
        'drift:\n  stattest: ks\n  stattest_threshold: 0.05\n',
        'drift:\n  stattest: «wasserstein»\n  stattest_threshold: «0.1»\n',
      ),
      'watch.py': changed('DRIFT_THRESHOLD = 0.1\n', 'DRIFT_THRESHOLD = «0.3»\n'),
    }),
    bad({
      'watch.py': changed(
        'def check(psi, p_value):\n    if psi > 0.1:\n        alert("drift")\n    drifted = p_value < 0.05\n    return drifted\n',
        'def check(psi, p_value):\n    if psi > «0.3»:\n        alert("drift")\n    drifted = p_value < «0.01»\n    return drifted\n',
      ),
    }),
    good({
      'watch.py': changed(
        'def check(psi, latency):\n    if psi > 0.2:\n        alert("drift")\n    if latency > 1:\n        alert("slow")\n',
        'def check(psi, latency):\n    if psi > 0.15:\n        alert("drift")\n    if latency > 3:\n        alert("slow")\n',
      ),
    }),
    good({
      'monitoring/evidently.yaml': changed(
        'drift_share: 0.5\nnum_stattest: ks\nnum_stattest_threshold: 0.05\n',
        'drift_share: 0.3\nnum_stattest: ks\nnum_stattest_threshold: 0.1\nwasserstein_threshold: 0.1\n',
      ),
      'new.yaml': 'drift_share: 0.9\n',
      'config.yaml': changed(
        'psi_threshold: ${PSI}\ndrift:\n  prediction_threshold: 0.5\n  window_bins: 10\n',
        'psi_threshold: 0.4\ndrift:\n  prediction_threshold: 0.9\n  window_bins: 30\n',
      ),
      'rules.yaml': changed(
        'groups:\n- rules:\n  - alert: Slow\n    expr: latency > 1\n    for: 5m\n  - alert: Drift\n    expr: churn_drift_p_value < 0.01\n',
        'groups:\n- rules:\n  - alert: Slow\n    expr: latency > 5\n    for: 1h\n  - alert: Drift\n    expr: churn_drift_p_value < 0.05\n',
      ),
      'monitor.py': changed(
        'PSI_THRESHOLD = 0.2\nthreshold = 0.5\n',
        '# reformatted\nPSI_THRESHOLD = 0.20\nthreshold = 0.9\n',
      ),
    }),
  ],

  compares: ['yaml', 'json', 'toml', 'python'],
  *inspect({ base, head }) {
    if (head === undefined || isTemplatePath(head.path)) return;
    const before = new Map(thresholdsOf(base).map((each) => [each.key, each]));
    for (const now of thresholdsOf(head)) {
      const then = before.get(now.key);
      const verdict = then === undefined ? undefined : verdictOf(then, now);
      if (then === undefined || verdict === undefined) continue;
      const evidence = [seen(base, then.span, `\`${then.written}\` before the change`)];
      const grade = verdict === 'direction' ? { grade: 'direction' } : {};
      const end =
        verdict === 'direction'
          ? ', and its name does not tell whether that alarms less'
          : ', so that only stronger drift raises an alarm';
      yield at(head, now.span, `\`${now.name}\` moves from ${then.written} to ${now.written}${end}`, {
        evidence,
        ...grade,
      });
    }
    if (base.kind !== 'python' && head.kind !== 'python') yield* statisticChanges(base, head);
  },
});
