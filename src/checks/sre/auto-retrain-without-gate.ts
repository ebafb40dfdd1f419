import { retrainings, ungated } from '../../facts/monitoring/retraining.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const training = (rest: string): string =>
  `resources:\n  jobs:\n    training_job:\n      tasks:\n      - {task_key: Train, notebook_task: {notebook_path: train}}\n${rest}`;
const workflow = (on: string, rest: string): string =>
  `on:\n  repository_dispatch:\n    ${on}\njobs:\n  train:\n    steps: [{run: python train.py}]\n${rest}`;

export default defineCheck({
  evaluates: 'change-management-risk',
  stage: 'monitoring',
  severity: 'critical',
  confidence: 'high',
  title: 'Drift retrains and deploys a model that nobody checks',
  why: 'Whatever shifted the data trains the next model: a broken feed or a poisoner gets a worse model into production on its own, and quickly.',
  fix: 'Retrain automatically, and put a blocking evaluation or an approval before the deployment.',
  references: [
    'https://research.google/pubs/the-ml-test-score-a-rubric-for-ml-production-readiness-and-technical-debt-reduction/',
    'https://atlas.mitre.org/techniques/AML.T0020',
  ],
  examples: [
    bad({
      'resources/monitoring.yml':
        'resources:\n  jobs:\n    monitoring_job:\n      tasks:\n      - {task_key: check, notebook_task: {notebook_path: monitor}}\n      - {task_key: violated, condition_task: {left: a, op: EQUAL_TO, right: b}, depends_on: [{task_key: check}]}\n      - {task_key: retrain, run_job_task: {job_id: «"${resources.jobs.training_job.id}"»}, depends_on: [{task_key: violated}]}\n',
      'resources/training.yml': training(
        '      - {task_key: ModelDeployment, depends_on: [{task_key: Train}], notebook_task: {notebook_path: deploy}}\n',
      ),
    }),
    bad({
      'resources/monitoring.yml':
        'resources:\n  jobs:\n    monitoring_job:\n      tasks:\n      - {task_key: retrain, run_job_task: {job_id: «"${resources.jobs.training_job.id}"»}}\n',
      'resources/training.yml': training(
        '      - {task_key: ModelValidation, depends_on: [{task_key: Train}], notebook_task: {notebook_path: validate, base_parameters: {run_mode: dry_run}}}\n      - {task_key: ModelDeployment, depends_on: [{task_key: ModelValidation}], notebook_task: {notebook_path: deploy}}\n',
      ),
    }),
    bad({
      '.github/workflows/retrain.yml': workflow(
        '«types: [drift-detected]»',
        '  deploy:\n    needs: train\n    steps: [{run: az ml online-deployment update}]\n',
      ),
    }),
    bad({
      '.github/workflows/after.yml':
        'on:\n  workflow_run:\n    «workflows: [drift monitor]\n    types: [completed]»\njobs:\n  train-and-deploy:\n    steps:\n    - run: python train.py\n    - run: az ml online-deployment update\n',
    }),
    good({
      'resources/monitoring.yml':
        'resources:\n  jobs:\n    monitoring_job:\n      tasks:\n      - {task_key: retrain, run_job_task: {job_id: "${resources.jobs.training_job.id}"}}\n      - {task_key: other, run_job_task: {job_id: "${var.job}"}}\n',
      'resources/training.yml': training(
        '      - {task_key: ModelValidation, depends_on: [{task_key: Train}], notebook_task: {notebook_path: validate, base_parameters: {run_mode: enabled}}}\n      - {task_key: ModelDeployment, depends_on: [{task_key: ModelValidation}], notebook_task: {notebook_path: deploy}}\n',
      ),
      '.github/workflows/approved.yml': workflow(
        'types: [drift-detected]',
        '  deploy:\n    environment: production\n    needs: train\n    steps: [{run: az ml online-deployment update}]\n',
      ),
      '.github/workflows/candidate.yml': workflow(
        'types: [drift-detected]',
        '  report:\n    needs: train\n    steps: [{run: echo candidate}]\n',
      ),
      '.github/workflows/gated.yml': workflow(
        'types: [drift-detected]',
        '  evaluate:\n    needs: train\n    steps: [{run: python evaluate.py}]\n  deploy:\n    needs: evaluate\n    steps: [{run: az ml online-deployment update}]\n',
      ),
    }),
    good({
      'resources/training.yml': training(
        '      - {task_key: ModelDeployment, depends_on: [{task_key: Train}], notebook_task: {notebook_path: deploy}}\n',
      ),
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const each of retrainings(project)) {
      const step = isTemplatePath(each.document.path) ? undefined : ungated(project, each);
      if (step === undefined) continue;
      yield at(
        each.document,
        each.span,
        `${each.says}, which trains and then deploys in \`${step.name}\` without a gate`,
        { evidence: [seen(step.document, step.span, 'deploys here')] },
      );
    }
  },
});
