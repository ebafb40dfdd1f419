import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, calls } from '../../facts/python/calls.ts';
import { flowsInto } from '../../facts/python/flow.ts';
import { enclosingFunction } from '../../facts/python/structure.ts';
import { type Fit, fits } from '../../facts/training/fits.ts';
import { dividesRows } from '../../facts/training/rows.ts';
import { isEstimator } from '../../facts/training/transformers.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const STORES =
  /^(joblib\.dump|sklearn\.externals\.joblib\.dump|pickle\.dump|pickle\.dumps|cloudpickle\.dump|dill\.dump|skops\.io\.dump|mlflow\.\w+\.(log|save)_model|bentoml\.\w+\.save_model)$/;
const METHODS = new Set(['save_model']);

/** Words of anything that may judge the model: other rows, scores, folds, a look at predictions, or a refit on all there is. */
const JUDGES =
  /test|val|eval|hold|oob|fold|cross|^cv|_cv|score|metric|accura|predict|judge|assess|report|loss|error|rmse|mse|refit|retrain|final|search|tune|split|benchmark|monitor/i;

function isScript(document: PythonDocument, call: Call): boolean {
  if (enclosingFunction(call.node) === undefined) return true;
  return nodesOf(document, 'if_statement').some((each) =>
    /__name__\s*==/.test(textOf(document, child(each, 'condition') ?? each)),
  );
}

function stored(document: PythonDocument, { model, call }: Fit): PyNode | undefined {
  return calls(document).find((each) => {
    if (each.node.start < call.node.end) return false;
    const given = STORES.test(each.name ?? '')
      ? (each.args[0] ?? each.keywords.get('sk_model'))
      : METHODS.has(each.method ?? '')
        ? each.receiver
        : undefined;
    return given !== undefined && flowsInto(document, model, given);
  })?.node;
}

const judges = (document: PythonDocument): boolean =>
  dividesRows(document) ||
  nodesOf(document, 'identifier', 'string_content', 'comment').some((each) => JUDGES.test(textOf(document, each)));

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'validation',
  severity: 'medium',
  confidence: 'medium',
  paths: { notebook: 'low' },
  title: 'Model stored without having been judged',
  why: 'The script fits a model on everything it reads and stores it. Nobody learns how good it is before it is used, nor when a later run makes it worse.',
  fix: 'Hold rows out or cross-validate, and log the score next to the model.',
  references: ['https://scikit-learn.org/stable/modules/cross_validation.html'],
  mentions: ['dump', 'log_model', 'save_model'],
  examples: [
    bad`
      import joblib
      from sklearn.linear_model import LogisticRegression as Model

      X, y = load()
      model = Model()
      «model.fit(X, y)»
      joblib.dump(model, "model.joblib")
    `,
    bad`
      import pickle
      from sklearn import svm

      class Job:
          def run(self, X, y):
              machine = svm.SVC()
              «machine.fit(X, y)»
              with open("m.pkl", "wb") as out:
                  pickle.dump(machine, out)

      if __name__ == "__main__":
          Job().run(*load())
    `,
    bad`
      import mlflow
      from xgboost import XGBRegressor
      booster = XGBRegressor()
      kept = «booster.fit(rows, labels)»
      mlflow.xgboost.log_model(booster, "model")
    `,
    bad`
      import lightgbm

      def main(rows, labels):
          booster = lightgbm.LGBMRegressor()
          «booster.fit(rows, labels)»
          booster.save_model("m.txt")

      if __name__ == '__main__':
          main(*read())
    `,
    good`
      import joblib
      from sklearn.linear_model import LogisticRegression
      from sklearn.model_selection import cross_val_score
      model = LogisticRegression()
      print(cross_val_score(model, X, y))
      model.fit(X, y)
      joblib.dump(model, "model.joblib")
    `,
    good`
      import joblib
      from sklearn.linear_model import LogisticRegression

      def train(X, y):
          model = LogisticRegression()
          model.fit(X, y)
          joblib.dump(model, "model.joblib")
    `,
    good`
      import joblib
      from sklearn.linear_model import LogisticRegression
      # Final refit on all rows with the settings that were found.
      model = LogisticRegression(C=0.3)
      model.fit(X, y)
      joblib.dump(model, "model.joblib")
    `,
    good`
      from transformers import Trainer
      import joblib
      from sklearn.linear_model import LogisticRegression
      from reports import evaluate_model
      trainer = Trainer(net, args, train_dataset=a, eval_dataset=b)
      trainer.train()
      trainer.save_model("out")
      model = LogisticRegression()
      model.fit(X, y)
      evaluate_model(model)
      joblib.dump(model, "model.joblib")
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (judges(document)) return;
    const found = fits(document).find(
      (fit) =>
        isEstimator(fit.type) &&
        fit.target !== undefined &&
        isScript(document, fit.call) &&
        stored(document, fit) !== undefined,
    );
    const store = found && stored(document, found);
    if (found === undefined || store === undefined) return;
    const message = `\`${textOf(document, found.call.callee)}\` takes all rows, and the model is stored without having been judged on others`;
    yield at(document, found.call.node, message, { evidence: [seen(document, store, 'stored here')] });
  },
});
