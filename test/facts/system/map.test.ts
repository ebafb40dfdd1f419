import { loadPython } from '../../../src/documents/python/parse.ts';
import { systemMap } from '../../../src/facts/system/map.ts';
import { toSystemView } from '../../../src/facts/system/view.ts';
import { wiring } from '../../../src/facts/system/wired.ts';
import { projectOf } from '../formats/project.ts';

beforeAll(() => loadPython());

const azure = {
  'deploy/endpoint.yml':
    '$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: churn\nauth_mode: key\n',
  'deploy/blue.yml':
    'name: blue\nendpoint_name: churn\nmodel: azureml:churn:7\ninstance_type: a\ndata_collector: {collections: {model_inputs: {enabled: "True"}}}\n',
  'monitor.yml':
    'name: watch\ntrigger: {type: cron}\ncreate_monitor:\n  monitoring_target: {endpoint_deployment_id: azureml:churn:blue}\n  alert_notification: {emails: [a@b.c]}\n',
};

const edges = (files: Readonly<Record<string, string>>): readonly string[] =>
  systemMap(projectOf(files)).edges.map(({ from, kind, to, path, line }) => `${from} ${kind} ${to} ${path}:${line}`);

const states = (files: Readonly<Record<string, string>>, id: string): Readonly<Record<string, string>> => {
  const map = systemMap(projectOf(files));
  const node = map.node(id);
  if (node === undefined) throw new Error(`${id} is not among ${map.nodes.map((each) => each.id).join(', ')}`);
  return Object.fromEntries(wiring(map, node).map(({ condition, state }) => [condition, state]));
};

test('azure: the deployment serves an endpoint, deploys a version and is watched', () => {
  expect(edges(azure)).toEqual(
    expect.arrayContaining([
      'deployment:churn/blue serves endpoint:churn deploy/blue.yml:2',
      'deployment:churn/blue deploys model-version:churn 7 deploy/blue.yml:3',
      'monitor:watch monitors deployment:churn/blue monitor.yml:4',
      'monitor:watch notifies alert-route:notification of watch monitor.yml:5',
    ]),
  );
  expect(states(azure, 'monitor:watch')).toEqual({
    enabled: 'holds',
    deployed: 'unknown',
    runs: 'holds',
    'has data': 'holds',
    'has a reference': 'holds',
    'tells someone': 'holds',
  });
});

test('the condition that fails is named, and its place is shown', () => {
  const files = {
    ...azure,
    'deploy/blue.yml': azure['deploy/blue.yml'].replace(/data_collector.*\n/, ''),
    'monitor.yml': azure['monitor.yml'].replace(/ {2}alert_notification.*\n/, ''),
  };
  expect(states(files, 'monitor:watch')).toMatchObject({ 'has data': 'fails', 'tells someone': 'fails' });
  const map = systemMap(projectOf(files));
  const failed = map
    .of('monitor')
    .flatMap((node) => wiring(map, node))
    .find(({ condition }) => condition === 'has data');
  expect(failed?.evidence[0]).toMatchObject({ path: 'deploy/blue.yml', line: 1 });
  expect(toSystemView(map).nodes.find(({ kind }) => kind === 'monitor')?.wired?.fails).toEqual([
    'has data',
    'tells someone',
  ]);
});

const template = (capture: string, rest: string): string => `Resources:
  Endpoint: {Type: "AWS::SageMaker::Endpoint", Properties: {EndpointConfigName: !GetAtt Config.EndpointConfigName}}
  Config: {Type: "AWS::SageMaker::EndpointConfig", Properties: {DataCaptureConfig: {EnableCapture: ${capture}}}}
  Watch:
    Type: AWS::SageMaker::MonitoringSchedule
    Properties: {MonitoringScheduleConfig: {ScheduleConfig: {ScheduleExpression: x}, MonitoringJobDefinition: {BaselineConfig: {}, MonitoringInputs: [{EndpointInput: {EndpointName: !Ref Endpoint}}]}}}
${rest}`;

