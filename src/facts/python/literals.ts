import { bare, child, firstPart, type PyNode, parts } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { stringOf } from './constants.ts';
import { isNamed } from './names.ts';
import { singleAssignment } from './reaching.ts';
import { identifiersNamed } from './scopes.ts';

/** Names and spreads that are followed in one question, so that spreads of spreads end. */
const MOST_STEPS = 200;

const MOST_ELEMENTS = 10_000;
/** A name that occurs more often is not looked through. */
const MOST_USES = 2000;

interface Budget {
  left: number;
}

/**
 * The entries of a dictionary that is written out: `{'a': 1, **other}`, `dict(a=1)`, or a name assigned once to one of
 * them. Takes the expression, or a `**expression`. Undefined when a key or a spread part cannot be known.
 */
export function dictionaryOf(document: PythonDocument, node: PyNode): ReadonlyMap<string, PyNode> | undefined {
  const entries = new Map<string, PyNode>();
  return collect(document, node, entries, { left: MOST_STEPS }) ? entries : undefined;
}

function collect(document: PythonDocument, node: PyNode, entries: Map<string, PyNode>, budget: Budget): boolean {
  if (budget.left === 0) return false;
  budget.left -= 1;
  const inner = node.type === 'dictionary_splat' ? firstPart(node) : node;
  if (inner === undefined) return false;
  const value = bare(inner);
  if (value.type === 'identifier') {
    const source = singleAssignment(document, value);
    return source !== undefined && collect(document, source, entries, budget) && isUntouched(document, value);
  }
  if (value.type === 'call') return fromCall(document, value, entries, budget);
  if (value.type !== 'dictionary') return false;
  return parts(value).every((each) => {
    if (each.type === 'dictionary_splat') return collect(document, each, entries, budget);
    const key = stringOf(document, child(each, 'key'));
    const held = child(each, 'value');
    if (key === undefined || held === undefined) return false;
    entries.set(key, held);
    return true;
  });
}

function fromCall(document: PythonDocument, call: PyNode, entries: Map<string, PyNode>, budget: Budget): boolean {
  const callee = child(call, 'function');
  if (callee === undefined || !isNamed(document, callee, 'builtins.dict')) return false;
  const list = child(call, 'arguments');
  if (list?.type !== 'argument_list') return false;
  return parts(list).every((each) => {
    if (each.type === 'dictionary_splat') return collect(document, each, entries, budget);
    const name = child(each, 'name');
    const held = child(each, 'value');
    if (each.type !== 'keyword_argument' || name === undefined || held === undefined) return false;
    entries.set(textOf(document, name), held);
    return true;
  });
}

/**
 * The elements of a list, tuple or set that is written out, or of a name assigned once to one and not changed since.
 * Undefined when a starred part cannot be known.
 */
export function elementsOf(document: PythonDocument, node: PyNode): readonly PyNode[] | undefined {
  return elements(document, node, { left: MOST_STEPS });
}

function elements(document: PythonDocument, node: PyNode, budget: Budget): readonly PyNode[] | undefined {
  if (budget.left === 0) return undefined;
  budget.left -= 1;
  const value = bare(node);
  if (value.type === 'identifier') {
    const source = singleAssignment(document, value);
    const found = source && elements(document, source, budget);
    return found !== undefined && isUntouched(document, value) ? found : undefined;
  }
  if (value.type === 'binary_operator') return joined(document, value, budget);
  if (!/^(list|tuple|set|expression_list)$/.test(value.type)) return undefined;
  const all: PyNode[] = [];
  for (const each of parts(value)) {
    const starred = each.type === 'list_splat' ? firstPart(each) : undefined;
    const own = each.type === 'list_splat' ? starred && elements(document, starred, budget) : [each];
    if (own === undefined || all.length + own.length > MOST_ELEMENTS) return undefined;
    for (const element of own) all.push(element);
  }
  return all;
}

function joined(document: PythonDocument, sum: PyNode, budget: Budget): readonly PyNode[] | undefined {
  const left = child(sum, 'left');
  const right = child(sum, 'right');
  if (left === undefined || right === undefined || child(sum, 'operator')?.type !== '+') return undefined;
  const first = elements(document, left, budget);
  const second = first && elements(document, right, budget);
  return first && second && [...first, ...second];
}

/** Nothing in the file may have changed the object of a name: no item set, no changing method called. */
function isUntouched(document: PythonDocument, identifier: PyNode): boolean {
  const uses = identifiersNamed(document, textOf(document, identifier));
  if (uses.length > MOST_USES) return false;
  return uses.every((use) => {
    const holder = use.parent;
    return use === identifier || holder === undefined || !(setsItem(use, holder) || changes(document, use, holder));
  });
}

function setsItem(use: PyNode, holder: PyNode): boolean {
  if (holder.type !== 'subscript' || use.field !== 'value') return false;
  return (
    holder.field === 'left' || holder.parent?.type === 'delete_statement' || holder.parent?.type === 'pattern_list'
  );
}

const READERS = new Set([
  'get',
  'items',
  'keys',
  'values',
  'copy',
  'index',
  'count',
  'union',
  'intersection',
  'difference',
]);

function changes(document: PythonDocument, use: PyNode, holder: PyNode): boolean {
  if (holder.type !== 'attribute' || use.field !== 'object') return false;
  const method = child(holder, 'attribute');
  return method === undefined || !READERS.has(textOf(document, method));
}
