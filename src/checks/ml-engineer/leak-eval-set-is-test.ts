import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, callAt, calls } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { originsOf, sameValue } from '../../facts/python/flow.ts';
import { evaluations, testRowsAmong, testRowsIn } from '../../facts/training/evaluations.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const GIVEN = ['eval_set', 'validation_data', 'valid_sets', 'evals', 'eval_dataset'];
const STOPS = /(^|\.)(EarlyStopping|EarlyStoppingCallback|early_stopping|ModelCheckpoint|BestModelCheckpoint)$/;
const STOP_ARGUMENTS = ['early_stopping_rounds', 'od_type', 'od_wait', 'early_stopping'];

/** Keyword arguments that choose the round or epoch to keep by the rows that are watched. */
function chooses(document: PythonDocument, call: Call): boolean {
  if (STOP_ARGUMENTS.some((name) => call.keywords.has(name) && !isConstant(document, call.keywords.get(name), null)))
    return true;
  return ['use_best_model', 'load_best_model_at_end'].some((name) =>
    isConstant(document, call.keywords.get(name), true),
  );
}

/** Whether training keeps what did best on the watched rows: told by the call, its callbacks, or how the model was made. */
function keepsBest(document: PythonDocument, call: Call): boolean {
  if (/^catboost\./.test(call.name ?? '')) return !isConstant(document, call.keywords.get('use_best_model'), false);
  const nodes = [
    call.node,
    ...(call.receiver === undefined ? [] : [...originsOf(document, call.receiver)]),
    ...originsOf(document, call.node),
  ];
  return nodes.some((node) => {
    const each = node.type === 'call' ? callAt(document, node) : undefined;
    return (
      each !== undefined &&
      (chooses(document, each) || STOPS.test(each.name ?? each.method ?? textOf(document, each.callee)))
    );
  });
}

/** A later use of the same rows to report how good the model is. */
function reported(document: PythonDocument, call: Call, rows: PyNode): Call | undefined {
  return evaluations(document).find((each) => {
    if (each.call.node.start < call.node.end) return false;
    const used = testRowsIn(document, each.rows);
    return used !== undefined && sameValue(document, used, rows);
  })?.call;
}

const shown = (document: PythonDocument, node: PyNode): string => textOf(document, node).replace(/\s+/g, ' ');

export default defineCheck({
  evaluates: 'data-leakage',
  stage: 'validation',
  severity: 'high',
  confidence: 'high',
  grades: { watched: { severity: 'low', when: 'nothing is chosen by these rows automatically' } },
  paths: { notebook: 'one-down' },
  title: 'Test rows watched during training and reported afterwards',
  why: `
    Early stopping keeps the round that does best on the watched rows, so the model is chosen by them. The score on the same rows
    afterwards is the best of many tries, not an estimate for new data.
  `,
  fix: 'Set a validation part of the training rows apart for `eval_set` or `validation_data`, and use the test rows once, at the end.',
  references: ['https://xgboost.readthedocs.io/en/stable/python/python_intro.html#early-stopping'],
  mentions: GIVEN,
  examples: [
    bad`
      from sklearn.model_selection import train_test_split
      from xgboost import XGBClassifier as Booster

      X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
      model = Booster(early_stopping_rounds=10)
      model.fit(X_train, y_train, eval_set=«[(X_test, y_test)]»)
      print(model.score(X_test, y_test))
    `,
    bad`
      import lightgbm as lgb
      import xgboost as xgb
      from catboost import CatBoostClassifier

      def train(X_train, y_train, X_test, y_test):
          dtest = xgb.DMatrix(X_test, label=y_test)
          booster = xgb.train({}, xgb.DMatrix(X_train, y_train), evals=«[(dtest, "eval")]», early_stopping_rounds=5)
          return booster.predict(dtest)

      class Job:
          def run(self, X_train, y_train, X_test, y_test):
              model = CatBoostClassifier()
              model.fit(X_train, y_train, eval_set=«(X_test, y_test)»)
              return model.predict_proba(X_test)
    `,
    bad.as('watched')`
      from tensorflow import keras
      x_test, y_test = load()
      net = keras.Sequential(layers)
      net.fit(x_train, y_train, validation_data=«(x_test, y_test)»)
      net.evaluate(x_test, y_test)
    `,
    bad`
      from transformers import Trainer, TrainingArguments
      from datasets import load_dataset
      ds = load_dataset("imdb")
      args = TrainingArguments("out", load_best_model_at_end=True)
      trainer = Trainer(model, args, train_dataset=ds["train"], eval_dataset=«ds["test"]»)
      trainer.train()
      print(trainer.evaluate(ds["test"]))
    `,
    good`
      from xgboost import XGBClassifier
      from transformers import Trainer, TrainingArguments

      model = XGBClassifier(early_stopping_rounds=10)
      model.fit(X_train, y_train, eval_set=[(X_val, y_val)])
      print(model.score(X_test, y_test))
      watched = XGBClassifier(early_stopping_rounds=10)
      watched.fit(X_train, y_train, eval_set=[(X_test, y_test)])
      parts = ds["train"].train_test_split(test_size=0.1, seed=1)
      val_ds = parts["test"]
      args = TrainingArguments("out", load_best_model_at_end=True)
      first = Trainer(model, args, train_dataset=parts["train"], eval_dataset=val_ds)
      print(first.evaluate(val_ds))
      trainer = Trainer(model, args, train_dataset=ds["train"], eval_dataset=ds["validation"])
      print(trainer.evaluate(ds["test"]))
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of calls(document)) {
      const keyword = GIVEN.find((name) => call.keywords.has(name));
      const given = keyword === undefined ? undefined : call.keywords.get(keyword);
      const rows = given && testRowsAmong(document, given);
      const later = rows && reported(document, call, rows);
      if (given === undefined || rows === undefined || later === undefined || later === call) continue;
      const best = keepsBest(document, call);
      const message = best
        ? `training keeps what does best on \`${shown(document, rows)}\`, and the same rows are used to judge it`
        : `\`${shown(document, rows)}\` is watched during training, and the same rows are used to judge the result`;
      yield at(document, given, message, {
        evidence: [seen(document, later.node, 'judged here')],
        ...(best ? {} : { grade: 'watched' }),
      });
    }
  },
});
