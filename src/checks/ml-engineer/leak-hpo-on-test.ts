import { bare, child, contains, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, callAt, calls } from '../../facts/python/calls.ts';
import { originsOf } from '../../facts/python/flow.ts';
import { enclosingLoop, returnsOf } from '../../facts/python/structure.ts';
import { evaluations, testRowsIn } from '../../facts/training/evaluations.ts';
import { fits } from '../../facts/training/fits.ts';
import { objectives, pickedBest } from '../../facts/training/tuning.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

interface Found {
  readonly call: Call;
  readonly rows: PyNode;
  readonly picked: PyNode;
}

/** Scores of test rows that a tuner's objective answers with. */
function byTuner(document: PythonDocument): readonly Found[] {
  return objectives(document).flatMap((definition) =>
    scoresOnTest(document).flatMap(({ call, rows }) => {
      if (!contains(definition, call.node)) return [];
      const returned = returnsOf(document, definition).find((value) => originsOf(document, value).has(call.node));
      return returned === undefined ? [] : [{ call, rows, picked: returned }];
    }),
  );
}

/** Scores of test rows, computed for each candidate of a loop that fits it, of which the best is kept. */
function byLoop(document: PythonDocument): readonly Found[] {
  return scoresOnTest(document).flatMap(({ call, rows }) => {
    const loop = candidatesLoop(document, call);
    const picked = loop && pickedBest(document, loop, call, calls(document));
    return picked === undefined ? [] : [{ call, rows, picked }];
  });
}

/** The loop around a score in which a model is fitted, but no loop over folds: those hold out other rows each time. */
function candidatesLoop(document: PythonDocument, call: Call): PyNode | undefined {
  const loop = enclosingLoop(call.node);
  if (loop === undefined || !fits(document).some((fit) => contains(loop, fit.call.node))) return undefined;
  for (let at: PyNode | undefined = loop; at !== undefined; at = enclosingLoop(at)) {
    if (overFolds(document, at)) return undefined;
  }
  return loop;
}

function overFolds(document: PythonDocument, loop: PyNode): boolean {
  const iterated = child(loop, 'right');
  if (iterated === undefined) return false;
  return [...originsOf(document, bare(iterated))].some(
    (each) => each.type === 'call' && callAt(document, each)?.method === 'split',
  );
}

function scoresOnTest(document: PythonDocument): readonly { readonly call: Call; readonly rows: PyNode }[] {
  return evaluations(document).flatMap(({ call, rows }) => {
    const test = testRowsIn(document, rows);
    return test === undefined ? [] : [{ call, rows: test }];
  });
}

export default defineCheck({
  evaluates: 'data-leakage',
  stage: 'validation',
  severity: 'high',
  confidence: 'high',
  title: 'Settings chosen by their score on the test rows',
  why: `
    The best of many candidates on the test rows is partly the luckiest one. Its score is no estimate for new data any more, and no
    rows are left that could give one.
  `,
  fix: 'Compare candidates by `cross_val_score` on the training rows or on a validation part of them; score the winner once on the test rows.',
  references: ['https://scikit-learn.org/stable/auto_examples/model_selection/plot_nested_cross_validation_iris.html'],
  mentions: ['test', 'Test', 'holdout', 'hold_out'],
  examples: [
    bad`
      from hyperopt import fmin, tpe
      from sklearn.svm import SVC

      class Tuner:
          def objective(self, space):
              clf = SVC(C=space["C"]).fit(self.X_train, self.y_train)
              return -«clf.score(self.X_test, self.y_test)»

          def run(self, space):
              return fmin(self.objective, space, algo=tpe.suggest, max_evals=10)
    `,
    bad`
      import optuna
      from sklearn.metrics import accuracy_score as acc
      from sklearn.svm import SVC as Model

      def objective(trial):
          model = Model(C=trial.suggest_float("C", 0.1, 10))
          model.fit(X_train, y_train)
          return acc(y_test, «model.predict(X_test)»)

      study = optuna.create_study(direction="maximize")
      study.optimize(objective, n_trials=50)
    `,
    bad`
      from sklearn.neighbors import KNeighborsClassifier

      class Search:
          def run(self, X_train, y_train, X_test, y_test):
              best_score = 0
              for k in range(1, 20):
                  model = KNeighborsClassifier(k).fit(X_train, y_train)
                  score = «model.score(X_test, y_test)»
                  if score > best_score:
                      best_score, best_k = score, k
              return best_k

      def by_list(X_train, y_train, X_test, y_test):
          scores = []
          for k in range(1, 20):
              model = KNeighborsClassifier(k)
              model.fit(X_train, y_train)
              scores.append(«model.score(X_test, y_test)»)
          return scores.index(max(scores))
    `,
    bad`
      from functools import partial
      from hyperopt import fmin, tpe
      import sklearn.metrics as m

      def loss(space, X_train, y_train, test_df, truth):
          model = build(space).fit(X_train, y_train)
          guessed = «model.predict(test_df)»
          return {"loss": m.mean_squared_error(truth, guessed), "status": "ok"}

      fmin(fn=partial(loss, X_train=X, y_train=y, test_df=kept, truth=goal), space=space, algo=tpe.suggest)
    `,
    good`
      import optuna
      from sklearn.model_selection import KFold, cross_val_score
      from sklearn.svm import SVC

      def objective(trial):
          model = SVC(C=trial.suggest_float("C", 0.1, 10))
          return cross_val_score(model, X_train, y_train).mean()

      study = optuna.create_study()
      study.optimize(objective)
      best = SVC(**study.best_params).fit(X_train, y_train)
      print(best.score(X_test, y_test))

      best_score = 0
      for train, test in KFold(5).split(X):
          X_train, X_test = X[train], X[test]
          model = SVC().fit(X_train, y[train])
          score = model.score(X_test, y[test])
          if score > best_score:
              best_score = score
      for model in models:
          model.fit(X_train, y_train)
          print(model.score(X_test, y_test))
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const { call, rows, picked } of [...byTuner(document), ...byLoop(document)]) {
      const message = `the best candidate is chosen by \`${textOf(document, call.callee)}\` on \`${textOf(document, rows)}\``;
      yield at(document, call.node, message, { evidence: [seen(document, picked, 'chosen by it here')] });
    }
  },
});
