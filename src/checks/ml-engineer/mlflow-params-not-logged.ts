import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callAt, calls } from '../../facts/python/calls.ts';
import { calledFunction } from '../../facts/python/functions.ts';
import { enclosingFunction, enclosingWith } from '../../facts/python/structure.ts';
import { runStarts } from '../../facts/tracking/runs.ts';
import { buildsModel } from '../../facts/training/role.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Integrations that keep the settings of every run of the program. */
const ALWAYS_KEEPS = /autolog|MLFlowLogger|MLflowCallback|\bTrainer\(|log_hyperparams|params\s*=\s*mlflow/;
/** Anything that keeps the settings with the run it is called in. */
const KEEPS = /log_params?\b|log_dict|log_artifacts?\b|log_text|log_table|log_input|set_tags?\b|\btags\s*=/;

/** The scope of the run, or a function that it calls, keeps the settings. */
function keeps(document: PythonDocument, scope: PyNode): boolean {
  const seen = new Set<PyNode>([scope]);
  for (const each of seen) {
    if (KEEPS.test(textOf(document, each))) return true;
    for (const node of nodesWithin(document, each, 'call')) {
      const call = callAt(document, node);
      const inner = call && calledFunction(document, call);
      if (inner !== undefined && seen.size < 50) seen.add(inner);
    }
  }
  return false;
}
const RESULTS = /^mlflow\.(log_metrics?|(\w+\.)log_model|evaluate)$/;
const WRAPPER = /(^|[._])(log|track|record|report)\w*$/i;

/** Functions of the project that may log what this file does not. */
function delegates(document: PythonDocument): boolean {
  return calls(document).some(({ name, callee }) => {
    const text = textOf(document, callee);
    return (
      WRAPPER.test(text) &&
      !/^(mlflow|logging|logger|log|np|math|torch|numpy)\b/.test(text) &&
      !/^(mlflow|logging|numpy|math|torch|builtins)\./.test(name ?? '')
    );
  });
}

export default defineCheck({
  evaluates: 'experiment-tracking',
  stage: 'training',
  severity: 'medium',
  confidence: 'medium',
  paths: { notebook: 'low' },
  title: 'Run keeps its results and not the settings that led to them',
  why: `
    The metrics of the run cannot be explained or repeated: nothing says which parameters, data or code version it was. Two
    runs that differ look the same.
  `,
  fix: 'Log the configuration with `mlflow.log_params(config)`, or switch on `autolog()`.',
  references: ['https://mlflow.org/docs/latest/ml/tracking/'],
  mentions: ['start_run'],
  examples: [
    bad`
      import mlflow

      def sweep(lr):
          with mlflow.start_run():
              note(lr)
              mlflow.log_metric("loss", lr)

      def note(lr):
          mlflow.log_param("lr", lr)

      class Experiment:
          def run(self, model, metrics):
              with «mlflow.start_run(run_name="train")»:
                  mlflow.log_metrics(metrics)
                  mlflow.pytorch.log_model(model, name="model", input_example=self.batch)
    `,
    bad`
      import mlflow as ml
      from mlflow import start_run as begin
      from sklearn.linear_model import Ridge

      class Trainer_:
          def run(self, X, y):
              with «begin()»:
                  model = Ridge(alpha=0.3).fit(X, y)
                  ml.log_metric("r2", model.score(X, y))
                  ml.sklearn.log_model(model, name="model")
    `,
    bad`
      import mlflow
      from xgboost import XGBRegressor

      run = «mlflow.start_run()»
      model = XGBRegressor(max_depth=3)
      model.fit(X, y)
      metrics = {"rmse": 1.0}
      mlflow.log_metrics(metrics)
    `,
    bad`
      from mlflow import log_metric, start_run
      import torch

      def main(model, loader):
          with «start_run(run_name="a")»:
              model.fit(loader)
              log_metric("loss", 1)
    `,
    bad({
      'jobs/fit.py':
        'import mlflow\n\nactive = «mlflow.start_run(experiment_id="1")»\nnet.fit(X, y)\nmlflow.pytorch.log_model(net, name="net")\n',
    }),
    good`
      import mlflow
      from sklearn.linear_model import Ridge

      with mlflow.start_run():
          mlflow.log_params(config)
          Ridge().fit(X, y)
          mlflow.log_metric("r2", 1)
    `,
    good`
      import mlflow
      from sklearn.linear_model import Ridge

      mlflow.sklearn.autolog()
      with mlflow.start_run():
          Ridge().fit(X, y)
          mlflow.log_metric("r2", 1)
    `,
    good`
      import mlflow
      from sklearn.linear_model import Ridge

      with mlflow.start_run():
          mlflow.log_artifact("config.yaml")
          Ridge().fit(X, y)
          mlflow.log_metric("r2", 1)
    `,
    good`
      import mlflow
      from tracking import log_everything

      with mlflow.start_run():
          log_everything(config)
          model.fit(X, y)
          mlflow.log_metric("r2", 1)
    `,
    good`
      import mlflow

      with mlflow.start_run(run_id=run_id):
          mlflow.log_metric("r2", model.score(X, y))
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (ALWAYS_KEEPS.test(document.text) || delegates(document)) return;
    const results = calls(document).filter(({ names }) => names.some((name) => RESULTS.test(name)));
    for (const call of runStarts(document)) {
      if (call.spread || call.keywords.has('run_id') || call.args.length > 0) continue;
      const scope = enclosingFunction(call.node) ?? document.root;
      if (keeps(document, scope)) continue;
      const inside = new Set(nodesWithin(document, scope, 'call'));
      const result = results.find(({ node }) => inside.has(node) && node.start > call.node.start);
      const trains = [...inside].some((node) =>
        /\.(fit|train|partial_fit)$/.test(textOf(document, child(node, 'function') ?? node)),
      );
      const keepsModel = results.some(({ node, method }) => method === 'log_model' && inside.has(node));
      if (
        result === undefined ||
        !(keepsModel || (trains && buildsModel(document))) ||
        enclosingWith(call.node) !== undefined
      )
        continue;
      yield at(
        document,
        call.node,
        `The run logs \`${textOf(document, result.callee)}\` and no parameter, tag or configuration`,
      );
      return;
    }
  },
});
