import type { ByteSource } from '../source.ts';

/** What came out of a deflate stream, as far as it could be read. */
export interface Inflated {
  readonly bytes: Uint8Array;
  /** Compressed bytes used. */
  readonly used: number;
  /** `end`: the stream's own end. `limit`: more would come. `damaged`: the stream is broken or cut off. */
  readonly ended: 'end' | 'limit' | 'damaged';
}

interface State {
  readonly source: ByteSource;
  position: number;
  window: Uint8Array;
  windowStart: number;
  bits: number;
  bitCount: number;
  out: Uint8Array;
  length: number;
  readonly most: number;
}

/** A Huffman table: code bits (low bit first) to `symbol << 4 | length`. */
interface Table {
  readonly bits: number;
  readonly entries: Uint16Array;
}

class Damaged extends Error {}
class Full extends Error {}

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];
const DISTANCE_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/**
 * Inflates a raw deflate stream (RFC 1951) from `offset`, at most `most` bytes. Unlike zlib's one-call functions it keeps what came
 * out before a break or a limit, and stops there: loaders run what they read before they notice the break.
 */
export function inflate(source: ByteSource, offset: number, most: number): Inflated {
  const state: State = {
    source,
    position: offset,
    window: new Uint8Array(0),
    windowStart: 0,
    bits: 0,
    bitCount: 0,
    out: new Uint8Array(Math.min(most, 65_536)),
    length: 0,
    most,
  };
  const ended = run(state);
  const used = state.position - offset - (state.bitCount >> 3);
  return { bytes: state.out.subarray(0, state.length), used, ended };
}

function run(state: State): Inflated['ended'] {
  try {
    while (!block(state));
    return 'end';
  } catch (failure) {
    if (failure instanceof Full) return 'limit';
    if (failure instanceof Damaged) return 'damaged';
    throw failure;
  }
}

/** One block; true for the last. */
function block(state: State): boolean {
  const last = take(state, 1) === 1;
  const type = take(state, 2);
  if (type === 0) stored(state);
  else if (type === 1) compressed(state, FIXED_LITERALS, FIXED_DISTANCES);
  else if (type === 2) dynamic(state);
  else throw new Damaged();
  return last;
}

function nextByte(state: State): number {
  const inside = state.position - state.windowStart;
  const byte = state.window[inside];
  if (byte !== undefined) {
    state.position += 1;
    return byte;
  }
  state.window = state.source.read(state.position, 65_536);
  state.windowStart = state.position;
  const first = state.window[0];
  if (first === undefined) throw new Damaged();
  state.position += 1;
  return first;
}

function take(state: State, count: number): number {
  while (state.bitCount < count) {
    state.bits |= nextByte(state) << state.bitCount;
    state.bitCount += 8;
  }
  const value = state.bits & ((1 << count) - 1);
  state.bits >>>= count;
  state.bitCount -= count;
  return value;
}

function stored(state: State): void {
  state.position -= state.bitCount >> 3;
  state.bits = 0;
  state.bitCount = 0;
  const length = nextByte(state) | (nextByte(state) << 8);
  const inverse = nextByte(state) | (nextByte(state) << 8);
  if ((length ^ 0xffff) !== inverse) throw new Damaged();
  const bytes = state.source.read(state.position, length);
  reserve(state, bytes.length);
  const fitting = Math.min(bytes.length, state.most - state.length);
  state.out.set(bytes.subarray(0, fitting), state.length);
  state.length += fitting;
  state.position += fitting;
  if (fitting < bytes.length) throw new Full();
  if (bytes.length < length) throw new Damaged();
}

function reserve(state: State, more: number): void {
  const need = Math.min(state.most, state.length + more);
  if (need <= state.out.length) return;
  const grown = new Uint8Array(Math.min(state.most, Math.max(need, state.out.length * 2)));
  grown.set(state.out.subarray(0, state.length));
  state.out = grown;
}

