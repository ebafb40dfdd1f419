import { capacities, isOffline } from '../../../src/facts/serving/capacity.ts';
import { projectOf } from '../formats/project.ts';

const llm =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: llm}\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n      - {name: llm, image: "vllm/vllm-openai:v0.8.0"}\n';
const scaler = (kind: string, rest: string): string =>
  `---\napiVersion: keda.sh/v1alpha1\nkind: ${kind}\nmetadata: {name: llm}\nspec:\n  scaleTargetRef: {name: llm}\n${rest}`;

const told = (files: Readonly<Record<string, string>>): readonly string[] =>
  capacities(projectOf(files)).map(
    ({ system, name, setting, minimum, written }) =>
      `${system} ${name} ${setting}=${minimum}${written ? '' : ' by default'}`,
  );

describe('capacities', () => {
  test('of services of a cluster are their replicas, or one', () => {
    expect(told({ 'llm.yaml': llm })).toEqual(['kubernetes llm replicas=3']);
    expect(
      told({
        'a.yaml':
          'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: a}\nspec: {predictor: {sklearn: {}}}\n',
      }),
    ).toEqual(['kserve a minReplicas=1 by default']);
  });

  test("are the scaler's where one owns the workload", () => {
    expect(
      told({
        'llm.yaml': `${llm}${scaler('ScaledObject', '  minReplicaCount: 2\n  triggers: [{type: prometheus}]\n')}`,
      }),
    ).toEqual(['keda llm minReplicaCount=2']);
    expect(
      told({ 'llm.yaml': `${llm}${scaler('ScaledObject', '  minReplicaCount: 2\n  idleReplicaCount: 0\n')}` }),
    ).toEqual(['keda llm idleReplicaCount=0']);
  });

  test('of workers on a queue are left out', () => {
    expect(
      told({
        'llm.yaml': `${llm}${scaler('ScaledObject', '  minReplicaCount: 0\n  triggers: [{type: aws-sqs-queue}]\n')}`,
      }),
    ).toEqual([]);
  });

  test('behind a substitution are unknown', () => {
    expect(told({ 'llm.yaml': llm.replace('3', '${REPLICAS}') })).toEqual(['kubernetes llm replicas=undefined']);
  });

  test('of endpoints of the clouds are read from templates, Terraform and bundles', () => {
    expect(
      told({
        'azure.yml':
          'name: blue\nendpoint_name: churn\ninstance_type: a\nscale_settings: {min_instances: 2}\ninstance_count: 1\n',
        'bundle.yml':
          'resources:\n  model_serving_endpoints:\n    churn: {config: {served_entities: [{entity_name: a, scale_to_zero_enabled: true}]}}\n',
        'main.tf':
          'resource "aws_sagemaker_endpoint_configuration" "churn" {\n  production_variants {\n    initial_instance_count = 4\n  }\n}\n',
      }),
    ).toEqual([
      'azure churn/blue min_instances=2',
      'databricks churn scale_to_zero_enabled=0',
      'sagemaker aws_sagemaker_endpoint_configuration.churn initial_instance_count=4',
    ]);
  });

  test('nobody waits for what is named after batches or workers', () => {
    const found = capacities(
      projectOf({ 'llm.yaml': llm.replaceAll('name: llm', 'name: llm-batch'), 'api.yaml': llm }),
    );
    expect(found.map((each) => [each.name, isOffline(each)])).toEqual([
      ['llm', false],
      ['llm-batch', true],
    ]);
  });
});
