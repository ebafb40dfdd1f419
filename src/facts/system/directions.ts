import { tokensOf } from '../paths.ts';

/** What a threshold is for, and on which side of it a value fails. */
export interface Direction {
  readonly kind: 'p-value' | 'distance' | 'share' | 'quality' | 'error' | 'fairness-difference' | 'fairness-ratio';
  /** A value fails (an alert goes off, a gate stops) when it is on this side of the threshold. */
  readonly failsWhen: 'below' | 'above';
}

export type Loosening = 'loosened' | 'tightened' | 'unchanged' | 'unknown' | 'not-a-gate';

type Row = readonly [Direction['kind'], Direction['failsWhen'], RegExp];

/**
 * Names as ` token token `, in the order in which they decide: the difference of two accuracies is an error, the score of a
 * test's statistic has no known direction.
 */
const ROWS: readonly Row[] = [
  ['fairness-difference', 'above', / (dpd|eod|eo gap|demographic parity|equalized odds|equal opportunity) /],
  ['fairness-ratio', 'below', / (dir|disparate impact|adverse impact|parity ratio|selection rate ratio) /],
  [
    'error',
    'above',
    / (accuracy|auc|roc|f1|precision|recall|r2|ndcg|bleu|quality|performance) .*?(drop|decrease|degradation|decay|loss|regression|delta|diff) /,
  ],
  [
    'share',
    'above',
    / (drift share|drifted share|share of drifted|share drifted|num drifted|number of drifted|drifted (columns|features)|error threshold|evaluation (period|periods|window)|alert window|datapoints to alarm) |^ for $/,
  ],
  [
    'error',
    'above',
    / (null|missing|nan|out of range|out of bounds|outlier|type error|error|violation|duplicate|duplicates)( value)? (rate|ratio|share|fraction|percent|percentage|count) /,
  ],
  [
    'distance',
    'above',
    / (psi|population stability( index)?|wasserstein|jensen ?shannon|js|kl|kl div|kullback leibler|hellinger|tvd|total variation|energy|mmd|l infinity|linf|emd|distance|divergence) /,
  ],
  [
    'p-value',
    'below',
    / (p val|p value|pval|pvalue|pvalues|chi2|chi squared|chisquare|chi square|pearsons chi squared|ks|kolmogorov|t test|z test|anderson|cramer von mises|fisher( exact)?|g test|mann ?whitney( u)?|mannw|epps singleton|es) /,
  ],
  ['fairness-difference', 'above', / (parity|fairness|bias|group|opportunity|odds) .*?(difference|gap) /],
  ['fairness-ratio', 'below', / (parity|fairness|bias|group|opportunity|odds|impact) .*?ratio /],
  [
    'quality',
    'below',
    / (accuracy|auc|auroc|auprc|roc auc|f1|fbeta|precision|recall|r2|r squared|ndcg|map at|mrr|bleu|rouge|chrf|comet|mostly|sensitivity|specificity|mcc|kappa) /,
  ],
  [
    'error',
    'above',
    / (rmse|mae|mape|smape|mse|rmsle|loss|log loss|wer|cer|ece|perplexity|null value rate|brier|(squared?|absolute|percentage|max|mean|calibration|word|log|prediction|forecast) error) /,
  ],
];

/** The statistic of a test, whose name alone does not say whether the number is a probability. */
const STATISTIC = / (ks|chi2|chi squared|t test|z test|anderson) .*?(stat|statistic|score) /;

const NOT_A_GATE =
  / (bicleaner|nms|iou|prediction|decision|probability|proba|score|confidence|similarity|binarization|cutoff|classification|detection) /;

/** Words that say nothing about the quantity. */
const PLAIN = new Set(['threshold', 'thresholds', 'min', 'max', 'minimum', 'maximum', 'limit', 'value', 'stattest']);

const phrase = (name: string): string => ` ${tokensOf(name.slice(0, 200)).join(' ')} `;

/**
 * The direction of a named quantity: `psi_threshold`, `stattest: ks`, `min_accuracy`. Whole words only. `not-a-gate` for
 * cut-offs of a model's own decisions; undefined where the name does not say.
 */
export function directionOf(name: string): Direction | 'not-a-gate' | undefined {
  const said = phrase(name);
  if (STATISTIC.test(said)) return undefined;
  if (said.trim() === 'z') return { kind: 'p-value', failsWhen: 'below' };
  for (const [kind, failsWhen, pattern] of ROWS) if (pattern.test(said)) return { kind, failsWhen };
  return NOT_A_GATE.test(said) ? 'not-a-gate' : undefined;
}

/** True for a name of nothing but `threshold`, `min` and the like: its direction is to be asked of what stands around it. */
export const isPlain = (name: string): boolean => tokensOf(name).every((token) => PLAIN.has(token));

/** Whether less fails after the change. A negative `error_threshold` ignores every error. */
export function loosens(name: string, before: number, after: number): Loosening {
  const direction = directionOf(name);
  if (direction === 'not-a-gate') return direction;
  if (before === after) return 'unchanged';
  if (direction === undefined) return 'unknown';
  if (/ error threshold /.test(phrase(name)) && (before < 0 || after < 0)) return after < 0 ? 'loosened' : 'tightened';
  return loosensWhen(direction.failsWhen, before, after);
}

/** The same for a quantity whose failing side is written beside it: the operator of an alert. */
export function loosensWhen(failsWhen: Direction['failsWhen'], before: number, after: number): Loosening {
  if (before === after) return 'unchanged';
  return after > before === (failsWhen === 'above') ? 'loosened' : 'tightened';
}
