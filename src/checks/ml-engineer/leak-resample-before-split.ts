import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, callsOfMethod, callsTo } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { originsOf } from '../../facts/python/flow.ts';
import { typeOf } from '../../facts/python/types.ts';
import { callsInto, comesFromTraining, type Division, divisions } from '../../facts/training/rows.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const RESAMPLER = /^imblearn\.(?!pipeline|ensemble|metrics)/;

/** Calls that repeat rows, invent rows near others, or leave rows out. */
function resamplings(document: PythonDocument): readonly Call[] {
  const learnt = callsOfMethod(document, 'fit_resample', 'fit_sample').filter(
    ({ receiver }) => receiver !== undefined && RESAMPLER.test(typeOf(document, receiver) ?? ''),
  );
  const drawn = callsTo(document, 'sklearn.utils.resample').filter(
    (call) =>
      !call.spread &&
      (call.keywords.get('replace') === undefined || isConstant(document, call.keywords.get('replace'), true)),
  );
  const repeated = callsOfMethod(document, 'sample').filter((call) =>
    isConstant(document, call.keywords.get('replace'), true),
  );
  return [...learnt, ...drawn, ...repeated];
}

const joins = (document: PythonDocument, call: Call, division: Division): boolean =>
  callsInto(document, division.rows).some(
    (each) =>
      (each.name === 'pandas.concat' || each.method === 'append') && originsOf(document, each.node).has(call.node),
  );

/** A later division of the rows that came out; a second split of training rows is somebody's validation set. */
function laterDivision(document: PythonDocument, call: Call): Division | undefined {
  const rows = argument(call, 0, 'X');
  return divisions(document).find((division) => {
    if (!originsOf(document, division.rows).has(call.node)) return false;
    if (call.method === 'sample' && !joins(document, call, division)) return false;
    return division.kind === 'folds' || !comesFromTraining(document, rows ?? call.receiver ?? call.node);
  });
}

export default defineCheck({
  evaluates: 'data-leakage',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  grades: { under: { severity: 'medium', when: 'rows are only left out, not repeated' } },
  title: 'Rows resampled before they are split',
  why: `
    Copies of a row, or rows made from it, end up on both sides of the split: the model is judged on what it has learnt by heart.
    The class balance of the test rows is no longer that of production either.
  `,
  fix: 'Split first and resample the training rows only; inside cross-validation put the sampler into an `imblearn.pipeline.Pipeline`.',
  references: ['https://imbalanced-learn.org/stable/common_pitfalls.html#data-leakage'],
  mentions: ['resample', 'fit_sample', 'replace'],
  examples: [
    bad`
      from imblearn.over_sampling import SMOTE as Smote
      from sklearn.model_selection import train_test_split as tts, cross_val_score

      def prepare(X, y):
          sampler = Smote(random_state=1)
          X_res, y_res = «sampler.fit_resample(X, y)»
          return tts(X_res, y_res, random_state=1)

      def score(model, X_train, y_train):
          X_more, y_more = «Smote().fit_resample(X_train, y_train)»
          return cross_val_score(model, X_more, y_more)
    `,
    bad`
      import pandas as pd
      import sklearn.utils as su
      from sklearn.model_selection import StratifiedKFold, train_test_split

      class Job:
          def run(self, df):
              rare = df[df["fraud"] == 1]
              rare = «su.resample(rare, n_samples=1000, random_state=1)»
              both = pd.concat([df[df["fraud"] == 0], rare])
              X = both.drop(columns=["fraud"])
              return train_test_split(X, both["fraud"], random_state=1)

      def folds(df, minority):
          more = pd.concat([df, «minority.sample(500, replace=True)»])
          return list(StratifiedKFold(5).split(more, more["y"]))
    `,
    bad.as('under')`
      from imblearn.under_sampling import RandomUnderSampler
      from sklearn.model_selection import train_test_split
      X, y = «RandomUnderSampler().fit_resample(X, y)»
      X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
    `,
    good`
      from imblearn.over_sampling import SMOTE
      from imblearn.pipeline import Pipeline
      from sklearn.model_selection import cross_val_score, train_test_split
      from sklearn.utils import resample

      X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
      X_res, y_res = SMOTE().fit_resample(X_train, y_train)
      X_fit, X_val, y_fit, y_val = train_test_split(X_res, y_res, random_state=1)
      steps = Pipeline([("smote", SMOTE()), ("model", model)])
      scores = cross_val_score(steps, X_train, y_train)
      fewer = resample(X, replace=False, n_samples=10)
      train_test_split(fewer, random_state=1)
    `,
    good`
      import pandas as pd
      from sklearn.model_selection import train_test_split

      shuffled = df.sample(frac=1, random_state=1)
      weekly = series.resample("W").mean()
      train_test_split(shuffled, random_state=1)
      train_test_split(weekly, shuffle=False)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (divisions(document).length === 0) return;
    for (const call of resamplings(document)) {
      const division = laterDivision(document, call);
      if (division === undefined) continue;
      const under = /^imblearn\.under_sampling\./.test(call.name ?? '');
      const evidence = [seen(document, division.call.node, 'the result is split here')];
      const message = `\`${textOf(document, call.callee)}\` resamples the rows that \`${textOf(document, division.call.callee)}\` divides afterwards`;
      yield at(document, call.node, message, { evidence, ...(under ? { grade: 'under' } : {}) });
    }
  },
});