test('sagemaker: capture feeds it, and an event rule on alarms is a route', () => {
  const rule =
    '  Rule: {Type: "AWS::Events::Rule", Properties: {EventPattern: {detail-type: [CloudWatch Alarm State Change]}}}\n';
  expect(states({ 't.yml': template('true', rule) }, 'monitor:Watch')).toMatchObject({
    'has data': 'holds',
    'has a reference': 'holds',
    'tells someone': 'holds',
    runs: 'holds',
  });
  expect(states({ 't.yml': template('false', '') }, 'monitor:Watch')).toMatchObject({
    'has data': 'fails',
    'tells someone': 'fails',
  });
  expect(edges({ 't.yml': template('true', '') })).toEqual(
    expect.arrayContaining([
      'monitor:Watch monitors endpoint:Endpoint t.yml:4',
      'deployment:Config serves endpoint:Endpoint t.yml:2',
    ]),
  );
});

test('databricks: a part without a bundle is not deployed, another environment is no data, targets are kept apart', () => {
  const files = {
    'databricks.yml':
      'bundle: {name: a}\ninclude: [resources/jobs.yml]\n# - resources/monitor.yml\ntargets:\n  prod:\n    resources:\n      quality_monitors:\n        x: {table_name: dev.ml.x, baseline_table_name: b, schedule: {pause_status: UNPAUSED, quartz_cron_expression: q}}\n',
    'resources/jobs.yml':
      'resources:\n  jobs:\n    train:\n      tasks: [{task_key: Train}, {task_key: ModelValidation, depends_on: [{task_key: Train}]}, {task_key: Deploy, depends_on: [{task_key: ModelValidation}]}]\n',
    'resources/monitor.yml': 'resources:\n  quality_monitors:\n    y: {table_name: prod.ml.y}\n',
  };
  expect(states(files, 'monitor:prod.ml.y')).toEqual({
    enabled: 'holds',
    deployed: 'fails',
    runs: 'fails',
    'has data': 'holds',
    'has a reference': 'fails',
    'tells someone': 'fails',
  });
  expect(states(files, 'monitor:dev.ml.x@prod')).toMatchObject({
    enabled: 'holds',
    deployed: 'holds',
    runs: 'holds',
    'has data': 'fails',
  });
  expect(edges(files)).toEqual(
    expect.arrayContaining([
      'validation-gate:train/ModelValidation gates pipeline-step:train/Deploy resources/jobs.yml:4',
    ]),
  );
});

test('a script that is started elsewhere is wired, one that nothing starts is not', () => {
  const watch = 'from evidently.report import Report\n\nReport(metrics=[])\n';
  const workflow = {
    '.github/workflows/a.yml':
      'on: {schedule: [{cron: "1 1 * * *"}]}\njobs: {a: {runs-on: x, steps: [{run: python src/watch.py}]}}\n',
  };
  const id = 'monitor:evidently in src/watch.py';
  expect(states({ 'src/watch.py': watch, ...workflow }, id)).toMatchObject({ deployed: 'holds', runs: 'holds' });
  expect(
    states(
      {
        'src/watch.py': watch,
        '.github/workflows/a.yml': '# python src/watch.py\non: push\njobs: {a: {runs-on: x, steps: []}}\n',
      },
      id,
    ),
  ).toMatchObject({ deployed: 'fails', runs: 'unknown' });
});

test('python: models, endpoints, experiments, feature views and pipelines', () => {
  const found = edges({
    'train.py':
      'import mlflow\nmlflow.set_experiment("e")\nmlflow.sklearn.log_model(m, "a", registered_model_name="churn")\n',
    'api.py':
      'import mlflow\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = mlflow.pyfunc.load_model("models:/churn/7")\n\n@app.post("/p")\ndef predict(x: dict):\n    return model.predict(x)\n',
    'features.py':
      'from feast import FeatureView, FileSource\n\nsource = FileSource(path="data.parquet")\nview = FeatureView(name="usage", source=source)\n',
    'dag.py':
      'from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\nwith DAG("daily", schedule="@daily"):\n    BashOperator(task_id="train", bash_command="x")\n',
    'tests/test_api.py': 'import mlflow\nmlflow.set_experiment("none")\n',
  });
  expect(found).toEqual(
    expect.arrayContaining([
      'training-job:train.py registers registered-model:churn train.py:3',
      'endpoint:api.py deploys registered-model:churn api.py:5',
      'feature-view:usage reads dataset:data.parquet features.py:4',
      'schedule:daily @daily schedules pipeline:daily dag.py:4',
      'pipeline:daily includes training-job:daily/train dag.py:5',
    ]),
  );
  expect(systemMap(projectOf({ 'tests/test_api.py': 'import mlflow\nmlflow.set_experiment("none")\n' })).nodes).toEqual(
    [],
  );
});

