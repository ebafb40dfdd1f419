import type { Outcome } from '../../core/finding.ts';
import { type DataDocument, type DataNode, get, literal, walkEntries } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { databricksResources } from '../../facts/formats/databricks.ts';
import { argoWorkflows } from '../../facts/formats/training.ts';
import { scheduledDags } from '../../facts/orchestration/airflow-dags.ts';
import { keepsFresh } from '../../facts/orchestration/schedules.ts';
import { mayBeProduction } from '../../facts/system/production.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const NOTIFIES = /^(email_notifications|webhook_notifications|notifications)$/;

/** A block that names somebody for failures. */
const tellsOfFailure = (node: DataNode): boolean =>
  [...walkEntries(node)].some(
    ({ key, value }) => NOTIFIES.test(key) && (value.open || get(value, 'on_failure') !== undefined),
  );

/** An alarm of another file that speaks of the job. */
const isWatched = (project: Project, name: string): boolean =>
  name !== '' &&
  project
    .documents('yaml', [name])
    .some(
      ({ text }) =>
        /\balert:|AWS::CloudWatch::Alarm|on_failure/.test(text) && text.includes(name) && !text.includes('quartz_cron'),
    );

function* inData(document: DataDocument, project: Project): Generator<Outcome> {
  for (const job of [
    ...databricksResources(project, 'jobs'),
    ...databricksResources(project, 'quality_monitors'),
  ].filter((each) => each.document === document)) {
    const schedule = get(job.node, 'schedule') ?? get(job.node, 'trigger') ?? get(job.node, 'continuous');
    const runs =
      schedule !== undefined &&
      literal(get(schedule, 'pause_status')) !== 'PAUSED' &&
      mayBeProduction(document, job.node);
    if (!runs || schedule === undefined || job.node.open || tellsOfFailure(job.node)) continue;
    const said = document.text.slice(job.node.span.start, job.node.span.end);
    if ((job.type === 'jobs' && !keepsFresh(`${job.key} ${said.slice(0, 1000)}`)) || isWatched(project, job.key))
      continue;
    yield at(document, job.entry.keySpan, `\`${job.key}\` runs on a schedule and tells nobody when it fails`);
  }
  for (const flow of argoWorkflows(project).filter(
    (each) => each.document === document && each.kind === 'CronWorkflow',
  )) {
    const spec = get(flow.node, 'spec', 'workflowSpec');
    const name = flow.name?.text ?? '';
    if (
      flow.onExit !== undefined ||
      get(spec, 'hooks') !== undefined ||
      get(spec, 'workflowTemplateRef') !== undefined ||
      flow.suspend?.value === true
    )
      continue;
    if (keepsFresh(`${name} ${flow.templates.map((each) => each.name).join(' ')}`) && !isWatched(project, name))
      yield at(
        document,
        (flow.name?.node ?? flow.node).span,
        `\`${name}\` runs on a schedule and tells nobody when it fails`,
      );
  }
}

const CALLBACKS = ['on_failure_callback', 'email_on_failure', 'email', 'sla_miss_callback', 'deadline'];

function* inPython(document: PythonDocument): Generator<Outcome> {
  for (const { call, id, settings } of scheduledDags(document)) {
    if (settings === undefined || CALLBACKS.some((name) => settings.has(name)) || !keepsFresh(`${id} ${document.path}`))
      continue;
    yield at(document, call.callee, `DAG \`${id}\` runs on a schedule and tells nobody when it fails`);
  }
}

const job = (name: string, more = ''): string =>
  `resources:\n  jobs:\n    ${name}:\n      schedule: {quartz_cron_expression: "0 0 9 * * ?", timezone_id: UTC}\n${more}      tasks: [{task_key: Train, max_retries: 1}]\n`;
const cron = (name: string, more = ''): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata:\n  name: ${name}\nspec:\n  schedule: "0 3 * * *"\n  workflowSpec:\n    entrypoint: main\n${more}    templates: [{name: main, container: {image: x}}]\n`;

export default defineCheck({
  evaluates: 'processing-latency-and-sla',
  stage: 'monitoring',
  severity: 'medium',
  confidence: 'medium',
  title: 'Scheduled job that fails in silence',
  why: `
    Features, models and monitors grow old from the first night on which the job fails, and the first to notice are those who use
    the predictions.
  `,
  fix: 'Name who is told when the job fails: a notification, a callback, an exit handler or an alert on the job.',
  references: [
    'https://docs.databricks.com/aws/en/jobs/notifications',
    'https://argo-workflows.readthedocs.io/en/latest/walk-through/exit-handlers/',
    'https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/logging-monitoring/callbacks.html',
  ],
  mentions: ['schedule', 'CronWorkflow', 'trigger', 'continuous', 'airflow'],
  examples: [
    bad({
      'resources/train.yml': job('«churn_training»'),
      'resources/watch.yml':
        'resources:\n  quality_monitors:\n    «churn»:\n      table_name: a.b\n      schedule: {quartz_cron_expression: "0 0 * * * ?", timezone_id: UTC}\n',
      'argo/cron.yaml': cron('«retrain»'),
    }),
    bad({
      'dags/train.py':
        'from airflow import DAG as Flow\n\ndef build():\n    return «Flow»("train_churn", schedule="@daily", default_args={"retries": 1})\n',
    }),
    good({
      'resources/train.yml': job('churn_training', '      email_notifications: {on_failure: [ml@example.com]}\n'),
      'resources/shared.yml': `notify: &notify\n  webhook_notifications:\n    on_failure: [{id: a}]\n${job('batch_inference', '      <<: *notify\n')}`,
      'resources/paused.yml': job('retrain').replace('timezone_id: UTC', 'timezone_id: UTC, pause_status: PAUSED'),
      'resources/dev/train.yml': job('score_daily'),
      'resources/watched.yml': job('drift_job'),
      'alerts.yml':
        'groups:\n- name: jobs\n  rules:\n  - alert: DriftJobFailed\n    expr: job_failed{job="drift_job"} > 0\n',
      'argo/cron.yaml': cron('retrain', '    onExit: tell\n'),
      'dags/a.py': 'from airflow import DAG\nDAG("train", schedule="@daily", on_failure_callback=tell)\n',
    }),
  ],

  reads: ['yaml', 'python'],
  inspect: (document, project) => (document.kind === 'python' ? inPython(document) : inData(document, project)),
});
