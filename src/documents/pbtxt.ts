import type { Span } from '../core/location.ts';
import type { DataDocument, DataNode, ScalarNode } from './data.ts';
import {
  addEntry,
  type GrowingList,
  type GrowingMap,
  type GrowingNode,
  isTemplatePath,
  MAX_DAMAGE,
  MAX_DEPTH,
  newList,
  newMap,
  newScalar,
  openCollections,
} from './data-build.ts';
import type { Damage } from './document.ts';
import { baseOf, type TextSource } from './source.ts';

interface Token {
  readonly kind: 'word' | 'string' | 'mark' | 'comment' | 'bad';
  readonly start: number;
  readonly end: number;
}

interface Reading {
  readonly text: string;
  readonly damage: Damage[];
  readonly open: (GrowingMap | GrowingList)[];
  /** Values by key of each map: a field that is repeated becomes a list. */
  readonly known: Map<GrowingMap, Map<string, GrowingNode>>;
  key: Token | undefined;
  /** The string before, to which another one is joined. */
  joined: GrowingNode | undefined;
  skipped: number;
}

/** Comment, string in either quote (to the end of its line where it is not closed), word or number, mark. */
const TOKEN = /#[^\n]*|"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"?|'[^'\\\n]*(?:\\[^\n][^'\\\n]*)*'?|[-\w.+/]+|\S/g;

/**
 * Reads the text form of protocol buffers (Triton's `config.pbtxt`). A field that is given once is its value, a field
 * that is given several times, or in brackets, is a list: ask with `each`. Names of enumerations are strings.
 * Never throws: what cannot be read is damage, and the tree is kept but open.
 */
