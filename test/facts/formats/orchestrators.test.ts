import { dagsterInstances, dagsterLocations } from '../../../src/facts/formats/dagster.ts';
import { numberAt } from '../../../src/facts/formats/field.ts';
import { prefectDeployments } from '../../../src/facts/formats/prefect.ts';
import { terraformResources } from '../../../src/facts/formats/terraform.ts';
import { terraformValues, terraformValuesOf, terraformVariables } from '../../../src/facts/formats/terraform-values.ts';
import { projectOf, written } from './project.ts';

const prefectYaml = `name: churn
prefect-version: 2.16.0
definitions:
  pool: &pool
    name: k8s
    work_queue_name: gpu
    job_variables: {image: "registry.example.org/churn:1.4.2"}
deployments:
- name: nightly
  entrypoint: flows/train.py:train
  parameters: {rows: 1000}
  work_pool: *pool
  concurrency_limit: 1
  schedules:
  - {cron: "0 3 * * *", timezone: Europe/Berlin, active: true}
  - {interval: 3600, active: false}
- name: manual
  entrypoint: ./flows/score.py:score
  schedule: null
`;

test('prefect: deployments with their flow, pool, image and every schedule', () => {
  const project = projectOf({
    'ml/prefect.yaml': prefectYaml,
    'other.yaml': 'deployments: [{name: a, replicas: 2}]\n',
  });
  const [nightly, manual, ...rest] = prefectDeployments(project);
  expect(rest).toEqual([]);
  expect(nightly).toMatchObject({
    name: { value: 'nightly' },
    flow: 'ml/flows/train.py:train',
    workPool: { value: 'k8s' },
    workQueue: { value: 'gpu' },
    image: { value: 'registry.example.org/churn:1.4.2' },
    concurrencyLimit: { value: 1 },
  });
  expect(nightly?.schedules.map(({ cron, interval, active }) => [cron?.value, interval?.value, active?.value])).toEqual(
    [
      ['0 3 * * *', undefined, true],
      [undefined, 3600, false],
    ],
  );
  expect(nightly && written(nightly.document, nightly.schedules[0]?.cron?.node)).toBe('"0 3 * * *"');
  expect(manual).toMatchObject({ flow: 'ml/flows/score.py:score', schedules: [] });
});

test('prefect: the file that a build of version 2 writes is a deployment too', () => {
  const built =
    'name: nightly\nflow_name: churn\nwork_queue_name: default\nschedule: {cron: "0 3 * * *"}\nis_schedule_active: false\nentrypoint: train.py:churn\n';
  expect(prefectDeployments(projectOf({ 'churn-deployment.yaml': built }))).toMatchObject([
    {
      flowName: { value: 'churn' },
      flow: 'train.py:churn',
      schedules: [{ cron: { value: '0 3 * * *' }, active: { value: false } }],
    },
  ]);
});

test('dagster: what an instance limits, and the code that a workspace loads', () => {
  const project = projectOf({
    'dagster.yaml': `run_launcher: {module: dagster_docker, class: DockerRunLauncher}
run_retries: {enabled: true, max_retries: 3}
run_monitoring: {enabled: true, max_runtime_seconds: 7200}
run_coordinator: {module: dagster.core.run_coordinator, class: QueuedRunCoordinator, config: {max_concurrent_runs: 5}}
`,
    'workspace.yaml': `load_from:
- python_file: {relative_path: churn/defs.py, location_name: churn}
- python_module: churn.reports
- grpc_server: {host: user-code, port: 4000}
`,
    'churn/defs.py': 'import dagster\n',
    'values.yaml': 'load_from: [a]\n',
  });
  expect(dagsterInstances(project)).toMatchObject([
    {
      launcher: { value: 'DockerRunLauncher' },
      maxConcurrentRuns: { value: 5 },
      retriesEnabled: { value: true },
      maxRetries: { value: 3 },
      maxRuntime: { value: 7200 },
    },
  ]);
  expect(dagsterLocations(project)).toMatchObject([
    { from: 'file', name: { value: 'churn' }, file: 'churn/defs.py' },
    { from: 'module', target: { value: 'churn.reports' }, file: undefined },
    { from: 'server', target: { value: 'user-code' } },
  ]);
});

