import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { Span } from '../core/location.ts';
import type { DataNode, ScalarNode } from './data.ts';
import {
  addEntry,
  type GrowingMap,
  type GrowingNode,
  MAX_DEPTH,
  newList,
  newMap,
  newScalar,
  trimEnd,
} from './data-build.ts';
import type { Damage } from './document.ts';

/** Nodes that aliases may add to one document. Real files stay below a few hundred; a bomb wants billions. */
const MAX_COPIES = 20_000;

const STANDARD_TAG = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq|timestamp|binary)$/;

interface Reading {
  readonly text: string;
  readonly damage: Damage[];
  readonly anchors: Map<string, Node>;
  /** Collections that are being read: an alias to one of them would never end. */
  readonly within: Set<Node>;
  copying: boolean;
  copies: number;
  complained: boolean;
}

/** The tree of one document; undefined where it holds nothing. Adds to `damage`. */
export function yamlTree(document: Document.Parsed, text: string, damage: Damage[]): GrowingNode | undefined {
  const root: Node | null = document.contents;
  if (root === null || (isScalar(root) && root.value === null && (root.source ?? '') === '')) return undefined;
  const reading: Reading = {
    text,
    damage,
    anchors: new Map(),
    within: new Set(),
    copying: false,
    copies: 0,
    complained: false,
  };
  return convert(root, undefined, 0, reading);
}

function spanOf(node: Node, { text }: Reading): Span {
  const [start, end] = node.range ?? [0, 0];
  return trimEnd(text, Math.min(start, text.length), end);
}

function unread(parent: DataNode | undefined, span: Span, reading: Reading, message?: string): GrowingNode {
  if (message !== undefined && !reading.complained) {
    reading.damage.push({ span, message });
    reading.complained = true;
  }
  return { ...newScalar(parent, span, null, reading.text.slice(span.start, span.end)), open: true };
}

function tagged(node: GrowingNode, tag: string | undefined): GrowingNode {
  if (tag === undefined || STANDARD_TAG.test(tag)) return node;
  node.tag = tag.replace(/^tag:yaml\.org,2002:/, '!!');
  node.open = true;
  return node;
}

function convert(node: Node, parent: DataNode | undefined, depth: number, reading: Reading): GrowingNode {
  const span = spanOf(node, reading);
  if (depth > MAX_DEPTH) return unread(parent, span, reading, 'the file nests too deeply to be read in full');
  if (reading.copying && ++reading.copies > MAX_COPIES) {
    return unread(parent, span, reading, 'aliases multiply beyond what can be read');
  }
  if (isAlias(node)) return follow(node, parent, depth, reading);
  const { anchor, tag } = node as { anchor?: string; tag?: string };
  if (anchor !== undefined && !reading.copying) reading.anchors.set(anchor, node);
  if (isScalar(node)) return tagged(scalar(node.value, parent, span, reading), tag);
  if (!isCollection(node)) return unread(parent, span, reading);
  reading.within.add(node);
  const own = isMap(node) ? map(node, parent, span, depth, reading) : newList(parent, span);
  if (own.kind === 'list' && isSeq(node)) {
    for (const item of node.items) own.items.push(convert(item as Node, own, depth + 1, reading));
  }
  reading.within.delete(node);
  return tagged(own, tag);
}

function scalar(value: unknown, parent: DataNode | undefined, span: Span, reading: Reading): GrowingNode {
  const raw = reading.text.slice(span.start, span.end);
  const plain = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  return newScalar(parent, span, plain ? (value as ScalarNode['value']) : raw, raw);
}

function follow(alias: Alias, parent: DataNode | undefined, depth: number, reading: Reading): GrowingNode {
  const span = spanOf(alias, reading);
  const target = reading.anchors.get(alias.source);
  if (target === undefined || reading.within.has(target)) return unread(parent, span, reading);
  const outer = reading.copying;
  reading.copying = true;
  const copy = convert(target, parent, depth, reading);
  reading.copying = outer;
  copy.span = span;
  return copy;
}

function map(node: YAMLMap, parent: DataNode | undefined, span: Span, depth: number, reading: Reading): GrowingMap {
  const own = newMap(parent, span);
  const merges: Node[] = [];
  for (const pair of node.items as Pair<Node, Node | null>[]) {
    if (isMerge(pair)) merges.push(pair.value as Node);
    else addPair(pair, own, false, depth, reading);
  }
  for (const from of merges) merge(from, own, depth, reading);
  return own;
}

function isMerge({ key, value }: Pair<Node, Node | null>): boolean {
  return isScalar(key) && key.source === '<<' && key.type === 'PLAIN' && value !== null;
}

function addPair(
  pair: Pair<Node, Node | null>,
  own: GrowingMap,
  merged: boolean,
  depth: number,
  reading: Reading,
): void {
  const keySpan = spanOf(pair.key, reading);
  const after = { start: keySpan.end, end: keySpan.end };
  const value = pair.value === null ? newScalar(own, after, null, '') : convert(pair.value, own, depth + 1, reading);
  addEntry(own, { key: keyText(pair.key, reading), keySpan, value, merged });
}

function keyText(key: Node, reading: Reading): string {
  const node = isAlias(key) ? (reading.anchors.get(key.source) ?? key) : key;
  const { anchor } = node as { anchor?: string };
  if (anchor !== undefined && !reading.copying) reading.anchors.set(anchor, node);
  const { start, end } = spanOf(node, reading);
  // `3.10: x` is the key "3.10".
  if (isScalar(node)) return typeof node.value === 'string' ? node.value : (node.source ?? '');
  return reading.text.slice(start, end);
}

/** Adds what `<<` brings. A map that is not known opens the host: any key may come from it. */
function merge(from: Node, own: GrowingMap, depth: number, reading: Reading): void {
  const known = isAlias(from) ? reading.anchors.get(from.source) : from;
  if (isSeq(known) && known === from) {
    for (const each of known.items) merge(each as Node, own, depth, reading);
    return;
  }
  if (!isMap(known) || reading.within.has(known) || reading.copies > MAX_COPIES || depth > MAX_DEPTH) {
    own.open = true;
    return;
  }
  const outer = reading.copying;
  reading.copying = true;
  reading.within.add(known);
  const have = new Set(own.entries.map((each) => each.key));
  for (const pair of known.items as Pair<Node, Node | null>[]) {
    if (isMerge(pair)) merge(pair.value as Node, own, depth + 1, reading);
    else if (!have.has(keyText(pair.key, reading))) addPair(pair, own, true, depth, reading);
  }
  reading.within.delete(known);
  reading.copying = outer;
}
