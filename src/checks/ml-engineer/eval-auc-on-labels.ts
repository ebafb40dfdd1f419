import { bare, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, callAt, callsOfMethod } from '../../facts/python/calls.ts';
import { sameValue } from '../../facts/python/flow.ts';
import { singleAssignment } from '../../facts/python/reaching.ts';
import { type Metric, metrics } from '../../facts/training/metrics.ts';
import { innermostModel } from '../../facts/training/wrapped.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const RANKING = new Set(['roc_auc_score', 'average_precision_score', 'roc_curve', 'precision_recall_curve']);
/** Their `predict` answers with classes. */
const CLASSIFIER =
  /^(sklearn\.(\w+\.)+(\w*Classifier(CV)?|LogisticRegression(CV)?|(Linear|Nu)?SVC|\w+NB|LinearDiscriminantAnalysis|QuadraticDiscriminantAnalysis|Perceptron)|xgboost\.XGB(RF)?Classifier|lightgbm\.LGBMClassifier|catboost\.CatBoostClassifier|imblearn\.ensemble\.\w+Classifier)\(\)$/;
const RESHAPES = /^(ravel|flatten|astype|reshape|to_numpy|tolist)$/;

/** The `predict` whose answer is given as the score, at most reshaped. */
function labelsFrom(document: PythonDocument, node: PyNode): Call | undefined {
  let at = bare(node);
  for (let step = 0; step < 6; step += 1) {
    const source = at.type === 'identifier' ? singleAssignment(document, at) : undefined;
    if (source !== undefined) at = bare(source);
    const call = at.type === 'call' ? callAt(document, at) : undefined;
    if (call?.method === 'predict') return call;
    if (call?.receiver === undefined || !RESHAPES.test(call.method ?? '')) return undefined;
    at = bare(call.receiver);
  }
  return undefined;
}

/** By its type, or because the file asks the same model for probabilities elsewhere. */
function isClassifier(document: PythonDocument, predict: Call): boolean {
  const model = predict.receiver;
  if (model === undefined) return false;
  const type = innermostModel(document, model);
  if (type !== undefined) return CLASSIFIER.test(type);
  return callsOfMethod(document, 'predict_proba', 'decision_function').some(
    ({ receiver }) => receiver !== undefined && sameValue(document, receiver, model),
  );
}

function fixOf(
  document: PythonDocument,
  { prediction, call }: Metric,
  predict: Call,
): { readonly replacement?: { readonly span: PyNode; readonly text: string } } {
  const canRank =
    predict.receiver !== undefined && !/(SVC|Perceptron)\(\)$/.test(innermostModel(document, predict.receiver) ?? '');
  if (bare(prediction) !== predict.node || !canRank || call.keywords.has('multi_class')) return {};
  const text = textOf(document, predict.node);
  const method = document.text.slice(predict.node.start, predict.callee.end).replace(/predict$/, 'predict_proba');
  return {
    replacement: { span: prediction, text: `${method}${text.slice(predict.callee.end - predict.node.start)}[:, 1]` },
  };
}

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'validation',
  severity: 'high',
  confidence: 'high',
  title: 'Ranking metric computed on predicted classes',
  why: `
    The area under a curve asks how well scores rank the rows. Classes are scores with two values: the curve has one corner, and the
    number is the balanced accuracy at one threshold, not the AUC.
  `,
  fix: 'Give the scores: `predict_proba(X)[:, 1]` or `decision_function(X)`.',
  references: ['https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html'],
  mentions: [...RANKING],
  examples: [
    bad`
      from sklearn.ensemble import RandomForestClassifier
      from sklearn.linear_model import LogisticRegression, Ridge
      from sklearn.metrics import roc_auc_score
      from sklearn.model_selection import GridSearchCV
      from sklearn.pipeline import Pipeline, make_pipeline
      from sklearn.preprocessing import StandardScaler

      def run(X_tr, X_te, y_tr, y_te):
          search = GridSearchCV(RandomForestClassifier(random_state=0), {"max_depth": [2, 4]})
          search.fit(X_tr, y_tr)
          print(roc_auc_score(y_te, «search.predict(X_te)»))
          pipe = make_pipeline(StandardScaler(), LogisticRegression())
          pipe.fit(X_tr, y_tr)
          preds = pipe.predict(X_te)
          print(roc_auc_score(y_te, «preds»), roc_auc_score(y_te, make_pipeline(StandardScaler(), Ridge()).predict(X_te)))
          model = Pipeline([("scale", StandardScaler()), ("clf", LogisticRegression())]).fit(X_tr, y_tr)
          return roc_auc_score(y_te, «model.predict(X_te)»)
    `,
    bad`
      from sklearn.linear_model import LogisticRegression as Model
      from sklearn.metrics import roc_auc_score as auc, average_precision_score

      class Report:
          def make(self, X_train, y_train, X_test, y_test):
              model = Model().fit(X_train, y_train)
              y_pred = model.predict(X_test)
              print(auc(y_test, «y_pred»), average_precision_score(y_test, y_score=«y_pred»))
              return auc(y_test, «model.predict(X_test)»)
    `,
    bad`
      import sklearn.metrics as sm
      from sklearn.svm import SVC
      from xgboost import XGBClassifier

      booster = XGBClassifier()
      booster.fit(X_train, y_train)
      print(sm.roc_auc_score(y_test, «booster.predict(X_test)»))
      fpr, tpr, _ = sm.roc_curve(y_test, «SVC().fit(X_train, y_train).predict(X_test)»)

      def judge(model, X, y):
          print(model.predict_proba(X))
          return sm.roc_auc_score(y, «model.predict(X)»)
    `,
    good`
      import lightgbm as lgb
      from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
      from sklearn.metrics import f1_score, roc_auc_score
      from tensorflow import keras

      model = RandomForestClassifier().fit(X_train, y_train)
      roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])
      roc_auc_score(y_test, model.decision_function(X_test))
      f1_score(y_test, model.predict(X_test))
      roc_auc_score(y_test, RandomForestRegressor().fit(X_train, y_train).predict(X_test))
      net = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
      roc_auc_score(y_test, net.predict(X_test))
      booster = lgb.train({}, data)
      roc_auc_score(y_test, booster.predict(X_test))
      roc_auc_score(y_test, unknown.predict(X_test))
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const metric of metrics(document)) {
      const predict = RANKING.has(metric.name) ? labelsFrom(document, metric.prediction) : undefined;
      if (predict === undefined || !isClassifier(document, predict)) continue;
      const message = `\`${metric.name}\` ranks by the classes that \`${textOf(document, predict.callee)}\` answers with`;
      const evidence =
        bare(metric.prediction) === predict.node ? [] : [seen(document, predict.node, 'classes, no scores')];
      yield at(document, metric.prediction, message, { evidence, ...fixOf(document, metric, predict) });
    }
  },
});
