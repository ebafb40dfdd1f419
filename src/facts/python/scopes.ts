import { fact } from '../../core/fact.ts';
import type { PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Binding, foundBindings } from './bindings.ts';
import { imports } from './imports.ts';

export interface Scope {
  /** `module`, `function_definition`, `lambda`, `class_definition` or one of the comprehensions. */
  readonly node: PyNode;
  readonly kind: 'module' | 'function' | 'class' | 'comprehension';
  readonly parent: Scope | undefined;
  /** Bindings by name, in source order. */
  readonly names: ReadonlyMap<string, readonly Binding[]>;
  /** Names that the scope declares `global` or `nonlocal`. */
  readonly foreign: ReadonlyMap<string, 'global' | 'nonlocal'>;
}

type Growing = Omit<Scope, 'names' | 'foreign' | 'parent'> & {
  parent: Growing | undefined;
  readonly names: Map<string, Binding[]>;
  readonly foreign: Map<string, 'global' | 'nonlocal'>;
};

const KINDS: Readonly<Record<string, Scope['kind']>> = {
  module: 'module',
  function_definition: 'function',
  lambda: 'function',
  class_definition: 'class',
  list_comprehension: 'comprehension',
  set_comprehension: 'comprehension',
  dictionary_comprehension: 'comprehension',
  generator_expression: 'comprehension',
};

/** All scopes of a document by the node that opens them. */
export const scopes: (document: PythonDocument) => ReadonlyMap<PyNode, Scope> = fact((document) => {
  const all = new Map<PyNode, Growing>();
  for (const node of nodesOf(document, ...Object.keys(KINDS))) open(all, node);
  if (!all.has(document.root)) open(all, document.root);
  for (const type of ['global', 'nonlocal'] as const) {
    for (const node of nodesOf(document, `${type}_statement`)) {
      const scope = all.get(scopeNode(node));
      for (const name of node.children) if (name.named) scope?.foreign.set(textOf(document, name), type);
    }
  }
  for (const binding of everyBinding(document)) file(all, binding);
  return all;
});

/** The scope in which a node is evaluated; the name of a parameter belongs to its function. */
export function scopeOf(document: PythonDocument, node: PyNode): Scope {
  const known = scopes(document);
  const scope = known.get(scopeNode(node)) ?? known.get(document.root);
  if (scope === undefined) throw new Error('a document has a module scope');
  return scope;
}

/** The scope that a name is looked up in from `node`, with the scope where the search began; undefined for builtins and unknowns. */
export function resolve(
  document: PythonDocument,
  name: string,
  node: PyNode,
): { readonly scope: Scope; readonly from: Scope } | undefined {
  const from = scopeOf(document, node);
  let direct = true;
  for (let at: Scope | undefined = from; at !== undefined; at = at.parent) {
    const foreign = at.foreign.get(name);
    if (foreign === 'global') {
      const root = scopeOf(document, document.root);
      return root.names.has(name) ? { scope: root, from } : undefined;
    }
    if (foreign === undefined && at.names.has(name) && (direct || at.kind !== 'class')) return { scope: at, from };
    if (at.kind !== 'comprehension') direct = false;
  }
  return undefined;
}

/** Every identifier with this text, whatever scope it belongs to, in source order; attributes and keywords included. */
export function identifiersNamed(document: PythonDocument, name: string): readonly PyNode[] {
  return identifiers(document).get(name) ?? [];
}

const identifiers = fact((document: PythonDocument): ReadonlyMap<string, readonly PyNode[]> => {
  const all = new Map<string, PyNode[]>();
  for (const node of nodesOf(document, 'identifier')) {
    const name = textOf(document, node);
    const known = all.get(name);
    if (known === undefined) all.set(name, [node]);
    else known.push(node);
  }
  return all;
});

function open(all: Map<PyNode, Growing>, node: PyNode): void {
  const parent = node.parent === undefined ? undefined : all.get(scopeNode(node));
  all.set(node, { node, kind: KINDS[node.type] ?? 'module', parent, names: new Map(), foreign: new Map() });
}

function* everyBinding(document: PythonDocument): Generator<Binding, void, undefined> {
  const all: Binding[] = [...foundBindings(document)];
  for (const each of imports(document)) {
    if (each.alias === undefined || each.bound === undefined) continue;
    const { alias: name, bound: node, target: imported } = each;
    all.push({ name, kind: 'import', node, from: each.node.end, value: undefined, path: [], imported });
  }
  yield* all.sort((a, b) => a.node.start - b.node.start);
}

/** Puts a binding where Python would: a walrus leaves comprehensions, `global` leaves functions. */
function file(all: ReadonlyMap<PyNode, Growing>, binding: Binding): void {
  const own = binding.kind === 'function' || binding.kind === 'class' ? binding.value : undefined;
  let scope = all.get(scopeNode(own ?? binding.node));
  while (binding.kind === 'walrus' && scope?.kind === 'comprehension') scope = scope.parent;
  const foreign = scope?.foreign.get(binding.name);
  if (foreign === 'global') while (scope?.parent !== undefined) scope = scope.parent;
  if (foreign === 'nonlocal') {
    for (scope = scope?.parent; scope?.parent !== undefined && !scope.names.has(binding.name); ) scope = scope.parent;
  }
  const filed: Binding = foreign === undefined ? binding : { ...binding, remote: true };
  const known = scope?.names.get(binding.name);
  if (known === undefined) scope?.names.set(binding.name, [filed]);
  else known.push(filed);
}

/** The node that opens the scope in which `node` is evaluated. */
function scopeNode(node: PyNode): PyNode {
  let below = node;
  for (let at = node.parent; at !== undefined; at = below.parent) {
    if (opens(at, below)) return at;
    below = outside(below, at);
  }
  return below;
}

function opens(at: PyNode, below: PyNode): boolean {
  switch (KINDS[at.type]) {
    case 'module':
      return true;
    case 'function':
      return below.field === 'body' || below.field === 'parameters' || below.field === 'type_parameters';
    case 'class':
      return below.field === 'body' || below.field === 'type_parameters';
    case 'comprehension':
      return true;
    default:
      return false;
  }
}

/** Defaults and annotations are evaluated outside of the function; the first iterable outside of the comprehension. */
function outside(below: PyNode, at: PyNode): PyNode {
  if (at.type === 'for_in_clause' && below.field === 'right') {
    return at.parent?.children.find((each) => each.type === 'for_in_clause') === at ? at.parent : at;
  }
  if (!at.type.endsWith('parameter') || (below.field !== 'value' && below.field !== 'type')) return at;
  return at.parent?.parent ?? at;
}
