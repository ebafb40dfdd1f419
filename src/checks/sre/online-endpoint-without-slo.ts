import { watchesService } from '../../facts/monitoring/latency.ts';
import { isTemplatePath, pathClassOf } from '../../facts/paths.ts';
import { capacities, isOffline } from '../../facts/serving/capacity.ts';
import { mayBeProduction } from '../../facts/system/production.ts';
import { declaration, isRuntime } from '../../facts/system/served.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

const isvc =
  'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\nspec:\n  predictor: {minReplicas: 2, sklearn: {}}\n';
const operator = {
  'go.mod': 'module acme.io/server\n',
  'crd/models.yaml':
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: models.acme.io}\n',
};
const azure = 'name: blue\nendpoint_name: churn\ninstance_type: Standard_DS3_v2\ninstance_count: 3\n';

export default defineCheck({
  evaluates: 'slos-and-slis',
  stage: 'monitoring',
  severity: 'medium',
  confidence: 'medium',
  title: 'Online endpoint without an objective or an alert on it',
  why: 'Nobody has said how fast and how reliably the model answers, so nothing tells when it is too slow or down, and no change can be measured against it.',
  fix: 'Write down a latency and an availability objective and alert on them, or name in the configuration where they are kept.',
  references: ['https://sre.google/sre-book/service-level-objectives/', 'https://sloth.dev/', 'https://openslo.com/'],
  examples: [
    bad({
      'k8s/isvc.yaml': isvc
        .replace('name: churn', 'name: «churn»')
        .replace('{minReplicas: 2, sklearn: {}}', '{sklearn: {}}'),
    }),
    bad({
      'azure/blue.yml': azure.replace('count: 3', 'count: «3»'),
      'rules.yaml': 'groups:\n- name: a\n  rules:\n  - {alert: Disk, expr: node_disk_free < 10}\n',
    }),
    bad({
      'main.tf':
        'resource "aws_sagemaker_endpoint_configuration" "churn" {\n  production_variants {\n    initial_instance_count = «2»\n  }\n}\n',
    }),
    bad({
      'k8s/llm.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  replicas: «3»\n  template: {spec: {containers: [{name: a, image: "vllm/vllm-openai:v0.8.0"}]}}\n',
    }),
    good({
      'k8s/isvc.yaml': isvc,
      'slo.yaml': 'version: prometheus/v1\nservice: churn\nslos:\n- {name: availability, objective: 99.5}\n',
    }),
    good({
      'k8s/isvc.yaml': isvc,
      'rules.yaml':
        'groups:\n- name: a\n  rules:\n  - {alert: Slow, expr: "histogram_quantile(0.95, revision_request_latency_seconds_bucket) > 1"}\n',
    }),
    good({
      'main.tf':
        'resource "aws_sagemaker_endpoint_configuration" "churn" {\n  production_variants {\n    initial_instance_count = 2\n  }\n}\nresource "aws_cloudwatch_metric_alarm" "slow" {\n  metric_name = "ModelLatency"\n}\n',
    }),
    good({
      'examples/isvc.yaml': isvc,
      'k8s/dev/isvc.yaml': isvc,
      'k8s/batch.yaml': isvc.replace('churn', 'churn-batch'),
    }),
    good({
      'k8s/isvc.yaml': isvc,
      '.github/ml-review.yml': changed('declare:\n  slo: external\n', 'declare:\n  slo: external\n'),
    }),
    good({ 'service-meshes/istio/model.yaml': isvc, ...operator }),
    good({ 'deploy/helm/values-example.yaml': isvc, 'chapter4_serving/manifests/isvc.yaml': isvc }),
  ],

  spans: 'project',
  *inspect(project, before) {
    const online = capacities(project).filter(
      (each) =>
        pathClassOf(each.document.path) === 'production' &&
        !isTemplatePath(each.document.path) &&
        mayBeProduction(each.document, each.place) &&
        !isOffline(each),
    );
    const [first, ...others] = online;
    if (first === undefined || declaration(before, 'slo') !== undefined) return;
    if (isRuntime(project) || watchesService(project)) return;
    const evidence = others
      .slice(0, 3)
      .map(({ document, place }) => seen(document, place.span, 'answers online as well'));
    yield at(
      first.document,
      first.place.span,
      `\`${first.name}\` answers online, and the repository holds no objective and no alert for latency or errors`,
      { evidence },
    );
  },
});
