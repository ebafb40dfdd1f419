import { fact } from '../../core/fact.ts';
import { bare, child, type PyNode, parts } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { resolve, type Scope, scopeOf } from './scopes.ts';

/** A statement that puts a value into the object a name stands for, without rebinding the name. */
export interface Mutation {
  /** The name's identifier. */
  readonly node: PyNode;
  /** What is put in. */
  readonly value: PyNode;
  /** The assignment or call. */
  readonly by: PyNode;
}

const GROWS = new Set([
  'append',
  'extend',
  'add',
  'update',
  'insert',
  'setdefault',
  'appendleft',
  'put',
  'push',
  'concat',
]);
/** Changes of one object on either side of a use that are looked at. */
const MOST_MUTATIONS = 64;
const NONE: readonly Mutation[] = [];

/** What the file puts into objects by name (`df['a'] = v`, `df.loc[m, 'a'] = v`, `d.x = v`, `xs.append(v)`), in source order. */
export const mutations: (document: PythonDocument) => readonly Mutation[] = fact((document) => {
  const all: Mutation[] = [];
  const note: Note = (target, value, by) => {
    const node = rootName(target);
    if (node !== undefined) all.push({ node, value, by });
  };
  for (const node of nodesOf(document, 'assignment', 'augmented_assignment', 'call')) {
    if (node.type === 'call') grown(document, node, note);
    else stored(node, note);
  }
  return all;
});

/** By the scope that binds the name, then by name. */
const mutationsByScope = fact(
  (document: PythonDocument): ReadonlyMap<Scope, ReadonlyMap<string, readonly Mutation[]>> => {
    const all = new Map<Scope, Map<string, Mutation[]>>();
    for (const mutation of mutations(document)) {
      const name = textOf(document, mutation.node);
      const scope = resolve(document, name, mutation.node)?.scope;
      if (scope === undefined) continue;
      const names = all.get(scope) ?? new Map<string, Mutation[]>();
      all.set(scope, names);
      const known = names.get(name);
      if (known === undefined) names.set(name, [mutation]);
      else known.push(mutation);
    }
    return all;
  },
);

type Note = (target: PyNode, value: PyNode, by: PyNode) => void;

function stored(node: PyNode, note: Note): void {
  const left = child(node, 'left');
  let value = child(node, 'right');
  while (value?.type === 'assignment') value = child(value, 'right');
  if (left === undefined || value === undefined) return;
  for (const target of left.type === 'pattern_list' || left.type === 'tuple_pattern' ? parts(left) : [left]) {
    if (target.type === 'subscript' || target.type === 'attribute') note(target, value, node);
  }
}

function grown(document: PythonDocument, call: PyNode, note: Note): void {
  const callee = child(call, 'function');
  const method = callee?.type === 'attribute' ? child(callee, 'attribute') : undefined;
  const object = callee && child(callee, 'object');
  if (method === undefined || object === undefined || !GROWS.has(textOf(document, method))) return;
  const list = child(call, 'arguments');
  for (const each of list === undefined ? [] : parts(list)) note(object, child(each, 'value') ?? each, call);
}

/** `df` of `df.loc[m, 'a'].x`. */
function rootName(target: PyNode): PyNode | undefined {
  let at = bare(target);
  while (at.type === 'subscript' || at.type === 'attribute') {
    const inner = child(at, at.type === 'subscript' ? 'value' : 'object');
    if (inner === undefined) return undefined;
    at = bare(inner);
  }
  return at.type === 'identifier' ? at : undefined;
}

/** What was put into the object of this identifier before it is used here: above it, or anywhere in a loop that holds both. */
export function mutationsBefore(document: PythonDocument, identifier: PyNode): readonly Mutation[] {
  const name = textOf(document, identifier);
  const scope = resolve(document, name, identifier)?.scope;
  const all = scope === undefined ? NONE : (mutationsByScope(document).get(scope)?.get(name) ?? NONE);
  if (all.length === 0) return NONE;
  if (scopeOf(document, identifier) !== scope) return all.slice(-MOST_MUTATIONS);
  const middle = firstFrom(all, identifier.start);
  const before = all.slice(Math.max(0, middle - MOST_MUTATIONS), middle).filter(({ by }) => by.end <= identifier.start);
  const after = all.slice(Math.max(0, middle - 1), middle + MOST_MUTATIONS);
  return [...before, ...after.filter(({ by }) => by.end > identifier.start && sharedLoop(by, identifier))];
}

/** Index of the first mutation written at or after an offset. */
function firstFrom(all: readonly Mutation[], offset: number): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.by.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sharedLoop(a: PyNode, b: PyNode): boolean {
  for (let at = b.parent; at !== undefined && at.type !== 'function_definition'; at = at.parent) {
    if (/^(for|while)_statement$/.test(at.type) && at.start <= a.start && a.end <= at.end) return true;
  }
  return false;
}