function symbol(state: State, table: Table): number {
  while (state.bitCount < table.bits) {
    const inside = state.position - state.windowStart;
    // At the very end fewer bits are left than the longest code has.
    if (state.window[inside] === undefined && state.position >= state.source.size) break;
    state.bits |= nextByte(state) << state.bitCount;
    state.bitCount += 8;
  }
  const entry = table.entries[state.bits & ((1 << table.bits) - 1)] ?? 0;
  const length = entry & 15;
  if (length === 0 || length > state.bitCount) throw new Damaged();
  state.bits >>>= length;
  state.bitCount -= length;
  return entry >> 4;
}

function compressed(state: State, literals: Table, distances: Table): void {
  for (;;) {
    const code = symbol(state, literals);
    if (code === 256) return;
    if (code < 256) {
      if (state.length >= state.most) throw new Full();
      if (state.length >= state.out.length) reserve(state, 1);
      state.out[state.length++] = code;
    } else {
      copy(state, code - 257, distances);
    }
  }
}

function copy(state: State, index: number, distances: Table): void {
  const length = (LENGTH_BASE[index] ?? Number.NaN) + take(state, LENGTH_EXTRA[index] ?? 0);
  const code = symbol(state, distances);
  const distance = (DISTANCE_BASE[code] ?? Number.NaN) + take(state, DISTANCE_EXTRA[code] ?? 0);
  if (!(length > 0) || !(distance <= state.length)) throw new Damaged();
  reserve(state, length);
  const fitting = Math.min(length, state.most - state.length);
  const out = state.out;
  let to = state.length;
  for (let count = 0; count < fitting; count++, to++) out[to] = out[to - distance] ?? 0;
  state.length = to;
  if (fitting < length) throw new Full();
}

function dynamic(state: State): void {
  const literals = take(state, 5) + 257;
  const distances = take(state, 5) + 1;
  const codes = take(state, 4) + 4;
  const codeLengths = new Uint8Array(19);
  for (let index = 0; index < codes; index++) codeLengths[CODE_ORDER[index] ?? 0] = take(state, 3);
  const lengths = codeLengthsOf(state, tableOf(codeLengths), literals + distances);
  compressed(state, tableOf(lengths.subarray(0, literals)), tableOf(lengths.subarray(literals)));
}

function codeLengthsOf(state: State, table: Table, count: number): Uint8Array {
  const lengths = new Uint8Array(count);
  for (let at = 0; at < count; ) {
    const code = symbol(state, table);
    if (code < 16) {
      lengths[at++] = code;
      continue;
    }
    if (code === 16 && at === 0) throw new Damaged();
    const value = code === 16 ? (lengths[at - 1] ?? 0) : 0;
    const times = code === 16 ? 3 + take(state, 2) : code === 17 ? 3 + take(state, 3) : 11 + take(state, 7);
    if (at + times > count) throw new Damaged();
    lengths.fill(value, at, at + times);
    at += times;
  }
  return lengths;
}

function tableOf(lengths: Uint8Array): Table {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  let bits = 15;
  while (bits > 1 && counts[bits] === 0) bits -= 1;
  const next = new Uint32Array(17);
  for (let length = 1; length <= 15; length++) {
    next[length + 1] = ((next[length] ?? 0) + (counts[length] ?? 0)) << 1;
    if ((next[length] ?? 0) + (counts[length] ?? 0) > 1 << length) throw new Damaged();
  }
  const entries = new Uint16Array(1 << bits);
  for (let value = 0; value < lengths.length; value++) {
    const length = lengths[value] ?? 0;
    if (length === 0) continue;
    const code = next[length] ?? 0;
    next[length] = code + 1;
    for (let at = reversed(code, length); at < entries.length; at += 1 << length) entries[at] = (value << 4) | length;
  }
  return { bits, entries };
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result = (result << 1) | ((code >> bit) & 1);
  return result;
}

const FIXED_LITERALS = tableOf(
  Uint8Array.from({ length: 288 }, (_, value) => (value < 144 ? 8 : value < 256 ? 9 : value < 280 ? 7 : 8)),
);
const FIXED_DISTANCES = tableOf(new Uint8Array(30).fill(5));
