import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, calls, callsTo } from '../../facts/python/calls.ts';
import { constantOf } from '../../facts/python/constants.ts';
import { enclosingFunction } from '../../facts/python/structure.ts';
import { ownMaking } from '../../facts/security/own-pickles.ts';
import { sourceOf } from '../../facts/serving/requests.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Functions that rebuild objects by running what the bytes name. */
const UNPICKLES =
  /^((pickle|cPickle|_pickle|dill|cloudpickle)\.(loads?|Unpickler\(\)\.load)|joblib\.load|sklearn\.externals\.joblib\.load|pandas\.read_pickle|shelve\.open|jsonpickle\.(decode|loads)|marshal\.loads?)$/;

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
  mentions: ['pickle', 'Pickle', 'joblib', 'dill', 'shelve', 'marshal', 'np.load(', 'numpy'],
  examples: [
    bad.as('argument')`
      import cPickle
      import numpy as np

      def read(path):
          print "reading", path
          return «cPickle.load(open(path, "rb"))», «np.load(path, None, True)»
    `,
    bad.as('network')`
      import pickle as p
      import requests
      from fastapi import FastAPI, Request
      from huggingface_hub import hf_hub_download

      app = FastAPI()

      @app.post("/embed")
      async def embed(request: Request):
          body = await request.body()
          return «p.loads(body)»

      def remote(url):
          return «p.loads(requests.get(url).content)», «p.load(open(hf_hub_download("acme/clf", "model.pkl"), "rb"))»
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
      joblib.dump(model.steps[-1], "models/last-step.joblib")
    `,
    bad.as('argument')`
      import argparse
      import pickle
      import sys

      parser = argparse.ArgumentParser()
      parser.add_argument("--model")
      args = parser.parse_args()

      with open(args.model, "rb") as handle:
          model = «pickle.load(handle)»
      encoder = «pickle.load(open(sys.argv[2], "rb"))»
    `,
    bad`
      import joblib

      class Model:
          def save(self, path: str) -> None:
              joblib.dump(self, path)

          @classmethod
          def load(cls, path: str) -> "Model":
              return «joblib.load(path)»
    `,
    good({
      'train.py': 'import joblib\n\n\ndef main(model):\n    joblib.dump(model, "models/churn.joblib")\n',
      'serve.py': 'import joblib\n\nmodel = joblib.load("./models/churn.joblib")\n',
    }),
    good({
      'src/evaluate.py': `
        import pickle
        import sys

        with open(sys.argv[1], "rb") as fd:
            model = pickle.load(fd)
      `,
      'dvc.yaml': `
        stages:
          train:
            cmd: python src/train.py model.pkl
            deps: [src/train.py]
            outs: [model.pkl]
          evaluate:
            cmd: python src/evaluate.py model.pkl
            deps: [model.pkl, src/evaluate.py]
      `,
    }),
    good`
      import pickle
      import tarfile

      with tarfile.open("/opt/ml/processing/model/model.tar.gz") as tar:
          tar.extractall(path=".")
      model = pickle.load(open("xgboost-model", "rb"))
    `,
    good`
      import os
      import pickle
      import joblib
      from io import BytesIO
      from pathlib import Path

      CACHE = Path("cache") / "features.pkl"

      class Index:
          def __init__(self, folder):
              self.metadata_file = os.path.join(folder, "metadata.pkl")

          def read(self):
              with open(self.metadata_file, "rb") as f:
                  self.metadata = pickle.load(f)

          def write(self):
              with open(self.metadata_file, "wb") as f:
                  pickle.dump(self.metadata, f)

      def features():
          if CACHE.exists():
              with CACHE.open("rb") as handle:
                  return pickle.load(handle)
          made = build()
          with CACHE.open("wb") as handle:
              pickle.dump(made, handle)
          return made

      def copied(model, path):
          buffer = BytesIO()
          pickle.dump(model, buffer)
          buffer.seek(0)
          joblib.dump(model, path)
          return pickle.load(buffer), joblib.load(path)
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
  *inspect(document, project) {
    for (const call of suspects(document)) {
      if (isVerified(document, call)) continue;
      const input = inputOf(call);
      const source = input === undefined ? 'argument' : sourceOf(document, input);
      const making = input === undefined ? undefined : ownMaking(document, project, call, input);
      if (making === 'same-place' || (making === 'pipeline' && source !== 'network')) continue;
      const graded =
        source === 'constant' || (making === 'same-class' && source === 'argument') ? {} : { grade: source };
      const what = input === undefined ? 'what it is given' : `\`${textOf(document, input).slice(0, 80)}\``;
      const message = `\`${textOf(document, call.callee)}\` runs whatever ${what} names`.replace(/\s+/g, ' ');
      yield at(document, call.node, message, graded);
    }
  },
});
