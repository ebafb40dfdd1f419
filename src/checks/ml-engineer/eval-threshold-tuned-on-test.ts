import { bare, contains, type PyNode } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, calls, callsTo } from '../../facts/python/calls.ts';
import { originsOf, sameValue } from '../../facts/python/flow.ts';
import { enclosingLoop } from '../../facts/python/structure.ts';
import { type Metric, metrics } from '../../facts/training/metrics.ts';
import { heldOutBy } from '../../facts/training/rows.ts';
import { isHeldOutName } from '../../facts/training/splits.ts';
import { pickedBest } from '../../facts/training/tuning.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const CURVES = ['roc_curve', 'precision_recall_curve', 'det_curve'];
/** Measures of classes, which need a threshold; those of scores do not. */
const OF_CLASSES =
  /^(accuracy_score|balanced_accuracy_score|precision_score|recall_score|f1_score|fbeta_score|confusion_matrix|classification_report|matthews_corrcoef|cohen_kappa_score|precision_recall_fscore_support)$/;

const isTest = (document: PythonDocument, node: PyNode): boolean =>
  isHeldOutName(document, bare(node)) && heldOutBy(document, bare(node)) !== undefined;

interface Found {
  readonly node: PyNode;
  readonly truth: PyNode;
  readonly later: PyNode;
}

/** A threshold read off a curve of the test rows, with which the same rows are classified and counted. */
function fromCurves(document: PythonDocument): readonly Found[] {
  const curves = callsTo(document, ...CURVES.map((name) => `sklearn.metrics.${name}`));
  return curves.flatMap((curve: Call) => {
    const truth = curve.args[0] ?? curve.keywords.get('y_true');
    if (truth === undefined || !isTest(document, truth)) return [];
    const later = metrics(document).find(
      ({ name, truth: other, prediction }) =>
        OF_CLASSES.test(name) && sameValue(document, other, truth) && comparedWith(document, prediction, curve.node),
    );
    return later === undefined ? [] : [{ node: curve.node, truth, later: later.call.node }];
  });
}

/** True when the value is a comparison with something that was made from `source`. */
function comparedWith(document: PythonDocument, value: PyNode, source: PyNode): boolean {
  const origins = originsOf(document, value);
  return (
    origins.has(source) &&
    [...origins].some((each) => each.type === 'comparison_operator' && originsOf(document, each).has(source))
  );
}

/** A measure of the test rows for each of several thresholds, of which the best is kept. */
function fromLoops(document: PythonDocument): readonly Found[] {
  return metrics(document).flatMap((metric) => {
    const loop =
      OF_CLASSES.test(metric.name) && isTest(document, metric.truth) ? enclosingLoop(metric.call.node) : undefined;
    if (loop === undefined || !triesThresholds(document, loop, metric)) return [];
    const picked = pickedBest(document, loop, metric.call, calls(document));
    return picked === undefined ? [] : [{ node: metric.call.node, truth: metric.truth, later: picked }];
  });
}

/** The loop's own variable is what scores are compared with; no model is fitted in it. */
function triesThresholds(document: PythonDocument, loop: PyNode, { prediction }: Metric): boolean {
  const variable = loop.children.find((each) => each.field === 'left');
  if (variable?.type !== 'identifier') return false;
  const name = textOf(document, variable);
  return [...originsOf(document, prediction)].some(
    (each) =>
      each.type === 'comparison_operator' &&
      contains(loop, each) &&
      /[<>]/.test(textOf(document, each)) &&
      nodesWithin(document, each, 'identifier').some((used) => textOf(document, used) === name),
  );
}

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'validation',
  severity: 'high',
  confidence: 'medium',
  title: 'Threshold chosen on the test rows it is judged on',
  why: 'The threshold that suits the test rows best is fitted to them. The precision, recall or F1 that it gives there is better than it will be on new rows.',
  fix: 'Choose the threshold on validation rows (or with `TunedThresholdClassifierCV`) and apply it unchanged to the test rows.',
  references: ['https://scikit-learn.org/stable/modules/classification_threshold.html'],
  mentions: ['metrics'],
  examples: [
    bad`
      import numpy as np
      from sklearn.metrics import f1_score, roc_curve as curve

      class Report:
          def make(self, model, X_test, y_test):
              scores = model.predict_proba(X_test)[:, 1]
              fpr, tpr, thresholds = «curve(y_test, scores)»
              best = thresholds[np.argmax(tpr - fpr)]
              return f1_score(y_test, scores >= best)
    `,
    bad`
      import sklearn.metrics as sm
      from sklearn.model_selection import train_test_split

      X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
      proba = model.predict_proba(X_test)[:, 1]
      precision, recall, cuts = «sm.precision_recall_curve(y_test, proba)»
      cut = cuts[(precision * recall).argmax()]
      y_pred = (proba > cut).astype(int)
      print(sm.classification_report(y_test, y_pred))
    `,
    bad`
      import numpy as np
      from sklearn.metrics import f1_score

      def tune(scores, y_test):
          best_f1, best_cut = 0, 0
          for cut in np.arange(0, 1, 0.01):
              f1 = «f1_score(y_test, scores > cut)»
              if f1 > best_f1:
                  best_f1, best_cut = f1, cut
          values = []
          for cut in np.arange(0, 1, 0.01):
              values.append(«f1_score(y_test, (scores > cut).astype(int))»)
          print(max(values))
          return best_cut
    `,
    good`
      import numpy as np
      from sklearn.metrics import auc, f1_score, roc_auc_score, roc_curve

      fpr, tpr, thresholds = roc_curve(y_val, model.predict_proba(X_val)[:, 1])
      best = thresholds[np.argmax(tpr - fpr)]
      print(f1_score(y_test, model.predict_proba(X_test)[:, 1] > best))
      fpr, tpr, _ = roc_curve(y_test, scores)
      print(auc(fpr, tpr), roc_auc_score(y_test, scores), f1_score(y_test, scores > 0.5))
      for cut in (0.1, 0.5):
          print(f1_score(y_test, scores > cut))
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const { node, truth, later } of [...fromCurves(document), ...fromLoops(document)]) {
      const message = `the threshold is chosen by \`${textOf(document, truth)}\`, and the same rows are used to judge it`;
      yield at(document, node, message, { evidence: [seen(document, later, 'used here')] });
    }
  },
});
