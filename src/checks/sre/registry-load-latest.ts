import type { Outcome } from '../../core/finding.ts';
import { ancestor, child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callAt, callsOfMethod } from '../../facts/python/calls.ts';
import { stringShape } from '../../facts/python/strings.ts';
import { typeOf } from '../../facts/python/types.ts';
import { modelUri } from '../../facts/registry/uris.ts';
import { loadsModel } from '../../facts/serving/loads.ts';
import { isServing } from '../../facts/serving/role.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** A call that gives out a model or an artifact, directly or from the one call around it. */
function isConsumed(document: PythonDocument, node: PyNode): boolean {
  const outer = ancestor(node, 'call');
  const call = outer === undefined ? undefined : callAt(document, outer);
  if (call === undefined) return node.parent?.type === 'assignment' || node.parent?.type === 'default_parameter';
  return (
    loadsModel(call) ||
    call.method === 'use_artifact' ||
    call.name === 'wandb.use_artifact' ||
    call.method === 'artifact'
  );
}

function* latestVersions(document: PythonDocument): Generator<Outcome> {
  for (const call of callsOfMethod(document, 'get_latest_versions')) {
    if (!/^mlflow(\.\w+)*\.MlflowClient\(\)$/.test(typeOf(document, call.receiver ?? call.callee) ?? '')) continue;
    const taken = call.node.parent;
    if (taken?.type !== 'subscript' || textOf(document, child(taken, 'subscript') ?? taken) !== '0') continue;
    yield at(
      document,
      taken,
      `\`${textOf(document, call.callee)}(…)[0]\` serves whichever version was registered last`,
    );
  }
}

function* latestNames(document: PythonDocument): Generator<Outcome> {
  for (const node of nodesOf(document, 'string')) {
    if (!textOf(document, node).includes('latest')) continue;
    const text = stringShape(document, node, 'x') ?? '';
    const moving = modelUri(text)?.reference.kind === 'latest' || /^[\w.-]+(\/[\w.-]+)*:latest$/.test(text);
    if (!moving || !isConsumed(document, node)) continue;
    if (!text.startsWith('models:') && !/wandb/.test(document.text)) continue;
    yield at(document, node, `\`${textOf(document, node)}\` serves whichever version was registered last`);
  }
}

export default defineCheck({
  evaluates: 'rollback',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Serving code loads the latest model',
  why: `
    The next restart, not a decision, puts a new model into production: two replicas may serve different versions, and there is
    nothing to roll back to because nothing says what ran before.
  `,
  fix: 'Load a version or an alias that a promotion step moves (`models:/name@champion`), and log the resolved version.',
  references: [
    'https://mlflow.org/docs/latest/ml/model-registry/workflow/',
    'https://docs.wandb.ai/guides/artifacts/create-a-custom-alias/',
  ],
  mentions: ['latest'],
  examples: [
    bad({
      'src/inference/batch.py': `
        import mlflow

        MODEL_URI = «"models:/churn/latest"»

        def main(df):
            model = mlflow.pyfunc.load_model(MODEL_URI)
            return model.predict(df)
      `,
    }),
    bad`
      import mlflow
      from fastapi import FastAPI

      app = FastAPI()

      @app.on_event("startup")
      def startup():
          app.state.model = mlflow.sklearn.load_model(«f"models:/{NAME}/latest"»)
    `,
    bad`
      import mlflow
      from fastapi import FastAPI
      from mlflow.pyfunc import load_model as load

      app = FastAPI()
      NAME = «"models:/churn/latest"»
      model = mlflow.pyfunc.load_model(«"models:/ranker/latest"»)

      class Holder:
          def __init__(self, name):
              self.model = load(«f"models:/{name}/latest"»)

      @app.post("/predict")
      def predict(row: dict):
          return model.predict([row])
    `,
    bad`
      import mlflow
      import wandb
      from flask import Flask

      app = Flask(__name__)
      client = mlflow.MlflowClient()
      version = «client.get_latest_versions("churn")[0]»
      folder = wandb.init().use_artifact(«"acme/churn/model:latest"»).download()

      @app.route("/predict")
      def predict():
          return version.source
    `,
    good`
      import mlflow

      model = mlflow.pyfunc.load_model("models:/churn/latest")
      print(mlflow.evaluate(model, data))
    `,
    good`
      import mlflow
      from fastapi import FastAPI

      app = FastAPI()
      model = mlflow.pyfunc.load_model("models:/churn@champion")
      pinned = mlflow.pyfunc.load_model("models:/churn/7")
      print("image:latest")

      @app.post("/predict")
      def predict(row: dict):
          return model.predict([row])
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (!isServing(document)) return;
    yield* latestNames(document);
    yield* latestVersions(document);
  },
});
