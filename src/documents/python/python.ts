import type { Span } from '../../core/location.ts';
import type { DocumentBase } from '../document.ts';
import type { PyNode } from './node.ts';

/** A line that is not Python but IPython's: `%pip install x`, `!wget y`, `%%bash` with the whole cell. */
export interface Magic {
  readonly text: string;
  readonly span: Span;
}

/** A Python file, or the code cells of a notebook joined; `text` is as written, magics included. */
export interface PythonDocument extends DocumentBase {
  readonly kind: 'python';
  readonly root: PyNode;
  /** Named nodes by their type, each list in source order. Types that do not occur are absent. */
  readonly byType: ReadonlyMap<string, readonly PyNode[]>;
  /** Lines the Python reader passed over, in source order. */
  readonly magics: readonly Magic[];
}

const NONE: readonly PyNode[] = [];

/** All nodes of the given types, in source order. */
export function nodesOf(document: PythonDocument, ...types: readonly string[]): readonly PyNode[] {
  if (types.length === 1) return document.byType.get(types[0] ?? '') ?? NONE;
  return types.flatMap((type) => document.byType.get(type) ?? NONE).sort((a, b) => a.start - b.start || b.end - a.end);
}

/** The nodes of one type that stand inside `outer` (which may be of that type and is then left out), in source order. */
export function nodesWithin(document: PythonDocument, outer: PyNode, type: string): readonly PyNode[] {
  const all = document.byType.get(type) ?? NONE;
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.start ?? 0) < outer.start) low = middle + 1;
    else high = middle;
  }
  const found: PyNode[] = [];
  for (let at = low; at < all.length; at += 1) {
    const node = all[at];
    if (node === undefined || node.start >= outer.end) break;
    if (node !== outer && node.end <= outer.end && !contained(node, outer)) found.push(node);
  }
  return found;
}

/** `node` spans the same text as `outer` but stands above it. */
function contained(node: PyNode, outer: PyNode): boolean {
  if (node.start !== outer.start || node.end !== outer.end) return false;
  for (let at = outer.parent; at !== undefined && at.start === node.start; at = at.parent) if (at === node) return true;
  return false;
}

/** The source text of a node or span. */
export function textOf(document: PythonDocument, span: Span): string {
  return document.text.slice(span.start, span.end);
}
