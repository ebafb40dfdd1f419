import { loadPython } from '../../../src/documents/python/parse.ts';
import { callsOfMethod } from '../../../src/facts/python/calls.ts';
import { innermostModel } from '../../../src/facts/training/wrapped.ts';
import { read } from '../python/read.ts';

beforeAll(loadPython);

const IMPORTS = `
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
`;

const LOGISTIC = 'sklearn.linear_model.LogisticRegression()';

test.each([
  ['model = LogisticRegression()', LOGISTIC],
  ['model = make_pipeline(scaler, LogisticRegression()).fit(X, y)', LOGISTIC],
  ['model = Pipeline([("scale", scaler), ("clf", LogisticRegression())])', LOGISTIC],
  ['model = GridSearchCV(Pipeline(steps=[("clf", LogisticRegression())]), {}).best_estimator_', LOGISTIC],
  ['model = make_pipeline(*steps)', 'sklearn.pipeline.make_pipeline()'],
  ['model = load()', undefined],
])('%s answers with %s', (source, expected) => {
  const document = read(`${IMPORTS}${source}\nmodel.predict(X)\n`);
  const [call] = callsOfMethod(document, 'predict');
  expect(call?.receiver && innermostModel(document, call.receiver)).toBe(expected);
});
