import { modelReferences } from '../../facts/formats/model-references.ts';
import { isTemplatePath, pathClassOf } from '../../facts/paths.ts';
import { environmentAt } from '../../facts/system/production.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

export default defineCheck({
  evaluates: 'rollback',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  grades: { batch: { severity: 'medium', when: 'a batch job loads the model' } },
  title: 'Serving configuration follows the latest model',
  why: `
    The next restart or scale-out brings in whichever model was registered last: replicas disagree, nothing says what ran before,
    and there is no version to roll back to.
  `,
  fix: 'Name the version, or an alias that a promotion moves, and let the change of that line be the release.',
  references: [
    'https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-deployment-managed-online',
    'https://mlflow.org/docs/latest/ml/model-registry/',
    'https://sre.google/sre-book/release-engineering/',
  ],
  mentions: ['latest'],
  examples: [
    bad({
      'azure/deployment.yml':
        'name: blue\nendpoint_name: churn\nmodel: «azureml:churn@latest»\ninstance_type: Standard_DS3_v2\ninstance_count: 3\n',
      'azure/registry.yml':
        '$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\nname: blue\nendpoint_name: rank\nmodel: «azureml://registries/acme/models/rank/labels/latest»\n',
      'k8s/api.yaml': `
        apiVersion: v1
        kind: Service
        metadata: {name: api}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: api}
        spec:
          template:
            spec:
              containers:
              - name: api
                image: acme/api:latest
                env:
                - name: MODEL_URI
                  value: «models:/churn/latest»
                - name: MODEL_PATH
                  value: «"s3://acme-models/churn/latest/"»
      `,
      'k8s/isvc.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec:\n  predictor:\n    model:\n      modelFormat: {name: sklearn}\n      storageUri: «gs://acme/models/a/latest»\n',
      'k8s/seldon.json':
        '{"apiVersion": "machinelearning.seldon.io/v1", "kind": "SeldonDeployment", "spec": {"predictors": [{"graph": {"name": "a", "modelUri": «"s3://acme/a/latest"»}}]}}\n',
      'compose.yaml':
        'services:\n  api:\n    image: acme/api:1\n    environment:\n    - «MODEL_URI=models:/churn/latest»\n',
      'databricks.yml':
        'bundle: {name: a}\nresources:\n  model_serving_endpoints:\n    churn:\n      config:\n        served_entities:\n        - entity_name: main.ml.churn\n          entity_version: «${var.latest_version}»\n',
    }),
    bad.as('batch')({
      'batch.yml':
        '$schema: https://azuremlschemas.azureedge.net/latest/modelBatchDeployment.schema.json\nname: nightly\nendpoint_name: scores\nmodel: «azureml:scores@latest»\n',
      'cron.yaml':
        'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: score}\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n          - name: score\n            args: [«"models:/churn/latest"»]\n',
    }),
    good({
      'azure/pinned.yml':
        'name: blue\nendpoint_name: churn\nmodel: azureml:churn:7\nenvironment: azureml:sklearn@latest\ninstance_type: Standard_DS3_v2\n',
      'azure/dev/deployment.yml':
        'name: blue\nendpoint_name: churn\nmodel: azureml:churn@latest\ninstance_type: Standard_DS3_v2\n',
      'k8s/alias.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: acme/latest:latest # models:/churn/latest\n    env:\n    - {name: MODEL_URI, value: "models:/churn@champion"}\n    - {name: DOCS_URL, value: "https://docs.acme.io/models/latest"}\n    - {name: DATA, value: "s3://acme/latest-data/models"}\n',
      'k8s/staging.yaml':
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a, namespace: ml-dev}\nspec:\n  predictor:\n    sklearn:\n      storageUri: gs://acme/models/a/latest\n',
      'notes.yaml': 'title: models:/churn/latest\n',
      'train.yml': 'type: pipeline\njobs:\n  train:\n    type: command\n    environment: azureml:sklearn@latest\n',
    }),
  ],

  reads: ['yaml', 'json', 'hcl'],
  *inspect(document) {
    if (isTemplatePath(document.path)) return;
    const found = modelReferences(document).filter(
      ({ reference, node }) => reference === 'latest' && environmentAt(document, node) !== 'development',
    );
    const said = pathClassOf(document.path) === 'example' ? found.slice(0, 1) : found;
    for (const { node, text, mode } of said) {
      const what = mode === 'batch' ? 'scores with' : 'serves';
      yield at(
        document,
        node.span,
        `\`${text}\` ${what} whichever version was registered last`,
        mode === 'batch' ? { grade: 'batch' } : {},
      );
    }
  },
});
