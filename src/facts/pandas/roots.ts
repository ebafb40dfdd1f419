import { bare, child, type PyNode } from '../../documents/python/node.ts';

/** What a chain of attributes, items and calls begins with: `df` of `df.groupby("id")["x"].shift(-1)`. */
export function rootOf(node: PyNode): PyNode {
  let at = bare(node);
  for (;;) {
    const next = child(
      at,
      at.type === 'attribute' ? 'object' : at.type === 'subscript' ? 'value' : at.type === 'call' ? 'function' : '',
    );
    if (next === undefined) return at;
    at = bare(next);
  }
}
