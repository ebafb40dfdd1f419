import type { PyNode } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, calls, callsTo } from '../../facts/python/calls.ts';
import { constantOf } from '../../facts/python/constants.ts';
import { enclosingFunction } from '../../facts/python/structure.ts';
import { sourceOf } from '../../facts/serving/requests.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Functions that rebuild objects by running what the bytes name. */
const UNPICKLES =
  /^((pickle|cPickle|_pickle|dill|cloudpickle)\.(loads?|Unpickler\(\)\.load)|joblib\.load|sklearn\.externals\.joblib\.load|pandas\.read_pickle|shelve\.open|jsonpickle\.(decode|loads)|marshal\.loads?)$/;

/** The function (or the file) writes the same kind of object itself: a copy, a cache or a round trip of its own. */
function writesItself(document: PythonDocument, call: Call): boolean {
  const scope = enclosingFunction(call.node) ?? document.root;
  const inside = new Set(nodesWithin(document, scope, 'call'));
  return calls(document).some(
    ({ node, name }) => inside.has(node) && /^(pickle|cPickle|dill|cloudpickle|joblib)\.dumps?$/.test(name ?? ''),
  );
}

const VERIFIES = ['hmac.compare_digest', 'hmac.new', 'hashlib.sha256', 'hashlib.sha512', 'hashlib.blake2b'];

/** A signature or digest is looked at earlier in the same function. */
const isVerified = (document: PythonDocument, call: Call): boolean =>
  callsTo(document, ...VERIFIES).some(
    ({ node }) => node.start < call.node.start && enclosingFunction(node) === enclosingFunction(call.node),
  );

/** `allow_pickle` that is, or may be, true; numpy refuses objects by default. */
function allowsPickle(document: PythonDocument, call: Call): boolean {
  const flag = argument(call, 2, 'allow_pickle');
  return flag !== undefined && constantOf(document, flag)?.value === true;
}

const suspects = (document: PythonDocument): readonly Call[] =>
  calls(document).filter((call) =>
    call.names.some((name) => UNPICKLES.test(name) || (name === 'numpy.load' && allowsPickle(document, call))),
  );

/** The bytes or the path; an Unpickler got its file when it was made. */
const inputOf = (call: Call): PyNode | undefined => call.args[0] ?? call.receiver;

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  grades: {
    network: { severity: 'critical', when: 'the bytes come from a request, a download or a queue' },
    argument: { severity: 'high', when: 'the bytes or the path are handed in from outside the file' },
  },
  paths: { notebook: 'low' },
  title: 'Unpickling runs code that the bytes name',
  why: `
    A pickle is a program: loading it calls whatever it names. If anyone but you can write those bytes, they run code in this
    process, with its credentials.
  `,
  fix: 'Exchange data as JSON, Arrow or safetensors; store scikit-learn models with skops; or verify a signature before loading.',
  references: ['https://docs.python.org/3/library/pickle.html', 'https://cwe.mitre.org/data/definitions/502.html'],
  mentions: ['pickle', 'joblib', 'dill', 'shelve', 'marshal', 'allow_pickle'],
  examples: [
    bad.as('network')`
      import pickle as p
      import requests
      from fastapi import FastAPI, Request

      app = FastAPI()

      @app.post("/embed")
      async def embed(request: Request):
          body = await request.body()
          return «p.loads(body)»

      def remote(url):
          return «p.loads(requests.get(url).content)»
    `,
    bad.as('argument')`
      import joblib
      import numpy as np
      from pickle import load, Unpickler

      class Store:
          def read(self, path):
              with open(path, "rb") as file:
                  return «load(file)», «joblib.load(path)», «np.load(path, allow_pickle=True)»
    `,
    bad`
      import joblib
      model = «joblib.load("models/churn.joblib")»
    `,
    good`
      import hashlib
      import hmac
      import pickle
      import numpy as np

      class Restricted(pickle.Unpickler):
          def find_class(self, module, name):
              raise pickle.UnpicklingError(name)

      def clone(model):
          return pickle.loads(pickle.dumps(model))

      def verified(data, key, signature):
          if not hmac.compare_digest(hmac.new(key, data, hashlib.sha256).digest(), signature):
              raise ValueError
          return pickle.loads(data)

      def read(file):
          return Restricted(file).load(), np.load(file), np.load(file, allow_pickle=False), json.load(file)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of suspects(document)) {
      if (writesItself(document, call) || isVerified(document, call)) continue;
      const input = inputOf(call);
      const source = input === undefined ? 'argument' : sourceOf(document, input);
      const what = input === undefined ? 'what it is given' : `\`${textOf(document, input).slice(0, 80)}\``;
      const message = `\`${textOf(document, call.callee)}\` runs whatever ${what} names`.replace(/\s+/g, ' ');
      yield at(document, call.node, message, source === 'constant' ? {} : { grade: source });
    }
  },
});
