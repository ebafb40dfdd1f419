import { bare, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { calls, callsTo } from '../../facts/python/calls.ts';
import { stringOf } from '../../facts/python/constants.ts';
import { elementsOf } from '../../facts/python/literals.ts';
import { imbalance } from '../../facts/training/imbalance.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** Any sign that something else than accuracy is looked at. */
const OTHERS =
  /f1|fbeta|f_beta|fscore|f_score|roc|auc|precision|recall|classification_report|confusion|matthews|mcc|kappa|balanced_acc|gmean|geometric_mean|sensitivity|specificity|average_precision|log_loss|brier|lift|gini|\bks_|jaccard|metrics\.evaluate|mlflow\.(models\.)?evaluate|gains/i;

/** Where accuracy is computed: by scikit-learn, or as the only metric that keras is told. */
function accuracies(document: PythonDocument): readonly PyNode[] {
  const computed = callsTo(document, 'sklearn.metrics.accuracy_score').map(({ node }) => node);
  const compiled = calls(document).flatMap(({ method, keywords }) => {
    const given = method === 'compile' ? keywords.get('metrics') : undefined;
    const each = given === undefined ? undefined : elementsOf(document, bare(given));
    return each?.length === 1 &&
      given !== undefined &&
      /^(binary_|categorical_)?(accuracy|acc)$/.test(stringOf(document, each[0]) ?? '')
      ? [given]
      : [];
  });
  return [...computed, ...compiled].sort((a, b) => a.start - b.start);
}

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'validation',
  severity: 'medium',
  confidence: 'medium',
  paths: { notebook: 'low' },
  title: 'Accuracy alone for classes of unequal size',
  why: 'Where one class is rare, a model that never predicts it has a high accuracy. Whether the rare class is found does not show.',
  fix: 'Report a metric that looks at the rare class too: average precision, F1, balanced accuracy, or a `classification_report`.',
  references: ['https://scikit-learn.org/stable/modules/model_evaluation.html#balanced-accuracy-score'],
  mentions: ['accuracy', "'acc'", '"acc"'],
  examples: [
    bad`
      from sklearn.metrics import accuracy_score as acc
      from sklearn.linear_model import LogisticRegression

      class Job:
          def run(self, X_train, y_train, X_test, y_test):
              model = LogisticRegression(class_weight="balanced").fit(X_train, y_train)
              return «acc(y_test, model.predict(X_test))»
    `,
    bad`
      import pandas as pd
      import sklearn.metrics as sm
      from sklearn.model_selection import train_test_split
      df = pd.read_csv("cards.csv")
      y = df["is_fraud"]
      X_train, X_test, y_train, y_test = train_test_split(df[["amount"]], y, random_state=1)
      print(«sm.accuracy_score(y_test, guess(X_test))»)
    `,
    bad`
      from imblearn.over_sampling import SMOTE
      from tensorflow import keras
      X_train, y_train = SMOTE().fit_resample(X_train, y_train)
      watched = ["accuracy"]
      net.compile(loss="binary_crossentropy", metrics=«watched»)
    `,
    bad`
      from sklearn import metrics
      from xgboost import XGBClassifier
      model = XGBClassifier(scale_pos_weight=20)
      print(«metrics.accuracy_score(y_test, model.predict(X_test))»)
    `,
    good`
      from sklearn.metrics import accuracy_score
      from sklearn.linear_model import LogisticRegression
      model = LogisticRegression(class_weight=None).fit(X_train, y_train)
      print(accuracy_score(y_test, model.predict(X_test)))
    `,
    good`
      from sklearn.metrics import accuracy_score, balanced_accuracy_score
      from sklearn.svm import SVC
      model = SVC(class_weight="balanced").fit(X_train, y_train)
      print(accuracy_score(y_test, model.predict(X_test)), balanced_accuracy_score(y_test, model.predict(X_test)))
    `,
    good`
      from sklearn.metrics import accuracy_score, classification_report
      from sklearn.svm import SVC
      model = SVC(class_weight="balanced").fit(X_train, y_train)
      print(accuracy_score(y_test, model.predict(X_test)), classification_report(y_test, model.predict(X_test)))
    `,
  ],

  reads: 'python',
  *inspect(document) {
    const [first] = accuracies(document);
    if (first === undefined || OTHERS.test(document.text)) return;
    const sign = imbalance(document);
    if (sign === undefined) return;
    const message = `\`${textOf(document, first).replace(/\s+/g, ' ').slice(0, 60)}\` is the only measure although the classes are of unequal size`;
    yield at(document, first, message, { evidence: [seen(document, sign.node, sign.says)] });
  },
});
