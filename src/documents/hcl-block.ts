import type { Span } from '../core/location.ts';
import type { DataNode } from './data.ts';
import { addEntry, type GrowingMap, type GrowingNode, newList, newMap } from './data-build.ts';

interface Name extends Span {
  readonly text: string;
}

type Known = Map<GrowingMap, Map<string, GrowingNode>>;

/**
 * Hangs a block below its type and labels. A second block of the same name makes a list of both; `known` finds the
 * blocks of a map without a search, so that ten thousand of them cost no square.
 */
export function placeBlock(host: GrowingMap, names: readonly Name[], own: GrowingMap, known: Known): void {
  let map = host;
  for (const name of names.slice(0, -1)) map = into(map, name, own, known);
  const last = names.at(-1);
  if (last === undefined) return;
  // What a dynamic block makes cannot be known, so nothing is absent beside it.
  if (names[0]?.text === 'dynamic') host.open = true;
  const before = known.get(map)?.get(last.text);
  if (before === undefined) hang(map, last, own, known);
  else if (before.kind === 'list') join(before, own);
  else {
    const list = newList(map as DataNode, before.span);
    const at = map.entries.findIndex((each) => each.value === before);
    const entry = map.entries[at];
    if (entry !== undefined) map.entries[at] = { ...entry, value: list as DataNode };
    known.get(map)?.set(last.text, list);
    join(list, before);
    join(list, own);
  }
}

function hang(map: GrowingMap, name: Name, node: GrowingNode, known: Known): void {
  node.parent = map as DataNode;
  addEntry(map, {
    key: name.text,
    keySpan: { start: name.start, end: name.end },
    value: node as DataNode,
    merged: false,
  });
  const names = known.get(map) ?? new Map<string, GrowingNode>();
  known.set(map, names.set(name.text, node));
}

function join(list: Extract<GrowingNode, { kind: 'list' }>, node: GrowingNode): void {
  node.parent = list as DataNode;
  list.items.push(node as DataNode);
  list.span = { start: list.span.start, end: Math.max(list.span.end, node.span.end) };
}

function into(map: GrowingMap, name: Name, own: GrowingMap, known: Known): GrowingMap {
  const before = known.get(map)?.get(name.text);
  if (before?.kind === 'map') return before;
  const fresh = newMap(map as DataNode, own.span);
  hang(map, name, fresh, known);
  return fresh;
}