test('alerts: rules that prometheus loads are deployed, receivers that notify nobody are no route', () => {
  const files = {
    'rules/ml.yml': 'groups: [{rules: [{alert: Drift, expr: psi > 0.2}]}]\n',
    'prometheus.yml': 'rule_files: ["rules/*.yml"]\nscrape_configs: []\n',
    'alertmanager.yml': 'route: {receiver: a}\nreceivers: [{name: a}]\n',
  };
  expect(states(files, 'alert:Drift')).toEqual({ enabled: 'holds', deployed: 'holds', 'tells someone': 'fails' });
  expect(
    states(
      { ...files, 'alertmanager.yml': 'route: {receiver: a}\nreceivers: [{name: a, slack_configs: [{channel: b}]}]\n' },
      'alert:Drift',
    ),
  ).toMatchObject({ 'tells someone': 'holds' });
});

test('an empty project and hostile files describe nothing', () => {
  expect(systemMap(projectOf({})).nodes).toEqual([]);
  expect(
    systemMap(
      projectOf({
        'a.yaml': 'Resources: [*a]\nbundle: {include: [[]]}\n',
        'b.json': '{"groups": [null, 1, {"rules": [3]}], "panels": {}}',
        'c.tf': 'resource "a" {\n',
      }),
    ).nodes,
  ).toEqual([]);
});

test('traffic stands on the link that carries it, with the line that says so', () => {
  const azureTraffic = {
    ...azure,
    'deploy/endpoint.yml': `${azure['deploy/endpoint.yml']}traffic: {blue: 90}\n`,
  };
  expect(systemMap(projectOf(azureTraffic)).edges.find(({ kind }) => kind === 'serves')).toEqual({
    from: 'deployment:churn/blue',
    to: 'endpoint:churn',
    kind: 'serves',
    path: 'deploy/endpoint.yml',
    line: 4,
    traffic: 90,
  });
});

test('seldon: a pipeline runs its models, a detector watches them, an experiment shares the requests out', () => {
  const object = (kind: string, name: string, spec: string): string =>
    `apiVersion: mlops.seldon.io/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
  const files = {
    'models.yaml': ['income', 'income-2', 'income-drift']
      .map((name) => object('Model', name, `{storageUri: "gs://models/${name}"}`))
      .join('---\n'),
    'pipeline.yaml': object(
      'Pipeline',
      'scoring',
      '{steps: [{name: income}, {name: income-drift, inputs: [income.inputs]}]}',
    ),
    'experiment.yaml': object(
      'Experiment',
      'trial',
      '{candidates: [{name: income, weight: 90}, {name: income-2, weight: 10}]}',
    ),
  };
  expect(edges(files)).toEqual(
    expect.arrayContaining([
      'pipeline:scoring includes deployment:income pipeline.yaml:4',
      'deployment:income-drift monitors deployment:income pipeline.yaml:4',
      'deployment:income-2 serves endpoint:trial experiment.yaml:4',
    ]),
  );
  const shares = systemMap(projectOf(files)).edges.filter(({ kind }) => kind === 'serves');
  expect(shares.map(({ traffic }) => traffic)).toEqual([90, 10]);
});

test('azure: a schedule starts the pipeline whose file it names', () => {
  expect(
    edges({
      'jobs/train.yml': 'type: pipeline\ndisplay_name: churn\njobs: {train: {type: command}}\n',
      'jobs/nightly.yml': 'name: nightly\ntrigger: {type: cron}\ncreate_job: ./train.yml\n',
    }),
  ).toContain('schedule:nightly schedules pipeline:churn jobs/nightly.yml:3');
});