export function parsePbtxt(source: TextSource): DataDocument {
  const { path, text } = source;
  if (isTemplatePath(path) || /\{[{%]/.test(text)) {
    return { kind: 'pbtxt', ...baseOf(source, []), roots: [], comments: [], template: true };
  }
  const root = newMap(undefined, { start: 0, end: text.length });
  const comments: { span: Span; text: string }[] = [];
  const reading: Reading = {
    text,
    damage: [],
    open: [root],
    known: new Map(),
    key: undefined,
    joined: undefined,
    skipped: 0,
  };
  for (const token of tokens(text)) {
    if (token.kind === 'comment') comments.push({ span: token, text: text.slice(token.start, token.end) });
    else take(token, reading);
  }
  if (reading.open.length > 1)
    complain(reading, { start: text.length, end: text.length }, 'the file ends inside of a message');
  for (const each of reading.open.slice(1)) each.span = { start: each.span.start, end: text.length };
  if (reading.damage.length > 0) openCollections(root);
  const roots = root.entries.length === 0 ? [] : [root as DataNode];
  return { kind: 'pbtxt', ...baseOf(source, reading.damage), roots, comments, template: false };
}

function* tokens(text: string): Generator<Token> {
  for (const match of text.matchAll(TOKEN)) {
    const [written] = match;
    const start = match.index;
    const end = start + written.length;
    const first = written[0] ?? '';
    if (first === '#') yield { kind: 'comment', start, end };
    else if (first === '"' || first === "'") yield { kind: isClosed(written) ? 'string' : 'bad', start, end };
    else if (/[-\w.+/]/.test(first)) yield { kind: 'word', start, end };
    else yield { kind: '{}<>[]:,;'.includes(first) ? 'mark' : 'bad', start, end };
  }
}

function isClosed(written: string): boolean {
  const backslashes = /\\*$/.exec(written.slice(-100, -1))?.[0].length ?? 0;
  return written.length > 1 && written.endsWith(written[0] ?? '') && backslashes % 2 === 0;
}

function complain({ damage }: Reading, span: Span, message: string): void {
  if (damage.length < MAX_DAMAGE) damage.push({ span: { start: span.start, end: span.end }, message });
}

function take(token: Token, reading: Reading): void {
  const mark = token.kind === 'mark' ? (reading.text[token.start] ?? '') : '';
  const begins = '{<['.includes(mark) && mark !== '';
  const ends = '}>]'.includes(mark) && mark !== '';
  if (reading.skipped > 0) reading.skipped += begins ? 1 : ends ? -1 : 0;
  else if (token.kind === 'bad') complain(reading, token, 'the text is not valid here');
  else if (ends) close(token, mark, reading);
  else if (begins) begin(token, mark, reading);
  else if (mark === '') scalarOrKey(token, reading);
  if (token.kind !== 'string') reading.joined = undefined;
}

function close(token: Token, mark: string, reading: Reading): void {
  const top = reading.open.at(-1);
  if (reading.open.length === 1 || top?.kind !== (mark === ']' ? 'list' : 'map')) {
    complain(reading, token, 'something ends here that did not begin');
    return;
  }
  top.span = { start: top.span.start, end: token.end };
  reading.open.pop();
}

function begin(token: Token, mark: string, reading: Reading): void {
  const top = reading.open.at(-1);
  if (top?.kind === 'map' && reading.key === undefined) {
    complain(reading, token, 'a field name is missing before this');
    reading.skipped = 1;
    return;
  }
  const span = { start: token.start, end: token.end };
  if (reading.open.length > MAX_DEPTH) {
    complain(reading, token, 'the file nests too deeply to be read in full');
    reading.skipped = 1;
    attach({ ...newScalar(top as DataNode, span, null, mark), open: true }, reading);
    return;
  }
  const own = mark === '[' ? newList(top as DataNode, span) : newMap(top as DataNode, span);
  const opened = attach(own, reading);
  if (opened.kind !== 'scalar') reading.open.push(opened);
}

function scalarOrKey(token: Token, reading: Reading): void {
  const top = reading.open.at(-1);
  const { start, end } = token;
  const raw = reading.text.slice(start, end);
  const { joined } = reading;
  if (token.kind === 'string' && joined?.kind === 'scalar') {
    joined.value = `${joined.value}${unquoted(raw)}`;
    joined.span = { start: joined.span.start, end };
    joined.raw = reading.text.slice(joined.span.start, end);
    return;
  }
  if (top?.kind === 'map' && reading.key === undefined) {
    reading.key = token;
    if (token.kind === 'string') complain(reading, token, 'a field name is missing before this');
    return;
  }
  const scalar = newScalar(top as DataNode, { start, end }, token.kind === 'string' ? unquoted(raw) : typed(raw), raw);
  attach(scalar, reading);
  if (token.kind === 'string') reading.joined = scalar;
}

/** Hangs a node below the open one. Returns the node that what follows belongs to: a repeated list goes on. */
function attach(child: GrowingNode, reading: Reading): GrowingNode {
  const top = reading.open.at(-1);
  const { key } = reading;
  reading.key = undefined;
  if (top?.kind === 'list') top.items.push(child as DataNode);
  if (top?.kind !== 'map' || key === undefined) return child;
  const name = reading.text.slice(key.start, key.end);
  const values = reading.known.get(top) ?? new Map<string, GrowingNode>();
  reading.known.set(top, values);
  const known = values.get(name);
  if (known === undefined) {
    addEntry(top, { key: name, keySpan: { start: key.start, end: key.end }, value: child as DataNode, merged: false });
    values.set(name, child);
    return child;
  }
  const list = known.kind === 'list' ? known : listOf(known, top);
  values.set(name, list);
  list.span = { start: list.span.start, end: child.span.end };
  if (child.kind === 'list') return list;
  child.parent = list as DataNode;
  list.items.push(child as DataNode);
  return child;
}

/** The list that takes the place of a field's first value when a second one comes. */
function listOf(known: GrowingNode, map: GrowingMap): GrowingList {
  const list = newList(map as DataNode, known.span);
  const at = map.entries.findIndex((each) => each.value === known);
  const entry = map.entries[at];
  if (entry !== undefined) map.entries[at] = { ...entry, value: list as DataNode };
  known.parent = list as DataNode;
  list.items.push(known as DataNode);
  return list;
}

function typed(raw: string): ScalarNode['value'] {
  if (/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?f?$/.test(raw)) return Number(raw.replace(/f$/, ''));
  if (/^-?0[xX][\da-fA-F]+$/.test(raw)) return Number.parseInt(raw, 16);
  if (raw === 'true' || raw === 'false') return raw === 'true';
  return raw;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unquoted(raw: string): string {
  return raw.slice(1, -1).replace(/\\(.)/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped);
}
