import type { Project } from '../../documents/project.ts';
import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument } from '../../documents/python/python.ts';
import { type CodePipeline, type CodeStep, codePipelines } from '../orchestration/code-pipelines.ts';
import { codeSchedules } from '../orchestration/code-schedules.ts';
import { stepsBehind } from '../orchestration/code-steps.ts';
import { isStepFunction } from '../orchestration/function-pipelines.ts';
import { type Effect, effectsOf } from '../orchestration/step-effects.ts';
import { definitionName } from '../python/structure.ts';
import { drawAssets, drawPrefectDeployments } from './draw-assets.ts';
import { stepKind } from './draw-training.ts';
import type { Drawing, NodeKind, Where } from './drawing.ts';

const at = (document: PythonDocument, node: PyNode): Where => ({ document, span: node });

interface Drawn {
  readonly step: CodeStep;
  readonly id: string;
  readonly effects: readonly Effect[];
}

function kindOf(step: CodeStep, effects: readonly Effect[]): NodeKind {
  const does = (kind: Effect['kind']): boolean => effects.some((each) => each.kind === kind);
  if (step.condition || does('validates')) return 'validation-gate';
  if (does('trains')) return 'training-job';
  if (does('deploys') || does('scores')) return 'deployment';
  return stepKind(step.name);
}

/** The name of the model or endpoint that a step makes or looks up; its own name where only a run tells. */
const labelOf = (pipeline: CodePipeline, step: CodeStep, effect: Effect): string =>
  effect.name ?? `${pipeline.name}/${step.name}`;

function registers(drawing: Drawing, pipeline: CodePipeline, drawn: readonly Drawn[]): ReadonlyMap<CodeStep, string> {
  const made = new Map<CodeStep, string>();
  for (const { step, id, effects } of drawn) {
    for (const effect of effects.filter(({ kind }) => kind === 'registers')) {
      const where = at(effect.document, effect.call.callee);
      const model = drawing.node('registered-model', labelOf(pipeline, step, effect), where);
      made.set(step, model);
      drawing.edge('registers', id, model, at(pipeline.document, step.call.callee));
      for (const other of drawn)
        if (other.id.startsWith('training-job') && step.behind.has(other.step.name))
          drawing.edge('trains', other.id, model, at(pipeline.document, step.call.callee));
    }
  }
  // A step that looks a model up hands it on as one that registers it does.
  for (const { step, effects } of drawn) {
    const found = effects.find(({ kind, name }) => kind === 'finds' && name !== undefined);
    if (found?.name !== undefined && !made.has(step))
      made.set(step, drawing.node('registered-model', found.name, at(found.document, found.call.callee)));
  }
  return made;
}

/** The step's model is the one that a step before it registered; the nearest where there are several. */
function deploys(
  drawing: Drawing,
  pipeline: CodePipeline,
  drawn: readonly Drawn[],
  models: ReadonlyMap<CodeStep, string>,
): void {
  const endpoints = new Map<CodeStep, string>();
  for (const { step, id, effects } of drawn)
    for (const effect of effects.filter(({ kind }) => kind === 'endpoint')) {
      const endpoint = drawing.node(
        'endpoint',
        labelOf(pipeline, step, effect),
        at(effect.document, effect.call.callee),
      );
      endpoints.set(step, endpoint);
      drawing.edge('includes', id, endpoint, at(pipeline.document, step.call.callee));
    }
  for (const { step, id } of drawn.filter(({ id: each }) => each.startsWith('deployment'))) {
    const where = at(pipeline.document, step.call.callee);
    const given = (key: string, from: ReadonlyMap<CodeStep, string>): string | undefined => {
      const value = step.call.keywords.get(key);
      const behind = value === undefined ? [] : stepsBehind(pipeline.document, value, pipeline.steps);
      return [...from].filter(([each]) => behind.some(({ name }) => name === each.name)).at(-1)?.[1];
    };
    drawing.edge('deploys', id, given('model', models), where);
    drawing.edge('serves', id, given('endpoint', endpoints), where);
  }
}

function draw(drawing: Drawing, pipeline: CodePipeline): void {
  const { document, name } = pipeline;
  const id = drawing.node('pipeline', name, at(document, pipeline.node));
  const drawn = pipeline.steps.map((step): Drawn => {
    const effects = effectsOf(pipeline, step);
    const where = at(document, step.call.callee);
    return { step, effects, id: drawing.node(kindOf(step, effects), `${name}/${step.name}`, where) };
  });
  const byName = new Map(drawn.map((each) => [each.step.name, each.id]));
  for (const { step, id: own } of drawn) {
    const where = at(document, step.call.callee);
    drawing.edge('includes', id, own, where);
    for (const before of step.after) {
      const gate = byName.get(before);
      if (gate?.startsWith('validation-gate') === true) drawing.edge('gates', gate, own, where);
    }
  }
  deploys(drawing, pipeline, drawn, registers(drawing, pipeline, drawn));
}

const doesRegister = (pipeline: CodePipeline, step: CodeStep): boolean =>
  effectsOf(pipeline, step).some(({ kind }) => kind === 'registers');

/** Steps that no pipeline of the repository runs. */
function loose(project: Project, drawing: Drawing, used: ReadonlySet<PyNode>): void {
  for (const document of project.documents('python', ['airflow', 'prefect', 'kfp', 'dagster', 'zenml'])) {
    for (const node of nodesOf(document, 'function_definition')) {
      if (used.has(node) || !isStepFunction(document, node)) continue;
      const name = definitionName(document, node) ?? 'step';
      drawing.node(stepKind(name), name, at(document, child(node, 'name') ?? node));
    }
  }
}

/** Pipelines that Python spells out, with their steps, what these do to models, and what starts them. */
export function drawPipelines(project: Project, drawing: Drawing): void {
  const pipelines = codePipelines(project);
  // A model is shown where it is registered, not where another pipeline looks it up.
  const registering = new Set(pipelines.filter((each) => each.steps.some((step) => doesRegister(each, step))));
  for (const pipeline of [...registering, ...pipelines]) draw(drawing, pipeline);
  drawAssets(project, drawing);
  drawPrefectDeployments(project, drawing);
  loose(
    project,
    drawing,
    new Set(pipelines.flatMap(({ steps }) => steps.flatMap(({ component }) => component?.node ?? []))),
  );
  for (const { document, node, label, pipelines: started } of codeSchedules(project)) {
    const id = drawing.node('schedule', label, at(document, node));
    for (const name of started) drawing.edge('schedules', id, drawing.find('pipeline', name), at(document, node));
  }
}

/** Calls inside of steps: what they make is drawn with their pipeline. */
export function drawnCalls(project: Project): ReadonlySet<PyNode> {
  return new Set(
    codePipelines(project).flatMap((pipeline) =>
      pipeline.steps.flatMap((step) => effectsOf(pipeline, step).map(({ call }) => call.node)),
    ),
  );
}
