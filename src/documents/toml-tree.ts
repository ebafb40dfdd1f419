import type { AST } from 'toml-eslint-parser';
import type { Span } from '../core/location.ts';
import type { DataNode, ScalarNode } from './data.ts';
import { addEntry, type GrowingMap, type GrowingNode, MAX_DEPTH, newList, newMap, newScalar } from './data-build.ts';

type Name = AST.TOMLBare | AST.TOMLQuoted;

interface Reading {
  readonly text: string;
  /** Where the parsed part starts in `text`. */
  readonly offset: number;
  /** Values by key: a search through the entries of a map that grows table by table would be quadratic. */
  readonly known: Map<GrowingMap, Map<string, GrowingNode>>;
}

/** A part of a file that was parsed by itself, and where it starts. */
export interface TomlPart {
  readonly program: AST.TOMLProgram;
  readonly offset: number;
}

/** One tree of the parts of a file; `text` is the whole file. */
export function tomlTree(parts: readonly TomlPart[], text: string): GrowingMap {
  const root = newMap(undefined, { start: 0, end: text.length });
  const known: Reading['known'] = new Map();
  for (const { program, offset } of parts) {
    const reading: Reading = { text, offset, known };
    for (const part of program.body[0].body) {
      if (part.type === 'TOMLKeyValue') addPair(part, root, 0, reading);
      else addTable(part, root, reading);
    }
  }
  return root;
}

function spanOf({ range: [start, end] }: { readonly range: AST.Range }, { offset }: Reading): Span {
  return { start: start + offset, end: end + offset };
}

const nameOf = (name: Name): string => (name.type === 'TOMLBare' ? name.name : name.value);

function attach(map: GrowingMap, name: Name, value: GrowingNode, reading: Reading): void {
  const key = nameOf(name);
  addEntry(map, { key, keySpan: spanOf(name, reading), value: value as DataNode, merged: false });
  const values = reading.known.get(map) ?? new Map<string, GrowingNode>();
  reading.known.set(map, values.set(key, value));
}

function grow(node: GrowingNode, span: Span): void {
  if (node.parent === undefined) return;
  node.span = { start: Math.min(node.span.start, span.start), end: Math.max(node.span.end, span.end) };
}

/** Steps into a name that is not the last of its key, as TOML does: into the map, or the last map of the list. */
function into(map: GrowingMap, name: Name, span: Span, reading: Reading): GrowingMap {
  const known = reading.known.get(map)?.get(nameOf(name));
  if (known !== undefined) grow(known, span);
  const found = known?.kind === 'list' ? (known.items.at(-1) as GrowingNode | undefined) : known;
  if (found?.kind === 'map') {
    grow(found, span);
    return found;
  }
  const fresh = newMap(map as DataNode, span);
  attach(map, name, fresh, reading);
  return fresh;
}

function addPair(pair: AST.TOMLKeyValue, map: GrowingMap, depth: number, reading: Reading): void {
  let host = map;
  const names = pair.key.keys.slice(0, MAX_DEPTH);
  for (const name of names.slice(0, -1)) host = into(host, name, spanOf(pair, reading), reading);
  const last = names.at(-1);
  if (last !== undefined)
    attach(host, last, convert(pair.value, host as DataNode, depth + names.length, reading), reading);
}

function addTable(table: AST.TOMLTable, root: GrowingMap, reading: Reading): void {
  const span = spanOf(table, reading);
  const names = table.key.keys.slice(0, MAX_DEPTH);
  let host = root;
  for (const name of names.slice(0, -1)) host = into(host, name, span, reading);
  const last = names.at(-1);
  if (last === undefined) return;
  const own = table.kind === 'array' ? nextOf(host, last, span, reading) : into(host, last, span, reading);
  for (const pair of table.body) addPair(pair, own, names.length, reading);
}

/** The new map at the end of the list that `[[name]]` makes or lengthens. */
function nextOf(host: GrowingMap, name: Name, span: Span, reading: Reading): GrowingMap {
  const known = reading.known.get(host)?.get(nameOf(name));
  const list = known?.kind === 'list' ? known : newList(host as DataNode, span);
  if (list === known) grow(list, span);
  else attach(host, name, list, reading);
  const own = newMap(list as DataNode, span);
  list.items.push(own as DataNode);
  return own;
}

function convert(node: AST.TOMLContentNode, parent: DataNode, depth: number, reading: Reading): GrowingNode {
  const span = spanOf(node, reading);
  const raw = reading.text.slice(span.start, span.end);
  if (node.type === 'TOMLValue') return newScalar(parent, span, valueIn(node), raw);
  if (depth > MAX_DEPTH) return { ...newScalar(parent, span, null, raw), open: true };
  if (node.type === 'TOMLInlineTable') {
    const map = newMap(parent, span);
    for (const pair of node.body) addPair(pair, map, depth + 1, reading);
    return map;
  }
  const list = newList(parent, span);
  for (const item of node.elements) list.items.push(convert(item, list as DataNode, depth + 1, reading) as DataNode);
  return list;
}

function valueIn(node: AST.TOMLValue): ScalarNode['value'] {
  return 'datetime' in node ? node.datetime : node.value;
}
