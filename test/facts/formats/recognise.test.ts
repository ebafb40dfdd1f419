import { repoPath } from '../../../src/core/location.ts';
import type { DataDocument } from '../../../src/documents/data.ts';
import { formatsOf, rootsOf } from '../../../src/facts/formats/recognise.ts';
import { projectOf } from './project.ts';

function formats(path: string, text: string): readonly string[] {
  const document = projectOf({ [path]: text }).document(repoPath(path));
  if (document === undefined || !('roots' in document)) throw new Error(`${path} has no tree`);
  return formatsOf(document as DataDocument).map(({ name }) => name);
}

const cases: readonly (readonly [string, string, readonly string[]])[] = [
  ['MLproject', 'name: a\nentry_points: {main: {command: python a.py}}\n', ['mlflow-project']],
  ['m/MLmodel', 'flavors: {python_function: {python_version: 3.11.4}}\nrun_id: a\n', ['mlflow-model']],
  ['env.yml', 'name: a\nchannels: [conda-forge]\ndependencies: [python=3.11]\n', ['conda-env']],
  ['python_env.yaml', 'python: 3.11.4\ndependencies: [-r requirements.txt]\n', ['python-env']],
  ['recipe.yaml', 'recipe: regression/v1\nsteps: {}\n', ['mlflow-recipe']],
  ['conf/config.yaml', 'defaults: [model: a]\n', ['hydra']],
  ['nann.yml', 'input:\n  reference_data: {path: a}\n  analysis_data: {path: b}\n', ['nannyml']],
  ['config.toml', 'name = "KSDrift"\np_val = 0.05\n', ['alibi-detect']],
  ['suite.json', '{"expectation_suite_name": "a", "expectations": []}', ['great-expectations-suite']],
  ['c.yml', 'checks for orders:\n- row_count > 1\n', ['soda']],
  ['s.yaml', 'schema_type: dataframe\ncolumns: {}\n', ['pandera']],
  ['models/a.yml', 'version: 2\nmodels: [{name: a}]\n', ['dbt-properties']],
  ['feature_store.yaml', 'project: a\nprovider: local\nregistry: r.db\n', ['feast-store']],
  ['p.yaml', 'pipelineInfo: {name: a}\nschemaVersion: 2.1.0\ndeploymentSpec: {}\n', ['kfp-pipeline']],
  [
    'mon.yml',
    '$schema: http://azureml/sdk-2-0/Schedule.json\nname: a\ntrigger: {}\ncreate_monitor: {compute: {}}\n',
    ['azure-monitor'],
  ],
  ['d.yml', 'endpoint_name: a\ninstance_type: b\nmodel: azureml:a:1\n', ['azure-online-deployment']],
  ['b.yml', 'endpoint_name: a\nmini_batch_size: 10\n', ['azure-batch-deployment']],
  ['t.yml', 'Resources:\n  A:\n    Type: AWS::SageMaker::Model\n', ['cloudformation', 'sagemaker']],
  ['databricks.yml', 'bundle: {name: a}\nresources: {jobs: {a: {}}}\n', ['databricks-bundle', 'databricks-part']],
  ['resources/a.yml', 'resources: {quality_monitors: {a: {}}}\n', ['databricks-part']],
  ['i.yaml', 'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\n', ['kserve', 'kubernetes']],
  ['g.pbtxt', 'platform: "onnxruntime_onnx"\ninput [ { name: "a" } ]\n', ['triton']],
  ['r.yaml', 'groups: [{rules: [{alert: A, expr: up}]}]\n', ['prometheus-rules']],
  ['compose.yaml', 'services: {a: {image: b}}\n', ['compose']],
  ['.github/workflows/a.yml', 'on: push\njobs: {a: {runs-on: x, steps: []}}\n', ['github-workflow']],
  ['values.yaml', 'resources: {limits: {cpu: 1}}\n', ['helm-values']],
];

test.each(cases)('%s is told by its content', (path, text, expected) => {
  expect(formats(path, text)).toEqual(expected);
});

test.each([
  ['_feature_store.yml', 'version: 2\nmodels: [{name: a}]\n', 'feast-store'],
  ['databricks.yml', 'services: {a: {image: b}}\n', 'databricks-bundle'],
  [
    'environment.yml',
    '$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\nname: a\ndependencies: []\n',
    'conda-env',
  ],
  ['alerts.yaml', 'groups: [a, b]\n', 'prometheus-rules'],
  ['k8s/kustomization.yaml', 'name: a\n', 'kustomization'],
])('%s is not a format by its path alone', (path, text, not) => {
  expect(formats(path, text)).not.toContain(not);
});

test('a stream holds a format per document, and a template holds none', () => {
  expect(formats('a.yaml', 'apiVersion: v1\nkind: Service\n---\ngroups: [{rules: [{record: a, expr: b}]}]\n')).toEqual([
    'kubernetes',
    'prometheus-rules',
  ]);
  expect(formats('chart/templates/a.yaml', 'apiVersion: v1\nkind: {{ .Values.kind }}\n')).toEqual([]);
});

test('files that cannot fit are not parsed', () => {
  const parsed: string[] = [];
  const cache = { get: () => undefined, set: (key: string) => parsed.push(key.split(':').at(-1) ?? '') };
  const project = projectOf(
    { 'a.yaml': 'groups: [{rules: [{alert: A, expr: up}]}]\n', 'b.yaml': 'kind: nothing\n' },
    cache,
  );
  expect(rootsOf(project, 'helm-values')).toEqual([]);
  expect(rootsOf(project, 'prometheus-rules').map(({ document }) => document.path)).toEqual(['a.yaml']);
  expect(parsed).toEqual(['a.yaml']);
});
