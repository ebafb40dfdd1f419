import { loadPython } from '../../../src/documents/python/parse.ts';
import { systemMap } from '../../../src/facts/system/map.ts';
import { wiring } from '../../../src/facts/system/wired.ts';
import { projectOf } from '../formats/project.ts';

beforeAll(() => loadPython());

type Files = Readonly<Record<string, string>>;

const edges = (files: Files): readonly string[] =>
  systemMap(projectOf(files)).edges.map(({ from, kind, to, path, line }) => `${from} ${kind} ${to} ${path}:${line}`);

const nodes = (files: Files): readonly string[] =>
  systemMap(projectOf(files)).nodes.map(({ id, path, line }) => `${id} ${path}:${line}`);

const states = (files: Files, id: string): Readonly<Record<string, string>> => {
  const map = systemMap(projectOf(files));
  const node = map.node(id);
  if (node === undefined) throw new Error(`${id} is not among ${map.nodes.map((each) => each.id).join(', ')}`);
  return Object.fromEntries(wiring(map, node).map(({ condition, state }) => [condition, state]));
};

const vertex = `from google_cloud_pipeline_components.v1.endpoint import EndpointCreateOp, ModelDeployOp
from google_cloud_pipeline_components.v1.model import ModelUploadOp
from kfp import dsl


@dsl.component
def train(rows: str) -> str:
    return rows


@dsl.component
def evaluate_model(model: str) -> str:
    return model


@dsl.pipeline(name="churn-training")
def churn(rows: str = "gs://bucket/rows", model_name: str = "churn"):
    train_op = train(rows=rows).set_display_name("Train")
    quality = evaluate_model(model=train_op.output)
    with dsl.If(quality.output == "true", name="good-enough"):
        upload = ModelUploadOp(display_name=model_name, unmanaged_container_model=train_op.output)
        endpoint = EndpointCreateOp(display_name="churn-endpoint").after(upload)
        ModelDeployOp(model=upload.outputs["model"], endpoint=endpoint.outputs["endpoint"])
`;

test('vertex: training, gate, upload and deployment are linked as the pipeline links them', () => {
  expect(edges({ 'p.py': vertex })).toEqual(
    expect.arrayContaining([
      'pipeline:churn-training includes training-job:churn-training/train p.py:18',
      'validation-gate:churn-training/evaluate-model gates validation-gate:churn-training/good-enough p.py:20',
      'validation-gate:churn-training/good-enough gates pipeline-step:churn-training/model-upload p.py:21',
      'pipeline-step:churn-training/model-upload registers registered-model:churn p.py:21',
      'training-job:churn-training/train trains registered-model:churn p.py:21',
      'deployment:churn-training/model-deploy deploys registered-model:churn p.py:23',
      'deployment:churn-training/model-deploy serves endpoint:churn-endpoint p.py:23',
    ]),
  );
});

const run = (enabled: string): string => `from google.cloud import aiplatform
from kfp import compiler
from p import churn

compiler.Compiler().compile(pipeline_func=churn, package_path="churn.yaml")
job = aiplatform.PipelineJob(display_name="churn", template_path="churn.yaml")
${enabled}
`;

test('vertex: a schedule starts the pipeline that was compiled to its template; a single run is no schedule', () => {
  const scheduled = { 'p.py': vertex, 'run.py': run('job.create_schedule(display_name="nightly", cron="0 3 * * *")') };
  expect(edges(scheduled)).toContain('schedule:nightly 0 3 * * * schedules pipeline:churn-training run.py:7');
  expect(nodes({ 'p.py': vertex, 'run.py': run('job.submit()') }).some((id) => id.startsWith('schedule:'))).toBe(false);
});

const score = `from kfp.dsl import component


@component
def score(model: str, emails: list):
    from google.cloud import aiplatform_v1 as v1

    message = {"displayName": "score"}
    message["modelMonitoringConfig"] = {
        "alertConfig": {"emailAlertConfig": {"userEmails": emails}},
        "objectiveConfigs": [{"trainingDataset": {"gcsSource": "gs://bucket/train"}}],
    }
    v1.JobServiceClient().create_batch_prediction_job(parent="p", batch_prediction_job=message)


@component
def find_model(name: str):
    from google.cloud.aiplatform import Model

    return Model.list(filter=f'display_name="{name}"')
`;

