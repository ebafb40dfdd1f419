import { bare, child, type PyNode, parts } from '../../documents/python/node.ts';

const NONE: readonly PyNode[] = [];
const TRANSPARENT = new Set([
  'list',
  'tuple',
  'set',
  'dictionary',
  'expression_list',
  'list_splat',
  'dictionary_splat',
  'binary_operator',
  'boolean_operator',
  'comparison_operator',
  'unary_operator',
  'not_operator',
  'await',
  'concatenated_string',
  'format_expression',
]);
const COMPREHENSIONS = new Set([
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);

/** The parts of an expression whose values go into its value, one step down. */
export function operands(node: PyNode): readonly PyNode[] {
  if (TRANSPARENT.has(node.type)) return parts(node);
  if (COMPREHENSIONS.has(node.type)) return one(child(node, 'body'));
  switch (node.type) {
    case 'attribute':
      return one(child(node, 'object'));
    case 'subscript':
      return one(child(node, 'value'));
    case 'named_expression':
    case 'keyword_argument':
      return one(child(node, 'value'));
    case 'pair':
      return [...one(child(node, 'key')), ...one(child(node, 'value'))];
    case 'conditional_expression': {
      const [first, , last] = parts(node);
      return [...one(first), ...one(last)];
    }
    case 'call':
      return called(node);
    case 'string':
      return parts(node).flatMap((each) => (each.type === 'interpolation' ? one(child(each, 'expression')) : NONE));
    case 'yield':
      return parts(node);
    default:
      return NONE;
  }
}

/** What the method is called on, and every argument. */
function called(node: PyNode): readonly PyNode[] {
  const callee = child(node, 'function');
  const list = child(node, 'arguments');
  const receiver = callee === undefined ? undefined : bare(callee);
  const given = list === undefined ? NONE : list.type === 'argument_list' ? parts(list) : [list];
  return [
    ...(receiver?.type === 'attribute'
      ? one(child(receiver, 'object'))
      : one(receiver?.type === 'call' ? receiver : undefined)),
    ...given,
  ];
}

function one(node: PyNode | undefined): readonly PyNode[] {
  return node === undefined ? NONE : [node];
}

/** The element at a place of an unpacked value where the value is written out; else the whole value. */
export function unpacked(value: PyNode, path: readonly (number | 'rest')[]): PyNode {
  let at = bare(value);
  for (const index of path) {
    if (!/^(tuple|list|expression_list)$/.test(at.type) || index === 'rest') return at;
    const elements = parts(at);
    const element = elements[index];
    if (element === undefined || elements.some((each) => each.type === 'list_splat')) return at;
    at = bare(element);
  }
  return at;
}
