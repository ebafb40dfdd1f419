import { ancestor, child, type PyNode } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, callAt, callsOfMethod } from '../../facts/python/calls.ts';
import { reachingBindings } from '../../facts/python/reaching.ts';
import { bindingsFrom } from '../../facts/python/uses.ts';
import { loadsModel } from '../../facts/serving/loads.ts';
import { type Route, routes } from '../../facts/serving/routes.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** `if model is None:` and `if key not in cache:` load once, whatever the request. */
function isGuarded(document: PythonDocument, call: Call, route: Route): boolean {
  for (let node: PyNode | undefined = call.node; node !== undefined && node !== route.function; node = node.parent) {
    const statement = ancestor(node, 'if_statement');
    if (statement === undefined) return false;
    const condition = child(statement, 'condition');
    const text = condition === undefined ? '' : textOf(document, condition);
    if (/\bis None\b|\bnot in\b|^not\b|hasattr\(/.test(text)) return true;
    node = statement;
  }
  return false;
}

/** `pickle.loads(body)` whose result is asked for predictions; other bytes are no model. */
function unpicklesModel(document: PythonDocument, call: Call): boolean {
  if (!call.names.some((name) => /^(pickle|dill|cloudpickle)\.loads$/.test(name))) return false;
  const made = bindingsFrom(document, call.node);
  return callsOfMethod(document, 'predict', 'predict_proba', 'transform').some(
    ({ receiver }) =>
      receiver?.type === 'identifier' && reachingBindings(document, receiver).some((each) => made.includes(each)),
  );
}

/** A function defined inside the handler runs when it is called, not here. */
const isNested = (call: Call, route: Route): boolean =>
  ancestor(call.node, 'function_definition', 'lambda') !== route.function;

export default defineCheck({
  evaluates: 'inference-latency',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Model loaded anew for each request',
  why: `
    The handler reads and deserialises the model every time it is called: each request pays the load time, memory peaks with
    concurrency, and a slow store takes the service down.
  `,
  fix: 'Load once when the process starts (lifespan, `__init__`, module level) or behind a cache, and use it in the handler.',
  references: ['https://fastapi.tiangolo.com/advanced/events/'],
  mentions: ['load', 'from_pretrained', 'InferenceSession', 'pipeline'],
  examples: [
    bad`
      import pickle
      import boto3

      s3 = boto3.client("s3")

      def lambda_handler(event, context):
          body = s3.get_object(Bucket="models", Key="m.pkl")["Body"].read()
          model = «pickle.loads(body)»
          return model.predict([event["x"]]).tolist()
    `,
    bad`
      import joblib
      from fastapi import FastAPI

      app = FastAPI()

      @app.post("/predict")
      def predict(row: dict):
          model = «joblib.load("model.joblib")»
          return model.predict([list(row.values())]).tolist()
    `,
    bad`
      from flask import Blueprint
      from mlflow.pyfunc import load_model as fetch

      api = Blueprint("api", __name__)

      @api.route("/score", methods=["POST"])
      def score():
          return str(«fetch("models:/churn/3")».predict(body()))
    `,
    bad`
      import torch
      from kserve import Model

      class Ranker(Model):
          def predict(self, payload, headers=None):
              network = «torch.load("ranker.pt", weights_only=True)»
              return {"predictions": network(payload)}
    `,
    bad`
      import onnxruntime as ort

      def lambda_handler(event, context):
          session = «ort.InferenceSession("model.onnx")»
          return session.run(None, event)
    `,
    good`
      from functools import lru_cache
      import joblib
      from fastapi import Depends, FastAPI

      app = FastAPI()
      model = joblib.load("model.joblib")
      cached = {}

      @lru_cache
      def ranker():
          return joblib.load("ranker.joblib")

      @app.post("/predict")
      def predict(row: dict, ranker=Depends(ranker)):
          global fallback
          if fallback is None:
              fallback = joblib.load("fallback.joblib")
          if row["tenant"] not in cached:
              cached[row["tenant"]] = joblib.load(row["tenant"])
          return model.predict([row])
    `,
    good`
      import json
      import joblib

      class Service:
          def __init__(self):
              self.model = joblib.load("model.joblib")

          def predict(self, body):
              return self.model.predict(json.loads(body))
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const route of routes(document)) {
      for (const node of nodesWithin(document, route.function, 'call')) {
        const call = callAt(document, node);
        if (call === undefined || isNested(call, route) || isGuarded(document, call, route)) continue;
        if (!loadsModel(call) && !unpicklesModel(document, call)) continue;
        const message = `\`${textOf(document, call.callee)}\` runs inside \`${route.name}\`, once for each request`;
        const header = { start: route.function.start, end: route.function.start };
        yield at(document, node, message, { evidence: [seen(document, header, `\`${route.name}\` handles requests`)] });
      }
    }
  },
});
