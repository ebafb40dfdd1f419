import { type ByteSource, uintLE } from '../source.ts';
import type { Inflated } from './inflate.ts';
import { createModel, decode, type Model, type Properties, resetModel, startRange } from './lzma-model.ts';
import { Broken, type Output, putAll, unpacked } from './output.ts';

/** The old LZMA format: properties, dictionary, size, one stream. Source: github.com/tukaani-project/xz, doc/lzma-file-format.txt. */
export function unlzma(source: ByteSource, most: number): Inflated {
  return unpacked(most, (out) => {
    const head = source.read(0, 13);
    const size = uintLE(head, 5, 8);
    const model = createModel(propertiesOf(head[0] ?? 255), source);
    startRange(model, 13);
    decode(model, out, size >= 2 ** 63 ? Number.POSITIVE_INFINITY : size);
    return model.at;
  });
}

function propertiesOf(byte: number): Properties {
  if (byte >= 9 * 5 * 5) throw new Broken();
  return { lc: byte % 9, lp: Math.floor(byte / 9) % 5, pb: Math.floor(byte / 45) };
}

const XZ_HEADER = 12;
/** Bytes of the check behind a block, by its kind. */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** xz streams of LZMA2 blocks, one behind the other. Source: tukaani.org/xz/xz-file-format.txt. */
export function unxz(source: ByteSource, most: number): Inflated {
  return unpacked(most, (out) => {
    let at = 0;
    while (isXz(source, at)) at = paddingBehind(source, stream(source, at, out));
    return at;
  });
}

const isXz = (source: ByteSource, at: number): boolean => String.fromCharCode(...source.read(at, 6)) === '\xfd7zXZ\0';

/** Zeros in fours may stand between streams. */
function paddingBehind(source: ByteSource, at: number): number {
  let next = at;
  while (source.read(next, 4).length === 4 && uintLE(source.read(next, 4), 0, 4) === 0) next += 4;
  return next;
}

function stream(source: ByteSource, start: number, out: Output): number {
  const check = CHECK_BYTES[(source.read(start + 7, 1)[0] ?? 0) & 15] ?? 0;
  let at = start + XZ_HEADER;
  for (;;) {
    const size = source.read(at, 1)[0];
    if (size === undefined) throw new Broken();
    if (size === 0) return behindIndex(source, at);
    const data = at + (size + 1) * 4;
    onlyLzma2(source.read(at, (size + 1) * 4));
    const end = chunks(source, data, out);
    at = end + ((4 - ((end - data) % 4)) % 4) + check;
  }
}

/** Other filters change what comes out; what they make is not looked at. */
function onlyLzma2(header: Uint8Array): void {
  const flags = header[1] ?? 0;
  let at = 2;
  for (let sizes = (flags & 0x40 ? 1 : 0) + (flags & 0x80 ? 1 : 0); sizes > 0; sizes--) at = behindNumber(header, at);
  if ((flags & 3) !== 0 || header[at] !== 0x21) throw new Broken();
}

function behindNumber(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0) >= 0x80 && at < start + 9) at += 1;
  return at + 1;
}

/** The index lists two numbers for each block; it and the footer end the stream. */
function behindIndex(source: ByteSource, start: number): number {
  const bytes = source.read(start, 65_536);
  let at = 1;
  let blocks = 0;
  for (let scale = 1, byte = 0x80; byte >= 0x80 && at < 10; scale *= 128) {
    byte = bytes[at++] ?? 0;
    blocks += (byte & 0x7f) * scale;
  }
  for (let count = 0; count < blocks * 2 && at < bytes.length; count++) at = behindNumber(bytes, at);
  return start + at + ((4 - (at % 4)) % 4) + 4 + XZ_HEADER;
}

/** LZMA2: chunks that are stored, or of one LZMA stream that goes on with what it learned. */
function chunks(source: ByteSource, start: number, out: Output): number {
  let at = start;
  let model: Model | undefined;
  const from = { dictionary: out.length };
  for (;;) {
    const head = source.read(at, 6);
    const control = head[0];
    if (control === undefined) throw new Broken();
    if (control === 0) return at + 1;
    if (control < 0x80) {
      if (control > 2) throw new Broken();
      if (control === 1) from.dictionary = out.length;
      const size = (head[1] ?? 0) * 256 + (head[2] ?? 0) + 1;
      const data = source.read(at + 3, size);
      if (data.length < size) throw new Broken();
      putAll(out, data);
      at += 3 + size;
      continue;
    }
    const size = ((control & 31) << 16) + (head[1] ?? 0) * 256 + (head[2] ?? 0) + 1;
    const packed = (head[3] ?? 0) * 256 + (head[4] ?? 0) + 1;
    const reset = (control >> 5) & 3;
    if (reset === 3) from.dictionary = out.length;
    if (reset >= 2) model = createModel(propertiesOf(head[5] ?? 255), source);
    else if (reset === 1 && model !== undefined) resetModel(model);
    if (model === undefined) throw new Broken();
    const data = at + (reset >= 2 ? 6 : 5);
    startRange(model, data);
    decode(model, out, size, from.dictionary);
    at = data + packed;
  }
}
