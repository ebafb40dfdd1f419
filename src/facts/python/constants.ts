import { fact } from '../../core/fact.ts';
import { bare, child, firstPart, type PyNode, parts } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { attributeAssignments, basesOf, classOfSelf } from './classes.ts';
import { singleAssignment } from './reaching.ts';
import { numberOf, unescaped } from './scalars.ts';

/** A known value. `{ value: null }` is Python's None; an unknown value is `undefined`. */
export interface Constant {
  readonly value: string | number | boolean | null;
}

const MOST_STEPS = 200;
/** Longest string, in UTF-16 code units, whose value is worth knowing. */
const LONGEST = 1 << 18;

/**
 * The value of an expression that is known without running anything: literals, signs and arithmetic of them, joined
 * strings, f-strings of known parts, names and `self.x` assigned exactly once to such. Bytes are unknown.
 */
export function constantOf(document: PythonDocument, node: PyNode | undefined): Constant | undefined {
  return node === undefined ? undefined : evaluate(document, node, MOST_STEPS);
}

/** The text of a known string. */
export function stringOf(document: PythonDocument, node: PyNode | undefined): string | undefined {
  const value = constantOf(document, node)?.value;
  return typeof value === 'string' ? value : undefined;
}

/** True when the expression is known to be this value: `isConstant(document, node, null)`. */
export function isConstant(document: PythonDocument, node: PyNode | undefined, value: Constant['value']): boolean {
  const known = constantOf(document, node);
  return known !== undefined && known.value === value;
}

const knownConstants = fact((_: PythonDocument) => new Map<PyNode, Constant | undefined>());

/** Remembers, so that values built on values built on values cost no more than their number. */
function evaluate(document: PythonDocument, outer: PyNode, steps: number): Constant | undefined {
  const node = bare(outer);
  const known = knownConstants(document);
  if (known.has(node)) return known.get(node);
  if (steps === 0) return undefined;
  const value = fresh(document, node, steps);
  const kept = typeof value?.value === 'string' && value.value.length > LONGEST ? undefined : value;
  known.set(node, kept);
  return kept;
}

function fresh(document: PythonDocument, node: PyNode, steps: number): Constant | undefined {
  switch (node.type) {
    case 'none':
      return { value: null };
    case 'true':
    case 'false':
      return { value: node.type === 'true' };
    case 'integer':
    case 'float':
      return wrap(numberOf(textOf(document, node)));
    case 'string':
    case 'concatenated_string':
      return wrap(stringValue(document, node, steps));
    case 'unary_operator':
    case 'not_operator':
      return signed(document, node, steps);
    case 'binary_operator':
      return combined(document, node, steps);
    case 'identifier':
    case 'attribute':
      return followed(document, node, steps);
    default:
      return undefined;
  }
}

function wrap(value: string | number | undefined): Constant | undefined {
  return value === undefined ? undefined : { value };
}

function stringValue(document: PythonDocument, node: PyNode, steps: number): string | undefined {
  if (node.type === 'concatenated_string') {
    let all = '';
    for (const each of parts(node)) {
      const own = stringValue(document, each, steps);
      if (own === undefined || all.length > LONGEST) return undefined;
      all += own;
    }
    return all;
  }
  const prefix = stringPrefix(document, node);
  if (prefix.includes('b') || prefix.includes('t')) return undefined;
  let text = '';
  for (const each of parts(node)) {
    if (each.type === 'string_content') text += contentOf(document, each, prefix);
    else if (each.type === 'interpolation') {
      const value = interpolated(document, each, steps);
      if (value === undefined || text.length > LONGEST) return undefined;
      text += value;
    }
  }
  return text;
}

/** Lower-case letters before the opening quote: `rb`, `f`, or nothing. */
export function stringPrefix(document: PythonDocument, node: PyNode): string {
  const opening = node.children[0];
  return opening?.type === 'string_start'
    ? textOf(document, opening)
        .replace(/['"]+$/, '')
        .toLowerCase()
    : '';
}

/** The text a `string_content` node stands for in a string with this prefix. */
export function contentOf(document: PythonDocument, content: PyNode, prefix: string): string {
  const text = textOf(document, content);
  const braces = prefix.includes('f') ? text.replaceAll('{{', '{').replaceAll('}}', '}') : text;
  return prefix.includes('r') ? braces : unescaped(braces);
}

function interpolated(document: PythonDocument, node: PyNode, steps: number): string | undefined {
  const expression = child(node, 'expression');
  if (expression === undefined || child(node, 'type_conversion') || child(node, 'format_specifier')) return undefined;
  const value = evaluate(document, expression, steps - 1)?.value;
  return typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value))
    ? String(value)
    : undefined;
}

function signed(document: PythonDocument, node: PyNode, steps: number): Constant | undefined {
  const operand = child(node, 'argument') ?? firstPart(node);
  const value = operand && evaluate(document, operand, steps - 1)?.value;
  if (node.type === 'not_operator') return value === undefined ? undefined : { value: !value };
  if (typeof value !== 'number') return undefined;
  const operator = child(node, 'operator')?.type;
  if (operator === '-') return { value: -value };
  return operator === '+' ? { value } : undefined;
}

function combined(document: PythonDocument, node: PyNode, steps: number): Constant | undefined {
  const left = child(node, 'left');
  const right = child(node, 'right');
  const operator = child(node, 'operator')?.type;
  if (left === undefined || right === undefined || operator === undefined || !/^([-+*/%]|\/\/|\*\*)$/.test(operator))
    return undefined;
  const a = evaluate(document, left, steps - 1)?.value;
  const b = a === undefined ? undefined : evaluate(document, right, steps - 1)?.value;
  if (typeof a === 'string' && typeof b === 'string') return operator === '+' ? { value: a + b } : undefined;
  if (typeof a !== 'number' || typeof b !== 'number') return undefined;
  return wrap(ARITHMETIC[operator]?.(a, b));
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number | undefined>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? undefined : a / b),
  '//': (a, b) => (b === 0 ? undefined : Math.floor(a / b)),
  '%': (a, b) => (b === 0 ? undefined : a - b * Math.floor(a / b)),
  '**': (a, b) => a ** b,
};

function followed(document: PythonDocument, node: PyNode, steps: number): Constant | undefined {
  const source = node.type === 'identifier' ? singleAssignment(document, node) : attributeValue(document, node);
  return source && evaluate(document, source, steps - 1);
}

/** The only value ever given to an attribute through `self` or in the class body. */
function attributeValue(document: PythonDocument, node: PyNode): PyNode | undefined {
  const object = child(node, 'object');
  const attribute = child(node, 'attribute');
  const owner = object && classOfSelf(document, object);
  if (owner === undefined || attribute === undefined) return undefined;
  const [first, ...more] = attributeAssignments(document, owner, textOf(document, attribute));
  return first === undefined || more.length > 0 || isField(document, owner, first.node) ? undefined : first.value;
}

/** `x: str = 'a'` in the body of a dataclass or a settings class: a default, and who makes an instance gives another. */
function isField(document: PythonDocument, owner: PyNode, assignment: PyNode): boolean {
  const type = child(assignment, 'type');
  if (type === undefined || child(assignment, 'left')?.type !== 'identifier') return false;
  if (/\b(ClassVar|Final)\b/.test(textOf(document, type))) return false;
  return owner.parent?.type === 'decorated_definition' || basesOf(owner).length > 0;
}
