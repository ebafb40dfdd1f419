import { type DataDocument, type DataNode, entryOf, get, literal, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { azureAssets, azurePipelines } from '../formats/azure.ts';
import { databricksResources, databricksTasks } from '../formats/databricks.ts';
import { dbtModels, dbtSources } from '../formats/dbt.ts';
import { dvcPipelines } from '../formats/dvc.ts';
import { geCheckpoints, geSuites, sodaChecks } from '../formats/expectations.ts';
import { argoWorkflows, kfpTasks, mlflowProjects, mlflowRecipes } from '../formats/training.ts';
import { tokensOf } from '../paths.ts';
import type { Drawing, NodeKind, Where } from './drawing.ts';
import { namesMonitor } from './monitors.ts';
import { environmentAt } from './production.ts';

const at = (document: DataDocument, node: DataNode): Where => ({ document, span: node.span });
const keyed = (document: DataDocument, node: DataNode): Where => ({
  document,
  span: entryOf(node)?.keySpan ?? node.span,
});

/** `dbt_test`, `data quality checks`, `check schema`. */
const TESTS = / (dbt|data|quality|model|schema) (tests?|checks?) | (tests?|checks?) (data|quality|model|schema) /;

/** What a step is, by the words of its name: training, a gate, or just a step. */
export function stepKind(name: string): Extract<NodeKind, 'training-job' | 'validation-gate' | 'pipeline-step'> {
  const tokens = tokensOf(name);
  if (tokens.some((token) => /^(train|training|retrain|retraining|finetune|fit)$/.test(token))) return 'training-job';
  return tokens.some((token) => /^(validate|validation|evaluate|evaluation|eval|compare)$/.test(token)) ||
    TESTS.test(` ${tokens.join(' ')} `)
    ? 'validation-gate'
    : 'pipeline-step';
}

interface Step {
  readonly name: string;
  readonly after: readonly string[];
  readonly where: Where;
}

/** A pipeline with its steps; a gate gates what comes directly after it. */
function pipeline(drawing: Drawing, name: string, where: Where, environment: string, steps: readonly Step[]): string {
  const id = drawing.node('pipeline', name, where, environment);
  const ids = new Map(
    steps.map((step) => [
      step.name,
      drawing.node(stepKind(step.name), `${name}/${step.name}`, step.where, environment),
    ]),
  );
  for (const step of steps) {
    const own = ids.get(step.name);
    drawing.edge('includes', id, own, step.where);
    for (const before of step.after) {
      const gate = ids.get(before);
      if (gate?.startsWith('validation-gate') === true) drawing.edge('gates', gate, own, step.where);
    }
  }
  return id;
}

function dvc(project: Project, drawing: Drawing): void {
  for (const { document, folder, stages, artifacts } of dvcPipelines(project)) {
    const name = folder === '' ? 'dvc' : folder;
    const root = document.roots[0];
    if (root === undefined) continue;
    const id = drawing.node('pipeline', name, keyed(document, get(root, 'stages') ?? root));
    for (const stage of stages) {
      const where = { document, span: stage.entry.keySpan };
      const step = drawing.node(stepKind(stage.name), `${name}/${stage.name}`, where);
      drawing.edge('includes', id, step, where);
      for (const { path, node } of stage.deps)
        if (path !== undefined && !/\.(py|ipynb|sh|R)$/.test(path))
          drawing.edge('reads', step, drawing.node('dataset', path, at(document, node)), at(document, node));
      for (const { path, node } of stage.outs)
        if (path !== undefined)
          drawing.edge('writes', step, drawing.node('dataset', path, at(document, node)), at(document, node));
    }
    for (const { name: artifact, entry, path, type } of artifacts) {
      const where = { document, span: entry.keySpan };
      const made = stages.find(({ outs }) => path !== undefined && outs.some((out) => out.path === path));
      if (type !== 'model') continue;
      const registered = drawing.node('registered-model', artifact, where);
      const step = made === undefined ? undefined : drawing.find(stepKind(made.name), `${name}/${made.name}`);
      drawing.edge(
        made !== undefined && stepKind(made.name) === 'training-job' ? 'trains' : 'registers',
        step,
        registered,
        where,
      );
    }
  }
}

/** `${{parent.jobs.prep.outputs.x}}` names the step before. */
const azureSteps = (node: DataNode | undefined): readonly string[] =>
  [...(text(node) ?? '').matchAll(/parent\.jobs\.([\w-]+)\.outputs/g)].map((match) => match[1] ?? '');

function azure(project: Project, drawing: Drawing): void {
  for (const { document, node, name } of azureAssets(project, 'data'))
    drawing.node('dataset', name?.value ?? 'data', at(document, name?.node ?? node), environmentAt(document, node));
  for (const { document, node, jobs } of azurePipelines(project)) {
    const name =
      literal(get(node, 'display_name')) ?? literal(get(node, 'name')) ?? document.path.split('/').at(-2) ?? 'pipeline';
    const steps = jobs.map((job) => ({
      name: job.name,
      after: job.inputs.flatMap(({ value }) => [...azureSteps(value), ...azureSteps(get(value, 'path'))]),
      where: { document, span: job.entry.keySpan },
    }));
    pipeline(
      drawing,
      name,
      at(document, get(node, 'display_name') ?? get(node, '$schema') ?? node),
      environmentAt(document, node),
      steps,
    );
  }
}

function databricks(project: Project, drawing: Drawing): void {
  for (const job of databricksResources(project, 'jobs')) {
    if (namesMonitor(job.key)) continue;
    const { document } = job;
    const steps = databricksTasks(job).map(({ node, key, dependsOn }) => ({
      name: key?.text ?? 'task',
      after: dependsOn,
      where: at(document, key?.node ?? node),
    }));
    pipeline(drawing, job.key, { document, span: job.entry.keySpan }, job.target ?? 'unknown', steps);
  }
  for (const { document, key, entry, node, target } of databricksResources(project, 'experiments'))
    drawing.node(
      'experiment',
      literal(get(node, 'name')) ?? key,
      { document, span: entry.keySpan },
      target ?? 'unknown',
    );
}

function orchestrated(project: Project, drawing: Drawing): void {
  for (const { document, node, name, templates } of argoWorkflows(project)) {
    const steps = templates.flatMap(({ tasks }) =>
      tasks.map((task) => ({
        name: task.name,
        after: task.dependencies,
        where: at(document, get(task.node, 'name') ?? task.node),
      })),
    );
    if (steps.length > 0)
      pipeline(
        drawing,
        name?.text ?? 'workflow',
        at(document, name?.node ?? node),
        environmentAt(document, node),
        steps,
      );
  }
  const byPipeline = new Map<string, Step[]>();
  for (const { document, node, name, pipeline: owner, dependsOn } of kfpTasks(project)) {
    const key = owner ?? document.path;
    byPipeline.set(key, [...(byPipeline.get(key) ?? []), { name, after: dependsOn, where: keyed(document, node) }]);
  }
  for (const [name, steps] of byPipeline)
    if (steps[0] !== undefined) pipeline(drawing, name, steps[0].where, 'unknown', steps);
  for (const { document, node, name, entryPoints } of mlflowProjects(project)) {
    const id = drawing.node('pipeline', name?.value ?? 'MLproject', at(document, name?.node ?? node));
    for (const point of entryPoints)
      drawing.edge(
        'includes',
        id,
        drawing.node(
          stepKind(point.name === 'main' ? `${name?.value ?? ''}` : point.name),
          `${name?.value ?? 'MLproject'}/${point.name}`,
          keyed(document, point.node),
        ),
        keyed(document, point.node),
      );
  }
}

function gates(project: Project, drawing: Drawing): void {
  for (const { document, node, criteria, modelName } of mlflowRecipes(project)) {
    const [first] = criteria;
    if (first === undefined) continue;
    const gate = drawing.node(
      'validation-gate',
      `${text(get(node, 'recipe')) ?? 'recipe'} criteria`,
      at(document, first.node),
    );
    if (modelName?.value !== undefined)
      drawing.edge(
        'gates',
        gate,
        drawing.node('registered-model', modelName.value, at(document, modelName.node)),
        at(document, first.node),
      );
  }
  for (const { document, node, name } of geSuites(project))
    drawing.node('validation-gate', `expectations ${name?.text ?? ''}`.trim(), at(document, name?.node ?? node));
  for (const { document, node, name, suites } of geCheckpoints(project)) {
    const id = drawing.node(
      'validation-gate',
      `checkpoint ${name?.text ?? ''}`.trim(),
      at(document, name?.node ?? node),
    );
    for (const suite of suites)
      drawing.edge(
        'includes',
        id,
        drawing.find('validation-gate', `expectations ${suite}`),
        at(document, name?.node ?? node),
      );
  }
  for (const { document, node, dataset } of sodaChecks(project))
    drawing.edge(
      'gates',
      drawing.node('validation-gate', `soda ${dataset}`, at(document, node)),
      drawing.node('dataset', dataset, at(document, node)),
      at(document, node),
    );
}

function dbt(project: Project, drawing: Drawing): void {
  for (const { document, node, source, table } of dbtSources(project))
    drawing.node('dataset', `${source}.${table}`, at(document, get(node, 'name') ?? node));
  for (const { document, node, name, tests } of dbtModels(project)) {
    const id = drawing.node('dataset', name, at(document, get(node, 'name') ?? node));
    const [first] = tests;
    if (first !== undefined)
      drawing.edge(
        'gates',
        drawing.node('validation-gate', `dbt tests of ${name}`, at(document, first.node)),
        id,
        at(document, first.node),
      );
  }
}

/** Data, pipelines with their steps, and gates of the configuration. */
export function drawTraining(project: Project, drawing: Drawing): void {
  dvc(project, drawing);
  azure(project, drawing);
  databricks(project, drawing);
  orchestrated(project, drawing);
  gates(project, drawing);
  dbt(project, drawing);
}
