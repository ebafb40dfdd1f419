import { textOf } from '../../documents/python/python.ts';
import { argument, calls } from '../../facts/python/calls.ts';
import { stringOf } from '../../facts/python/constants.ts';
import { importsModule } from '../../facts/python/imports.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const SETS = /^mlflow(\.tracking)?\.set_(tracking|registry)_uri$/;
const CLIENT = /^mlflow(\.\w+)*\.MlflowClient$/;
const LOCAL = /^https?:\/\/(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])([:/]|$)/;

export default defineCheck({
  evaluates: 'change-management-risk',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  grades: { local: { severity: 'low', when: 'the address is this machine' } },
  title: 'Address of the tracking server is written into the code',
  why: `
    The same code cannot run in test and production: a trial logs into the production registry, or a job fails the day the
    server moves. Over plain http, parameters and tokens can be read on the way.
  `,
  fix: 'Read it from the environment; MLflow itself looks at `MLFLOW_TRACKING_URI`.',
  references: ['https://mlflow.org/docs/latest/ml/tracking/'],
  mentions: ['mlflow'],
  examples: [
    bad`
      import os
      import mlflow as ml
      from mlflow import MlflowClient as Client, set_tracking_uri as track

      SERVER = "http://mlflow.acme.io:5000"
      ml.set_tracking_uri(«"https://mlflow.acme.io"»)

      class Job:
          def start(self):
              track(«SERVER»)
              ml.set_registry_uri(uri=«"databricks://production"»)
              return Client(tracking_uri=«"http://10.0.0.7:5000"»)
    `,
    bad.as('local')`
      import mlflow
      mlflow.set_tracking_uri(«"http://localhost:5000"»)
    `,
    good`
      import os
      import mlflow

      mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
      mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI", "http://mlflow.acme.io"))
      mlflow.set_tracking_uri("file:./mlruns")
      mlflow.set_tracking_uri("sqlite:///mlflow.db")
      mlflow.set_tracking_uri("databricks")
      mlflow.set_tracking_uri(uri)
      other.set_tracking_uri("https://mlflow.acme.io")
      mlflow.MlflowClient()

      class Settings(BaseModel):
          tracking_uri: str = "http://localhost:5000"

          def start(self):
              mlflow.set_tracking_uri(uri=self.tracking_uri)
    `,
    good({
      'a.ipynb':
        '{"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["import mlflow\\n", "mlflow.set_tracking_uri(\\"http://127.0.0.1:5000\\")"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    }),
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of calls(document)) {
      const { names } = call;
      const node = names.some((name) => SETS.test(name))
        ? argument(call, 0, 'uri')
        : names.some((name) => CLIENT.test(name))
          ? argument(call, 0, 'tracking_uri')
          : undefined;
      const uri = stringOf(document, node);
      if (node === undefined || uri === undefined || !/^(https?|databricks(-uc)?):\/\/./.test(uri)) continue;
      const local = LOCAL.test(uri);
      if (local && document.origin !== undefined) continue;
      const plain = uri.startsWith('http:') && !local ? ', unencrypted' : '';
      const fixable =
        node.type === 'string' && importsModule(document, 'os') && names.some((name) => name.endsWith('tracking_uri'));
      yield at(
        document,
        node,
        `\`${textOf(document, call.callee)}\` always talks to \`${uri.replace(/\/\/[^/@]*@/, '//…@')}\`${plain}`,
        {
          ...(local ? { grade: 'local' } : {}),
          ...(fixable ? { replacement: 'os.environ["MLFLOW_TRACKING_URI"]' } : {}),
        },
      );
    }
  },
});
