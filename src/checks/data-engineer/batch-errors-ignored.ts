import type { Outcome } from '../../core/finding.ts';
import { type DataDocument, literal, walkEntries } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { boolAt, numberAt, textAt } from '../../facts/formats/field.ts';
import { argoWorkflows, kfpTasks } from '../../facts/formats/training.ts';
import { tokensOf } from '../../facts/paths.ts';
import { calls } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Steps whose outcome decides what is served. */
const MATTERS = new Set(
  'validate validation evaluate evaluation train training retrain score scoring predict prediction infer inference ingest ingestion transform features featurize deploy register check preprocess prepare batch test'.split(
    ' ',
  ),
);
const AFTERWARDS = new Set(
  'cleanup clean notify notification slack mail email report teardown delete archive log metrics exit'.split(' '),
);

const matters = (name: string): boolean =>
  tokensOf(name).some((token) => MATTERS.has(token)) && !tokensOf(name).some((token) => AFTERWARDS.has(token));

const KEYS = /^(mini_batch_)?error_threshold$/;

function* inData(document: DataDocument, project: Project): Generator<Outcome> {
  for (const root of document.roots) {
    for (const { key, value } of walkEntries(root)) {
      if (KEYS.test(key) && numberAt(value)?.value === -1)
        yield at(document, value.span, `\`${key}\` of -1 lets the job succeed when every record fails`);
      if (key === 'run_if' && literal(value) === 'ALL_DONE') {
        const task = textAt(value.parent, 'task_key')?.text ?? '';
        if (matters(task)) yield at(document, value.span, `task \`${task}\` runs also when the tasks before it failed`);
      }
    }
  }
  for (const { templates } of argoWorkflows(project).filter((workflow) => workflow.document === document)) {
    for (const task of templates.flatMap(({ tasks }) => tasks)) {
      const ignored = ['failed', 'error']
        .map((key) => boolAt(task.continueOn, key))
        .find((field) => field?.value === true);
      if (ignored !== undefined && matters(`${task.name} ${task.template ?? ''}`))
        yield at(document, ignored.node.span, `the workflow goes on after a failure of \`${task.name}\``);
    }
  }
  for (const task of kfpTasks(project).filter((each) => each.document === document)) {
    const strategy = textAt(task.node, 'triggerPolicy', 'strategy');
    if (strategy?.value === 'ALL_UPSTREAM_TASKS_COMPLETED' && matters(task.name))
      yield at(document, strategy.node.span, `task \`${task.name}\` runs also when the tasks before it failed`);
  }
}

function* inPython(document: PythonDocument): Generator<Outcome> {
  for (const call of calls(document)) {
    for (const [name, value] of call.keywords) {
      if (KEYS.test(name) && isConstant(document, value, -1))
        yield at(document, value, `\`${name}\` of -1 lets the job succeed when every record fails`);
    }
  }
}

export default defineCheck({
  evaluates: 'pipeline-reliability-and-idempotency',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Batch job succeeds however many records fail',
  why: `
    A run that scored nothing looks like a run that scored everything. Whoever reads the table gets yesterday's predictions, or
    none, and no alert goes off because the job is green.
  `,
  fix: 'Allow a small number of failures that you can name, and alert when it is passed.',
  references: [
    'https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-deployment-batch',
    'https://argo-workflows.readthedocs.io/en/latest/fields/#continueon',
    'https://docs.databricks.com/aws/en/jobs/run-if',
  ],
  mentions: ['error_threshold', 'continueOn', 'triggerPolicy', 'run_if'],
  examples: [
    bad({
      'deploy/batch.yml':
        '$schema: https://azuremlschemas.azureedge.net/latest/modelBatchDeployment.schema.json\nname: d\nendpoint_name: e\nmodel: azureml:m:1\nsettings:\n  mini_batch_size: 10\n  error_threshold: «-1»\n',
      'jobs/score.yml':
        'type: pipeline\njobs:\n  score:\n    type: parallel\n    mini_batch_error_threshold: «-1»\n    error_threshold: 5\n',
    }),
    bad({
      'argo/train.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n  entrypoint: main\n  templates:\n    - name: main\n      dag:\n        tasks:\n          - name: validate-data\n            template: validate\n            continueOn: {failed: «true»}\n          - name: notify\n            template: slack\n            continueOn: {failed: true}\n',
      'kfp/pipeline.json':
        '{"pipelineSpec": {"schemaVersion": "2.1.0", "root": {"dag": {"tasks": {"deploy-model": {"triggerPolicy": {"strategy": «"ALL_UPSTREAM_TASKS_COMPLETED"»}}, "cleanup-deploy": {"triggerPolicy": {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}}}}}}}\n',
      'resources/job.yml':
        'resources:\n  jobs:\n    churn:\n      tasks:\n        - task_key: deploy_model\n          run_if: «ALL_DONE»\n        - task_key: cleanup\n          run_if: ALL_DONE\n',
    }),
    bad({
      'deploy.py':
        'from azure.ai.ml.entities import ModelBatchDeploymentSettings as Settings\nfrom azure.ai.ml import parallel\n\nIGNORE = -1\n\ndef build():\n    return Settings(mini_batch_size=10, error_threshold=«-1»)\n\nclass Job:\n    run = parallel.parallel_run_function(name="x", mini_batch_error_threshold=«IGNORE», error_threshold=0)\n',
    }),
    good({
      'deploy/batch.yml':
        'endpoint_name: e\nname: d\nmini_batch_size: 10\nerror_threshold: 0\nsettings:\n  error_threshold: ${{inputs.errors}}\n',
      'argo/train.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n  templates:\n    - name: main\n      dag:\n        tasks:\n          - name: train\n            template: train\n            continueOn: {failed: false}\n          - name: teardown\n            template: teardown\n            continueOn: {error: true}\n',
      'deploy.py': 'settings = BatchDeployment(error_threshold=10)\nerror_threshold = -1\n',
    }),
  ],

  reads: ['yaml', 'json', 'python'],
  inspect: (document, project) => (document.kind === 'python' ? inPython(document) : inData(document, project)),
});
