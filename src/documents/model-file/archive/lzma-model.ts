import type { ByteSource } from '../source.ts';
import { Broken, type Output, put, putAgain } from './output.ts';

/** How many bits of the last byte, and of the position, choose a probability. */
export interface Properties {
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
}

/** What an LZMA stream has learned, and its range decoder. */
export interface Model {
  readonly properties: Properties;
  readonly source: ByteSource;
  readonly literals: Uint16Array;
  readonly rest: Uint16Array;
  /** The last four distances less one, newest first. */
  readonly distances: number[];
  state: number;
  range: number;
  code: number;
  at: number;
  window: Uint8Array;
  windowAt: number;
}

/** Where each group of probabilities starts in `rest`. */
const MATCH = 0;
const REPEAT = MATCH + 192;
const REPEAT_0 = REPEAT + 12;
const REPEAT_1 = REPEAT_0 + 12;
const REPEAT_2 = REPEAT_1 + 12;
const REPEAT_0_LONG = REPEAT_2 + 12;
const SLOT = REPEAT_0_LONG + 192;
const SPECIAL = SLOT + 256;
const ALIGN = SPECIAL + 128;
const LENGTH = ALIGN + 16;
const LENGTH_SIZE = 2 + 128 + 128 + 256;
const REPEAT_LENGTH = LENGTH + LENGTH_SIZE;
const ALL = REPEAT_LENGTH + LENGTH_SIZE;

const HALF = 1024;

/** A model that has learned nothing. */
export function createModel(properties: Properties, source: ByteSource): Model {
  if (properties.lc + properties.lp > 12) throw new Broken();
  const model: Model = {
    properties,
    source,
    literals: new Uint16Array(0x300 << (properties.lc + properties.lp)),
    rest: new Uint16Array(ALL),
    distances: [0, 0, 0, 0],
    state: 0,
    range: 0,
    code: 0,
    at: 0,
    window: new Uint8Array(0),
    windowAt: 0,
  };
  resetModel(model);
  return model;
}

export function resetModel(model: Model): void {
  model.literals.fill(HALF);
  model.rest.fill(HALF);
  model.distances.fill(0);
  model.state = 0;
}

function byte(model: Model): number {
  const inside = model.at - model.windowAt;
  if (inside < 0 || inside >= model.window.length) {
    model.window = model.source.read(model.at, 32_768);
    model.windowAt = model.at;
  }
  const value = model.window[model.at - model.windowAt];
  if (value === undefined) throw new Broken();
  model.at += 1;
  return value;
}

/** Starts the range decoder at an offset of the source. */
export function startRange(model: Model, at: number): void {
  model.at = at;
  if (byte(model) !== 0) throw new Broken();
  model.range = 0xffffffff;
  model.code = 0;
  for (let index = 0; index < 4; index++) model.code = ((model.code << 8) | byte(model)) >>> 0;
}

function normalize(model: Model): void {
  if (model.range >= 0x1000000) return;
  model.range = (model.range << 8) >>> 0;
  model.code = ((model.code << 8) | byte(model)) >>> 0;
}

function bit(model: Model, table: Uint16Array, index: number): 0 | 1 {
  const chance = table[index] ?? HALF;
  const bound = (model.range >>> 11) * chance;
  const one = model.code >= bound;
  if (one) {
    model.range = (model.range - bound) >>> 0;
    model.code = (model.code - bound) >>> 0;
    table[index] = chance - (chance >> 5);
  } else {
    model.range = bound;
    table[index] = chance + ((2048 - chance) >> 5);
  }
  normalize(model);
  return one ? 1 : 0;
}

function direct(model: Model, count: number): number {
  let value = 0;
  for (let index = 0; index < count; index++) {
    model.range >>>= 1;
    const one = model.code >= model.range;
    if (one) model.code = (model.code - model.range) >>> 0;
    value = value * 2 + (one ? 1 : 0);
    normalize(model);
  }
  return value;
}

function bits(model: Model, start: number, count: number): number {
  let symbol = 1;
  for (let index = 0; index < count; index++) symbol = symbol * 2 + bit(model, model.rest, start + symbol);
  return symbol - (1 << count);
}

