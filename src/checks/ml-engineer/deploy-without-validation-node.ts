import type { RepoPath } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import { type PipelineGraph, pipelineGraphs, type StepNode, stepsBefore } from '../../facts/orchestration/graphs.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, changed, defineCheck, good } from '../../kit/index.ts';

/** What code that compares or judges a model speaks of. */
const JUDGES =
  /evaluat|validat|threshold|champion|challenger|baseline|accuracy|rmse|\bauc\b|\bf1\b|metric|deploy_flag|approv|score_/i;

const readable = (project: Project, paths: readonly RepoPath[]): readonly string[] =>
  paths.flatMap((path) => {
    const content = project.content(path);
    return content?.kind === 'text' ? [content.text] : [];
  });

/** `gated` where a step between training and this one judges the model, or the code of this one does. */
function verdictOf(project: Project, graph: PipelineGraph, step: StepNode): 'gated' | 'open' | 'unread' {
  const before = stepsBefore(graph, step);
  const judges = before.some(
    (each) =>
      each.roles.has('validate') &&
      (each.roles.has('train') || stepsBefore(graph, each).some(({ roles }) => roles.has('train'))),
  );
  if (judges || step.roles.has('validate')) return 'gated';
  const code = [...readable(project, step.sources), ...(step.code === undefined ? [] : [step.code])];
  if (code.length === 0) return 'unread';
  return code.some((text) => JUDGES.test(text)) ? 'gated' : 'open';
}

const same = (content: string): ReturnType<typeof changed> => changed(content, content);
const databricks = (tasks: string): string => `resources:\n  jobs:\n    churn:\n      tasks:\n${tasks}`;

