import type { ByteSource } from '../source.ts';
import type { Inflated } from './inflate.ts';
import { Broken, type Output, put, putAgain, unpacked } from './output.ts';

const BLOCK = 0x314159265359;
const END = 0x177245385090;

interface Bits {
  readonly source: ByteSource;
  window: Uint8Array;
  windowAt: number;
  /** Of the next byte. */
  at: number;
  /** The last `count` bits that were read and not taken. */
  buffer: number;
  count: number;
}

/** bzip2 streams, one behind the other, from the start of `source`. */
export function unbzip2(source: ByteSource, most: number): Inflated {
  return unpacked(most, (out) => {
    let at = 0;
    while (isStream(source, at)) at = stream(source, at, out);
    return at;
  });
}

function isStream(source: ByteSource, at: number): boolean {
  const [b, z, h, level = 0] = source.read(at, 4);
  return b === 0x42 && z === 0x5a && h === 0x68 && level >= 0x31 && level <= 0x39;
}

function stream(source: ByteSource, start: number, out: Output): number {
  const level = (source.read(start + 3, 1)[0] ?? 0) - 0x30;
  const bits: Bits = { source, window: new Uint8Array(0), windowAt: 0, at: start + 4, buffer: 0, count: 0 };
  for (;;) {
    const magic = take(bits, 24) * 2 ** 24 + take(bits, 24);
    take(bits, 16);
    take(bits, 16);
    if (magic === END) return bits.at - (bits.count >> 3);
    if (magic !== BLOCK) throw new Broken();
    block(bits, level * 100_000, out);
  }
}

/** The next bits, at most 24. */
function take(bits: Bits, count: number): number {
  while (bits.count < count) {
    const inside = bits.at - bits.windowAt;
    if (inside < 0 || inside >= bits.window.length) {
      bits.window = bits.source.read(bits.at, 32_768);
      bits.windowAt = bits.at;
    }
    const byte = bits.window[bits.at - bits.windowAt];
    if (byte === undefined) throw new Broken();
    bits.buffer = ((bits.buffer << 8) | byte) >>> 0;
    bits.count += 8;
    bits.at += 1;
  }
  bits.count -= count;
  const value = bits.buffer >>> bits.count;
  bits.buffer &= 2 ** bits.count - 1;
  return value;
}

function block(bits: Bits, most: number, out: Output): void {
  if (take(bits, 1) === 1) throw new Broken();
  const origin = take(bits, 24);
  const symbols = usedSymbols(bits);
  const tables = take(bits, 3);
  const selectors = selectorsOf(bits, tables);
  const trees = Array.from({ length: tables }, () => tree(bits, symbols.length + 2));
  const column = movedToFront(bits, symbols, selectors, trees, most);
  if (origin >= column.length) throw new Broken();
  runs(sorted(column), origin, column, out);
}

function usedSymbols(bits: Bits): readonly number[] {
  const rows = take(bits, 16);
  const symbols: number[] = [];
  for (let row = 0; row < 16; row++) {
    const used = (rows >> (15 - row)) & 1 ? take(bits, 16) : 0;
    for (let index = 0; index < 16; index++) if ((used >> (15 - index)) & 1) symbols.push(row * 16 + index);
  }
  if (symbols.length === 0) throw new Broken();
  return symbols;
}

function selectorsOf(bits: Bits, tables: number): Uint8Array {
  const count = take(bits, 15);
  if (tables < 2 || tables > 6 || count === 0) throw new Broken();
  const order = [0, 1, 2, 3, 4, 5];
  return Uint8Array.from({ length: count }, () => {
    let place = 0;
    while (take(bits, 1) === 1) place += 1;
    if (place >= tables) throw new Broken();
    const [chosen = 0] = order.splice(place, 1);
    order.unshift(chosen);
    return chosen;
  });
}

/** Codes by length: the first code of each, where its symbols start, and the symbols in order. */
interface Tree {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly start: Int32Array;
  readonly symbols: readonly number[];
}

const LONGEST = 20;

function tree(bits: Bits, size: number): Tree {
  let length = take(bits, 5);
  const lengths = Array.from({ length: size }, () => {
    while (take(bits, 1) === 1) length += take(bits, 1) === 1 ? -1 : 1;
    if (length < 1 || length > LONGEST) throw new Broken();
    return length;
  });
  const [first, count, start] = [new Int32Array(22), new Int32Array(22), new Int32Array(22)] as const;
  for (const each of lengths) count[each] = (count[each] ?? 0) + 1;
  for (let each = 1; each <= LONGEST; each++) {
    first[each] = ((first[each - 1] ?? 0) + (count[each - 1] ?? 0)) << 1;
    start[each] = (start[each - 1] ?? 0) + (count[each - 1] ?? 0);
  }
  const order = lengths
    .map((each, symbol) => ({ each, symbol }))
    .sort((a, b) => a.each - b.each || a.symbol - b.symbol);
  return { first, count, start, symbols: order.map(({ symbol }) => symbol) };
}

function symbolOf(bits: Bits, { first, count, start, symbols }: Tree): number {
  let code = 0;
  for (let length = 1; length <= LONGEST; length++) {
    code = code * 2 + take(bits, 1);
    const inside = code - (first[length] ?? 0);
    if (inside >= 0 && inside < (count[length] ?? 0)) return symbols[(start[length] ?? 0) + inside] ?? 0;
  }
  throw new Broken();
}

/** The last column of the sorted rotations. */
function movedToFront(
  bits: Bits,
  symbols: readonly number[],
  selectors: Uint8Array,
  trees: readonly Tree[],
  most: number,
): Uint8Array {
  const column = new Uint8Array(most);
  const front = [...symbols];
  let [length, run, weight] = [0, 0, 1];
  for (let position = 0; ; position++) {
    const chosen = trees[selectors[Math.floor(position / 50)] ?? 99];
    if (chosen === undefined) throw new Broken();
    const symbol = symbolOf(bits, chosen);
    if (symbol <= 1) {
      run += weight << symbol;
      weight <<= 1;
      if (run > most) throw new Broken();
      continue;
    }
    if (length + run > most) throw new Broken();
    column.fill(front[0] ?? 0, length, length + run);
    length += run;
    [run, weight] = [0, 1];
    if (symbol === symbols.length + 1) return column.subarray(0, length);
    const [moved = 0] = front.splice(symbol - 1, 1);
    front.unshift(moved);
    if (length >= most) throw new Broken();
    column[length++] = moved;
  }
}

/** For each place of the column, the place that follows it in the text. */
function sorted(column: Uint8Array): Uint32Array {
  const starts = new Uint32Array(257);
  for (const byte of column) starts[byte + 1] = (starts[byte + 1] ?? 0) + 1;
  for (let byte = 1; byte <= 256; byte++) starts[byte] = (starts[byte] ?? 0) + (starts[byte - 1] ?? 0);
  const next = new Uint32Array(column.length);
  column.forEach((byte, index) => {
    next[starts[byte] ?? 0] = index;
    starts[byte] = (starts[byte] ?? 0) + 1;
  });
  return next;
}

/** Walks the text; four equal bytes are followed by how many more there are. */
function runs(next: Uint32Array, origin: number, column: Uint8Array, out: Output): void {
  let at = next[origin] ?? 0;
  let [same, last] = [0, -1];
  for (let count = 0; count < column.length; count++) {
    const byte = column[at] ?? 0;
    at = next[at] ?? 0;
    if (same === 4) {
      if (byte > 0) putAgain(out, 1, byte);
      [same, last] = [0, -1];
      continue;
    }
    same = byte === last ? same + 1 : 1;
    last = byte;
    put(out, byte);
  }
}