function reversed(model: Model, start: number, count: number): number {
  let [symbol, value] = [1, 0];
  for (let index = 0; index < count; index++) {
    const one = bit(model, model.rest, start + symbol);
    symbol = symbol * 2 + one;
    value += one << index;
  }
  return value;
}

/** Decodes `size` bytes, or up to the end mark. Repetitions reach back to `from`. */
export function decode(model: Model, out: Output, size: number, from = 0): void {
  const end = out.length + size;
  const { pb } = model.properties;
  while (out.length < end) {
    const position = (out.length - from) & ((1 << pb) - 1);
    if (bit(model, model.rest, MATCH + model.state * 16 + position) === 0) {
      literal(model, out, from);
      continue;
    }
    const length = repetition(model, out, position, from);
    if (length === 0) return;
    if (length > end - out.length) throw new Broken();
    putAgain(out, (model.distances[0] ?? 0) + 1, length, from);
  }
}

const NEXT_OF_LITERAL = [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 4, 5];

function literal(model: Model, out: Output, from: number): void {
  const { lc, lp } = model.properties;
  const last = out.length > from ? (out.bytes[out.length - 1] ?? 0) : 0;
  const context = (((out.length - from) & ((1 << lp) - 1)) << lc) + (last >> (8 - lc));
  const start = context * 0x300;
  let symbol = 1;
  if (model.state >= 7) {
    const at = out.length - (model.distances[0] ?? 0) - 1;
    if (at < from) throw new Broken();
    let match = out.bytes[at] ?? 0;
    for (let same = true; same && symbol < 0x100; match <<= 1) {
      const wanted = (match >> 7) & 1;
      const got = bit(model, model.literals, start + ((1 + wanted) << 8) + symbol);
      symbol = symbol * 2 + got;
      same = got === wanted;
    }
  }
  while (symbol < 0x100) symbol = symbol * 2 + bit(model, model.literals, start + symbol);
  put(out, symbol & 0xff);
  model.state = NEXT_OF_LITERAL[model.state] ?? 0;
}

/** Length of a repetition whose distance is then the newest; 0 at the end mark. */
function repetition(model: Model, out: Output, position: number, from: number): number {
  const { state } = model;
  if (bit(model, model.rest, REPEAT + state) === 0) return match(model, position);
  if (out.length === from) throw new Broken();
  if (bit(model, model.rest, REPEAT_0 + state) === 0) {
    if (bit(model, model.rest, REPEAT_0_LONG + state * 16 + position) === 0) {
      model.state = state < 7 ? 9 : 11;
      return 1;
    }
  } else {
    const which = bit(model, model.rest, REPEAT_1 + state) === 0 ? 1 : 2 + bit(model, model.rest, REPEAT_2 + state);
    const [distance = 0] = model.distances.splice(which, 1);
    model.distances.unshift(distance);
  }
  model.state = state < 7 ? 8 : 11;
  return lengthAt(model, REPEAT_LENGTH, position);
}

function match(model: Model, position: number): number {
  const length = lengthAt(model, LENGTH, position);
  model.state = model.state < 7 ? 7 : 10;
  const slot = bits(model, SLOT + Math.min(length - 2, 3) * 64, 6);
  let distance = slot;
  if (slot >= 4) {
    const extra = (slot >> 1) - 1;
    distance = (2 | (slot & 1)) * 2 ** extra;
    if (slot < 14) distance += reversed(model, SPECIAL + distance - slot, extra);
    else distance += direct(model, extra - 4) * 16 + reversed(model, ALIGN, 4);
  }
  if (distance === 0xffffffff) return 0;
  model.distances.pop();
  model.distances.unshift(distance);
  return length;
}

function lengthAt(model: Model, start: number, position: number): number {
  if (bit(model, model.rest, start) === 0) return 2 + bits(model, start + 2 + position * 8, 3);
  if (bit(model, model.rest, start + 1) === 0) return 10 + bits(model, start + 2 + 128 + position * 8, 3);
  return 18 + bits(model, start + 2 + 256, 8);
}
