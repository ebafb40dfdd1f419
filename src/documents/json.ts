import jsonc, { type JSONScanner } from 'jsonc-parser';
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
import { baseOf, type TextSource } from './source.ts';

/** The package's SyntaxKind, which is an ambient const enum and cannot be imported. */
const OPEN_MAP = 1;
const CLOSE_MAP = 2;
const OPEN_LIST = 3;
const CLOSE_LIST = 4;
const COMMA = 5;
const COLON = 6;
const NULL = 7;
const TRUE = 8;
const FALSE = 9;
const STRING = 10;
const NUMBER = 11;
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const LINE_BREAK = 14;
const BLANK = 15;
const UNKNOWN = 16;
const END = 17;

interface Key {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

interface Reading {
  readonly text: string;
  readonly scan: JSONScanner;
  readonly damage: Damage[];
  readonly comments: { span: Span; text: string }[];
  readonly open: (GrowingMap | GrowingList)[];
  root: GrowingNode | undefined;
  /** A string in a map that waits for its value. */
  key: Key | undefined;
  /** What the grammar wants next. */
  wants: 'value' | 'colon' | 'comma';
  /** Brackets below MAX_DEPTH that were not read. */
  skipped: number;
  broken: boolean;
  /** The comma that nothing followed yet. */
  comma: Span | undefined;
  /** What JSON forbids and its dialects allow. */
  readonly lenient: Damage[];
}

/** Formats of JSON that allow comments and trailing commas. */
const WITH_COMMENTS = /(\.(jsonc|json5|code-workspace)|(^|\/)(tsconfig[^/]*|devcontainer|settings|launch)\.json)$/;

/**
 * Reads JSON. Never throws: what cannot be read is damage, and the rest of the tree is kept but open. Comments are read
 * everywhere and are damage where the format forbids them. `NaN` and `Infinity`, which Python writes, are numbers.
 */
export function parseJson(source: TextSource): DataDocument {
  const { path, text } = source;
  const template = { kind: 'json', ...baseOf(source, []), roots: [], comments: [], template: true } as const;
  if (isTemplatePath(path) || /^\s*\{[{%]/.test(text)) return template;
  const reading = start(text);
  for (let kind = reading.scan.scan(); kind !== END; kind = reading.scan.scan()) {
    if (isTemplate(kind, reading)) return template;
    take(kind, reading);
  }
  return finish(source, reading);
}

function start(text: string): Reading {
  const scan = jsonc.createScanner(text, false);
  if (text.startsWith('\uFEFF')) scan.setPosition(1);
  const state = {
    root: undefined,
    key: undefined,
    wants: 'value',
    skipped: 0,
    broken: false,
    comma: undefined,
  } as const;
  return { text, scan, damage: [], lenient: [], comments: [], open: [], ...state };
}

function finish(source: TextSource, reading: Reading): DataDocument {
  const { root, damage, open, comments, text } = reading;
  const end = text.length;
  if (open.length > 0) complain(reading, end, end, 'the file ends inside of a map or list');
  else if (reading.root === undefined && text.trim() !== '') complain(reading, 0, end, 'the file holds no JSON value');
  for (const each of open) each.span = { start: each.span.start, end };
  if (!WITH_COMMENTS.test(source.path)) damage.push(...reading.lenient.slice(0, MAX_DAMAGE));
  if (root !== undefined && reading.broken) openCollections(root);
  if (root !== undefined) damage.push(...duplicateKeys(root as DataNode));
  damage.sort((one, other) => one.span.start - other.span.start);
  const roots = root === undefined ? [] : [root as DataNode];
  return { kind: 'json', ...baseOf(source, damage), roots, comments, template: false };
}

/** `{{` and `{%` are never JSON. */
function isTemplate(kind: number, { scan, text }: Reading): boolean {
  const at = scan.getTokenOffset();
  if (text[at - 1] !== '{') return false;
  return kind === OPEN_MAP || (kind === UNKNOWN && text[at] === '%');
}

function complain(reading: Reading, start: number, end: number, message: string): void {
  reading.broken = true;
  if (reading.damage.length < MAX_DAMAGE) reading.damage.push({ span: { start, end }, message });
}

function take(kind: number, reading: Reading): void {
  const start = reading.scan.getTokenOffset();
  const end = start + reading.scan.getTokenLength();
  if (kind === LINE_BREAK || kind === BLANK || isMinusOfInfinity(kind, start, reading)) return;
  if (kind === LINE_COMMENT || kind === BLOCK_COMMENT) {
    reading.comments.push({ span: { start, end }, text: reading.text.slice(start, end) });
    reading.lenient.push({ span: { start, end }, message: 'JSON allows no comments' });
  } else if (reading.skipped > 0) skip(kind, reading);
  else if (kind === CLOSE_MAP || kind === CLOSE_LIST) close(kind, start, end, reading);
  else if (kind === COMMA || kind === COLON) separate(kind, start, end, reading);
  else if (reading.root !== undefined && reading.open.length === 0) {
    complain(reading, start, end, 'something stands after the end of the value');
  } else value(kind, start, end, reading);
}

function skip(kind: number, reading: Reading): void {
  if (kind === OPEN_MAP || kind === OPEN_LIST) reading.skipped += 1;
  if (kind === CLOSE_MAP || kind === CLOSE_LIST) reading.skipped -= 1;
}

function close(kind: number, start: number, end: number, reading: Reading): void {
  const wanted = kind === CLOSE_MAP ? 'map' : 'list';
  const at = reading.open.findLastIndex((each) => each.kind === wanted);
  if (at === -1) {
    complain(reading, start, end, `a ${wanted} ends that did not begin`);
    return;
  }
  if (at !== reading.open.length - 1) complain(reading, start, end, `a ${wanted} ends before what it holds`);
  if (reading.key !== undefined) lone(reading, reading.key);
  if (reading.comma) reading.lenient.push({ span: reading.comma, message: 'JSON allows no comma before the end' });
  reading.comma = undefined;
  for (const each of reading.open.splice(at)) each.span = { start: each.span.start, end };
  reading.wants = 'comma';
}

/** A key without a value. */
function lone(reading: Reading, { key, start, end }: Key): void {
  complain(reading, start, end, `the key ${JSON.stringify(key)} has no value`);
  reading.key = undefined;
}

function separate(kind: number, start: number, end: number, reading: Reading): void {
  const fits = kind === COLON ? reading.wants === 'colon' : reading.wants === 'comma';
  if (!fits) complain(reading, start, end, `the ${kind === COLON ? 'colon' : 'comma'} stands in the wrong place`);
  if (kind === COMMA && reading.key !== undefined) lone(reading, reading.key);
  reading.comma = kind === COMMA ? { start, end } : undefined;
  reading.wants = 'value';
}

function value(kind: number, start: number, end: number, reading: Reading): void {
  const { scan } = reading;
  const parent = reading.open.at(-1);
  reading.comma = undefined;
  if (scan.getTokenError() !== 0) complain(reading, start, end, 'the text is not valid JSON here');
  if (reading.wants === 'colon' && reading.key !== undefined) lone(reading, reading.key);
  else if (reading.wants === 'comma') complain(reading, start, end, 'a comma is missing before this');
  if (parent?.kind === 'map' && reading.key === undefined) {
    if (kind !== STRING) complain(reading, start, end, 'a key must be a string');
    reading.key = { key: kind === STRING ? scan.getTokenValue() : reading.text.slice(start, end), start, end };
    reading.wants = 'colon';
    return;
  }
  attach(node(kind, start, end, parent, reading), parent, reading);
}

function node(kind: number, start: number, end: number, parent: DataNode | undefined, reading: Reading): GrowingNode {
  const span = { start, end };
  const raw = reading.text.slice(start, end);
  if (kind === OPEN_MAP || kind === OPEN_LIST) {
    if (reading.open.length < MAX_DEPTH) return kind === OPEN_MAP ? newMap(parent, span) : newList(parent, span);
    complain(reading, start, end, 'the file nests too deeply to be read in full');
    reading.skipped = 1;
    return { ...newScalar(parent, span, null, raw), open: true };
  }
  if (kind === STRING) return newScalar(parent, span, reading.scan.getTokenValue(), raw);
  if (kind === NUMBER) return newScalar(parent, span, Number(raw), raw);
  if (kind === TRUE || kind === FALSE) return newScalar(parent, span, kind === TRUE, raw);
  if (kind === NULL) return newScalar(parent, span, null, raw);
  if (raw === 'NaN') return newScalar(parent, span, Number.NaN, raw);
  if (raw === 'Infinity') return infinity(start, end, parent, reading);
  complain(reading, start, end, 'the text is not valid JSON here');
  return { ...newScalar(parent, span, raw, raw), open: true };
}

/** The scanner takes `-Infinity` for two tokens. */
function isMinusOfInfinity(kind: number, start: number, { text }: Reading): boolean {
  return kind === UNKNOWN && text[start] === '-' && text.startsWith('-Infinity', start);
}

function infinity(start: number, end: number, parent: DataNode | undefined, { text }: Reading): GrowingNode {
  const from = text[start - 1] === '-' ? start - 1 : start;
  const raw = text.slice(from, end);
  return newScalar(parent, { start: from, end }, Number(raw), raw);
}

function attach(child: GrowingNode, parent: GrowingMap | GrowingList | undefined, reading: Reading): void {
  if (parent === undefined) reading.root = child;
  else if (parent.kind === 'list') parent.items.push(child as DataNode);
  else if (reading.key !== undefined) {
    const { key, start, end } = reading.key;
    addEntry(parent, { key, keySpan: { start, end }, value: child as DataNode, merged: false });
  }
  reading.key = undefined;
  reading.wants = 'comma';
  if (child.kind === 'scalar') return;
  reading.open.push(child);
  reading.wants = 'value';
}
