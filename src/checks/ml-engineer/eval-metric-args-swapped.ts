import { bare, child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callAt } from '../../facts/python/calls.ts';
import { singleAssignment } from '../../facts/python/reaching.ts';
import { type Metric, metrics, predictionsIn } from '../../facts/training/metrics.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const GUESSED = /(^|_)(y_?)?(pred|preds|predicted|prediction|predictions|yhat|hat|proba|probas|guess)(_|\d|$)|^ypred/i;
const TRUE =
  /(^|_)(true|truth|actual|actuals|label|labels|target|targets|gt|gold|test|val|valid|expected|ytrue)(_|\d|$)|^y$|^y_?(test|val|valid|true|train)$/i;
const WRAPPERS = /^numpy\.(round|argmax|rint|array|asarray|where|squeeze|ravel)$/;
const METHODS = new Set(['predict', 'predict_proba', 'decision_function', 'predict_classes']);

/** True when the value is what a model answered, at most rounded or reshaped. */
function isPrediction(document: PythonDocument, node: PyNode): boolean {
  let at = bare(node);
  for (let step = 0; step < 6; step += 1) {
    const source = at.type === 'identifier' ? singleAssignment(document, at) : undefined;
    if (source !== undefined) at = bare(source);
    // `predict_proba(X)[:, 1]`
    if (at.type === 'subscript') at = bare(child(at, 'value') ?? at);
    const call = at.type === 'call' ? callAt(document, at) : undefined;
    if (call === undefined) return false;
    if (METHODS.has(call.method ?? '')) return true;
    const next = WRAPPERS.test(call.name ?? '')
      ? call.args[0]
      : /^(round|astype|argmax|ravel|flatten|squeeze|reshape)$/.test(call.method ?? '')
        ? call.receiver
        : undefined;
    if (next === undefined) return false;
    at = bare(next);
  }
  return false;
}

const isGuessedName = (document: PythonDocument, node: PyNode): boolean =>
  node.type === 'identifier' &&
  GUESSED.test(textOf(document, node)) &&
  !/true|label|gt_|pseudo/i.test(textOf(document, node));

const isTrueName = (document: PythonDocument, node: PyNode): boolean =>
  /^(identifier|attribute|subscript)$/.test(node.type) && TRUE.test(lastName(document, node));

const lastName = (document: PythonDocument, node: PyNode): string =>
  textOf(document, node)
    .replace(/['"\]]+$/, '')
    .replace(/^.*[.'"[]/, '');

/** A prediction stands where the truth belongs, and no prediction where the prediction belongs. */
function isSwapped(document: PythonDocument, { truth, prediction }: Metric): boolean {
  const first = bare(truth);
  const second = bare(prediction);
  if (isGuessedName(document, second) || predictionsIn(document, second).length > 0) return false;
  if (isPrediction(document, first)) return !isTrueName(document, first);
  return isGuessedName(document, first) && isTrueName(document, second);
}

/** The call with both arguments exchanged, where both stand in their places without names. */
function exchanged(document: PythonDocument, { call, truth, prediction }: Metric): { readonly replacement?: string } {
  if (call.args[0] !== truth || call.args[1] !== prediction) return {};
  const text = (from: number, to: number): string => document.text.slice(from, to);
  const between = text(truth.end, prediction.start);
  return {
    replacement: `${text(call.node.start, truth.start)}${textOf(document, prediction)}${between}${textOf(document, truth)}${text(prediction.end, call.node.end)}`,
  };
}

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'validation',
  severity: 'high',
  confidence: 'high',
  grades: { symmetric: { severity: 'low', when: 'the number is the same either way' } },
  title: 'Predictions given to a metric as the truth',
  why: `
    scikit-learn's metrics take the truth first. The other way round precision and recall change places, R² and log loss are other
    numbers, and a confusion matrix is transposed; nothing raises an error.
  `,
  fix: 'Call `metric(y_true, y_pred)`, best with the names of the arguments.',
  references: ['https://scikit-learn.org/stable/modules/model_evaluation.html'],
  mentions: ['metrics'],
  examples: [
    bad`
      from sklearn.metrics import log_loss, roc_auc_score

      def report(model, X_test, y_test):
          probs = model.predict_proba(X_test)[:, 1]
          print(«roc_auc_score(probs, y_test)»)
          return «log_loss(probs, y_test)»
    `,
    bad`
      from sklearn.metrics import precision_score as precision, confusion_matrix

      class Report:
          def make(self, model, X_test, y_test):
              y_pred = model.predict(X_test)
              print(«confusion_matrix(y_pred, y_test)»)
              return «precision(y_pred, y_test, average="macro")»
    `,
    bad`
      import numpy as np
      import sklearn.metrics as sm
      from sklearn import metrics

      guesses = np.round(net.predict(X_test))
      print(«sm.recall_score(guesses, y_test)»)
      print(«metrics.r2_score(model.predict(X_test), df["price"])»)

      def report(y_pred, y_true):
          return «metrics.classification_report(y_pred, y_true)»

      «metrics.log_loss(y_true=proba, y_pred=labels)»
    `,
    bad.as('symmetric')`
      from sklearn.metrics import accuracy_score, mean_squared_error
      pred = model.predict(X_test)
      print(«accuracy_score(pred, y_test)»)
      print(«mean_squared_error(pred, y_test)»)
    `,
    good`
      from sklearn.metrics import accuracy_score, precision_score, recall_score

      y_pred = model.predict(X_test)
      precision_score(y_test, y_pred)
      precision_score(y_pred=y_pred, y_true=y_test)
      recall_score(y_test, model.predict(X_test))
      recall_score(teacher.predict(X), student.predict(X))
      y_true = oracle.predict(X)
      recall_score(y_true, answers)
      recall_score(pseudo_label_pred, found)
      other.precision_score(y_pred, y_test)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const metric of metrics(document)) {
      if (!isSwapped(document, metric)) continue;
      const { call, name, truth, prediction, symmetric } = metric;
      const message = `\`${name}\` gets the prediction \`${textOf(document, truth)}\` as the truth and \`${textOf(document, prediction)}\` as the prediction`;
      yield at(document, call.node, message.replace(/\s+/g, ' '), {
        ...exchanged(document, metric),
        ...(symmetric ? { grade: 'symmetric' } : {}),
      });
    }
  },
});
