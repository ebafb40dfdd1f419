import type { PickleGlobal } from '../model.ts';

/** What the machine knows about an object on the stack. Containers keep at most `KEPT` items. */
export type Value =
  | { readonly kind: 'none' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: number | bigint }
  | { readonly kind: 'float'; readonly value: number }
  /** `text` is cut at `TEXT_KEPT`; `length` is that of the whole, in bytes of the stream, where it stands as UTF-8 at `offset`. */
  | { readonly kind: 'text'; readonly text: string; readonly length: number; readonly offset?: number }
  /** Bytes stay in the stream, at `offset`. */
  | { readonly kind: 'bytes'; readonly offset: number; readonly length: number }
  | { readonly kind: 'tuple'; readonly items: readonly Value[]; readonly length: number }
  | { readonly kind: 'list' | 'set' | 'frozenset'; readonly items: Value[]; length: number }
  | { readonly kind: 'dict'; readonly entries: [Value, Value][]; length: number }
  | { readonly kind: 'global'; readonly global: MutableGlobal }
  | Instance
  | { readonly kind: 'persistent'; readonly id: Value }
  | { readonly kind: 'unknown'; readonly why: string };

/** What a call returned, and what was done to it since. */
export interface Instance {
  readonly kind: 'instance';
  readonly callee: Value;
  readonly args: readonly Value[];
  /** The last state given by BUILD. */
  state?: Value;
}

export type MutableGlobal = { -readonly [Key in keyof PickleGlobal]: PickleGlobal[Key] };

export const KEPT = 64;
export const TEXT_KEPT = 1024;

export const NONE: Value = { kind: 'none' };
export const TRUE: Value = { kind: 'bool', value: true };
export const FALSE: Value = { kind: 'bool', value: false };

const smallInts: readonly Value[] = Array.from({ length: 257 }, (_, value) => ({ kind: 'int', value }) as const);

/** Shared for 0 to 256, so that long lists of small numbers cost little. */
export function int(value: number | bigint): Value {
  const small = typeof value === 'number' ? smallInts[value] : undefined;
  return small ?? { kind: 'int', value };
}

export function unknown(why: string): Value {
  return { kind: 'unknown', why };
}

export function tuple(items: readonly Value[]): Value {
  return { kind: 'tuple', items: items.length > KEPT ? items.slice(0, KEPT) : items, length: items.length };
}

export function collection(kind: 'list' | 'set' | 'frozenset', items: readonly Value[]): Value {
  return { kind, items: items.slice(0, KEPT), length: items.length };
}

export function dict(pairs: readonly Value[]): Value {
  const value: Value = { kind: 'dict', entries: [], length: 0 };
  addPairs(value, pairs);
  return value;
}

/** Adds `key, value, key, value` to a dict. */
export function addPairs(target: Extract<Value, { kind: 'dict' }>, pairs: readonly Value[]): void {
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    target.length += 1;
    const key = pairs[index];
    const value = pairs[index + 1];
    if (target.entries.length < KEPT && key !== undefined && value !== undefined) target.entries.push([key, value]);
  }
}

export function addItems(
  target: Extract<Value, { kind: 'list' | 'set' | 'frozenset' }>,
  items: readonly Value[],
): void {
  target.length += items.length;
  for (const item of items) {
    if (target.items.length >= KEPT) return;
    target.items.push(item);
  }
}

/** The name at the bottom of a callee: `getattr` for what `getattr(...)` returned. Bounded. */
export function rootGlobal(value: Value): MutableGlobal | undefined {
  let at: Value = value;
  for (let step = 0; step < 16; step++) {
    if (at.kind === 'global') return at.global;
    if (at.kind !== 'instance') return undefined;
    at = at.callee;
  }
  return undefined;
}

/** `module.name` as CPython would look it up. */
export function globalName(global: PickleGlobal): string {
  return `${global.module}.${global.name}`;
}

/** The value of a dict's text key; undefined where it is absent or was not kept. */
export function entryOf(value: Value | undefined, key: string): Value | undefined {
  if (value?.kind !== 'dict') return undefined;
  return value.entries.find(([name]) => name.kind === 'text' && name.text === key)?.[1];
}

/** A value in words, at most about 60 characters and three levels deep. */
export function words(value: Value, depth = 2): string {
  switch (value.kind) {
    case 'none':
      return 'None';
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'int':
      return shortened(String(value.value), 24);
    case 'float':
      return String(value.value);
    case 'text':
      return quoted(value.text, value.length);
    case 'bytes':
      return `${value.length} bytes`;
    case 'tuple':
      return sequence('(', value.items, value.length, ')', depth);
    case 'list':
      return sequence('[', value.items, value.length, ']', depth);
    case 'set':
    case 'frozenset':
      return sequence('{', value.items, value.length, '}', depth);
    case 'dict':
      return value.length === 0 ? '{}' : `a dict of ${value.length}`;
    case 'global':
      return shortened(globalName(value.global), 80);
    case 'instance':
      return depth <= 0 ? 'an object' : `result of ${words(value.callee, depth - 1)}`;
    case 'persistent':
      return 'a persistent object';
    case 'unknown':
      return value.why;
  }
}

function sequence(open: string, items: readonly Value[], length: number, close: string, depth: number): string {
  if (length > 0 && depth <= 0) return `${open}${length} items${close}`;
  const shown = items.slice(0, 4).map((item) => words(item, depth - 1));
  if (length > shown.length) shown.push(`and ${length - shown.length} more`);
  return `${open}${shown.join(', ')}${close}`;
}

function quoted(text: string, length: number): string {
  const cut = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return text.length < length && cut === text ? `${JSON.stringify(cut)}…` : JSON.stringify(cut);
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
