import {
  keepsFresh,
  leavesWithItsWork,
  type ScheduledJob,
  scheduledJobs,
  servesSamePurpose,
} from '../../facts/orchestration/schedules.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

/** What the job is for: its name, its file and, for a workflow, what it runs. */
const isForModels = ({ name, document }: ScheduledJob): boolean =>
  keepsFresh(`${name} ${document.path}`) ||
  (document.text.length < 20_000 && /\b(dvc repro|feast materialize|train\.py|retrain|drift)\b/.test(document.text));

const job = (schedule: string, head = 'resources:\n  jobs:\n'): string =>
  `${head}    churn_retrain:\n      name: churn\n${schedule}      tasks:\n        - task_key: train\n`;
const quartz = '      schedule:\n        quartz_cron_expression: "0 0 9 * * ?"\n        pause_status: UNPAUSED\n';
const cron = (suspend: string): string =>
  `apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: feast-materialize}\nspec:\n  schedule: "0 3 * * *"\n${suspend}  jobTemplate: {}\n`;
const workflow = (on: string): string =>
  `name: Retrain\n${on}jobs:\n  train:\n    runs-on: x\n    steps: [{run: python train.py}]\n`;

export default defineCheck({
  evaluates: 'change-management-risk',
  stage: 'data',
  severity: 'medium',
  confidence: 'high',
  title: 'Schedule of retraining, features or monitoring is stopped',
  grades: { 'with-job': { severity: 'low', when: 'the job is removed with its schedule' } },
  why: `
    Nothing fails when a job no longer starts. Features and models grow old, and a monitor that does not run reports no drift.
  `,
  fix: 'Let it run, or say in the change who starts it from now on and until when.',
  references: [
    'https://docs.databricks.com/aws/en/jobs/scheduled',
    'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/',
    'https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule',
  ],
  examples: [
    bad({
      'resources/train.yml': changed(job(quartz), job(quartz.replace('UNPAUSED', '«PAUSED»'))),
      'k8s/cron.yaml': changed(cron(''), cron('  suspend: «true»\n')),
      'template.yml': changed(
        'Resources:\n  DriftCheck:\n    Type: AWS::Events::Rule\n    Properties:\n      ScheduleExpression: rate(1 day)\n',
        'Resources:\n  DriftCheck:\n    Type: AWS::Events::Rule\n    Properties:\n      ScheduleExpression: rate(1 day)\n      State: «DISABLED»\n',
      ),
    }),
    bad({
      '.github/workflows/retrain.yml': changed(
        workflow('on:\n  schedule:\n    - cron: «"0 4 * * 1"»\n  workflow_dispatch:\n'),
        workflow('on:\n  workflow_dispatch:\n'),
      ),
      'dags/train.py': changed(
        'from airflow import DAG as Flow\n\ndef build():\n    return Flow("train_churn", schedule="@daily")\n',
        'from airflow import DAG as Flow\n\ndef build():\n    return Flow("train_churn", schedule=«None»)\n',
      ),
    }),
    bad.as('with-job')({
      'resources/train.yml': changed(
        job(`      schedule:\n        «quartz_cron_expression: "0 0 9 * * ?"\n        pause_status: UNPAUSED»\n`),
        'resources:\n  jobs:\n    other: {name: x}\n',
      ),
    }),
    good({
      'resources/train.yml': changed(job(quartz), job(quartz.replace('0 0 9', '0 0 7'))),
      'resources/dev/train.yml': changed(job(quartz), job(quartz.replace('UNPAUSED', 'PAUSED'))),
      '.github/workflows/lint.yml': changed(
        'on:\n  schedule: [{cron: "0 4 * * 1"}]\njobs:\n  lint: {runs-on: x, steps: [{run: ruff check .}]}\n',
        'on: push\njobs:\n  lint: {runs-on: x, steps: [{run: ruff check .}]}\n',
      ),
      'k8s/cron.yaml': changed(cron('  suspend: true\n'), cron('')),
      'a.yml': changed(cron('').replace('feast', 'user'), null),
      'b.yml': changed(null, cron('').replace('feast', 'user')),
    }),
    good({
      '.github/workflows/retrain.yml': changed(
        workflow('on:\n  schedule:\n    - cron: "0 4 * * 1"\n'),
        workflow('on:\n  workflow_dispatch:\n'),
      ),
      'resources/retrain.yml': changed(null, job(quartz)),
    }),
    good({
      '.github/workflows/train-v1.yml': changed(
        workflow('on:\n  schedule:\n    - cron: "0 4 * * 1"\n').replace('train.py', 'v1/mnist/train.py'),
        null,
      ),
      'v1/mnist/train.py': changed('train()\n', null),
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    if (after === before) return;
    const now = new Map(scheduledJobs(after, after.changed).map((each) => [each.key, each]));
    const old = scheduledJobs(before, before.changed);
    const known = new Set(old.map(({ key }) => key));
    const fresh = [...now.values()].filter(
      (each) =>
        each.state === 'runs' &&
        isForModels(each) &&
        (!known.has(each.key) || old.some(({ key, state }) => key === each.key && state !== 'runs')),
    );
    for (const then of old) {
      const is = now.get(then.key);
      if (
        then.state !== 'runs' ||
        is?.state === 'runs' ||
        fresh.some((each) => servesSamePurpose(each, then)) ||
        !isForModels(then) ||
        leavesWithItsWork(then, before, after) ||
        isTemplatePath(then.document.path)
      )
        continue;
      if (is?.state === 'paused')
        yield at(is.document, is.span, `\`${then.name}\` no longer starts by itself`, {
          evidence: [seen(then.document, then.span, 'ran by itself before the change')],
        });
      else
        yield at(
          then.document,
          then.span,
          is === undefined
            ? `\`${then.name}\` is removed with its schedule`
            : `the schedule of \`${then.name}\` is removed`,
          is === undefined ? { side: 'base', grade: 'with-job' } : { side: 'base' },
        );
    }
  },
});
