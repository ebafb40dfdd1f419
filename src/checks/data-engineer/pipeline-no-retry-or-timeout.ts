import type { Outcome } from '../../core/finding.ts';
import { type DataDocument, get } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { databricksResources, databricksTasks } from '../../facts/formats/databricks.ts';
import { argoWorkflows } from '../../facts/formats/training.ts';
import { scheduledDags } from '../../facts/orchestration/airflow-dags.ts';
import { keepsFresh } from '../../facts/orchestration/schedules.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const explained = (comments: readonly { readonly text: string }[]): boolean =>
  comments.some(({ text }) => /idempoten|(no|not|never|without) (be )?retr(y|ies|ied)/i.test(text));

const has = (node: Parameters<typeof get>[0], ...keys: readonly string[]): boolean =>
  keys.some((key) => get(node, key) !== undefined);

/** Tasks that only decide, or start a job with limits of its own. */
const DELEGATES = ['condition_task', 'run_job_task', 'for_each_task'];

function* inData(document: DataDocument, project: Project): Generator<Outcome> {
  for (const job of databricksResources(project, 'jobs').filter((each) => each.document === document)) {
    if (!has(job.node, 'schedule', 'trigger', 'continuous') || has(job.node, 'timeout_seconds') || job.node.open)
      continue;
    const bare = databricksTasks(job).find(
      ({ node }) =>
        !node.open &&
        !has(node, 'max_retries', 'timeout_seconds', 'retry_on_timeout', ...DELEGATES) &&
        keepsFresh(`${job.key} ${document.text.slice(node.span.start, node.span.end)}`),
    );
    if (bare !== undefined)
      yield at(
        document,
        (bare.key?.node ?? bare.node).span,
        `task \`${bare.key?.text ?? ''}\` of the scheduled job \`${job.key}\` has neither retries nor a timeout`,
      );
  }
  for (const flow of argoWorkflows(project).filter(
    (each) => each.document === document && each.kind === 'CronWorkflow',
  )) {
    const spec = get(flow.node, 'spec', 'workflowSpec');
    if (
      flow.templateDefaults !== undefined ||
      has(spec, 'activeDeadlineSeconds', 'retryStrategy', 'workflowTemplateRef')
    )
      continue;
    const bare = flow.templates.find(
      (template) =>
        /container|script/.test(template.kind) && template.retry === undefined && template.deadline === undefined,
    );
    if (bare !== undefined && keepsFresh(`${flow.name?.text ?? ''} ${bare.name}`))
      yield at(
        document,
        (get(bare.node, 'name') ?? bare.node).span,
        `template \`${bare.name}\` of the scheduled \`${flow.name?.text ?? ''}\` has neither retries nor a deadline`,
      );
  }
}

const LIMITS = ['retries', 'execution_timeout', 'dagrun_timeout', 'default_task_retries'];

function* inPython(document: PythonDocument): Generator<Outcome> {
  const [bare] = scheduledDags(document).filter(
    ({ settings, id }) =>
      settings !== undefined && !LIMITS.some((name) => settings.has(name)) && keepsFresh(`${id} ${document.path}`),
  );
  if (bare !== undefined)
    yield at(
      document,
      bare.call.callee,
      `DAG \`${bare.id}\` is scheduled and its tasks have neither retries nor a timeout`,
    );
}

const job = (task: string, more = ''): string =>
  `resources:\n  jobs:\n    churn_training:\n      schedule: {quartz_cron_expression: "0 0 9 * * ?", timezone_id: UTC}\n${more}      tasks:\n        - task_key: ${task}`;
const cron = (template: string, more = ''): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: {name: retrain}\nspec:\n  schedule: "0 3 * * *"\n  workflowSpec:\n    entrypoint: main\n${more}    templates:\n      - name: ${template}\n        container: {image: x}\n`;

export default defineCheck({
  evaluates: 'pipeline-reliability-and-idempotency',
  stage: 'data',
  severity: 'medium',
  confidence: 'medium',
  title: 'Scheduled task with neither retries nor a timeout',
  why: `
    A short outage of a source ends the run until the next day, and a task that hangs holds the machine and all later runs without
    anything failing.
  `,
  fix: 'Give the task a few retries and a timeout a little above its longest normal run.',
  references: [
    'https://docs.databricks.com/aws/en/jobs/configure-task',
    'https://argo-workflows.readthedocs.io/en/latest/retries/',
    'https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html',
  ],
  mentions: ['schedule', 'CronWorkflow', 'trigger', 'continuous', 'airflow'],
  examples: [
    bad({
      'resources/train.yml': job('«Train»\n          notebook_task: {notebook_path: x}\n'),
      'argo/cron.yaml': cron('«train»'),
    }),
    bad({
      'dags/train.py':
        'from airflow import DAG as Flow\n\nargs = {"owner": "ml"}\n\ndef build():\n    return «Flow»("train_churn", schedule="@daily", default_args=args)\n',
      'dags/features.py':
        'import airflow.models\n\nwith «airflow.models.DAG»(dag_id="features", schedule_interval="@hourly") as dag:\n    pass\n',
    }),
    good({
      'resources/train.yml': job('Train\n          max_retries: 2\n'),
      'resources/timed.yml': job('Train\n', '      timeout_seconds: 3600\n'),
      'resources/merged.yml': `defaults: &defaults\n  max_retries: 1\n${job('Train\n          <<: *defaults\n')}`,
      'resources/manual.yml': 'resources:\n  jobs:\n    training:\n      tasks: [{task_key: Train}]\n',
      'resources/watch.yml': job(
        'is_metric_violated\n          condition_task: {op: EQUAL_TO, left: a, right: b}\n        - task_key: retrain\n          run_job_task: {job_id: 1}\n',
      ),
      'resources/once.yml': `# appends rows: must not be retried\n${job('Train\n')}`,
      'argo/cron.yaml': cron('train', '    templateDefaults: {retryStrategy: {limit: 2}}\n'),
      'dags/a.py':
        'from airflow import DAG\nfrom common import defaults\nDAG("train", schedule="@daily", default_args=defaults)\nDAG("train_now", schedule=None)\n',
      'dags/b.py':
        'from airflow import DAG\nargs = {"retries": 2}\nDAG("train", schedule="@daily", default_args=args)\n',
    }),
  ],

  reads: ['yaml', 'python'],
  *inspect(document, project) {
    if (document.kind === 'python') yield* inPython(document);
    else if (!explained(document.comments)) yield* inData(document, project);
  },
});
