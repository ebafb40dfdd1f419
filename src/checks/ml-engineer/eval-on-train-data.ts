import { bare, contains, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import type { Call } from '../../facts/python/calls.ts';
import { sameValue } from '../../facts/python/flow.ts';
import { isInside, statementOf } from '../../facts/python/structure.ts';
import { bindingsFrom, readsOf } from '../../facts/python/uses.ts';
import { evaluations } from '../../facts/training/evaluations.ts';
import { type Fit, supervisedFits } from '../../facts/training/fits.ts';
import { metrics, predictionsIn } from '../../facts/training/metrics.ts';
import { dividesRows, divisions } from '../../facts/training/rows.ts';
import { splits } from '../../facts/training/splits.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** Names and words of anything that judges on other rows. */
const ELSEWHERE =
  /(^|_)(test|tests|testing|val|valid|validation|holdout|held|oob|eval|evaluate|dev)(_|$|\d)|oob_score|Xtest|cross_val/i;

/** The fit that a prediction or score repeats the rows of. */
function fittedOn(document: PythonDocument, model: PyNode, rows: PyNode): Fit | undefined {
  return supervisedFits(document).find((fit) => {
    const same = fit.call.node === model || sameValue(document, model, fit.model) || holdsFit(document, model, fit);
    return same && sameValue(document, rows, bare(fit.rows));
  });
}

const holdsFit = (document: PythonDocument, model: PyNode, fit: Fit): boolean =>
  fit.call.node.parent?.type === 'assignment' &&
  textOf(document, fit.call.node.parent).startsWith(`${textOf(document, model)} =`);

/** The numbers that say how good a model is: `score`, and metrics of what it predicts. */
function judgements(document: PythonDocument): readonly { readonly node: PyNode; readonly use: Call }[] {
  const scored = evaluations(document).filter(({ call }) => call.method === 'score');
  const measured = metrics(document).flatMap(({ call, prediction }) =>
    predictionsIn(document, prediction).map((use) => ({ node: call.node, use })),
  );
  return [...scored.map(({ call }) => ({ node: call.node, use: call })), ...measured].sort(
    (a, b) => a.node.start - b.node.start,
  );
}

/** The statements that split rows, where nothing ever reads what they hold out and nothing else divides rows. */
function idleSplits(document: PythonDocument): readonly PyNode[] {
  const all = splits(document);
  const idle = all.every(({ call, heldOut }) => {
    const made = bindingsFrom(document, call.node).filter(({ node }) => heldOut.includes(node));
    return (
      made.length > 0 && made.length === heldOut.length && made.every((each) => readsOf(document, each).length === 0)
    );
  });
  return idle && all.length === divisions(document).length ? all.map(({ call }) => statementOf(call.node)) : [];
}

function looksElsewhere(document: PythonDocument): boolean {
  const idle = idleSplits(document);
  if (idle.length === 0 && dividesRows(document)) return true;
  const named = nodesOf(document, 'identifier', 'string_content').some(
    (each) =>
      ELSEWHERE.test(textOf(document, each)) &&
      !idle.some((statement) => contains(statement, each)) &&
      !isInside(each, 'import_from_statement'),
  );
  return named || evaluations(document).some(({ model, rows }) => fittedOn(document, model, rows) === undefined);
}

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'validation',
  severity: 'high',
  confidence: 'medium',
  paths: { notebook: 'one-down' },
  title: 'Judged only on the rows it was fitted on',
  why: 'A score on the training rows measures how well the model remembers them. How it does on new rows is not known.',
  fix: 'Hold rows out (`train_test_split`) or use `cross_val_score`, and report the score on rows that the model has not seen.',
  references: ['https://scikit-learn.org/stable/modules/cross_validation.html'],
  mentions: ['fit'],
  examples: [
    bad`
      from sklearn.linear_model import LogisticRegression
      from sklearn.metrics import classification_report
      from sklearn.model_selection import train_test_split

      def main(X, y):
          X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
          clf = LogisticRegression().fit(X_train, y_train)
          print(«classification_report(y_train, clf.predict(X_train))»)
          return clf
    `,
    good`
      from sklearn.linear_model import LogisticRegression
      from sklearn.metrics import accuracy_score
      from sklearn.model_selection import train_test_split

      def main(X, y):
          X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
          clf = LogisticRegression().fit(X_train, y_train)
          print(accuracy_score(y_train, clf.predict(X_train)))
          return clf, X_test, y_test
    `,
    bad`
      from sklearn.linear_model import LogisticRegression as Model
      from sklearn.metrics import accuracy_score as acc

      class Job:
          def run(self, X, y):
              model = Model()
              model.fit(X, y)
              y_pred = model.predict(X)
              print(«acc(y, y_pred)»)
              return «model.score(X, y)»
    `,
    bad`
      import sklearn.metrics
      import sklearn.svm

      def train(features, target):
          machine = sklearn.svm.SVR().fit(features, target)
          return «sklearn.metrics.r2_score(target, machine.predict(features))»
    `,
    bad`
      import xgboost as xgb
      model = xgb.XGBClassifier()
      rows, labels = load()
      model.fit(rows, labels)
      print(«model.score(rows, labels)»)
    `,
    good`
      from sklearn.linear_model import LogisticRegression
      from sklearn.model_selection import train_test_split
      X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
      model = LogisticRegression().fit(X_train, y_train)
      print("train", model.score(X_train, y_train), "test", model.score(X_test, y_test))
    `,
    good`
      from sklearn.cluster import KMeans
      from sklearn.ensemble import RandomForestClassifier
      X, y = load()
      print(KMeans(3).fit(X).score(X))
      forest = RandomForestClassifier(oob_score=True).fit(X, y)
      print(forest.score(X, y), forest.oob_score_)
    `,
    good`
      from sklearn.linear_model import LogisticRegression
      X, y = load()
      model = LogisticRegression().fit(X, y)
      print(model.score(X, y))
      print(model.score(*load("2024")), model.score(other, labels))
    `,
    good`
      from sklearn.linear_model import LinearRegression
      X, y = load()
      model = LinearRegression().fit(X, y)
      plot(X, model.predict(X))
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (supervisedFits(document).length === 0 || looksElsewhere(document)) return;
    for (const { node, use } of judgements(document)) {
      const rows = evaluations(document).find(({ call }) => call === use)?.rows;
      const fit = rows && use.receiver && fittedOn(document, use.receiver, rows);
      if (rows === undefined || fit === undefined || use.node.start < fit.call.node.start) continue;
      const message = `\`${textOf(document, rows)}\`, on which the model is judged, is what it was fitted on`;
      yield at(document, node, message, { evidence: [seen(document, fit.call.node, 'fitted on it here')] });
    }
  },
});
