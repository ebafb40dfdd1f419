import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, nodesWithin, type PythonDocument } from '../../documents/python/python.ts';
import { crossingOf } from '../python/across.ts';
import { type Call, callAt } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { calledFunction, type Definition } from '../python/functions.ts';
import { singleAssignment } from '../python/reaching.ts';
import { decorators, definitionName, enclosingWiths } from '../python/structure.ts';
import {
  type CodeFramework,
  type CodePipeline,
  distinct,
  ordered,
  type StepCall,
  statedOrder,
  stepsBehind,
} from './code-steps.ts';

interface Dialect {
  readonly framework: CodeFramework;
  readonly pipeline: RegExp;
  readonly step: RegExp;
}

const DIALECTS: readonly Dialect[] = [
  {
    framework: 'kubeflow',
    pipeline: /^kfp(\.v2)?\.dsl\.(graph_component|pipeline)$|^kfp\.pipeline$/,
    step: /^kfp(\.v2)?\.(dsl\.)?(component|container_component)$/,
  },
  { framework: 'prefect', pipeline: /^prefect(\.flows)?\.flow$/, step: /^prefect(\.tasks)?\.task$/ },
  {
    framework: 'dagster',
    pipeline: /^dagster\.(job|graph|graph_asset|pipeline)$/,
    step: /^dagster\.(op|solid|asset|multi_asset)$/,
  },
  {
    framework: 'airflow',
    pipeline: /^airflow(\.\w+)*\.(dag|task_group)$/,
    step: /^airflow(\.\w+)*\.task(\.\w+)*$/,
  },
  { framework: 'azure', pipeline: /^azure\.ai\.ml\.dsl\.pipeline$/, step: /^mldesigner\.command_component$/ },
  { framework: 'zenml', pipeline: /^zenml(\.\w+)*\.pipeline$/, step: /^zenml(\.\w+)*\.step$/ },
];

export const FUNCTION_FRAMEWORKS = ['airflow', 'kfp', 'prefect', 'dagster', 'zenml', 'azure.ai.ml'] as const;

/** Ready-made steps, and what turns a description in another file into one. */
const OPERATOR = /^google_cloud_pipeline_components(\.\w+)*\.[A-Z]\w*Op$/;
const LOADED =
  /^kfp(\.v2)?\.components\.(load_component\w*|create_component_from_func|func_to_container_op)$|^azure\.ai\.ml\.load_component$|^google_cloud_pipeline_components(\.\w+)*\.create_custom_training_job_\w+$/;

const CONDITION = /^kfp(\.v2)?\.dsl\.(Condition|If|Elif)$/;

function dialectOf(document: PythonDocument, node: PyNode, what: 'pipeline' | 'step'): Dialect | undefined {
  const names = decorators(document, node).map(({ name }) => name ?? '');
  return DIALECTS.find((dialect) => names.some((name) => dialect[what].test(name)));
}

/** True for a function that a pipeline runs as a step. */
export const isStepFunction = (document: PythonDocument, node: PyNode): boolean =>
  dialectOf(document, node, 'step') !== undefined;

function nameOfPipeline(document: PythonDocument, node: PyNode): string {
  const own = definitionName(document, node) ?? 'pipeline';
  for (const { call } of decorators(document, node)) {
    const given = call === undefined ? undefined : callAt(document, call);
    const keyword = ['name', 'dag_id', 'display_name'].map((key) => given?.keywords.get(key));
    const name = keyword.flatMap((value) => stringOf(document, value) ?? [])[0];
    if (name !== undefined) return name;
  }
  return dialectOf(document, node, 'pipeline')?.framework === 'kubeflow' ? own.replaceAll('_', '-') : own;
}

/** Compiled Kubeflow pipelines write `extract_table` as `extract-table`, and `ModelUploadOp` as `model-upload`. */
function nameOfStep(framework: CodeFramework, name: string): string {
  if (framework !== 'kubeflow') return name;
  const short = /^[A-Z]\w*Op$/.test(name) ? name.slice(0, -2).replace(/([a-z\d])([A-Z])/g, '$1-$2') : name;
  return short.replaceAll('_', '-').toLowerCase();
}

function loadedName(document: PythonDocument, call: Call): string | undefined {
  if (call.callee.type !== 'identifier') return undefined;
  const made = singleAssignment(document, call.callee);
  const maker = made === undefined ? undefined : callAt(document, made);
  return maker?.names.find((name) => LOADED.test(name));
}

function stepOf(
  project: Project,
  document: PythonDocument,
  { framework }: Dialect,
  node: PyNode,
): StepCall | undefined {
  const call = callAt(document, node);
  if (call === undefined) return undefined;
  const own = calledFunction(document, call);
  const component: Definition | undefined =
    own === undefined ? crossingOf(project)(document, call) : { document, node: own };
  const operator =
    call.names.find((name) => OPERATOR.test(name)) ?? (framework === 'airflow' ? operatorOf(call) : undefined);
  const last = call.method ?? document.text.slice(call.callee.start, call.callee.end);
  const told = framework === 'airflow' ? stringOf(document, call.keywords.get('task_id')) : undefined;
  const isStep =
    component !== undefined &&
    (isStepFunction(component.document, component.node) ||
      dialectOf(component.document, component.node, 'pipeline') !== undefined);
  if (isStep || operator !== undefined || loadedName(document, call) !== undefined)
    return {
      name: told ?? nameOfStep(framework, last),
      call,
      component: isStep ? component : undefined,
      operator: operator ?? loadedName(document, call),
      condition: false,
    };
  if (!call.names.some((name) => CONDITION.test(name))) return undefined;
  const named = stringOf(document, call.keywords.get('name'));
  return { name: named ?? 'condition', call, component: undefined, operator: undefined, condition: true };
}

const operatorOf = (call: Call): string | undefined =>
  call.names.find((name) => /^airflow(\.\w+)*\.[A-Z]\w*(Operator|Sensor)$/.test(name));

/** Branches around a call, which decide whether it runs. */
function branchesAround({ call }: StepCall, steps: readonly StepCall[]): readonly StepCall[] {
  const around = enclosingWiths(call.node);
  return steps.filter(
    ({ condition, call: { node } }) =>
      condition && around.some((each) => node.start >= each.start && node.end <= (child(each, 'body')?.start ?? 0)),
  );
}

function pipelineOf(project: Project, document: PythonDocument, node: PyNode, dialect: Dialect): CodePipeline {
  const body = child(node, 'body') ?? node;
  const found = distinct(
    nodesWithin(document, body, 'call').flatMap((each) => stepOf(project, document, dialect, each) ?? []),
  );
  const stated = statedOrder(document, body, found);
  const steps = ordered(found, (step) => [
    ...[...step.call.args, ...step.call.keywords.values()].flatMap((arg) => stepsBehind(document, arg, found)),
    ...(stated.get(step) ?? []),
    ...branchesAround(step, found),
  ]);
  return {
    document,
    framework: dialect.framework,
    name: nameOfPipeline(document, node),
    node: child(node, 'name') ?? node,
    function: node,
    steps,
  };
}

/** Every function of a file that is a pipeline by its decorator. */
export const functionPipelines: (project: Project) => (document: PythonDocument) => readonly CodePipeline[] = fact(
  (project) =>
    fact((document) =>
      nodesOf(document, 'function_definition').flatMap((node) => {
        const dialect = dialectOf(document, node, 'pipeline');
        return dialect === undefined ? [] : [pipelineOf(project, document, node, dialect)];
      }),
    ),
);
