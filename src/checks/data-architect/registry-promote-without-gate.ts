import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, calls } from '../../facts/python/calls.ts';
import { stringOf } from '../../facts/python/constants.ts';
import { callsOf } from '../../facts/python/functions.ts';
import { definitionName, enclosingFunction, enclosingIf } from '../../facts/python/structure.ts';
import { typeOf } from '../../facts/python/types.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const CLIENT = /^mlflow(\.\w+)*\.MlflowClient\(\)$/;
const LIVE = /^(prod|production|champion|live|serving|current|stable|release)$/i;
/** What makes a new version in the same breath, or takes whichever is newest. */
const REGISTERS =
  /register_model|registered_model_name|create_model_version|get_latest_versions|search_model_versions|model_info\.registered_model_version/;
/** Somebody or something looked at the model first. */
const GATE =
  /evaluat|validat|compar|approv|thresh|\bgate|better|improv|passes|passed|baseline|assert |is_best|rollback|manual|human|challenger_|if_/i;

interface Promotion {
  readonly node: PyNode;
  readonly to: string;
}

function promotionOf(document: PythonDocument, call: Call): Promotion | undefined {
  if (call.receiver === undefined || !CLIENT.test(typeOf(document, call.receiver) ?? '')) return undefined;
  const target =
    call.method === 'set_registered_model_alias'
      ? argument(call, 1, 'alias')
      : call.method === 'transition_model_version_stage'
        ? argument(call, 2, 'stage')
        : undefined;
  const to = stringOf(document, target);
  return to !== undefined && LIVE.test(to) ? { node: call.node, to } : undefined;
}

/** The scope, or the branch that leads to the call, has something that decides. */
function isGated(document: PythonDocument, node: PyNode): boolean {
  const owner = enclosingFunction(node);
  const scope = owner ?? document.root;
  if (enclosingIf(node) !== undefined && !/__name__/.test(textOf(document, enclosingIf(node) ?? node).slice(0, 40)))
    return true;
  if (GATE.test(document.text.slice(scope.start, node.start))) return true;
  if (owner === undefined) return false;
  return callsOf(document, owner).some((call) => {
    const outer = enclosingFunction(call.node) ?? document.root;
    return enclosingIf(call.node) !== undefined || GATE.test(document.text.slice(outer.start, call.node.start));
  });
}

export default defineCheck({
  evaluates: 'migration-safety',
  stage: 'deployment',
  severity: 'high',
  confidence: 'medium',
  title: 'Model version goes live without a look at its quality',
  why: `
    Whatever the training run produced, a model of the wrong data included, replaces the one that works, and the first to
    notice are its users.
  `,
  fix: 'Compare its metrics with a threshold and with the version in use, and promote only if both pass.',
  references: [
    'https://mlflow.org/docs/latest/ml/model-registry/workflow/',
    'https://mlflow.org/docs/latest/ml/evaluation/',
  ],
  mentions: ['set_registered_model_alias', 'transition_model_version_stage'],
  examples: [
    bad`
      import mlflow
      from mlflow.tracking import MlflowClient as Client

      ALIAS = "champion"

      def train(model):
          info = mlflow.sklearn.log_model(model, name="model", registered_model_name="churn")
          client = Client()
          «client.set_registered_model_alias("churn", ALIAS, info.registered_model_version)»

      class Job:
          def __init__(self):
              self.client = mlflow.MlflowClient()

          def ship(self, run):
              version = mlflow.register_model(f"runs:/{run}/model", "churn")
              «self.client.transition_model_version_stage("churn", version.version, "Production")»
    `,
    bad`
      import mlflow

      client = mlflow.MlflowClient()
      newest = client.get_latest_versions("churn")[0]
      «client.set_registered_model_alias(name="churn", alias="prod", version=newest.version)»
      «client.transition_model_version_stage(name="churn", version=newest.version, stage="Production")»
    `,
    good`
      import mlflow

      client = mlflow.MlflowClient()

      def gated(model, metric):
          info = mlflow.sklearn.log_model(model, name="model", registered_model_name="churn")
          if metric > 0.8:
              client.set_registered_model_alias("churn", "champion", info.registered_model_version)

      def evaluated(model):
          info = mlflow.sklearn.log_model(model, name="model", registered_model_name="churn")
          result = mlflow.evaluate(info.model_uri, data)
          mlflow.validate_evaluation_results(result, thresholds)
          client.set_registered_model_alias("churn", "champion", info.registered_model_version)

      def trial(model):
          info = mlflow.sklearn.log_model(model, name="model", registered_model_name="churn")
          client.set_registered_model_alias("churn", "candidate", info.registered_model_version)

      def helper(model):
          version = mlflow.register_model("runs:/x/model", "churn").version
          client.set_registered_model_alias("churn", "champion", version)

      if score(model) > 0.9:
          helper(model)
    `,
    good`
      import mlflow

      def promote(version):
          mlflow.MlflowClient().set_registered_model_alias("churn", "champion", version)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of calls(document)) {
      const promotion = promotionOf(document, call);
      if (promotion === undefined) continue;
      const scope = enclosingFunction(call.node) ?? document.root;
      if (!REGISTERS.test(textOf(document, scope)) || isGated(document, call.node)) continue;
      const where = scope.type === 'module' ? 'this file' : `\`${definitionName(document, scope) ?? 'this function'}\``;
      yield at(
        document,
        promotion.node,
        `\`${promotion.to}\` is moved to the new version, and nothing in ${where} looks at a metric before`,
        {
          evidence: [seen(document, { start: scope.start, end: scope.start }, 'begins here')],
        },
      );
    }
  },
});