const batch = (emails: string): string => `from kfp import dsl
from jobs.score import find_model, score

EMAILS = ${emails}


@dsl.pipeline(name="churn-scoring")
def scoring():
    found = find_model(name="churn")
    score(model=found.output, emails=EMAILS)
`;

test('a monitor beside a batch prediction tells those whom the pipeline names, and nobody when it names none', () => {
  const files = { 'jobs/score.py': score, 'pipeline.py': batch('["ml@example.org"]') };
  const id = 'monitor:churn-scoring/score';
  expect(states(files, id)).toMatchObject({ 'has a reference': 'holds', 'tells someone': 'holds', runs: 'unknown' });
  const silent = { ...files, 'pipeline.py': batch('[]') };
  expect(states(silent, id)).toMatchObject({ 'tells someone': 'fails' });
  const map = systemMap(projectOf(silent));
  const [monitor] = map.of('monitor');
  const failed = monitor && wiring(map, monitor).find(({ state }) => state === 'fails');
  expect(failed?.evidence[0]).toMatchObject({ path: 'pipeline.py', line: 4 });
});

const sagemaker = `from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import ConditionLessThanOrEqualTo
from sagemaker.workflow.functions import JsonGet
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.quality_check_step import QualityCheckStep
from sagemaker.workflow.step_collections import RegisterModel
from sagemaker.workflow.steps import ProcessingStep, TrainingStep


def build(baseline):
    step_train = TrainingStep(name="TrainModel", estimator=object())
    step_eval = ProcessingStep(name="Evaluate", inputs=[step_train.properties.ModelArtifacts])
    step_baseline = QualityCheckStep(name="Baseline", skip_check=True, supplied_baseline_statistics=None)
    step_watch = QualityCheckStep(name="Watch", skip_check=False, supplied_baseline_statistics=baseline)
    step_register = RegisterModel(
        name="Register", model_data=step_train.properties.ModelArtifacts, model_package_group_name="churn"
    )
    condition = ConditionLessThanOrEqualTo(left=JsonGet(step_name=step_eval.name, json_path="rmse"), right=7.0)
    step_check = ConditionStep(name="Check", conditions=[condition], if_steps=[step_register], else_steps=[])
    return Pipeline(name="churn-build", steps=[step_train, step_eval, step_baseline, step_watch, step_check])
`;

test('sagemaker: a condition gates what it lets run; a check that is skipped is neither gate nor monitor', () => {
  const files = { 'pipeline.py': sagemaker };
  expect(edges(files)).toEqual(
    expect.arrayContaining([
      'validation-gate:churn-build/Check gates pipeline-step:churn-build/Register pipeline.py:15',
      'pipeline-step:churn-build/Register registers registered-model:churn pipeline.py:15',
      'training-job:churn-build/TrainModel trains registered-model:churn pipeline.py:15',
    ]),
  );
  expect(nodes(files)).toEqual(
    expect.arrayContaining(['pipeline-step:churn-build/Baseline pipeline.py:13', 'monitor:Watch pipeline.py:14']),
  );
  expect(nodes(files).some((id) => id.startsWith('monitor:Baseline'))).toBe(false);
});

const stack = (capture: string, rest: string): string => `from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_sagemaker as sagemaker


class Serving(Stack):
    def __init__(self, scope, id, endpoint_name, **kwargs):
        super().__init__(scope, id, **kwargs)
        model = sagemaker.CfnModel(self, "Model", model_name="churn")
        config = sagemaker.CfnEndpointConfig(
            self,
            "Config",
            production_variants=[
                sagemaker.CfnEndpointConfig.ProductionVariantProperty(model_name=model.attr_model_name)
            ],
        )
        config.data_capture_config = sagemaker.CfnEndpointConfig.DataCaptureConfigProperty(enable_capture=${capture})
        endpoint = sagemaker.CfnEndpoint(
            self, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name, endpoint_name=endpoint_name
        )
        watch = sagemaker.CfnMonitoringSchedule(
            self,
            "Watch",
            endpoint_name=endpoint_name,
            monitoring_schedule_config=sagemaker.CfnMonitoringSchedule.MonitoringScheduleConfigProperty(
                monitoring_job_definition=sagemaker.CfnMonitoringSchedule.MonitoringJobDefinitionProperty(
                    baseline_config=sagemaker.CfnMonitoringSchedule.BaselineConfigProperty()
                )
            ),
        )
        watch.add_depends_on(endpoint)
        alarm = cloudwatch.CfnAlarm(self, "Drift", metric_name="feature_drift")
        alarm.add_depends_on(watch)
${rest}`;

