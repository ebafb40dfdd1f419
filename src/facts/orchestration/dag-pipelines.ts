import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import type { PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument } from '../../documents/python/python.ts';
import { crossingOf } from '../python/across.ts';
import { argument, type Call, calls } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { originsOf } from '../python/flow.ts';
import { calledFunction, type Definition } from '../python/functions.ts';
import { definitionOf } from '../python/hierarchy.ts';
import { enclosingWiths } from '../python/structure.ts';
import { type CodePipeline, distinct, ordered, type StepCall, statedOrder, stepsBehind } from './code-steps.ts';
import { isStepFunction } from './function-pipelines.ts';

/** DAGs of one file. */
const MOST_DAGS = 100;

const DAG = /^airflow(\.\w+)*\.DAG$/;
const OPERATOR = /^airflow(\.\w+)*\.[A-Z]\w*(Operator|Sensor)$/;

/** The DAG that a step belongs to: the `with` around it, its `dag=`, or the only one of the file. */
function ownerOf(document: PythonDocument, call: Call, dags: readonly Call[]): Call | undefined {
  for (const around of enclosingWiths(call.node)) {
    const dag = dags.find(
      ({ node }) => node.start >= around.start && node.end <= call.node.start && node.end <= around.end,
    );
    if (dag !== undefined) return dag;
  }
  const given = call.keywords.get('dag');
  if (given !== undefined) {
    const origins = originsOf(document, given);
    return dags.find(({ node }) => origins.has(node));
  }
  return dags.length === 1 && nodesOf(document, 'decorator').length === 0 ? dags[0] : undefined;
}

function stepOf(project: Project, document: PythonDocument, call: Call): StepCall | undefined {
  const operator = call.names.find((name) => OPERATOR.test(name));
  const told = stringOf(document, call.keywords.get('task_id'));
  if (operator !== undefined && told !== undefined) {
    const given = argument(call, -1, 'python_callable');
    const node = given === undefined ? undefined : definitionOf(document, given, 'function');
    return { name: told, call, component: node && { document, node }, operator, condition: false };
  }
  const own = calledFunction(document, call);
  const component: Definition | undefined =
    own === undefined ? crossingOf(project)(document, call) : { document, node: own };
  if (component === undefined || !isStepFunction(component.document, component.node)) return undefined;
  const name = document.text.slice(call.callee.start, call.callee.end);
  return { name: told ?? name, call, component, operator: undefined, condition: false };
}

function pipelineOf(
  project: Project,
  document: PythonDocument,
  dag: Call,
  root: PyNode,
  own: readonly Call[],
): CodePipeline {
  const found = distinct(own.flatMap((call) => stepOf(project, document, call) ?? []));
  const stated = statedOrder(document, root, found);
  return {
    document,
    framework: 'airflow',
    name: stringOf(document, argument(dag, 0, 'dag_id')) ?? document.path,
    node: dag.callee,
    function: undefined,
    steps: ordered(found, (step) => [
      ...[...step.call.args, ...step.call.keywords.values()].flatMap((arg) => stepsBehind(document, arg, found)),
      ...(stated.get(step) ?? []),
    ]),
  };
}

/** Every `DAG(...)` of a file with the operators and tasks that belong to it. */
export const dagPipelines: (project: Project) => (document: PythonDocument) => readonly CodePipeline[] = fact(
  (project) =>
    fact((document) => {
      const dags = calls(document)
        .filter(({ names }) => names.some((name) => DAG.test(name)))
        .slice(0, MOST_DAGS);
      const [root] = nodesOf(document, 'module');
      if (dags.length === 0 || root === undefined) return [];
      const owned = new Map<Call, Call[]>(dags.map((dag) => [dag, []]));
      for (const call of calls(document)) {
        const owner = ownerOf(document, call, dags);
        if (owner !== undefined) owned.get(owner)?.push(call);
      }
      return dags.map((dag) => pipelineOf(project, document, dag, root, owned.get(dag) ?? []));
    }),
);
