import { bare, child, firstPart, type PyNode, parts } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isNamed } from './names.ts';
import { reachingBindings } from './reaching.ts';

const MOST_STEPS = 8;

/**
 * The entries of a dictionary that is written out: `{'a': 1, **other}`, `dict(a=1)`, or a name assigned once to one of
 * them. Takes the expression, or a `**expression`. Undefined when a key or a spread part cannot be known.
 */
export function dictionaryOf(document: PythonDocument, node: PyNode): ReadonlyMap<string, PyNode> | undefined {
  const entries = new Map<string, PyNode>();
  return collect(document, node, entries, MOST_STEPS) ? entries : undefined;
}

function collect(document: PythonDocument, node: PyNode, entries: Map<string, PyNode>, steps: number): boolean {
  if (steps === 0) return false;
  const inner = node.type === 'dictionary_splat' ? firstPart(node) : node;
  if (inner === undefined) return false;
  const value = bare(inner);
  if (value.type === 'identifier') {
    const source = untouched(document, value);
    return source !== undefined && collect(document, source, entries, steps - 1);
  }
  if (value.type === 'call') return fromCall(document, value, entries, steps);
  if (value.type !== 'dictionary') return false;
  return parts(value).every((each) => {
    if (each.type === 'dictionary_splat') return collect(document, each, entries, steps - 1);
    const key = plainString(document, child(each, 'key'));
    const held = child(each, 'value');
    if (key === undefined || held === undefined) return false;
    entries.set(key, held);
    return true;
  });
}

function fromCall(document: PythonDocument, call: PyNode, entries: Map<string, PyNode>, steps: number): boolean {
  const callee = child(call, 'function');
  if (callee === undefined || !isNamed(document, callee, 'builtins.dict')) return false;
  const list = child(call, 'arguments');
  if (list?.type !== 'argument_list') return false;
  return parts(list).every((each) => {
    if (each.type === 'dictionary_splat') return collect(document, each, entries, steps - 1);
    const name = child(each, 'name');
    const held = child(each, 'value');
    if (each.type !== 'keyword_argument' || name === undefined || held === undefined) return false;
    entries.set(textOf(document, name), held);
    return true;
  });
}

/** The only value of a name that nothing in the file may have changed meanwhile: no item set, no method called on it. */
function untouched(document: PythonDocument, identifier: PyNode): PyNode | undefined {
  const bindings = reachingBindings(document, identifier);
  const only = bindings[0];
  if (bindings.length !== 1 || only?.kind !== 'assignment' || only.path.length > 0) return undefined;
  const name = textOf(document, identifier);
  for (const use of document.byType.get('identifier') ?? []) {
    const holder = use.parent;
    if (use === identifier || textOf(document, use) !== name || holder === undefined) continue;
    const touched =
      (holder.type === 'subscript' && use.field === 'value' && isTarget(holder)) || changes(document, use, holder);
    if (touched) return undefined;
  }
  return only.value;
}

function isTarget(node: PyNode): boolean {
  return node.field === 'left' || node.parent?.type === 'delete_statement' || node.parent?.type === 'pattern_list';
}

const READERS = new Set(['get', 'items', 'keys', 'values', 'copy']);

function changes(document: PythonDocument, use: PyNode, holder: PyNode): boolean {
  if (holder.type !== 'attribute' || use.field !== 'object') return false;
  const method = child(holder, 'attribute');
  return method === undefined || !READERS.has(textOf(document, method));
}

/** The content of a string literal without prefix, escapes or interpolation. */
export function plainString(document: PythonDocument, node: PyNode | undefined): string | undefined {
  if (node?.type !== 'string') return undefined;
  const opening = node.children[0];
  if (opening === undefined || !/^[uU]?['"]+$/.test(textOf(document, opening))) return undefined;
  const content = parts(node).filter((each) => each.type !== 'string_start' && each.type !== 'string_end');
  if (content.some((each) => each.type !== 'string_content' || each.children.length > 0)) return undefined;
  return content.map((each) => textOf(document, each)).join('');
}