const terraform = {
  'infra/main.tf': `variable "replicas" {
  type    = number
  default = 1
}
variable "scaling" {
  type = object({ min = number })
}
module "serving" {
  source   = "./modules/endpoint"
  replicas = var.replicas
  floor    = var.scaling.min
}
`,
  'infra/modules/endpoint/main.tf': `variable "replicas" {}
variable "floor" {}
resource "google_vertex_ai_endpoint_with_model_garden_deployment" "churn" {
  deploy_config {
    dedicated_resources {
      min_replica_count = var.replicas
      max_replica_count = var.floor
    }
  }
}
`,
  'infra/env/prod.tfvars': 'replicas = 3\nscaling = { min = 2 }\n',
  'infra/env/dev.tfvars': 'replicas = 0\n',
};

test('terraform: what a variable is in each environment, through the call of the module', () => {
  const project = projectOf(terraform);
  const [endpoint] = terraformResources(project, /^google_vertex_ai_endpoint/);
  if (endpoint === undefined) throw new Error('no endpoint');
  const said = (field: string): readonly unknown[] => {
    const found = numberAt(endpoint.node, 'deploy_config', 'dedicated_resources', field);
    if (found === undefined) throw new Error(`no ${field}`);
    return terraformValuesOf(project, endpoint, found.node).map(({ environment, document, node }) => [
      environment,
      document.path,
      written(document, node),
    ]);
  };
  expect(said('min_replica_count')).toEqual([
    ['dev', 'infra/env/dev.tfvars', '0'],
    ['prod', 'infra/env/prod.tfvars', '3'],
  ]);
  expect(said('max_replica_count')).toEqual([['prod', 'infra/env/prod.tfvars', '2']]);
  expect(terraformVariables(project).map(({ name, default: fallback }) => [name, fallback !== undefined])).toEqual([
    ['replicas', true],
    ['scaling', false],
    ['replicas', false],
    ['floor', false],
  ]);
});

test('terraform: without a file of values the default stands; what only a run tells has no value', () => {
  const { 'infra/main.tf': main, 'infra/modules/endpoint/main.tf': inner } = terraform;
  const project = projectOf({ 'infra/main.tf': main, 'infra/modules/endpoint/main.tf': inner });
  const [endpoint] = terraformResources(project, /^google_vertex_ai_endpoint/);
  const at = (field: string) => numberAt(endpoint?.node, 'deploy_config', 'dedicated_resources', field);
  const values = (field: string) =>
    terraformValuesOf(
      project,
      endpoint as NonNullable<typeof endpoint>,
      (at(field) as NonNullable<ReturnType<typeof at>>).node,
    );
  expect(values('min_replica_count').map(({ environment, document }) => [environment, document.path])).toEqual([
    [undefined, 'infra/main.tf'],
  ]);
  expect(values('max_replica_count')).toEqual([]);
});

test('terraform: values are told automatic or chosen, with their environment', () => {
  const project = projectOf({
    'a/terraform.tfvars': 'x = 1\n',
    'a/prod.auto.tfvars': 'x = 1\n',
    'envs/staging/vars.tfvars': 'x = 1\n',
    'a/dev.tfvars.json': '{"x": 1}\n',
  });
  expect(
    terraformValues(project).map(({ document, environment, automatic }) => [document.path, environment, automatic]),
  ).toEqual([
    ['a/dev.tfvars.json', 'dev', false],
    ['a/prod.auto.tfvars', 'prod', true],
    ['a/terraform.tfvars', undefined, true],
    ['envs/staging/vars.tfvars', 'staging', false],
  ]);
});
