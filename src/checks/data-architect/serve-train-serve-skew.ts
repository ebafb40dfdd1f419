import type { Project } from '../../documents/project.ts';
import { bare, child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callAt, callsOfMethod } from '../../facts/python/calls.ts';
import { constantOf } from '../../facts/python/constants.ts';
import { calledFunction } from '../../facts/python/functions.ts';
import { typeOf } from '../../facts/python/types.ts';
import { isServing } from '../../facts/serving/role.ts';
import { routes } from '../../facts/serving/routes.ts';
import { isTransformer, shortName } from '../../facts/training/transformers.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const SCALERS = /\.(StandardScaler|MinMaxScaler|RobustScaler)\(\)$/;
/** Numbers that a format has, not a data set: bytes, halves, ImageNet. */
const CUSTOMARY = new Set([
  0, 0.5, 1, 2, 10, 60, 100, 127, 127.5, 128, 255, 256, 1000, 3600, 32, 1.8, 273.15, 0.485, 0.456, 0.406, 0.229, 0.224,
  0.225,
]);

/** The training file that fits a scaler. */
function scalerFit(project: Project): { readonly document: PythonDocument; readonly node: PyNode } | undefined {
  for (const document of project.documents('python', ['Scaler'])) {
    if (isServing(document)) continue;
    for (const { node, receiver } of callsOfMethod(document, 'fit', 'fit_transform')) {
      if (receiver !== undefined && SCALERS.test(typeOf(document, receiver) ?? '')) return { document, node };
    }
  }
  return undefined;
}

const measured = (document: PythonDocument, node: PyNode | undefined): boolean => {
  const value = constantOf(document, node)?.value;
  return typeof value === 'number' && !CUSTOMARY.has(Math.abs(value)) && !Number.isInteger(value);
};

/** `(x - 37.2) / 11.8`: the mean and the deviation of some training set, written out. */
function writtenScaling(document: PythonDocument, node: PyNode): boolean {
  if (child(node, 'operator')?.type !== '/' || !measured(document, child(node, 'right'))) return false;
  const left = child(node, 'left');
  const inner = left === undefined ? undefined : bare(left);
  return (
    inner?.type === 'binary_operator' &&
    child(inner, 'operator')?.type === '-' &&
    measured(document, child(inner, 'right'))
  );
}

/** Transformers that learn from the row they are asked about. */
function* refits(
  document: PythonDocument,
): Generator<{ readonly node: PyNode; readonly type: string; readonly name: string }> {
  for (const route of routes(document)) {
    const own = nodesWithin(document, route.function, 'call').flatMap((node) => callAt(document, node) ?? []);
    const helpers = new Set(own.flatMap((call) => calledFunction(document, call) ?? []));
    const inside = [...helpers].flatMap((helper) => nodesWithin(document, helper, 'call'));
    for (const node of [...own.map((call) => call.node), ...inside]) {
      const call = callAt(document, node);
      const type =
        call?.receiver === undefined || !/^fit(_transform)?$/.test(call.method ?? '')
          ? undefined
          : typeOf(document, call.receiver);
      if (type !== undefined && isTransformer(type)) yield { node, type, name: route.name };
    }
  }
}

export default defineCheck({
  evaluates: 'referential-integrity',
  stage: 'deployment',
  severity: 'high',
  confidence: 'medium',
  title: 'Serving prepares its input in another way than training',
  why: `
    A scaler that is fitted on a request scales by that request; numbers copied from an old training run go stale with the next
    one. The model sees values that mean something else than in training, and nothing fails.
  `,
  fix: 'Save the fitted transformer with the model (one pipeline, one artefact), and only call `transform` in serving.',
  references: ['https://scikit-learn.org/stable/common_pitfalls.html#inconsistent-preprocessing'],
  examples: [
    bad({
      'serving/app.py': `
        import numpy as np
        from fastapi import FastAPI
        from sklearn.preprocessing import StandardScaler

        app = FastAPI()
        scaler = StandardScaler()

        def prepare(row):
            return «scaler.fit_transform([row.x])»

        @app.post("/predict")
        def predict(row: Row):
            return clf.predict(prepare(row)), clf.predict(«(np.array([row.x]) - 12.3) / 4.5»)
      `,
      'training/train.py': `
        from sklearn.preprocessing import StandardScaler

        scaler = StandardScaler().fit(X_train)
      `,
    }),
    bad`
      import joblib
      from fastapi import FastAPI
      from flask import Flask
      from sklearn.preprocessing import StandardScaler as Scaler, OneHotEncoder

      app = FastAPI()
      web = Flask(__name__)
      model = joblib.load("m.joblib")
      encoder = OneHotEncoder()

      class Api:
          @app.post("/predict")
          def predict(self, rows: list):
              scaler = Scaler()
              scaled = «scaler.fit_transform(rows)»
              return model.predict(«Scaler().fit(scaled)».transform(scaled))

      @web.route("/x")
      def encoded():
          return str(«encoder.fit_transform([[1]])»)
    `,
    bad({
      'train.py':
        'from sklearn.preprocessing import StandardScaler\n\nscaler = StandardScaler()\nX = scaler.fit_transform(X_train)\n',
      'serve.py': `
        from fastapi import FastAPI

        app = FastAPI()
        MEAN = 37.25

        @app.post("/predict")
        def predict(row: Row):
            return model.predict([[«(row.age - MEAN) / 11.83»]])
      `,
    }),
    good({
      'train.py':
        'from sklearn.preprocessing import StandardScaler\n\nscaler = StandardScaler()\nX = scaler.fit_transform(X_train)\n',
      'serve.py': `
        import joblib
        from fastapi import FastAPI

        app = FastAPI()
        scaler = joblib.load("scaler.joblib")

        @app.post("/predict")
        def predict(row: Row):
            image = (row.pixels - 127.5) / 127.5
            celsius = (row.degrees - 32) / 1.8
            return model.predict(scaler.transform([[row.age]]))
      `,
    }),
    good`
      from fastapi import FastAPI

      app = FastAPI()

      @app.post("/predict")
      def predict(row: Row):
          return model.predict([[(row.age - 37.25) / 11.83]])
    `,
  ],

  spans: 'project',
  *inspect(project) {
    const documents = project.documents('python', ['fastapi', 'flask', 'bentoml', 'predict']).filter(isServing);
    const fitted = documents.length === 0 ? undefined : scalerFit(project);
    for (const document of documents) {
      const told = new Set<PyNode>();
      for (const { node, type, name } of refits(document)) {
        if (told.has(node)) continue;
        told.add(node);
        yield at(
          document,
          node,
          `\`${name}\` fits \`${shortName(type)}\` on the request instead of using the one from training`,
        );
      }
      if (fitted === undefined) continue;
      for (const node of nodesOf(document, 'binary_operator')) {
        if (!writtenScaling(document, node)) continue;
        const message =
          `\`${textOf(document, node).slice(0, 80)}\` repeats by hand what a fitted scaler does in training`.replace(
            /\s+/g,
            ' ',
          );
        yield at(document, node, message, {
          evidence: [seen(fitted.document, fitted.node, 'the scaler is fitted here')],
        });
      }
    }
  },
});
