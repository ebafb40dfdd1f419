import type { Span } from '../../core/location.ts';

/**
 * A node of a Python syntax tree, in the words of the tree-sitter-python grammar. Offsets are UTF-16 code units in the
 * document's text. Brackets, commas, colons and the like have no node; keywords and operators have one that is not `named`.
 */
export interface PyNode extends Span {
  readonly type: string;
  /** False for keywords (`async`, `if`) and operators (`+=`, `is`), whose type is their own text. */
  readonly named: boolean;
  /** The grammar's name for this child of its parent, such as `left`, `function` or `body`. */
  readonly field: string | undefined;
  readonly parent: PyNode | undefined;
  readonly children: readonly PyNode[];
}

/** The first child with this field name. */
export function child(node: PyNode, field: string): PyNode | undefined {
  for (const each of node.children) if (each.field === field) return each;
  return undefined;
}

/** All children with this field name, in source order. */
export function childrenOf(node: PyNode, field: string): readonly PyNode[] {
  return node.children.filter((each) => each.field === field);
}

/** Children that are syntax: no keywords, operators or comments. */
export function parts(node: PyNode): readonly PyNode[] {
  return node.children.filter((each) => each.named && each.type !== 'comment');
}

/** The only part, or the first of several. */
export function firstPart(node: PyNode): PyNode | undefined {
  for (const each of node.children) if (each.named && each.type !== 'comment') return each;
  return undefined;
}

/** The nearest ancestor (not the node itself) of one of these types. */
export function ancestor(node: PyNode, ...types: readonly string[]): PyNode | undefined {
  for (let at = node.parent; at !== undefined; at = at.parent) if (types.includes(at.type)) return at;
  return undefined;
}

/** True when `inner` is `outer` or stands below it. */
export function contains(outer: PyNode, inner: PyNode): boolean {
  for (let at: PyNode | undefined = inner; at !== undefined; at = at.parent) if (at === outer) return true;
  return false;
}

/** The node and all below it, in source order. `enter` answers false to leave out what is below a node. */
export function* walk(node: PyNode, enter: (node: PyNode) => boolean = () => true): Generator<PyNode, void, undefined> {
  const waiting: PyNode[] = [node];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    yield at;
    if (!enter(at)) continue;
    for (let index = at.children.length - 1; index >= 0; index -= 1) {
      const next = at.children[index];
      if (next !== undefined) waiting.push(next);
    }
  }
}

/** Takes the parentheses off an expression: `((x))` is `x`. */
export function bare(node: PyNode): PyNode {
  let at = node;
  while (at.type === 'parenthesized_expression') {
    const inner = firstPart(at);
    if (inner === undefined) return at;
    at = inner;
  }
  return at;
}