export default defineCheck({
  evaluates: 'training-pipeline-reliability',
  stage: 'validation',
  severity: 'high',
  confidence: 'medium',
  title: 'Pipeline deploys what it trained without judging it',
  grades: { unread: { severity: 'medium', when: 'the code of the deploying step cannot be read' } },
  why: `
    Whatever comes out of training is registered or served. Bad data, a bug or an unlucky seed replaces a good model, and the first
    to notice are its users.
  `,
  fix: 'Put a step between training and deployment that compares the model with a bar and with the model in force, and fails.',
  references: [
    'https://developers.google.com/machine-learning/guides/rules-of-ml',
    'https://research.google/pubs/the-ml-test-score-a-rubric-for-ml-production-readiness-and-technical-debt-reduction/',
  ],
  examples: [
    bad({
      'dvc.yaml':
        'stages:\n  train:\n    cmd: python train.py\n    deps: [train.py]\n    outs: [model.pkl]\n  «register»:\n    cmd: python push.py\n    deps: [model.pkl, push.py]\n',
      'push.py': same('client.create_model_version(name, source)\n'),
    }),
    bad.as('unread')({
      'resources/job.yml': databricks(
        '        - task_key: Train\n        - task_key: «DeployModel»\n          depends_on: [{task_key: Train}]\n',
      ),
      'argo.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n  templates:\n    - name: main\n      dag:\n        tasks:\n          - {name: validate-data, template: check}\n          - {name: train, template: train, dependencies: [validate-data]}\n          - {name: «deploy-model», template: deploy, dependencies: [train]}\n',
      'job.yml':
        'type: pipeline\njobs:\n  train:\n    component: azureml:train:1\n  «register_model»:\n    component: azureml:register:1\n    inputs:\n      model: ${{parent.jobs.train.outputs.model}}\n',
      '.github/workflows/ml.yml':
        'on: push\njobs:\n  train:\n    runs-on: x\n    steps: [{run: make train}]\n  «deploy»:\n    needs: [train]\n    runs-on: x\n    steps: [{run: ./deploy.sh}]\n',
    }),
    bad({
      'pipelines/churn.py':
        'from kfp import dsl as d\nimport kfp\n\n@d.component\ndef train_model() -> str:\n    return "m"\n\n@d.component\ndef deploy_model(m: str):\n    print(m)\n\n@d.pipeline(name="churn")\ndef churn():\n    made = train_model()\n    «deploy_model»(m=made.output)\n\n@kfp.dsl.pipeline\ndef other():\n    made = train_model()\n    out = «deploy_model»(m="x").after(made)\n',
    }),
    bad.as('unread')({
      'argo.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: a}\nspec:\n  templates:\n  - name: main\n    steps:\n    - - {name: train, template: t}\n    - - {name: «deploy», template: d}\n',
    }),
    good({
      'components/src/components/upload_model.py':
        'from kfp.dsl import component\n\n@component\ndef upload_model(model: str, metric: str):\n    if challenger[metric] > champion[metric]:\n        upload(model)\n',
      'pipelines/training.py':
        'from components import upload_model\nfrom kfp import dsl\n\n@dsl.container_component\ndef train(x: str):\n    return dsl.ContainerSpec(image="a")\n\n@dsl.pipeline\ndef pipeline():\n    made = train(x="a").set_display_name("Train")\n    upload_model(model=made.outputs["model"], metric="rmse").set_display_name("Upload")\n',
    }),
    good({
      'pipelines/churn.py':
        'from kfp import dsl\nfrom steps import train_model, evaluate_model\n\n@dsl.component\ndef deploy_model(m: str):\n    print(m)\n\n@dsl.component\ndef upload_model(m: str, champion: float, challenger: float):\n    if challenger > champion:\n        print(m)\n\n@dsl.pipeline(name="churn")\ndef churn():\n    made = train_model()\n    judged = evaluate_model(model=made.output)\n    with dsl.Condition(judged.output == "good"):\n        deploy_model(m=made.output)\n    upload_model(m=made.output, champion=1.0, challenger=2.0)\n',
      'argo.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: a}\nspec:\n  templates:\n  - name: main\n    steps:\n    - - {name: train, template: t}\n    - - {name: evaluate, template: e}\n    - - {name: deploy, template: d}\n',
    }),
    good({
      'dvc.yaml':
        'stages:\n  train:\n    cmd: python train.py\n    outs: [model.pkl]\n  evaluate:\n    cmd: python eval.py\n    deps: [model.pkl]\n    metrics: [m.json]\n  register:\n    cmd: python push.py\n    deps: [model.pkl, m.json]\n',
      'job.yml':
        'type: pipeline\njobs:\n  train:\n    component: ./train.yml\n  register:\n    component: file:./components/register.yml\n    inputs:\n      model: ${{parent.jobs.train.outputs.model}}\n',
      'components/register.yml': same(
        '$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\ncode: ../src\ncommand: python register.py --model ${{inputs.model}}\n',
      ),
      'src/register.py': same('if evaluation_output.deploy_flag == 1:\n    register()\n'),
      'resources/job.yml': databricks(
        '        - task_key: TrainAndEvaluate\n        - task_key: Deploy\n          depends_on: [{task_key: TrainAndEvaluate}]\n        - task_key: DeployDocs\n',
      ),
      '.github/workflows/ml.yml':
        'on: push\njobs:\n  build:\n    runs-on: x\n    steps: [{run: make}]\n  deploy:\n    needs: build\n    runs-on: x\n    steps: [{run: ./deploy.sh}]\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const graph of pipelineGraphs(project)) {
      if (isTemplatePath(graph.document.path)) continue;
      for (const step of graph.steps) {
        const trained =
          step.roles.has('deploy') && !step.roles.has('train')
            ? stepsBefore(graph, step).find(({ roles }) => roles.has('train'))
            : undefined;
        const verdict = trained === undefined ? 'gated' : verdictOf(project, graph, step);
        if (trained === undefined || verdict === 'gated') continue;
        const says = `\`${step.name}\` takes what \`${trained.name}\` made, and no step between them judges the model`;
        yield at(graph.document, step.span, says, verdict === 'unread' ? { grade: 'unread' } : {});
      }
    }
  },
});
