import type { DataDocument } from '../../documents/data.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { isTemplatePath, tokensOf } from '../../facts/paths.ts';
import { directionOf } from '../../facts/system/directions.ts';
import { pythonThresholds } from '../../facts/system/python-thresholds.ts';
import { type Threshold, thresholdsIn } from '../../facts/system/thresholds.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const thresholdsOf = (document: DataDocument | PythonDocument): readonly Threshold[] =>
  document.kind === 'python' ? pythonThresholds(document) : thresholdsIn(document);

/** The test's own number and not its probability: which way it points the name does not say. */
const isStatistic = (name: string): boolean =>
  tokensOf(name).some((token) => /^(stat|stats|statistic|score)$/.test(token));

/** What is odd; undefined for everything that may be meant. */
function oddity({ quantity, name, failsWhen, value, written }: Threshold): string | undefined {
  const about = `${quantity} ${name}`;
  if (isStatistic(about)) return undefined;
  const direction = directionOf(quantity);
  if (direction === undefined || direction === 'not-a-gate') return undefined;
  if (failsWhen !== undefined && failsWhen !== direction.failsWhen && /^(p-value|distance)$/.test(direction.kind)) {
    const kind =
      direction.kind === 'p-value'
        ? 'a p-value, which is small when there is drift'
        : 'a distance, which is large when there is drift';
    return `\`${name}\` goes off when ${quantity} is ${failsWhen} the threshold (${written}), and that reads as ${kind}`;
  }
  const said = ` ${tokensOf(about).join(' ')} `;
  if (/ (drift share|share drifted|drifted share) /.test(said) && value >= 0.9 && value <= 1)
    return `\`${name}\` is ${written}: nearly every column has to drift before anybody hears`;
  if (/ (psi|population stability) /.test(said) && failsWhen !== 'below' && value > 1 && value < 100)
    return `\`${name}\` is ${written}: a population stability index above 0.25 already counts as a large shift`;
  if (/ (p val|pval|p value|pvalue) /.test(said) && failsWhen !== 'above' && value >= 0.5 && value <= 1)
    return `\`${name}\` is ${written}: half of all samples without drift fall below it`;
  return undefined;
}

const rule = (expr: string): string => `groups:\n- name: ml\n  rules:\n  - alert: Drift\n    expr: ${expr}\n`;

export default defineCheck({
  evaluates: 'drift-monitoring-in-place-before-deployment',
  stage: 'monitoring',
  severity: 'medium',
  confidence: 'medium',
  title: 'Drift threshold points the wrong way',
  why: 'Tests that give a p-value report drift when it is small, distances when they are large. A comparison the other way round is quiet under drift and loud without.',
  fix: 'Confirm which quantity is exported, then turn the comparison or correct the number.',
  references: [
    'https://docs.evidentlyai.com/metrics/explainer_drift',
    'https://docs.seldon.ai/alibi-detect/overview/config_files',
  ],
  mentions: ['drift', 'Drift', 'DRIFT', 'psi', 'PSI', 'p_val', 'pvalue', 'wasserstein'],
  examples: [
    bad({
      'rules.yaml': rule('«churn_drift_p_value > 0.05»'),
      'distance.yaml': rule('«churn_feature_wasserstein_distance < 0.1»'),
      'evidently.yaml': 'drift_share: «0.95»\nnum_stattest: psi\nnum_stattest_threshold: «2.5»\n',
      'config.toml': 'name = "KSDrift"\np_val = «0.95»\n',
    }),
    bad({
      'watch.py':
        'from alibi_detect.cd import KSDrift as KS\nfrom evidently.metric_preset import DataDriftPreset\n\nPSI_THRESHOLD = «5»\n\ndef build(x):\n    level = 0.9\n    return KS(x, p_val=«level»), DataDriftPreset(drift_share=«1.0»)\n',
    }),
    bad({
      'watch.py':
        'from scipy.stats import ks_2samp\n\ndef check(a, b):\n    stat, p_value = ks_2samp(a, b)\n    if p_value > «0.05»:\n        alert("drift")\n\ndef drifted(psi):\n    return psi < «0.2»\n',
    }),
    good({
      'watch.py':
        'from scipy.stats import ks_2samp\n\ndef check(a, b):\n    stat, p_value = ks_2samp(a, b)\n    if p_value > 0.05:\n        return False\n    if p_value < 0.01 and stat > 0.2:\n        raise RuntimeError("drift")\n    if p_value >= 0.05:\n        print("no drift")\n    drift = p_value < 0.05\n    return drift\n\ndef drifted(psi):\n    return psi > 0.2\n',
    }),
    good({
      'rules.yaml': rule('churn_drift_p_value < 0.05'),
      'statistic.yaml': rule('churn_drift_ks_statistic > 0.3'),
      'psi.yaml': rule('max(churn_feature_psi) > 0.25'),
      'evidently.yaml':
        'drift_share: 0.5\nnum_stattest: psi\nnum_stattest_threshold: 0.2\ncat_stattest_threshold: ${T}\n',
      'config.toml': 'name = "KSDrift"\np_val = 0.05\n',
      'watch.py':
        'from evidently.metric_preset import DataDriftPreset\n\nPSI_THRESHOLD = 0.2\nDataDriftPreset(drift_share=0.5)\n',
    }),
  ],

  reads: ['yaml', 'json', 'toml', 'python'],
  *inspect(document) {
    if (isTemplatePath(document.path)) return;
    for (const threshold of thresholdsOf(document)) {
      const says = oddity(threshold);
      if (says !== undefined) yield at(document, threshold.span, says);
    }
  },
});