test('cdk: model, configuration, endpoint, monitor and alarm are a chain, each link on its own line', () => {
  const rule =
    '        events.Rule(self, "OnDrift", event_pattern=events.EventPattern(detail_type=["CloudWatch Alarm State Change"]))\n';
  const files = { 'infra/stack.py': stack('True', rule), 'app.py': 'from infra.stack import Serving\n' };
  expect(edges(files)).toEqual(
    expect.arrayContaining([
      'deployment:Config deploys registered-model:churn infra/stack.py:11',
      'deployment:Config serves endpoint:Endpoint infra/stack.py:19',
      'monitor:Watch monitors endpoint:Endpoint infra/stack.py:22',
      'alert:Drift alerts-on monitor:Watch infra/stack.py:33',
    ]),
  );
  expect(states(files, 'monitor:Watch')).toEqual({
    enabled: 'holds',
    deployed: 'holds',
    runs: 'holds',
    'has data': 'holds',
    'has a reference': 'holds',
    'tells someone': 'holds',
  });
  const deaf = { 'infra/stack.py': stack('False', ''), 'app.py': 'from infra.stack import Serving\n' };
  expect(states(deaf, 'monitor:Watch')).toMatchObject({ 'has data': 'fails', 'tells someone': 'fails' });
  expect(states(deaf, 'alert:Drift')).toEqual({ 'tells someone': 'fails' });
});

const airflow = `from airflow import DAG
from airflow.operators.python import PythonOperator

with DAG("churn", schedule="@daily") as churn:
    train = PythonOperator(task_id="train", python_callable=print)
    check = PythonOperator(task_id="validate", python_callable=print)
    deploy = PythonOperator(task_id="deploy", python_callable=print)
    train >> check >> [deploy]

with DAG("report", schedule=None) as report:
    PythonOperator(task_id="send", python_callable=print)
`;

test('airflow: tasks belong to their own DAG, and what stands after a gate waits for it', () => {
  const found = edges({ 'dags/churn.py': airflow });
  expect(found).toEqual(
    expect.arrayContaining([
      'validation-gate:churn/validate gates pipeline-step:churn/deploy dags/churn.py:7',
      'pipeline:report includes pipeline-step:report/send dags/churn.py:11',
      'schedule:churn @daily schedules pipeline:churn dags/churn.py:4',
    ]),
  );
  expect(found.filter((each) => each.startsWith('pipeline:report includes'))).toHaveLength(1);
  expect(found.some((each) => each.includes('schedules pipeline:report'))).toBe(false);
});

const prefect = `from prefect import flow, task


@task
def load(): ...


@task
def train_model(rows): ...


@flow(name="churn-training")
def churn():
    return train_model(load())


if __name__ == "__main__":
    churn.serve(name="nightly", cron="0 3 * * *")
`;

test('prefect: the tasks of a flow, and the schedule it is served with', () => {
  expect(edges({ 'flows/churn.py': prefect })).toEqual(
    expect.arrayContaining([
      'pipeline:churn-training includes training-job:churn-training/train_model flows/churn.py:14',
      'schedule:nightly 0 3 * * * schedules pipeline:churn-training flows/churn.py:18',
    ]),
  );
});

test('prefect: a deployment of a file schedules the flow that its entrypoint names', () => {
  const files = {
    'flows/churn.py': prefect.replace(/\n\nif __name__[\s\S]*$/, '\n'),
    'prefect.yaml':
      'deployments:\n- name: nightly\n  entrypoint: flows/churn.py:churn\n  schedules:\n  - cron: "0 3 * * *"\n',
  };
  expect(edges(files)).toContain('schedule:nightly 0 3 * * * schedules pipeline:churn-training prefect.yaml:5');
});

