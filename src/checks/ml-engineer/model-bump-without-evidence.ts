import { isTemplatePath } from '../../facts/paths.ts';
import { goesBack, servedChanges, validationEvidence } from '../../facts/serving/served.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

const azure = (model: string): string =>
  `$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\nname: blue\nendpoint_name: churn\nmodel: ${model}\ninstance_type: Standard_DS3_v2\ninstance_count: 3\n`;
const kserve = (uri: string, canary = ''): string =>
  `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata:\n  name: churn\nspec:\n  predictor:\n${canary}    model:\n      modelFormat: {name: sklearn}\n      storageUri: ${uri}\n`;
const databricks = (version: string): string =>
  `resources:\n  model_serving_endpoints:\n    churn:\n      config:\n        served_entities:\n          - entity_name: prod.ml.churn\n            entity_version: ${version}\n`;

const serving = (uri: string, image: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: a, image: "${image}", command: [uvicorn, "app:app"], env: [{name: MODEL_URI, value: ${uri}}]}\n`;

export default defineCheck({
  evaluates: 'model-versioning',
  stage: 'validation',
  severity: 'high',
  confidence: 'medium',
  title: 'Another model is served and nothing shows how it was judged',
  grades: { rollback: { severity: 'low', when: 'the model goes back to an earlier version' } },
  why: `
    The pull request changes which model answers, but holds no metrics, report, model card or approval. Whoever reviews it cannot
    tell whether the new model is better, or whether anybody looked.
  `,
  fix: 'Add the evaluation of the new version to the change, or the run and registry entry where it stands.',
  references: [
    'https://research.google/pubs/the-ml-test-score-a-rubric-for-ml-production-readiness-and-technical-debt-reduction/',
    'https://airc.nist.gov/airmf-resources/airmf/',
  ],
  paths: { example: 'skip', docs: 'skip' },
  examples: [
    bad({
      'deploy/blue.yml': changed(azure('azureml:churn:7'), azure('«azureml:churn:8»')),
      'k8s/churn.yaml': changed(kserve('s3://models/churn/v7'), kserve('«s3://models/churn/v8»')),
    }),
    bad({
      'resources/serving.yml': changed(databricks('"3"'), databricks('«"4"»')),
      'README.md': changed('a\n', 'b\n'),
    }),
    bad({
      'k8s/llm.yaml': changed(
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: chat}\nspec:\n  template:\n    spec:\n      containers:\n        - name: vllm\n          image: vllm/vllm-openai:v0.6.0\n          args: ["--model", "acme/chat-a"]\n',
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: chat}\nspec:\n  template:\n    spec:\n      containers:\n        - name: vllm\n          image: vllm/vllm-openai:v0.6.0\n          args: ["--model", «"acme/chat-b"»]\n',
      ),
    }),
    bad.as('rollback')({ 'deploy/blue.yml': changed(azure('azureml:churn:8'), azure('«azureml:churn:7»')) }),
    bad({
      'k8s/api.yaml': changed(
        serving('s3://models/churn/7', 'acme/api:4'),
        serving('«"s3://models/churn/8"»', 'acme/api:4'),
      ),
    }),
    good({
      'k8s/api.yaml': changed(
        serving('s3://models/churn/7', 'acme/api:4'),
        serving('s3://models/churn/7', 'acme/api:5'),
      ),
    }),
    good({
      'deploy/blue.yml': changed(azure('azureml:churn:7'), azure('azureml:churn:8')),
      'reports/metrics.json': changed('{"auc": 0.8}\n', '{"auc": 0.9}\n'),
    }),
    good({
      'k8s/churn.yaml': changed(
        kserve('s3://models/churn/v7'),
        kserve('s3://models/churn/v8', '    canaryTrafficPercent: 10\n'),
      ),
      'deploy/blue.yml': changed(azure('azureml:churn:7'), `${azure('azureml:churn:7')}environment: azureml:serve:9\n`),
      'deploy/green.yml': azure('azureml:churn:9').replace('blue', 'green'),
      'resources/serving.yml': changed(databricks('${var.v}'), databricks('"4"')),
      'samples/a.yaml': kserve('s3://models/samples/a').replace('churn', 'sample'),
      'samples/b.yaml': changed(null, kserve('s3://models/samples/b').replace('churn', 'sample')),
      'k8s/image.yaml': changed(
        kserve('s3://models/a/v1', '    containers: [{name: kserve-container, image: acme/serve:1}]\n'),
        kserve('s3://models/a/v1', '    containers: [{name: kserve-container, image: acme/serve:2}]\n'),
      ),
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    if (after === before || validationEvidence(after).length > 0) return;
    for (const change of servedChanges(before, after)) {
      const { then, now } = change;
      if (isTemplatePath(now.document.path) || (now.share !== undefined && now.share <= 10)) continue;
      const back = goesBack(change);
      const says = back
        ? `\`${now.name}\` goes back from \`${then.model}\` to \`${now.model}\``
        : `\`${now.name}\` serves \`${now.model}\` and no longer \`${then.model}\`, and no file of the change shows how it was judged`;
      const evidence = [seen(then.document, then.node.span, `\`${then.model}\` before the change`)];
      yield at(now.document, now.node.span, says, back ? { evidence, grade: 'rollback' } : { evidence });
    }
  },
});
