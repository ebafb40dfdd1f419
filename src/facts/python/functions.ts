import { fact } from '../../core/fact.ts';
import { child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, calls } from './calls.ts';
import { classOfMethod, classOfSelf } from './classes.ts';
import { definitionOf, instanceName, methodNamed } from './hierarchy.ts';
import { decorators, type Parameter, parameters } from './structure.ts';
import { typeOf } from './types.ts';

/** A function or class of the repository and the file it stands in. */
export interface Definition {
  readonly document: PythonDocument;
  readonly node: PyNode;
}

const NONE: readonly Call[] = [];

/** The function of this file that a call runs: by name, or a method of an instance or class of this file, inherited or own. */
export function calledFunction(document: PythonDocument, call: Call): PyNode | undefined {
  const { callee, receiver, method } = call;
  if (callee.type === 'identifier') return definitionOf(document, callee, 'function');
  const owner = receiver === undefined || method === undefined ? undefined : ownerOf(document, receiver);
  return owner === undefined || method === undefined ? undefined : methodNamed(document, owner, method);
}

/** The class that a receiver is, or is an instance of. */
function ownerOf(document: PythonDocument, receiver: PyNode): PyNode | undefined {
  const own = classOfSelf(document, receiver) ?? definitionOf(document, receiver, 'class');
  if (own !== undefined) return own;
  const type = typeOf(document, receiver);
  if (type === undefined || !type.startsWith('./') || !type.endsWith('()')) return undefined;
  const name = type.slice(type.lastIndexOf('.') + 1, -2);
  const found = exportedDefinition(document, name);
  return found?.type === 'class_definition' && instanceName(document, found) === type ? found : undefined;
}

/** The calls in this file of a function that it defines, in source order. */
export function callsOf(document: PythonDocument, definition: PyNode): readonly Call[] {
  return callsByDefinition(document).get(definition) ?? NONE;
}

const callsByDefinition = fact((document: PythonDocument): ReadonlyMap<PyNode, readonly Call[]> => {
  const all = new Map<PyNode, Call[]>();
  for (const call of calls(document)) {
    const definition = calledFunction(document, call);
    if (definition === undefined) continue;
    const known = all.get(definition);
    if (known === undefined) all.set(definition, [call]);
    else known.push(call);
  }
  return all;
});

/**
 * What a call gives for a parameter of the function it runs: one argument, the default, or for `*args` and `**kwargs` (of
 * either side) everything that may end up there.
 */
export function givenFor(
  caller: PythonDocument,
  call: Call,
  { document, node: definition }: Definition,
  name: string,
): readonly PyNode[] {
  const list = parameters(document, definition);
  const index = list.findIndex((each) => each.name === name);
  const parameter = list[index];
  if (parameter === undefined) return [];
  const shift = isBound(caller, call, { document, node: definition }) ? 1 : 0;
  if (parameter.kind === 'args') return call.args.slice(Math.max(0, index - shift));
  if (parameter.kind === 'kwargs')
    return [...call.keywords].filter(([key]) => !isNamedIn(list, key)).map(([, value]) => value);
  const given =
    call.keywords.get(name) ?? (parameter.keywordOnly || index < shift ? undefined : call.args[index - shift]);
  if (given !== undefined) return [given];
  if (call.spread) return spreadArguments(call);
  return parameter.default === undefined ? [] : [parameter.default];
}

function isNamedIn(list: readonly Parameter[], name: string): boolean {
  return list.some((each) => each.kind === 'plain' && each.name === name);
}

/** The first parameter is filled by what stands before the dot. */
function isBound(caller: PythonDocument, call: Call, { document, node: definition }: Definition): boolean {
  if (call.receiver === undefined || classOfMethod(definition) === undefined) return false;
  if (decorators(document, definition).some(({ text }) => text === 'staticmethod')) return false;
  const viaClass = call.receiver.type === 'identifier' && definitionOf(caller, call.receiver, 'class') !== undefined;
  return !viaClass || decorators(document, definition).some(({ text }) => text === 'classmethod');
}

function spreadArguments(call: Call): readonly PyNode[] {
  const list = child(call.node, 'arguments');
  return (list?.children ?? []).filter((each) => each.type === 'list_splat' || each.type === 'dictionary_splat');
}

/** The function or class of the file with this name in its module scope, as an importer would get it. */
export function exportedDefinition(document: PythonDocument, name: string): PyNode | undefined {
  return exportsOf(document).get(name);
}

const exportsOf = fact((document: PythonDocument): ReadonlyMap<string, PyNode> => {
  const all = new Map<string, PyNode>();
  for (const type of ['function_definition', 'class_definition']) {
    for (const node of document.byType.get(type) ?? []) {
      const name = child(node, 'name');
      if (name !== undefined && isTopLevel(node)) all.set(textOf(document, name), node);
    }
  }
  return all;
});

/** Not in a function or class; `if` and `try` around it do not matter. */
function isTopLevel(node: PyNode): boolean {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (at.type === 'function_definition' || at.type === 'class_definition' || at.type === 'lambda') return false;
  }
  return true;
}