test('terraform: environments keep their own endpoints, and a schedule of the values starts the pipeline it names', () => {
  const files = {
    'p.py': vertex,
    'infra/main.tf':
      'variable "jobs" {}\nmodule "serving" {\n  source = "./serving"\n}\nresource "google_cloud_scheduler_job" "each" {\n  for_each = var.jobs\n  schedule = each.value.schedule\n}\n',
    'infra/serving/main.tf': 'resource "google_vertex_ai_endpoint" "churn" {\n  display_name = "churn"\n}\n',
    'infra/prod.tfvars':
      'jobs = {\n  nightly = {\n    schedule = "0 3 * * *"\n    template_path = "https://registry.example.org/pipelines/churn-training/latest"\n  }\n}\n',
  };
  expect(edges(files)).toEqual(
    expect.arrayContaining([
      'environment:prod includes endpoint:churn infra/prod.tfvars:1',
      'schedule:nightly 0 3 * * *@production schedules pipeline:churn-training infra/prod.tfvars:3',
    ]),
  );
});

const dagster = `from dagster import AssetSelection, ScheduleDefinition, asset, asset_check, define_asset_job


@asset
def features(): ...


@asset_check(asset=features, blocking=True)
def features_complete(): ...


@asset
def train_churn(features): ...


churn_job = define_asset_job("churn_job", selection=AssetSelection.assets(features, train_churn))
nightly = ScheduleDefinition(name="nightly", job=churn_job, cron_schedule="0 3 * * *")
`;

test('dagster: assets read each other, a blocking check gates, a job selects, a schedule starts it', () => {
  expect(edges({ 'defs.py': dagster })).toEqual(
    expect.arrayContaining([
      'training-job:train_churn reads pipeline-step:features defs.py:13',
      'validation-gate:features_complete gates training-job:train_churn defs.py:9',
      'pipeline:churn_job includes training-job:train_churn defs.py:16',
      'schedule:nightly 0 3 * * * schedules pipeline:churn_job defs.py:17',
    ]),
  );
});

test('feast: a view reads a source of another file, and a service the columns of a view', () => {
  const files = {
    'repo/sources.py':
      'from feast import FileSource\n\ntrips = FileSource(path="s3://bucket/trips.parquet", timestamp_field="t")\n',
    'repo/views.py':
      'from feast import FeatureView\nfrom sources import *\n\ntrips_view = FeatureView(name="trips_daily", source=trips)\n',
    'repo/services.py':
      'from feast import FeatureService\nfrom views import trips_view\n\nchurn = FeatureService(name="churn_v1", features=[trips_view[["fare"]]])\n',
  };
  expect(edges(files)).toEqual([
    'feature-view:churn_v1 reads feature-view:trips_daily repo/services.py:4',
    'feature-view:trips_daily reads dataset:s3://bucket/trips.parquet repo/views.py:4',
  ]);
});

test('a wrapper that logs to MLflow is no training job, a script that fits a model is, once', () => {
  const files = {
    'lib/registry.py': 'import mlflow\n\n\ndef save(model):\n    mlflow.sklearn.log_model(model, "model")\n',
    'train.py':
      'from sklearn.linear_model import LogisticRegression\n\nmodel = LogisticRegression()\nmodel.fit(X, y)\n',
  };
  expect(nodes(files)).toEqual(['training-job:train.py train.py:4']);
  const staged = { ...files, 'dvc.yaml': 'stages:\n  train: {cmd: python train.py, deps: [train.py]}\n' };
  expect(nodes(staged).filter((id) => id.startsWith('training-job'))).toEqual(['training-job:dvc/train dvc.yaml:2']);
});

test('dvc: an artifact is the model that a stage trains', () => {
  expect(
    edges({
      'dvc.yaml':
        'artifacts:\n  churn: {path: model.pkl, type: model}\nstages:\n  train: {cmd: python t.py, outs: [model.pkl]}\n',
    }),
  ).toContain('training-job:dvc/train trains registered-model:churn dvc.yaml:2');
});
