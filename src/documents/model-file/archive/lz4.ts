import { type ByteSource, uintLE } from '../source.ts';
import type { Inflated } from './inflate.ts';
import { Broken, type Output, putAgain, putAll, unpacked } from './output.ts';

const MAGIC = 0x184d2204;
const LARGEST_BLOCK = 4 * 1024 * 1024 + 16;

/** LZ4 frames, one behind the other, from the start of `source`. Source: github.com/lz4/lz4, doc/lz4_Frame_format.md. */
export function unlz4(source: ByteSource, most: number): Inflated {
  return unpacked(most, (out) => {
    let at = 0;
    while (uintLE(source.read(at, 4), 0, 4) === MAGIC) at = frame(source, at + 4, out);
    return at;
  });
}

function frame(source: ByteSource, start: number, out: Output): number {
  const flags = source.read(start, 1)[0] ?? 0;
  if (flags >> 6 !== 1) throw new Broken();
  const [blockSum, sized, contentSum, dictionary] = [flags & 16, flags & 8, flags & 4, flags & 1];
  const from = out.length;
  let at = start + 3 + (sized ? 8 : 0) + (dictionary ? 4 : 0);
  for (;;) {
    const word = source.read(at, 4);
    if (word.length < 4) throw new Broken();
    const size = uintLE(word, 0, 4) & 0x7fffffff;
    at += 4;
    if (size === 0) return at + (contentSum ? 4 : 0);
    const data = source.read(at, size);
    if (size > LARGEST_BLOCK || data.length < size) throw new Broken();
    if ((word[3] ?? 0) & 0x80) putAll(out, data);
    else block(data, from, out);
    at += size + (blockSum ? 4 : 0);
  }
}

/** Sequences of literals and repetitions; a repetition reaches back into the blocks before. */
function block(data: Uint8Array, from: number, out: Output): void {
  let at = 0;
  const length = (start: number): number => {
    let total = start;
    for (let byte = 255; start === 15 && byte === 255; total += byte) {
      if (at >= data.length) throw new Broken();
      byte = data[at++] ?? 0;
    }
    return total;
  };
  while (at < data.length) {
    const token = data[at++] ?? 0;
    const literals = length(token >> 4);
    if (at + literals > data.length) throw new Broken();
    putAll(out, data.subarray(at, at + literals));
    at += literals;
    if (at >= data.length) return;
    const distance = uintLE(data, at, 2);
    at += 2;
    putAgain(out, Number.isNaN(distance) ? 0 : distance, length(token & 15) + 4, from);
  }
}
