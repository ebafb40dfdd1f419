import type { Span } from '../core/location.ts';
import type { DataNode, Entry, ListNode, MapNode, ScalarNode } from './data.ts';
import type { Damage } from './document.ts';

type Growing<Node> = { -readonly [Key in keyof Node]: Node[Key] };
export interface GrowingMap extends Growing<Omit<MapNode, 'entries'>> {
  readonly entries: Entry[];
}
export interface GrowingList extends Growing<Omit<ListNode, 'items'>> {
  readonly items: DataNode[];
}
export type GrowingNode = GrowingMap | GrowingList | Growing<ScalarNode>;

/** Levels of nesting that a tree may have; what lies deeper becomes one open scalar. No real file comes near. */
export const MAX_DEPTH = 200;

/** Places of one kind that a document tells of; a file that is wrong everywhere needs no longer list. */
export const MAX_DAMAGE = 100;

const SUBSTITUTION = /\$\{|\$\(|\{\{|\{%|<%|^\$[A-Za-z_]\w*$|^\?\?\?$/;

/** Whether a string is completed elsewhere: `${X}`, `$(X)`, `{{ x }}`, `{% if %}`, `<%= x %>`, a lone `$X`, `???` of Hydra. */
export function holdsSubstitution(text: string): boolean {
  return SUBSTITUTION.test(text);
}

/** Files that another program fills in before they become what their name says. */
export function isTemplatePath(path: string): boolean {
  return /\.(tmpl|tpl|j2|jinja|jinja2|gotmpl|mustache)$/i.test(path);
}

export function newMap(parent: DataNode | undefined, span: Span): GrowingMap {
  return { kind: 'map', span, parent, open: false, entries: [] };
}

export function newList(parent: DataNode | undefined, span: Span): GrowingList {
  return { kind: 'list', span, parent, open: false, items: [] };
}

export function newScalar(
  parent: DataNode | undefined,
  span: Span,
  value: ScalarNode['value'],
  raw: string,
): Growing<ScalarNode> {
  return { kind: 'scalar', span, parent, open: typeof value === 'string' && holdsSubstitution(value), value, raw };
}

const INTRINSIC = /^(Ref|Fn::\w+)$/;

/** Adds an entry and opens the map where its keys are not the whole truth: `${x}: y`, `Fn::If: ...`, `Ref: x`. */
export function addEntry(map: GrowingMap, entry: Entry): void {
  map.entries.push(entry);
  if (holdsSubstitution(entry.key) || INTRINSIC.test(entry.key)) map.open = true;
}

/** One damage for each key that stands twice in the same map. */
export function duplicateKeys(root: DataNode): readonly Damage[] {
  const damage: Damage[] = [];
  const left: DataNode[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.kind === 'list') for (const item of node.items) left.push(item);
    if (node.kind !== 'map') continue;
    const seen = new Set<string>();
    for (const { key, keySpan, value, merged } of node.entries) {
      if (merged) continue;
      if (seen.has(key))
        damage.push({ span: keySpan, message: `the key ${JSON.stringify(key)} stands twice in this map` });
      seen.add(key);
      left.push(value);
    }
  }
  return damage.sort((one, other) => one.span.start - other.span.start).slice(0, MAX_DAMAGE);
}

/** After a syntax error every collection may lack what the reader skipped. */
export function openCollections(root: GrowingNode): void {
  const left: GrowingNode[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.kind === 'scalar') continue;
    node.open = true;
    const below = node.kind === 'map' ? node.entries.map((each) => each.value) : node.items;
    for (const each of below) left.push(each as GrowingNode);
  }
}

/** The span without white space at its end. */
export function trimEnd(text: string, start: number, end: number): Span {
  let at = Math.min(end, text.length);
  while (at > start && /\s/.test(text[at - 1] ?? '')) at -= 1;
  return { start, end: at };
}
