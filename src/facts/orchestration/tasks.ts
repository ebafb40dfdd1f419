import { fact } from '../../core/fact.ts';
import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, nodesWithin, type PythonDocument } from '../../documents/python/python.ts';
import { argument, type Call, callAt, calls } from '../python/calls.ts';
import { classOfMethod } from '../python/classes.ts';
import { calledFunction } from '../python/functions.ts';
import { definitionOf, outerBases } from '../python/hierarchy.ts';
import { importsModule } from '../python/imports.ts';
import { decorators, definitionName } from '../python/structure.ts';

/** A function that a scheduler runs, and may run again for the same interval. */
export interface Task {
  readonly function: PyNode;
  readonly name: string;
  readonly framework: 'airflow' | 'prefect' | 'dagster' | 'luigi' | 'kubeflow' | 'zenml' | 'metaflow';
}

const DECORATORS: readonly (readonly [RegExp, Task['framework']])[] = [
  [/^airflow\.(decorators|sdk)\.task(\.\w+)*$/, 'airflow'],
  [/^prefect\.(task|flow)$/, 'prefect'],
  [/^dagster\.(op|asset|multi_asset|solid)$/, 'dagster'],
  [/^kfp(\.v2)?\.dsl\.component$|^kfp\.(v2\.)?components\.\w+$/, 'kubeflow'],
  [/^zenml\.(steps\.)?step$/, 'zenml'],
  [/^metaflow\.step$/, 'metaflow'],
];

function decorated(document: PythonDocument, node: PyNode): Task['framework'] | undefined {
  for (const { name = '' } of decorators(document, node)) {
    const known = DECORATORS.find(([pattern]) => pattern.test(name));
    if (known !== undefined) return known[1];
  }
  return undefined;
}

function frameworkOfMethod(document: PythonDocument, node: PyNode, name: string): Task['framework'] | undefined {
  const owner = classOfMethod(node);
  if (owner === undefined) return undefined;
  const bases = outerBases(document, owner);
  if (name === 'run' && bases.some((base) => /^luigi\.(\w+\.)*\w*Task$/.test(base))) return 'luigi';
  return name === 'execute' && bases.some((base) => /^airflow\..*Operator$/.test(base)) ? 'airflow' : undefined;
}

/** Functions given as `python_callable=`. */
function callables(document: PythonDocument): ReadonlySet<PyNode> {
  const found = calls(document).flatMap((call) => {
    const given = /^airflow\..*Operator$|Sensor$/.test(call.name ?? '')
      ? argument(call, -1, 'python_callable')
      : undefined;
    return given === undefined ? [] : (definitionOf(document, given, 'function') ?? []);
  });
  return new Set(found);
}

/** Every function of the file that a scheduler runs as a step, in source order. */
export const tasks: (document: PythonDocument) => readonly Task[] = fact((document) => {
  if (!importsModule(document, 'airflow', 'prefect', 'dagster', 'luigi', 'kfp', 'zenml', 'metaflow')) return [];
  const given = callables(document);
  return nodesOf(document, 'function_definition').flatMap((node) => {
    const name = definitionName(document, node) ?? '';
    const framework = given.has(node)
      ? 'airflow'
      : (decorated(document, node) ?? frameworkOfMethod(document, node, name));
    return framework === undefined ? [] : [{ function: node, name, framework }];
  });
});

/** The calls that run in a task: in its body, and one step down in the functions of the file that it calls. */
export function callsIn(document: PythonDocument, task: Task): readonly Call[] {
  const own = nodesWithin(document, task.function, 'call').flatMap((node) => callAt(document, node) ?? []);
  const helpers = new Set(own.flatMap((call) => calledFunction(document, call) ?? []));
  helpers.delete(task.function);
  const others = new Set(tasks(document).map((each) => each.function));
  const below = [...helpers]
    .filter((helper) => !others.has(helper))
    .flatMap((helper) => nodesWithin(document, helper, 'call'));
  return [...own, ...below.flatMap((node) => callAt(document, node) ?? [])];
}

const DAG = /^airflow\.(models\.(dag\.)?|sdk\.|decorators\.)?(DAG|dag)$/;

/** True for a file that Airflow parses for DAGs: it makes one. */
export const definesDag: (document: PythonDocument) => boolean = fact(
  (document) =>
    calls(document).some(({ name }) => name !== undefined && DAG.test(name)) ||
    nodesOf(document, 'function_definition').some((node) => isDagFunction(document, node)),
);

/** A function with `@dag`: its body runs whenever the file is parsed. */
export function isDagFunction(document: PythonDocument, node: PyNode): boolean {
  return (
    child(node, 'name') !== undefined &&
    decorators(document, node).some(({ name }) => name !== undefined && DAG.test(name))
  );
}
