import { contains, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, calls, callsTo } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { callsOf } from '../../facts/python/functions.ts';
import { definitionOf } from '../../facts/python/hierarchy.ts';
import { decorators, enclosingFunction } from '../../facts/python/structure.ts';
import { enclosingRun, runStarts } from '../../facts/tracking/runs.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** Another process has no active run of its own. */
const ELSEWHERE =
  /ray|joblib|Parallel|delayed|Process|Pool|submit|remote|dask|spark|subprocess|foreach|map_?partitions/i;

/** Says nothing that lets the run live inside another one. */
function isPlain(document: PythonDocument, call: Call): boolean {
  if (call.spread || call.keywords.has('parent_run_id')) return false;
  const nested = call.keywords.get('nested') ?? call.args[3];
  return nested === undefined || isConstant(document, nested, false);
}

const endsBefore = (document: PythonDocument, outer: Call, node: PyNode): boolean =>
  callsTo(document, 'mlflow.end_run').some(
    (call) =>
      call.node.start > outer.node.end &&
      call.node.end < node.start &&
      enclosingFunction(call.node) === enclosingFunction(node),
  );

/** Places that run a function: its calls, and calls that are given it as the objective of a search. */
function usesOf(document: PythonDocument, definition: PyNode): readonly PyNode[] {
  const handed = calls(document).filter((call) => {
    if (ELSEWHERE.test(textOf(document, call.callee))) return false;
    return [...call.args, ...call.keywords.values()].some(
      (value) => definitionOf(document, value, 'function') === definition,
    );
  });
  return [...callsOf(document, definition), ...handed].map(({ node }) => node);
}

/** The run that is still open when this one starts. */
function openRun(document: PythonDocument, call: Call): Call | undefined {
  const outer = enclosingRun(document, call.node);
  if (outer !== undefined) return endsBefore(document, outer, call.node) ? undefined : outer;
  const owner = enclosingFunction(call.node);
  if (owner?.type !== 'function_definition' || decorators(document, owner).some(({ text }) => ELSEWHERE.test(text)))
    return undefined;
  for (const use of usesOf(document, owner)) {
    const run = contains(owner, use) ? undefined : enclosingRun(document, use);
    if (run !== undefined && !endsBefore(document, run, use)) return run;
  }
  return undefined;
}

export default defineCheck({
  evaluates: 'experiment-tracking',
  stage: 'training',
  severity: 'high',
  confidence: 'high',
  title: 'MLflow run is started inside another run without nested=True',
  why: `
    MLflow refuses: "Run with UUID … is already active". The search or the pipeline stops at its first inner run, after the
    outer one was created.
  `,
  fix: 'Start the inner run with `nested=True`.',
  references: [
    'https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.start_run',
    'https://mlflow.org/docs/latest/ml/traditional-ml/tutorials/hyperparameter-tuning/',
  ],
  mentions: ['start_run'],
  examples: [
    bad`
      import mlflow as ml
      from mlflow import start_run as begin

      with ml.start_run(run_name="search"):
          for depth in (1, 2):
              with «ml.start_run(run_name=f"depth-{depth}")»:
                  ml.log_param("depth", depth)

      class Search:
          def run(self):
              with begin() as parent:
                  inner = «begin()»
    `,
    bad`
      import mlflow
      import optuna

      def objective(trial):
          with «mlflow.start_run(nested=False)»:
              return 1

      def fold(k):
          with «mlflow.start_run()»:
              return k

      def search():
          with mlflow.start_run():
              goal = objective
              optuna.create_study().optimize(objective, n_trials=3)
              fold(1)
    `,
    good`
      import mlflow
      import optuna
      from joblib import Parallel, delayed

      with mlflow.start_run():
          with mlflow.start_run(nested=True):
              pass
          with mlflow.start_run(parent_run_id=run):
              pass
          with mlflow.start_run(nested=is_nested):
              pass
          with mlflow.start_run(**options):
              pass

      with mlflow.start_run():
          pass
      with mlflow.start_run():
          mlflow.end_run()
          again = mlflow.start_run()

      def objective(trial):
          with mlflow.start_run(nested=True):
              return 1

      def work(k):
          with mlflow.start_run():
              return k

      def alone(k):
          with mlflow.start_run():
              return k

      def search():
          with mlflow.start_run():
              optuna.create_study().optimize(objective)
              Parallel(n_jobs=2)(delayed(work)(k) for k in range(3))
          alone(1)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of runStarts(document)) {
      const outer = isPlain(document, call) ? openRun(document, call) : undefined;
      if (outer === undefined) continue;
      const text = textOf(document, call.node);
      const fixable =
        !call.keywords.has('nested') && call.args.length === 0 && !text.includes('\n') && text.endsWith(')');
      const empty = call.keywords.size === 0;
      yield at(document, call.node, `\`${textOf(document, call.callee)}\` starts a run while another one is active`, {
        evidence: [seen(document, outer.node, 'the run that is still open')],
        ...(fixable ? { replacement: `${text.slice(0, -1)}${empty ? '' : ', '}nested=True)` } : {}),
      });
    }
  },
});
