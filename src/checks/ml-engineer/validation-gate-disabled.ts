import { isTemplatePath } from '../../facts/paths.ts';
import { openGates } from '../../facts/validation/switches.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const bundle = (targets: string): string =>
  `bundle:\n  name: churn\ninclude:\n  - resources/*.yml\nvariables:\n  run_mode:\n    default: disabled\ntargets:\n${targets}`;
const job = (parameters: string, rest = ''): string => `
resources:
  jobs:
    training:
      name: training${rest}
      tasks:
        - task_key: Train
          notebook_task: {notebook_path: ../training/Train}
        - task_key: ModelValidation
          depends_on: [{task_key: Train}]
          notebook_task:
            notebook_path: ../validation/ModelValidation
            base_parameters:
${parameters}
        - task_key: ModelDeployment
          depends_on: [{task_key: ModelValidation}]
          notebook_task: {notebook_path: ../deployment/ModelDeployment}
`;
const only = '  dev:\n    mode: development\n';
const schedule = '\n      schedule:\n        quartz_cron_expression: "0 0 9 * * ?"\n        timezone_id: UTC';

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'validation',
  severity: 'high',
  confidence: 'high',
  title: 'Gate for models that stops nothing',
  grades: {
    scheduled: { severity: 'critical', when: 'the job runs on a schedule and deploys to production' },
    baseline: { severity: 'medium', when: 'only the comparison with the model in force is off' },
  },
  why: `
    The pipeline looks as if every model were validated before it is deployed, but the step only reports. A model that got worse
    replaces the one in force, and nobody decided that.
  `,
  fix: 'Switch the gate on for every target that is not for development (`run_mode: enabled`), with thresholds and a baseline.',
  references: ['https://github.com/databricks/mlops-stacks', 'https://mlflow.org/docs/latest/ml/evaluation/'],
  examples: [
    bad({
      'resources/training.yml': job(
        '              run_mode: «dry_run»\n              enable_baseline_comparison: "false"',
      ),
      'databricks.yml': bundle(only),
    }),
    bad.as('scheduled')({
      'resources/training.yml': job('              run_mode: ${var.run_mode}', schedule),
      'databricks.yml': bundle('  dev:\n    mode: development\n  prod:\n    mode: production\n').replace(
        'default: disabled',
        'default: «disabled»',
      ),
    }),
    bad.as('baseline')({
      'resources/training.yml': job(
        '              run_mode: enabled\n              enable_baseline_comparison: «"false"»',
      ),
      'databricks.yml': bundle('  prod: {}\n'),
    }),
    bad({
      'recipe.yaml': 'recipe: "regression/v1"\nsteps:\n  register:\n    allow_non_validated_model: «true»\n',
      'params.yaml': 'evaluate:\n  skip_validation: «true»\nquality_gate:\n  enabled: «false»\n',
      'conf/train.toml': '[promotion]\nmodel_gate = «false»\n',
    }),
    good({
      'resources/training.yml': job('              run_mode: ${var.run_mode}', schedule),
      'databricks.yml': bundle(
        '  dev:\n    mode: development\n  prod:\n    mode: production\n    variables:\n      run_mode: enabled\n',
      ),
      'recipe.yaml': 'recipe: "regression/v1"\nsteps:\n  register:\n    allow_non_validated_model: false\n',
      'params.yaml':
        'quality_gate:\n  enabled: true\n  mode: ${mode}\nvalidation_split: 0.1\nskip_validation: ${SKIP}\nvalidation: false\n',
    }),
    good({
      'databricks.yml': `${bundle('  dev:\n    mode: development\n    resources:\n      jobs:\n        training:\n          tasks:\n            - task_key: ModelValidation\n              notebook_task: {notebook_path: v, base_parameters: {run_mode: disabled}}\n            - task_key: ModelDeployment\n              depends_on: [{task_key: ModelValidation}]\n')}`,
      'resources/report.yml':
        'resources:\n  jobs:\n    report:\n      tasks:\n        - task_key: ModelValidation\n          notebook_task: {notebook_path: v, base_parameters: {run_mode: disabled}}\n',
      'template/{{.input_project}}/resources/training.yml.tmpl': job('              run_mode: dry_run'),
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const { document, span, says, kind } of openGates(project)) {
      if (isTemplatePath(document.path)) continue;
      yield at(document, span, says, kind === 'disabled' ? {} : { grade: kind });
    }
  },
});
