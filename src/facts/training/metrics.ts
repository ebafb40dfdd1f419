import { fact } from '../../core/fact.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { argument, type Call, calls } from '../python/calls.ts';
import { MOST } from './most.ts';
import { callsInto } from './rows.ts';

const ASYMMETRIC = new Set(
  (
    'precision_score recall_score fbeta_score confusion_matrix log_loss brier_score_loss roc_auc_score average_precision_score roc_curve ' +
    'precision_recall_curve precision_recall_fscore_support classification_report r2_score explained_variance_score balanced_accuracy_score ' +
    'mean_absolute_percentage_error top_k_accuracy_score hinge_loss mean_pinball_loss'
  ).split(' '),
);
const SYMMETRIC = new Set(
  (
    'accuracy_score mean_squared_error root_mean_squared_error mean_absolute_error median_absolute_error max_error ' +
    'mean_squared_log_error f1_score matthews_corrcoef cohen_kappa_score hamming_loss zero_one_loss jaccard_score'
  ).split(' '),
);

/** A comparison of predictions with the truth by a function of `sklearn.metrics`. */
export interface Metric {
  readonly call: Call;
  /** `roc_auc_score` */
  readonly name: string;
  /** What is given as the truth. */
  readonly truth: PyNode;
  readonly prediction: PyNode;
  /** False where swapping truth and prediction changes the number. */
  readonly symmetric: boolean;
}

/** Every supervised metric computed in the file, in source order. */
export const metrics: (document: PythonDocument) => readonly Metric[] = fact((document) =>
  calls(document)
    .flatMap((call) => {
      const name = /^sklearn\.metrics\.(?:\w+\.)*(\w+)$/.exec(call.name ?? '')?.[1];
      if (name === undefined || !(ASYMMETRIC.has(name) || SYMMETRIC.has(name))) return [];
      const truth = argument(call, 0, 'y_true', 'labels_true');
      const prediction = argument(call, 1, 'y_pred', 'y_score', 'y_prob', 'y_proba', 'probas_pred', 'pred_decision');
      return truth === undefined || prediction === undefined
        ? []
        : [{ call, name, truth, prediction, symmetric: SYMMETRIC.has(name) }];
    })
    .slice(0, MOST),
);

const PREDICTS = new Set([
  'predict',
  'predict_proba',
  'predict_log_proba',
  'decision_function',
  'predict_classes',
  'predict_on_batch',
]);

/** The calls of a model's `predict` and its kin whose answers have gone into a value. */
export function predictionsIn(document: PythonDocument, node: PyNode): readonly Call[] {
  return callsInto(document, node).filter(({ method }) => method !== undefined && PREDICTS.has(method));
}
