import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, callsOfMethod } from '../../facts/python/calls.ts';
import { typeOf } from '../../facts/python/types.ts';
import { withAllColumns } from '../../facts/training/columns.ts';
import { heldOutBy, holdsTrainingRows } from '../../facts/training/rows.ts';
import { isEstimator, isTransformer } from '../../facts/training/transformers.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const METHODS = ['fit', 'fit_transform', 'fit_on_texts', 'partial_fit', 'fit_resample'];

/** They correct the scores of a fitted model, for which rows are set apart. */
const CALIBRATES =
  /\.(CalibratedClassifierCV|IsotonicRegression|TunedThresholdClassifierCV|FixedThresholdClassifier)\(\)$/;

function isFit(document: PythonDocument, call: Call): boolean {
  const type = call.receiver === undefined ? undefined : typeOf(document, call.receiver);
  if (type !== undefined && CALIBRATES.test(type)) return false;
  if (isTransformer(type)) return true;
  return isEstimator(type) && call.method !== 'fit_transform';
}

/** Calibrators and blenders may learn from validation rows; what only prepares rows may not. */
const isFitOnValidation = (document: PythonDocument, call: Call, rows: PyNode): boolean =>
  call.receiver !== undefined &&
  rows.type === 'identifier' &&
  isTransformer(typeOf(document, call.receiver)) &&
  /(^|_)(val|valid|validation)(_|$|\d)/i.test(textOf(document, rows)) &&
  !/train|fit/i.test(textOf(document, rows));

export default defineCheck({
  evaluates: 'data-leakage',
  stage: 'validation',
  severity: 'high',
  confidence: 'high',
  title: 'Fitted on the held-out rows',
  why: `
    A transformer or model that learns from the test rows has seen what it is judged on. The score is optimistic, and in
    production, where such rows do not exist yet, it does not hold.
  `,
  fix: 'Fit on the training rows only, and use `transform` or `predict` on the held-out ones.',
  references: ['https://scikit-learn.org/stable/common_pitfalls.html#data-leakage'],
  mentions: ['fit'],
  examples: [
    bad`
      from sklearn.feature_extraction.text import TfidfVectorizer
      from sklearn.linear_model import LogisticRegression
      from sklearn.model_selection import train_test_split
      from sklearn.preprocessing import StandardScaler

      NUM = ["a", "b"]

      def prepared(df, val_texts):
          train, test = train_test_split(df)
          scaler = StandardScaler()
          train[NUM] = scaler.fit_transform(train[NUM])
          test[NUM] = «scaler.fit_transform(test[NUM])»
          return «TfidfVectorizer().fit_transform(val_texts)»

      def adapt(val_df, test_df):
          model = LogisticRegression()
          «model.fit(test_df[["a"]], test_df["y"])»
          return model.score(val_df[["a"]], val_df["y"])
    `,
    bad`
      from sklearn.model_selection import train_test_split
      from sklearn.preprocessing import StandardScaler as Scaler

      X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
      scaler = Scaler()
      X_train = scaler.fit_transform(X_train)
      X_test = «scaler.fit_transform(X_test)»
    `,
    bad`
      import sklearn.impute
      from sklearn.model_selection import train_test_split as split

      def prepare(frame, target):
          known, rest, y_known, y_rest = split(frame, target, random_state=0)
          imputer = sklearn.impute.SimpleImputer()
          imputer.fit(known)
          return «imputer.fit_transform(rest)»
    `,
    bad`
      from sklearn.ensemble import RandomForestClassifier

      class Experiment:
          def __init__(self):
              self.model = RandomForestClassifier(random_state=0)

          def run(self, X_train, y_train, X_test, y_test):
              self.model.fit(X_train, y_train)
              «self.model.fit(X_test, y_test)»
    `,
    bad`
      from tensorflow.keras.preprocessing.text import Tokenizer
      tokenizer = Tokenizer(num_words=100)
      «tokenizer.fit_on_texts(texts_test)»
    `,
    good`
      from sklearn.calibration import CalibratedClassifierCV
      from sklearn.isotonic import IsotonicRegression
      from sklearn.linear_model import LogisticRegression
      from sklearn.model_selection import train_test_split

      def calibrated(X, y):
          X_train, X_val, y_train, y_val = train_test_split(X, y, random_state=0)
          clf = LogisticRegression().fit(X_train, y_train)
          CalibratedClassifierCV(clf, cv="prefit").fit(X_val, y_val)
          return IsotonicRegression().fit(clf.predict_proba(X_val)[:, 1], y_val)
    `,
    good`
      import numpy as np
      from sklearn.linear_model import LogisticRegression
      from sklearn.model_selection import train_test_split
      from sklearn.preprocessing import Normalizer, StandardScaler

      X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
      scaler = StandardScaler().fit(X_train)
      X_test = scaler.transform(X_test)
      row_wise = Normalizer().fit_transform(X_test)
      model = LogisticRegression()
      model.fit(X_train, y_train)
      print(model.score(X_test, y_test))
      final = LogisticRegression().fit(np.concatenate([X_train, X_test]), np.concatenate([y_train, y_test]))
      X_test = np.vstack([X_train, X_test])
      final.fit(X_test, y)
    `,
    good`
      class Double:
          def fit(self, X):
              return self

      Double().fit(X_test)
      train_test_model.fit(X)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of callsOfMethod(document, ...METHODS)) {
      const given = argument(call, 0, 'X', 'raw_documents', 'texts');
      if (given === undefined || (!isFit(document, call) && call.method !== 'fit_on_texts')) continue;
      const rows = withAllColumns(document, given);
      const source = heldOutBy(document, rows) ?? (isFitOnValidation(document, call, rows) ? rows : undefined);
      if (source === undefined || holdsTrainingRows(document, rows)) continue;
      const evidence =
        source === rows ? [] : [seen(document, source, `\`${textOf(document, rows)}\` is held out here`)];
      const name = textOf(document, rows);
      const message = `\`${textOf(document, call.callee)}(${name})\` learns from the held-out rows, so scores on them are optimistic`;
      yield at(document, call.node, message, { evidence, ...fixOf(document, call) });
    }
  },
});

function fixOf(document: PythonDocument, call: Call): { readonly replacement?: string } {
  if (call.method !== 'fit_transform' || call.receiver === undefined) return {};
  return { replacement: textOf(document, call.node).replace(/\.fit_transform(?=\()/, '.transform') };
}
