import { entries, get, items, keys, text } from '../../documents/data.ts';
import { holds, holdsAny, isKind, type Signature, says } from './signature.ts';

const YAML = ['yaml'] as const;
const YAML_JSON = ['yaml', 'json'] as const;

const AZURE = /azureml/i;
const says$schema = (root: Parameters<Signature['is']>[0], what: RegExp): boolean =>
  AZURE.test(text(get(root, '$schema')) ?? '') && what.test(text(get(root, '$schema')) ?? '');
const KUBERNETES = /^[a-z0-9.-]+(\/v\d\w*)?$/;

/** Model servers, endpoints and the clouds' descriptions of them. */
export const SERVING_SIGNATURES = {
  'azure-monitor': {
    kinds: YAML,
    words: ['create_monitor'],
    is: (root) => get(root, 'create_monitor')?.kind === 'map',
  },
  'azure-schedule': { kinds: YAML, words: ['create_job'], is: (root) => holds(root, 'create_job', 'trigger') },
  'azure-online-deployment': {
    kinds: YAML,
    words: ['endpoint_name', 'OnlineDeployment'],
    is: (root) =>
      says$schema(root, /(managed|kubernetes)OnlineDeployment/i) ||
      (holds(root, 'endpoint_name') &&
        holdsAny(root, 'instance_type', 'instance_count') &&
        !holdsAny(root, 'mini_batch_size', 'settings')),
  },
  'azure-batch-deployment': {
    kinds: YAML,
    words: ['endpoint_name', 'batchDeployment', 'BatchDeployment'],
    is: (root) =>
      (says$schema(root, /(batch|model|pipelineComponent)(Batch)?Deployment/i) && !says$schema(root, /online/i)) ||
      (holds(root, 'endpoint_name') && holdsAny(root, 'mini_batch_size', 'settings') && !holds(root, '$schema')),
  },
  'azure-online-endpoint': {
    kinds: YAML,
    words: ['OnlineEndpoint', 'auth_mode'],
    is: (root) =>
      says$schema(root, /onlineEndpoint/i) ||
      (holds(root, 'auth_mode', 'name') && !holdsAny(root, 'apiVersion', 'endpoint_name')),
  },
  'azure-batch-endpoint': {
    kinds: YAML,
    words: ['batchEndpoint', 'BatchEndpoint'],
    is: (root) => says$schema(root, /batchEndpoint/i),
  },
  'azure-pipeline': {
    kinds: YAML,
    words: ['jobs', 'pipelineJob'],
    is: (root) => says$schema(root, /pipelineJob/i) || (says(root, 'type', /^pipeline$/) && holds(root, 'jobs')),
  },
  'azure-command': {
    kinds: YAML,
    words: ['commandJob', 'sweepJob', 'commandComponent'],
    is: (root) => says$schema(root, /(command|sweep|autoML\w*|spark)(Job|Component)/i),
  },
  'azure-data': { kinds: YAML, words: ['schemas'], is: (root) => says$schema(root, /\/data(\.schema|\.json|$)/i) },
  'azure-environment': {
    kinds: YAML,
    words: ['schemas'],
    is: (root) => says$schema(root, /\/environment(\.schema|\.json|$)/i),
  },
  'azure-model': { kinds: YAML, words: ['schemas'], is: (root) => says$schema(root, /\/model(\.schema|\.json|$)/i) },
  cloudformation: {
    kinds: YAML_JSON,
    words: ['AWS::'],
    is: (root) =>
      get(root, 'Resources')?.kind === 'map' &&
      entries(get(root, 'Resources')).some(({ value }) => /^AWS::/.test(text(get(value, 'Type')) ?? '')),
  },
  sagemaker: {
    kinds: YAML_JSON,
    words: ['AWS::SageMaker::'],
    is: (root) =>
      entries(get(root, 'Resources')).some(({ value }) => /^AWS::SageMaker::/.test(text(get(value, 'Type')) ?? '')),
  },
  terraform: {
    kinds: ['hcl'],
    words: ['resource', 'module', 'variable', 'data'],
    is: (root, { path }) =>
      path.endsWith('.tf') && holdsAny(root, 'resource', 'module', 'data', 'variable', 'terraform'),
  },
  'terraform-variables': {
    kinds: ['hcl', 'json'],
    words: ['=', ':'],
    path: /\.tfvars(\.json)?$/,
    is: (root) => root.kind === 'map',
  },
  'databricks-bundle': {
    kinds: YAML,
    words: ['bundle'],
    is: (root) => get(root, 'bundle')?.kind === 'map' && !holds(root, 'apiVersion'),
  },
  'databricks-part': {
    kinds: YAML,
    words: ['resources', 'targets'],
    is: (root) =>
      !holds(root, 'apiVersion') &&
      ['resources', 'targets'].some((key) => get(root, key)?.kind === 'map') &&
      isDatabricks(root),
  },
  kserve: {
    kinds: YAML_JSON,
    words: ['InferenceService', 'InferenceGraph', 'ServingRuntime'],
    is: (root) => isKind(root, /^serving\.(kserve|kubeflow)\.(io|org)\//, /./),
  },
  'seldon-v1': {
    kinds: YAML_JSON,
    words: ['machinelearning.seldon.io'],
    is: (root) => says(root, 'apiVersion', /^machinelearning\.seldon\.io\//),
  },
  'seldon-v2': {
    kinds: YAML_JSON,
    words: ['mlops.seldon.io'],
    is: (root) => says(root, 'apiVersion', /^mlops\.seldon\.io\//),
  },
  mlserver: {
    kinds: ['json'],
    words: ['implementation'],
    is: (root) =>
      holds(root, 'implementation') && says(root, 'implementation', /\./) && holdsAny(root, 'name', 'parameters'),
  },
  triton: {
    kinds: ['pbtxt'],
    words: ['backend', 'platform'],
    is: (root) =>
      holdsAny(root, 'backend', 'platform') &&
      holdsAny(root, 'input', 'output', 'ensemble_scheduling', 'max_batch_size', 'instance_group', 'version_policy'),
  },
  bentoml: { kinds: YAML, words: ['service'], path: /(^|\/)bentofile\.ya?ml$/, is: (root) => holds(root, 'service') },
  'ray-serve': {
    kinds: YAML,
    words: ['import_path'],
    is: (root) =>
      items(get(root, 'applications')).some((each) => holds(each, 'import_path')) ||
      (holds(root, 'import_path') && holdsAny(root, 'deployments', 'runtime_env')),
  },
  'ray-service': { kinds: YAML_JSON, words: ['RayService'], is: (root) => isKind(root, /^ray\.io\//, /^RayService$/) },
  kubernetes: {
    kinds: YAML_JSON,
    words: ['apiVersion'],
    is: (root) => says(root, 'apiVersion', KUBERNETES) && holds(root, 'kind'),
  },
  'helm-chart': {
    kinds: YAML,
    words: ['apiVersion'],
    path: /(^|\/)Chart\.ya?ml$/,
    is: (root) => holds(root, 'name', 'version'),
  },
  'helm-values': {
    kinds: YAML,
    words: [''],
    path: /(^|\/)values[^/]*\.ya?ml$|(^|\/)values\/[^/]+\.ya?ml$/,
    is: (root) => root.kind === 'map' && !holds(root, 'apiVersion'),
  },
  kustomization: {
    kinds: YAML,
    words: ['resources', 'bases', 'patches', 'components', 'generators'],
    path: /(^|\/)[Kk]ustomization(\.ya?ml)?$/,
    is: (root) =>
      holdsAny(
        root,
        'resources',
        'bases',
        'patches',
        'patchesStrategicMerge',
        'components',
        'configMapGenerator',
        'helmCharts',
        'images',
        'namespace',
      ),
  },
  compose: {
    kinds: YAML,
    words: ['services'],
    is: (root) =>
      get(root, 'services')?.kind === 'map' &&
      !holdsAny(root, 'apiVersion', '$schema') &&
      entries(get(root, 'services')).some(({ value }) =>
        holdsAny(value, 'image', 'build', 'command', 'extends', 'ports'),
      ),
  },
} as const satisfies Readonly<Record<string, Signature>>;

const RESOURCES =
  /^(jobs|pipelines|models|registered_models|experiments|model_serving_endpoints|quality_monitors|schemas|volumes|dashboards|clusters|apps|alerts)$/;

/** Resources of known kinds, directly or under a target; a Helm value `resources: {limits: …}` has none. */
function isDatabricks(root: Parameters<Signature['is']>[0]): boolean {
  const known = (node: ReturnType<typeof get>): boolean =>
    keys(node).some((key) => RESOURCES.test(key)) && !keys(node).some((key) => /^(limits|requests)$/.test(key));
  return (
    known(get(root, 'resources')) || entries(get(root, 'targets')).some(({ value }) => known(get(value, 'resources')))
  );
}
