import { fact } from '../../core/fact.ts';
import { bare, child, type PyNode, parts } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { constantOf, contentOf, stringPrefix } from './constants.ts';
import { singleAssignment } from './reaching.ts';

/** A piece of a string that is put together: known text, or an expression whose value goes in. */
export type StringPart =
  | { readonly text: string; readonly node: PyNode }
  | { readonly expression: PyNode; readonly node: PyNode };

const MOST_STEPS = 200;
const MOST_PARTS = 2000;

/**
 * The pieces of a string in order, for plain strings, f-strings, neighbours, `a + b`, `'…' % x`, `'…'.format(x)` and names
 * assigned once to such. An interpolated expression whose value is constant counts as text. Undefined when the
 * expression is no string literal and is not put together from one.
 */
export function stringParts(document: PythonDocument, node: PyNode): readonly StringPart[] | undefined {
  return take(document, node, MOST_STEPS);
}

const partsByNode = fact((_: PythonDocument) => new Map<PyNode, readonly StringPart[] | undefined>());

/** The known text of a put-together string with `placeholder` for each unknown part. */
export function stringShape(document: PythonDocument, node: PyNode, placeholder = '{}'): string | undefined {
  return stringParts(document, node)
    ?.map((each) => ('text' in each ? each.text : placeholder))
    .join('');
}

function take(document: PythonDocument, outer: PyNode, steps: number): readonly StringPart[] | undefined {
  const node = bare(outer);
  const known = partsByNode(document);
  if (known.has(node)) return known.get(node);
  if (steps === 0) return undefined;
  const found = fresh(document, node, steps);
  const kept = found !== undefined && found.length > MOST_PARTS ? undefined : found;
  known.set(node, kept);
  return kept;
}

function fresh(document: PythonDocument, node: PyNode, steps: number): readonly StringPart[] | undefined {
  switch (node.type) {
    case 'string':
      return literal(document, node);
    case 'concatenated_string':
      return parts(node).flatMap((each) => (each.type === 'string' ? literal(document, each) : []));
    case 'binary_operator':
      return operated(document, node, steps);
    case 'call':
      return formatted(document, node, steps);
    case 'identifier': {
      const source = singleAssignment(document, node);
      return source && take(document, source, steps - 1);
    }
    default:
      return undefined;
  }
}

function literal(document: PythonDocument, node: PyNode): readonly StringPart[] {
  const prefix = stringPrefix(document, node);
  const found: StringPart[] = [];
  for (const each of parts(node)) {
    if (each.type === 'string_content') found.push({ text: contentOf(document, each, prefix), node: each });
    const expression = each.type === 'interpolation' ? child(each, 'expression') : undefined;
    if (expression !== undefined) found.push(filled(document, expression, each));
  }
  return found;
}

function filled(document: PythonDocument, expression: PyNode, node: PyNode): StringPart {
  const value = constantOf(document, expression)?.value;
  return typeof value === 'string' || typeof value === 'number' ? { text: String(value), node } : { expression, node };
}

function operated(document: PythonDocument, node: PyNode, steps: number): readonly StringPart[] | undefined {
  const left = child(node, 'left');
  const right = child(node, 'right');
  const operator = child(node, 'operator')?.type;
  if (left === undefined || right === undefined) return undefined;
  const before = take(document, left, steps - 1);
  if (operator === '%') return before && [...before, ...values(right).map((each) => filled(document, each, each))];
  if (operator !== '+') return undefined;
  const after = take(document, right, steps - 1);
  if (before === undefined && after === undefined) return undefined;
  return [...(before ?? [filled(document, left, left)]), ...(after ?? [filled(document, right, right)])];
}

function values(right: PyNode): readonly PyNode[] {
  const value = bare(right);
  if (value.type === 'tuple') return parts(value);
  if (value.type !== 'dictionary') return [value];
  return parts(value).flatMap((each) => child(each, 'value') ?? []);
}

/** `'…{}…'.format(x)`: the template's text, then what goes into it. */
function formatted(document: PythonDocument, node: PyNode, steps: number): readonly StringPart[] | undefined {
  const callee = child(node, 'function');
  const method = callee?.type === 'attribute' ? child(callee, 'attribute') : undefined;
  const object = callee && child(callee, 'object');
  if (method === undefined || object === undefined || textOf(document, method) !== 'format') return undefined;
  const template = take(document, object, steps - 1);
  const list = child(node, 'arguments');
  if (template === undefined || list === undefined) return undefined;
  const given = parts(list).map((each) => child(each, 'value') ?? each);
  return [...template, ...given.map((each) => filled(document, each, each))];
}
