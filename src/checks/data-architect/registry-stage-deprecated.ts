import { nodesOf, textOf } from '../../documents/python/python.ts';
import { argument, callsOfMethod } from '../../facts/python/calls.ts';
import { importsModule } from '../../facts/python/imports.ts';
import { stringShape } from '../../facts/python/strings.ts';
import { typeOf } from '../../facts/python/types.ts';
import { modelUri } from '../../facts/registry/uris.ts';
import { isBelow, versionMap } from '../../facts/versions/map.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const CLIENTS = new Set([
  'mlflow.MlflowClient()',
  'mlflow.tracking.MlflowClient()',
  'mlflow.client.MlflowClient()',
  'mlflow.tracking.client.MlflowClient()',
]);

export default defineCheck({
  evaluates: 'migration-safety',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  title: 'Model registry stage, which MLflow is taking away',
  why: `
    Stages are deprecated since MLflow 2.9 and will be removed; Unity Catalog never had them. Only four fixed names exist, and
    code that loads \`Production\` cannot say which version it got.
  `,
  fix: 'Set an alias with `set_registered_model_alias(name, "champion", version)` and load `models:/name@champion`.',
  references: ['https://mlflow.org/docs/latest/ml/model-registry/workflow/'],
  mentions: ['mlflow', 'models:/'],
  examples: [
    bad`
      import mlflow
      from mlflow.tracking import MlflowClient as Client

      STAGE = "Production"
      model = mlflow.pyfunc.load_model(«"models:/churn/Production"»)

      def promote(name, version):
          client = Client()
          «client.transition_model_version_stage(name, version, STAGE)»
          return «client.get_latest_versions(name, stages=[STAGE])»

      def load(name):
          return mlflow.sklearn.load_model(«f"models:/{name}/Staging"»)
    `,
    bad`
      import mlflow

      class Registry:
          def __init__(self):
              self.client = mlflow.MlflowClient()

          def ship(self, version):
              «self.client.transition_model_version_stage(name="churn", version=version, stage="Production")»
    `,
    good({
      'requirements.txt': 'mlflow==2.8.1\n',
      'ship.py':
        'import mlflow\nclient = mlflow.MlflowClient()\nclient.transition_model_version_stage("churn", 1, "Production")\n',
    }),
    good`
      import mlflow

      client = mlflow.MlflowClient()
      client.set_registered_model_alias("churn", "champion", 3)
      mlflow.pyfunc.load_model("models:/churn@champion")
      mlflow.pyfunc.load_model("models:/churn/3")
      other.transition_model_version_stage("churn", 1, "Production")
      print("models:/ is a scheme")
    `,
  ],

  reads: 'python',
  *inspect(document, project) {
    if (isBelow(versionMap(project, document.path)('mlflow'), '2.9') === 'yes') return;
    for (const call of callsOfMethod(document, 'transition_model_version_stage', 'get_latest_versions')) {
      if (call.receiver === undefined || !CLIENTS.has(typeOf(document, call.receiver) ?? '')) continue;
      if (call.method === 'get_latest_versions' && argument(call, 1, 'stages') === undefined) continue;
      yield at(
        document,
        call.node,
        `\`${textOf(document, call.callee)}\` works with stages, deprecated since MLflow 2.9`,
      );
    }
    if (!importsModule(document, 'mlflow')) return;
    for (const node of nodesOf(document, 'string')) {
      if (
        node.parent?.type === 'concatenated_string' ||
        !document.text.startsWith('models:/', node.start + 1 + Number(document.text[node.start] === 'f'))
      )
        continue;
      const uri = modelUri(stringShape(document, node, 'x') ?? '');
      if (uri?.reference.kind !== 'stage') continue;
      yield at(
        document,
        node,
        `\`${textOf(document, node)}\` names the stage \`${uri.reference.stage}\`, deprecated since MLflow 2.9`,
      );
    }
  },
});
