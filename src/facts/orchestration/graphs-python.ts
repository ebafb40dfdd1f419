import type { Project } from '../../documents/project.ts';
import { child, contains, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { pathClassOf } from '../paths.ts';
import { definitionNamed } from '../python/across.ts';
import { type Call, calls, callsOfMethod } from '../python/calls.ts';
import { calledFunction, exportedDefinition } from '../python/functions.ts';
import { decorators, enclosingFunction, enclosingWiths } from '../python/structure.ts';
import type { PipelineGraph, StepNode } from './graphs.ts';
import { rolesOf } from './roles.ts';

const PIPELINE = /^kfp(\.v2)?(\.dsl)?\.pipeline$/;
const GROUPS = /\b(dsl\.)?(Condition|If|Elif|ExitHandler|ParallelFor)\b/;

/** The name that the task of a call is kept under; `.after(…)` and settings may follow the call. */
function keptAs(document: PythonDocument, call: Call): string | undefined {
  let at: PyNode | undefined = call.node;
  while (at !== undefined && ['call', 'attribute', 'parenthesized_expression'].includes(at.type)) at = at.parent;
  const left = at?.type === 'assignment' ? child(at, 'left') : undefined;
  return left?.type === 'identifier' ? textOf(document, left) : undefined;
}

/** Text of the function that a task runs, where the repository holds it. */
function codeOf(project: Project, document: PythonDocument, call: Call): string | undefined {
  const own = calledFunction(document, call);
  if (own !== undefined) return textOf(document, own);
  const found = call.name === undefined ? undefined : definitionNamed(project, document.path, call.name);
  if (found !== undefined) return textOf(found.document, found.node);
  // A package of the repository that is installed before it is imported: its folder is not its name.
  const name = call.name?.slice(call.name.lastIndexOf('.') + 1) ?? textOf(document, call.callee);
  for (const other of project.documents('python', [`def ${name}(`])) {
    const node = pathClassOf(other.path) === 'test' ? undefined : exportedDefinition(other, name);
    if (node !== undefined) return textOf(other, node);
  }
  return undefined;
}

/** What makes a task wait: outputs of others among its arguments, `.after()`, and conditions on them around it. */
function waitsFor(document: PythonDocument, call: Call, whole: PyNode): string {
  const around = enclosingWiths(call.node).map((each) => {
    const header = textOf(document, each).slice(0, 400);
    return GROUPS.test(header) ? (header.split(':\n')[0] ?? '') : '';
  });
  return [textOf(document, whole), ...around].join(' ').slice(0, 5000);
}

/** The outermost call of a chain: `deploy(…).after(x).set_caching_options(…)`. */
function chainOf(node: PyNode): PyNode {
  let top = node;
  for (let at = node.parent; at !== undefined && (at.type === 'call' || at.type === 'attribute'); at = at.parent)
    if (at.type === 'call' && child(at, 'function') !== undefined && contains(child(at, 'function') ?? at, node))
      top = at;
  return top;
}

function steps(project: Project, document: PythonDocument, definition: PyNode): readonly StepNode[] {
  const tasks = calls(document)
    .filter(({ node, callee }) => enclosingFunction(node) === definition && callee.type === 'identifier')
    .map((call) => ({ call, kept: keptAs(document, call), name: textOf(document, call.callee) }));
  const later = callsOfMethod(document, 'after').filter(({ node }) => enclosingFunction(node) === definition);
  return tasks.map(({ call, kept, name }): StepNode => {
    const apart = later
      .filter(({ receiver }) => receiver !== undefined && textOf(document, receiver) === kept)
      .map(({ node }) => textOf(document, node));
    const said = ` ${waitsFor(document, call, chainOf(call.node))} ${apart.join(' ')} `;
    const words = new Set(said.match(/[A-Za-z_]\w*/g) ?? []);
    const code = codeOf(project, document, call);
    return {
      name,
      roles: rolesOf(name),
      after: tasks.flatMap((other) =>
        other.kept !== undefined && words.has(other.kept) && other.call !== call ? [other.name] : [],
      ),
      span: call.callee,
      sources: [],
      ...(code === undefined ? {} : { code }),
    };
  });
}

/** Pipelines that Python writes with the SDK of Kubeflow. */
export const pythonGraphs = (project: Project): readonly PipelineGraph[] =>
  project.documents('python', ['kfp']).flatMap((document) =>
    nodesOf(document, 'function_definition')
      .filter((definition) => decorators(document, definition).some(({ name }) => PIPELINE.test(name ?? '')))
      .map((definition) => ({
        document,
        format: 'kubeflow' as const,
        name: textOf(document, child(definition, 'name') ?? definition).slice(0, 100),
        steps: steps(project, document, definition),
      })),
  );
