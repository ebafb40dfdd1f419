import { child, contains, type PyNode } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, callAt } from '../../facts/python/calls.ts';
import { originsOf } from '../../facts/python/flow.ts';
import { qualifiedName } from '../../facts/python/names.ts';
import { reachingBindings } from '../../facts/python/reaching.ts';
import { enclosingFunction } from '../../facts/python/structure.ts';
import { typeOf } from '../../facts/python/types.ts';
import { type Route, routes } from '../../facts/serving/routes.ts';
import { callsInto } from '../../facts/training/rows.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const ARRAYS =
  /^(numpy\.(array|asarray)|pandas\.(DataFrame|json_normalize|Series)|torch\.(tensor|as_tensor|FloatTensor)|tensorflow\.(constant|convert_to_tensor)|xgboost\.DMatrix)$/;
const PREDICTS = new Set(['predict', 'predict_proba', 'decision_function']);

/** What another service or the model answers is not what the client sent. */
const SERVICES = /^(requests|httpx|aiohttp|urllib3?)\./;
const MODELS = /(^|[._])(predict|infer|classify)/;

/** Someone looks at the payload: a model of it, a type test, or an answer that refuses it. */
const LOOKS =
  /validat|schema|isinstance|HTTPException|abort\(|BadRequest|\b4(00|22)\b|TypeAdapter|parse_(obj|raw)|\b[A-Z]\w*\(\s*\*\*|msgspec|ValueError|KeyError|not in |len\(|pydantic|marshmallow|cerberus/i;

/** `request.json`, `request.get_json()`, `await request.json()`, or a parameter declared as a plain dict or list. */
function isRaw(document: PythonDocument, node: PyNode, route: Route): boolean {
  if (node.type === 'attribute')
    return /^(flask|quart)\.request\.(json|data|form|values)$/.test(qualifiedName(document, node) ?? '');
  if (node.type === 'call') {
    const call = callAt(document, node);
    if (call === undefined) return false;
    if (/^(flask|quart)\.request\.(get_json|get_data)$/.test(call.name ?? '')) return true;
    return (
      call.method === 'json' &&
      call.receiver !== undefined &&
      /^(fastapi|starlette)(\.\w+)*\.Request\(\)$/.test(typeOf(document, call.receiver) ?? '')
    );
  }
  if (node.type !== 'identifier' || route.framework !== 'fastapi') return false;
  return reachingBindings(document, node).some(({ kind, node: name }) => {
    const declared =
      kind === 'parameter' && name.parent !== undefined && enclosingFunction(name) === route.function
        ? child(name.parent, 'type')
        : undefined;
    return (
      declared !== undefined &&
      /^((typing\.)?(dict|list|Dict|List|Any)\b)/.test(textOf(document, declared)) &&
      !/\[(int|float|\w*Model|[A-Z]\w+)\]$/.test(textOf(document, declared))
    );
  });
}

const isSink = (call: Call): boolean =>
  call.names.some((name) => ARRAYS.test(name)) || (call.receiver !== undefined && PREDICTS.has(call.method ?? ''));

interface Use {
  readonly call: Call;
  readonly value: PyNode;
  readonly source: PyNode;
}

function usesOf(document: PythonDocument, route: Route): readonly Use[] {
  return nodesWithin(document, route.function, 'call').flatMap((node) => {
    const call = callAt(document, node);
    // MLflow refuses what does not fit the signature of the model.
    if (
      call === undefined ||
      !isSink(call) ||
      /^mlflow\./.test(call.receiver === undefined ? '' : (typeOf(document, call.receiver) ?? ''))
    )
      return [];
    return call.args.flatMap((value) => {
      const answers = callsInto(document, value).some(
        ({ name = '', callee }) => SERVICES.test(name) || MODELS.test(textOf(document, callee)),
      );
      if (answers) return [];
      const source = [...originsOf(document, value)].find((origin) => isRaw(document, origin, route));
      return source === undefined ? [] : [{ call, value, source }];
    });
  });
}

/** The innermost of the first places of the handler where the payload becomes input of a model. */
function unchecked(document: PythonDocument, route: Route): Use | undefined {
  const uses = usesOf(document, route);
  return uses.find(({ value }) => !uses.some((other) => other.value !== value && contains(value, other.call.node)));
}

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'medium',
  title: 'Request body goes into the model unchecked',
  why: `
    A missing field, a word instead of a number or columns in another order end in a stack trace, or worse, in a prediction
    for a row that nobody sent.
  `,
  fix: 'Declare the body as a pydantic model (or another schema) with types and ranges, and answer 422 to everything else.',
  references: ['https://fastapi.tiangolo.com/tutorial/body/', 'https://mlflow.org/docs/latest/ml/model/signatures/'],
  mentions: ['request', 'Request', 'FastAPI', 'APIRouter'],
  examples: [
    bad`
      import numpy as np
      import pandas as pd
      from fastapi import FastAPI, Request
      from flask import Flask, request as rq

      api = FastAPI()
      app = Flask(__name__)

      @app.route("/predict", methods=["POST"])
      def predict():
          data = rq.get_json()
          return str(model.predict(np.array(«data["rows"]»)))

      @app.route("/frame", methods=["POST"])
      def frame():
          return str(model.predict(pd.DataFrame(«[rq.json]»)))

      class Api:
          @api.post("/body")
          async def body(self, request: Request):
              payload = await request.json()
              return model.predict(«payload»)

          @api.post("/dict")
          def plain(self, row: dict):
              return model.predict(«[list(row.values())]»)
    `,
    good`
      import numpy as np
      from flask import Flask, jsonify, request
      from model import predict_image

      app = Flask(__name__)

      @app.post("/label")
      def label():
          answer = predict_image(request.get_json()["image"])
          return jsonify({"best": int(np.argmax(np.array(answer)[0]))})
    `,
    good`
      import numpy as np
      from flask import Flask, request
      from pydantic import BaseModel

      app = Flask(__name__)

      class Row(BaseModel):
          x: list[float]

      @app.post("/a")
      def a():
          row = Row(**request.get_json())
          return str(model.predict(np.array([row.x])))
    `,
    good`
      import mlflow
      import numpy as np
      import pandas as pd
      from fastapi import FastAPI, HTTPException, Request
      from flask import Flask, request
      from rides import Ride

      api = FastAPI()
      app = Flask(__name__)
      served = mlflow.pyfunc.load_model("models:/rides@champion")

      @api.post("/typed")
      def typed(ride: Ride):
          return model.predict(pd.DataFrame([ride.dict()]))

      @api.post("/signature")
      def signature(row: dict):
          return served.predict(row)

      @api.post("/checked")
      async def checked(req: Request):
          body = await req.json()
          if "rows" not in body:
              raise HTTPException(422)
          return model.predict(np.array(body["rows"]))

      @app.route("/schema", methods=["POST"])
      def schema():
          data = RideSchema().load(request.get_json())
          return str(model.predict(np.array(data)))

      def offline(rows: dict):
          return model.predict(rows)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const route of routes(document)) {
      const found = LOOKS.test(textOf(document, route.function)) ? undefined : unchecked(document, route);
      if (found === undefined) continue;
      const { call, value, source } = found;
      const message = `\`${route.name}\` gives \`${textOf(document, value).slice(0, 60)}\` from the request to \`${textOf(document, call.callee)}\` as it came`;
      yield at(document, value, message.replace(/\s+/g, ' '), {
        evidence: [seen(document, source, 'the body of the request')],
      });
    }
  },
});
