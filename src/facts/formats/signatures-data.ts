import { entries, get, items, keys, text, walk } from '../../documents/data.ts';
import { holds, holdsAny, type Signature, says } from './signature.ts';

const YAML = ['yaml'] as const;
const YAML_JSON = ['yaml', 'json'] as const;

/** Training, data, features and experiments. */
export const DATA_SIGNATURES = {
  'mlflow-project': {
    kinds: YAML,
    words: ['entry_points', 'conda_env', 'python_env', 'docker_env'],
    path: /(^|\/)MLproject$/,
    is: (root) =>
      holds(root, 'entry_points') || (holds(root, 'name') && holdsAny(root, 'conda_env', 'python_env', 'docker_env')),
  },
  'mlflow-model': {
    kinds: YAML,
    words: ['flavors'],
    is: (root) =>
      get(root, 'flavors')?.kind === 'map' &&
      holdsAny(root, 'mlflow_version', 'model_uuid', 'run_id', 'artifact_path', 'utc_time_created'),
  },
  'conda-env': {
    kinds: YAML,
    words: ['dependencies'],
    is: (root) =>
      get(root, 'dependencies')?.kind === 'list' &&
      holdsAny(root, 'channels', 'name') &&
      !holdsAny(root, '$schema', 'apiVersion', 'services'),
  },
  'python-env': {
    kinds: YAML,
    words: ['dependencies'],
    is: (root) =>
      holds(root, 'python') && get(root, 'dependencies')?.kind === 'list' && !holdsAny(root, 'channels', 'tool'),
  },
  'mlflow-recipe': {
    kinds: YAML,
    words: ['recipe'],
    is: (root) => says(root, 'recipe', /^\w+\/v\d+$/) && holds(root, 'steps'),
  },
  'dvc-pipeline': {
    kinds: YAML,
    words: ['stages', 'artifacts', 'metrics'],
    path: /(^|\/)dvc\.ya?ml$/,
    is: (root) => holdsAny(root, 'stages', 'artifacts', 'metrics', 'plots'),
  },
  'dvc-lock': {
    kinds: YAML,
    words: ['schema'],
    path: /(^|\/)dvc\.lock$/,
    is: (root) => holds(root, 'schema', 'stages'),
  },
  'dvc-pointer': { kinds: YAML, words: ['outs'], path: /\.dvc$/, is: (root) => get(root, 'outs')?.kind === 'list' },
  hydra: {
    kinds: YAML,
    words: ['defaults', '_target_', 'hydra', '@package'],
    is: (root, { text: whole, path }) =>
      get(root, 'defaults')?.kind === 'list' ||
      holdsAny(root, 'hydra', '_target_') ||
      /^#\s*@package\b/.test(whole) ||
      (/(^|\/)(conf|config|configs)\//.test(path) && [...walk(root)].some((node) => keys(node).includes('_target_'))),
  },
  'evidently-config': {
    kinds: ['yaml', 'json', 'toml'],
    words: ['drift_share', 'stattest'],
    is: (root) => [...walk(root)].some((node) => keys(node).some((key) => /^drift_share$|stattest/.test(key))),
  },
  nannyml: {
    kinds: YAML,
    words: ['reference_data'],
    is: (root) =>
      holds(root, 'input') &&
      get(root, 'input', 'reference_data') !== undefined &&
      get(root, 'input', 'analysis_data') !== undefined,
  },
  'alibi-detect': {
    kinds: ['toml'],
    words: ['Drift', 'Detect'],
    is: (root) => says(root, 'name', /(Drift|Detector)(Online)?$|Drift/) && !holds(root, 'project'),
  },
  'great-expectations-context': {
    kinds: YAML,
    words: ['config_version'],
    is: (root) =>
      holds(root, 'config_version') &&
      holdsAny(root, 'datasources', 'fluent_datasources', 'stores', 'expectations_store_name'),
  },
  'great-expectations-suite': {
    kinds: YAML_JSON,
    words: ['expectations', 'expectation_suite_name'],
    is: (root) =>
      get(root, 'expectations')?.kind === 'list' &&
      (holdsAny(root, 'expectation_suite_name', 'name') ||
        items(get(root, 'expectations')).some((each) => holdsAny(each, 'expectation_type', 'type'))),
  },
  'great-expectations-checkpoint': {
    kinds: YAML_JSON,
    words: ['validations', 'action_list', 'validation_definitions'],
    is: (root) =>
      holdsAny(root, 'action_list') || (holds(root, 'validations') && holdsAny(root, 'config_version', 'class_name')),
  },
  soda: { kinds: YAML, words: ['checks for '], is: (root) => keys(root).some((key) => /^checks for /.test(key)) },
  pandera: {
    kinds: YAML_JSON,
    words: ['schema_type'],
    is: (root) => says(root, 'schema_type', /^dataframe$/) && holds(root, 'columns'),
  },
  'tfdv-schema': {
    kinds: ['pbtxt'],
    words: ['feature'],
    is: (root) =>
      holds(root, 'feature') &&
      holdsAny(root, 'generate_legacy_feature_spec', 'default_environment', 'feature') &&
      !holdsAny(root, 'backend', 'platform', 'input'),
  },
  'dbt-project': {
    kinds: YAML,
    words: ['profile', 'model-paths', 'models'],
    path: /(^|\/)dbt_project\.ya?ml$/,
    is: (root) =>
      holds(root, 'name') && holdsAny(root, 'profile', 'model-paths', 'source-paths', 'models', 'config-version'),
  },
  'dbt-properties': {
    kinds: YAML,
    words: ['models', 'sources', 'exposures', 'seeds', 'snapshots'],
    is: (root) =>
      (says(root, 'version', /^2$/) || !holds(root, 'version')) &&
      ['models', 'sources', 'exposures', 'seeds', 'snapshots'].some((key) => isNamedList(root, key)) &&
      !holdsAny(root, 'apiVersion', 'services', 'name', 'stages'),
  },
  'feast-store': {
    kinds: YAML,
    words: ['project'],
    is: (root) =>
      holds(root, 'project') &&
      get(root, 'project')?.kind === 'scalar' &&
      holdsAny(root, 'registry', 'provider') &&
      !holdsAny(root, 'apiVersion', 'stages'),
  },
  prefect: {
    kinds: YAML,
    words: ['entrypoint', 'work_pool'],
    is: (root) =>
      items(get(root, 'deployments')).some((each) => holdsAny(each, 'entrypoint', 'work_pool', 'flow_name')) ||
      (holds(root, 'flow_name', 'entrypoint') && holdsAny(root, 'work_queue_name', 'infrastructure', 'schedule')),
  },
  dagster: {
    kinds: YAML,
    words: ['load_from', 'run_launcher', 'run_coordinator', 'run_retries', 'run_monitoring', 'run_storage'],
    is: (root) =>
      items(get(root, 'load_from')).some((each) =>
        holdsAny(each, 'python_file', 'python_module', 'python_package', 'grpc_server'),
      ) ||
      (holdsAny(root, 'run_launcher', 'run_coordinator', 'run_retries', 'run_monitoring', 'run_storage') &&
        !holdsAny(root, 'apiVersion', 'services')),
  },
  'kfp-pipeline': {
    kinds: YAML_JSON,
    words: ['pipelineSpec', 'deploymentSpec', 'pipelines.kubeflow.org'],
    is: (root) =>
      holds(root, 'pipelineSpec') ||
      (holds(root, 'deploymentSpec') && says(root, 'schemaVersion', /^2\./)) ||
      (says(root, 'apiVersion', /^argoproj\.io\//) &&
        entries(get(root, 'metadata', 'labels'))
          .concat(entries(get(root, 'metadata', 'annotations')))
          .some(({ key }) => key.startsWith('pipelines.kubeflow.org/'))),
  },
} as const satisfies Readonly<Record<string, Signature>>;

function isNamedList(root: Parameters<Signature['is']>[0], key: string): boolean {
  const list = items(get(root, key));
  return list.length > 0 && list.every((item) => text(get(item, 'name')) !== undefined);
}
