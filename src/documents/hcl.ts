import type { Span } from '../core/location.ts';
import type { DataDocument, DataNode } from './data.ts';
import {
  addEntry,
  duplicateKeys,
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
import { placeBlock } from './hcl-block.ts';
import { type HclToken, hclHeredoc, hclString, hclToken } from './hcl-tokens.ts';
import { baseOf, type TextSource } from './source.ts';

interface Frame {
  readonly kind: 'body' | 'object' | 'tuple';
  readonly node: GrowingMap | GrowingList;
  /** Tokens of a line that began: a name and labels, or a key. */
  header: HclToken[];
}

interface Reading {
  readonly text: string;
  readonly damage: Damage[];
  readonly comments: { span: Span; text: string }[];
  readonly frames: Frame[];
  readonly blocks: Map<GrowingMap, Map<string, GrowingNode>>;
  at: number;
}

/**
 * Reads HCL (Terraform). A block is a map below its type and labels: `resource "a" "b" {}` is `resource.a.b`; a block that
 * stands several times is a list, so ask with `each`. Expressions that are no literal, list or map are open scalars with
 * their text. A `dynamic` block opens the map around it. Never throws; after an error collections are open.
 */
export function parseHcl(source: TextSource): DataDocument {
  const { text, path } = source;
  const root = newMap(undefined, { start: 0, end: text.length });
  const frames: Frame[] = [{ kind: 'body', node: root, header: [] }];
  const reading: Reading = { text, damage: [], comments: [], frames, blocks: new Map(), at: 0 };
  for (let token = next(reading); token.kind !== 'end'; token = next(reading)) take(token, reading);
  const end = { start: text.length, end: text.length };
  if (frames.length > 1) complain(reading, end, 'the file ends inside of a block, list or map');
  for (const { node } of frames.slice(1)) node.span = { start: node.span.start, end: text.length };
  if (isTemplatePath(path) || (reading.damage.length > 0 && /^[ \t]*(?:\{\{|\{%)/m.test(text))) {
    return { kind: 'hcl', ...baseOf(source, []), roots: [], comments: [], template: true };
  }
  if (reading.damage.length > 0) openCollections(root);
  reading.damage.push(...duplicateKeys(root as DataNode));
  const roots = root.entries.length === 0 ? [] : [root as DataNode];
  return { kind: 'hcl', ...baseOf(source, reading.damage), roots, comments: reading.comments, template: false };
}

function complain({ damage }: Reading, { start, end }: Span, message: string): void {
  if (damage.length < MAX_DAMAGE) damage.push({ span: { start, end }, message });
}

/** The next token that is no comment; moves on. */
function next(reading: Reading): HclToken {
  const { text } = reading;
  let token = hclToken(text, reading.at);
  while (token.kind === 'comment') {
    reading.comments.push({ span: { start: token.start, end: token.end }, text: text.slice(token.start, token.end) });
    if (token.broken) complain(reading, token, 'the comment never ends');
    reading.at = token.end;
    token = hclToken(text, reading.at);
  }
  if (token.broken) complain(reading, token, 'the string never ends');
  reading.at = token.end;
  return token;
}

const markOf = (token: HclToken, text: string): string =>
  token.kind === 'mark' ? (text[token.start] ?? '') : token.kind;

function take(token: HclToken, reading: Reading): void {
  const frame = reading.frames.at(-1);
  if (frame === undefined) return;
  const mark = markOf(token, reading.text);
  if (mark === '}' || mark === ']') close(token, mark, frame, reading);
  else if (frame.kind === 'tuple') {
    if (mark !== ',' && mark !== 'newline') value(token, reading);
  } else if (mark === 'newline' || mark === ',') abandon(frame, reading);
  else if (frame.header.length > 0 && (mark === '=' || (mark === ':' && frame.kind === 'object')))
    value(next(reading), reading);
  else if (mark === '{' && frame.kind === 'body' && frame.header.length > 0) openBlock(token, frame, reading);
  else if (['name', 'string', 'number', '('].includes(mark)) header(token, mark, frame, reading);
  else {
    complain(reading, token, 'the text is not valid here');
    skip(token, reading);
    frame.header = [];
  }
}

function header(token: HclToken, mark: string, frame: Frame, reading: Reading): void {
  if (mark !== '(') {
    frame.header.push(token);
    return;
  }
  const { end } = skip(token, reading, true);
  frame.header.push({ kind: 'name', start: token.start, end, open: true, broken: false });
}

function abandon(frame: Frame, reading: Reading): void {
  const [first] = frame.header;
  const last = frame.header.at(-1);
  if (first !== undefined && last !== undefined) {
    complain(reading, { start: first.start, end: last.end }, 'the line has neither a value nor a block');
  }
  frame.header = [];
}

function close(token: HclToken, mark: string, frame: Frame, reading: Reading): void {
  abandon(frame, reading);
  if (reading.frames.length === 1 || (frame.kind === 'tuple') !== (mark === ']')) {
    complain(reading, token, 'something ends here that did not begin');
    return;
  }
  frame.node.span = { start: frame.node.span.start, end: token.end };
  reading.frames.pop();
  // `[...][0]`, `{...}.key` and `[...] == x` are not what the brackets hold.
  if (frame.kind !== 'body' && !ends(reading)) {
    skip(hclToken(reading.text, reading.at), reading);
    frame.node.open = true;
  }
}

/** Whether an expression is over here. */
function ends(reading: Reading): boolean {
  const token = hclToken(reading.text, reading.at);
  return ['newline', 'end', 'comment', ',', ']', '}', ')'].includes(markOf(token, reading.text));
}

function openBlock(token: HclToken, frame: Frame, reading: Reading): void {
  const own = newMap(frame.node as DataNode, { start: token.start, end: token.end });
  const names = frame.header.map((part) => ({ ...part, text: nameOf(part, reading.text) }));
  frame.header = [];
  if (reading.frames.length > MAX_DEPTH) {
    complain(reading, token, 'the file nests too deeply to be read in full');
    skip(token, reading, true);
    return;
  }
  placeBlock(frame.node as GrowingMap, names, own, reading.blocks);
  reading.frames.push({ kind: 'body', node: own, header: [] });
}

function nameOf(token: HclToken, text: string): string {
  const raw = text.slice(token.start, token.end);
  return token.kind === 'string' ? hclString(raw) : raw;
}

/** Reads what stands after `=` or in a list, from its first token. */
function value(first: HclToken, reading: Reading): void {
  const mark = markOf(first, reading.text);
  const loop = (mark === '[' || mark === '{') && beginsLoop(reading);
  const deep = reading.frames.length > MAX_DEPTH;
  const parent = reading.frames.at(-1)?.node as DataNode;
  if ((mark === '[' || mark === '{') && !loop && !deep) {
    const span = { start: first.start, end: first.end };
    const node = mark === '[' ? newList(parent, span) : newMap(parent, span);
    attach(node, reading);
    reading.frames.push({ kind: mark === '[' ? 'tuple' : 'object', node, header: [] });
    return;
  }
  if (deep) complain(reading, first, 'the file nests too deeply to be read in full');
  attach(scalar(first, mark, parent, reading), reading);
}

/** `[for x in y : x]`, also with line ends before the word. */
function beginsLoop({ text, at }: Reading): boolean {
  let token = hclToken(text, at);
  while (token.kind === 'newline' || token.kind === 'comment') token = hclToken(text, token.end);
  return token.kind === 'name' && text.slice(token.start, token.end) === 'for';
}

function scalar(first: HclToken, mark: string, parent: DataNode, reading: Reading): GrowingNode {
  const { text } = reading;
  const span = { start: first.start, end: first.end };
  const raw = text.slice(span.start, span.end);
  if (mark === 'newline' || mark === '}' || mark === ']') {
    complain(reading, first, 'a value is missing here');
    reading.at = first.start;
    return { ...newScalar(parent, { start: first.start, end: first.start }, null, ''), open: true };
  }
  if (ends(reading)) {
    if (mark === 'number') return newScalar(parent, span, Number(raw), raw);
    if (mark === 'string') return { ...newScalar(parent, span, hclString(raw), raw), open: first.open };
    if (mark === 'heredoc') return { ...newScalar(parent, span, hclHeredoc(raw), raw), open: first.open };
    if (raw === 'true' || raw === 'false') return newScalar(parent, span, raw === 'true', raw);
    if (raw === 'null') return newScalar(parent, span, null, raw);
  }
  const { end } = skip(first, reading);
  const all = text.slice(first.start, end);
  const number = /^-\s*\d+(\.\d+)?([eE][+-]?\d+)?$/.test(all) ? Number(all.replace(/\s/g, '')) : undefined;
  return { ...newScalar(parent, { start: first.start, end }, number ?? all, all), open: number === undefined };
}

/**
 * Skips an expression that starts with a token, whole brackets at a time, to the end of its line or of what holds it;
 * with `one`, only the bracket that the token opens. Returns the last token of it.
 */
function skip(first: HclToken, reading: Reading, one = false): HclToken {
  let depth = 0;
  let token = first;
  let last = first;
  for (;;) {
    const mark = markOf(token, reading.text);
    const stop = mark === 'end' || (depth === 0 && ['newline', ',', ']', '}', ')'].includes(mark) && token !== first);
    if (stop) {
      if (depth > 0) complain(reading, first, 'a bracket never ends');
      reading.at = last.end;
      return last;
    }
    if ('([{'.includes(mark)) depth += 1;
    if (')]}'.includes(mark)) depth = Math.max(0, depth - 1);
    last = token;
    reading.at = token.end;
    if (one && depth === 0) return last;
    token = next(reading);
  }
}

function attach(child: GrowingNode, { frames, text }: Reading): void {
  const frame = frames.at(-1);
  if (frame?.node.kind === 'list') frame.node.items.push(child as DataNode);
  if (frame?.node.kind !== 'map') return;
  const [first] = frame.header;
  const last = frame.header.at(-1);
  frame.header = [];
  if (first === undefined || last === undefined) return;
  const keySpan = { start: first.start, end: last.end };
  addEntry(frame.node, { key: nameOf(first, text), keySpan, value: child as DataNode, merged: false });
  if (first.open) frame.node.open = true;
}
