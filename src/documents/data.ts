import type { Span } from '../core/location.ts';
import type { DocumentBase } from './document.ts';

interface NodeBase {
  /** Where the value is written, without the key and without trailing white space. An alias stands where it is used. */
  readonly span: Span;
  /** Undefined for the root of a document. */
  readonly parent: DataNode | undefined;
  /** `!Sub` of YAML as written, without the standard tags. */
  readonly tag?: string;
  /**
   * The value holds a substitution (`${...}`, `{{...}}`, `!Ref`), a merge that cannot be resolved, or text that could
   * not be read. An open node never proves that something is absent, and never that two values are equal or differ.
   */
  readonly open: boolean;
}

export interface Entry {
  readonly key: string;
  /** As written, quotes included. */
  readonly keySpan: Span;
  readonly value: DataNode;
  /** Came in through `<<` of YAML; its spans are where it is written. */
  readonly merged: boolean;
}

/** In source order; a key that stands twice is twice here. Merged keys of YAML come last. */
export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
}

export interface ListNode extends NodeBase {
  readonly kind: 'list';
  readonly items: readonly DataNode[];
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, quotes included: a version `3.10` is not 3.1 here. */
  readonly raw: string;
}

/** One tree for YAML, JSON, TOML, INI, HCL and text protobuf. */
export type DataNode = MapNode | ListNode | ScalarNode;

export type DataKind = 'yaml' | 'json' | 'toml' | 'ini' | 'hcl' | 'pbtxt';

export interface DataDocument extends DocumentBase {
  readonly kind: DataKind;
  /** One per document of a YAML stream, else at most one. Empty for a template and for an empty file. */
  readonly roots: readonly DataNode[];
  /** The file is a template of another language; it has no tree, and nothing may be concluded from what it lacks. */
  readonly template: boolean;
  readonly comments: readonly { readonly span: Span; readonly text: string }[];
}

export type Path = readonly (string | number)[];
export type Certainty = 'yes' | 'no' | 'unknown';

function step(node: DataNode | undefined, key: string | number): DataNode | undefined {
  if (node?.kind === 'map') return entry(node, String(key))?.value;
  if (node?.kind === 'list' && typeof key === 'number') return node.items.at(key);
  return undefined;
}

/** The node at a path of keys and list indices (negative counts from the end); undefined where the path ends early. */
export function get(node: DataNode | undefined, ...path: Path): DataNode | undefined {
  let at = node;
  for (const key of path) at = step(at, key);
  return at;
}

/** The entry that is in force for a key: the map's own last one, else the first merged one. */
export function entry(node: DataNode | undefined, key: string): Entry | undefined {
  if (node?.kind !== 'map') return undefined;
  let found: Entry | undefined;
  for (const each of node.entries) {
    if (each.key === key && (!each.merged || found === undefined)) found = each;
  }
  return found;
}

/**
 * Whether something stands at a path. `unknown` where the node is undefined, or a map or list on the way is open;
 * a key with the value null is there.
 */
export function has(node: DataNode | undefined, ...path: Path): Certainty {
  let at = node;
  for (const key of path) {
    if (at === undefined) return 'unknown';
    const next = step(at, key);
    if (next === undefined) return at.open ? 'unknown' : 'no';
    at = next;
  }
  return at === undefined ? 'unknown' : 'yes';
}

/** A scalar as text: the string without quotes and escapes, a number or boolean as written. Undefined for null and collections. */
export function text(node: DataNode | undefined): string | undefined {
  if (node?.kind !== 'scalar' || node.value === null) return undefined;
  return typeof node.value === 'string' ? node.value : node.raw;
}

/** Like `text`, but only where the text is certain: undefined for an open node. */
export function literal(node: DataNode | undefined): string | undefined {
  return node?.open === false ? text(node) : undefined;
}

/** Undefined for everything but a finite number that was not written as a string. */
export function number(node: DataNode | undefined): number | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'number' && Number.isFinite(node.value)
    ? node.value
    : undefined;
}

const OLD_BOOLEAN = /^(?:(yes|on)|no|off)$/i;

/** Also understands the plain `yes`, `no`, `on` and `off` that YAML 1.1 readers (PyYAML) take for booleans. */
export function bool(node: DataNode | undefined): boolean | undefined {
  if (node?.kind !== 'scalar') return undefined;
  if (typeof node.value === 'boolean') return node.value;
  const old = node.raw === node.value ? OLD_BOOLEAN.exec(node.raw) : null;
  return old === null ? undefined : old[1] !== undefined;
}

/** The items of a list; empty for everything else. */
export function items(node: DataNode | undefined): readonly DataNode[] {
  return node?.kind === 'list' ? node.items : [];
}

/** The items of a list, or the node itself: for fields that may be given once or many times. */
export function each(node: DataNode | undefined): readonly DataNode[] {
  if (node === undefined) return [];
  return node.kind === 'list' ? node.items : [node];
}

/** The entries of a map; empty for everything else. */
export function entries(node: DataNode | undefined): readonly Entry[] {
  return node?.kind === 'map' ? node.entries : [];
}

/** The different keys of a map in source order; empty for everything else. */
export function keys(node: DataNode | undefined): readonly string[] {
  return [...new Set(entries(node).map((each) => each.key))];
}

/** The node and everything below it, parents first, in source order. */
export function* walk(node: DataNode | undefined): Generator<DataNode, void, undefined> {
  const left: DataNode[] = node === undefined ? [] : [node];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    yield next;
    const below = next.kind === 'map' ? next.entries.map((each) => each.value) : items(next);
    for (let at = below.length - 1; at >= 0; at -= 1) left.push(below[at] as DataNode);
  }
}

/** Every entry of every map at or below the node, in source order. */
export function* walkEntries(node: DataNode | undefined): Generator<Entry, void, undefined> {
  for (const below of walk(node)) if (below.kind === 'map') yield* below.entries;
}

/** The entry whose value the node is; undefined for roots and list items. The place of a key to flag. */
export function entryOf(node: DataNode): Entry | undefined {
  return node.parent?.kind === 'map' ? node.parent.entries.find((each) => each.value === node) : undefined;
}

/** Keys and list indices from the root to the node. */
export function pathOf(node: DataNode): Path {
  const path: (string | number)[] = [];
  for (let at: DataNode = node; at.parent !== undefined; at = at.parent) {
    const above: DataNode = at.parent;
    const own = at;
    if (above.kind === 'list') path.push(above.items.indexOf(own));
    else path.push(entryOf(own)?.key ?? '');
  }
  return path.reverse();
}

/** From the key of an entry to the end of its value. */
export function entrySpan(each: Entry): Span {
  return { start: each.keySpan.start, end: Math.max(each.keySpan.end, each.value.span.end) };
}
