import type { Inflated } from './inflate.ts';

/** Thrown where a compressed stream is broken or cut off; caught by `unpacked` and nowhere else. */
export class Broken extends Error {}
/** Thrown where no more may come out. */
class Full extends Error {}

/** Bytes that came out so far, at most `most`. */
export interface Output {
  bytes: Uint8Array;
  length: number;
  readonly most: number;
}

export function put(out: Output, byte: number): void {
  if (out.length >= out.bytes.length) grow(out, out.length + 1);
  out.bytes[out.length++] = byte;
}

/** Appends bytes of the input. */
export function putAll(out: Output, bytes: Uint8Array): void {
  const room = Math.min(bytes.length, out.most - out.length);
  if (room > 0) grow(out, out.length + room);
  out.bytes.set(bytes.subarray(0, room), out.length);
  out.length += room;
  if (room < bytes.length) throw new Full();
}

/** Repeats `length` bytes from `distance` back, which may reach into what it writes. */
export function putAgain(out: Output, distance: number, length: number, from = 0): void {
  if (distance <= 0 || distance > out.length - from) throw new Broken();
  const room = Math.min(length, out.most - out.length);
  if (room > 0) grow(out, out.length + room);
  for (let count = 0; count < room; count++) {
    out.bytes[out.length] = out.bytes[out.length - distance] ?? 0;
    out.length += 1;
  }
  if (room < length) throw new Full();
}

function grow(out: Output, wanted: number): void {
  if (wanted > out.most) throw new Full();
  if (wanted <= out.bytes.length) return;
  const bytes = new Uint8Array(Math.min(out.most, Math.max(wanted, out.bytes.length * 2)));
  bytes.set(out.bytes.subarray(0, out.length));
  out.bytes = bytes;
}

/** Runs a decoder and keeps what came out before a break or the limit. `unpack` answers how many bytes of the input it used. */
export function unpacked(most: number, unpack: (out: Output) => number): Inflated {
  const out: Output = { bytes: new Uint8Array(Math.min(most, 65_536)), length: 0, most };
  let ended: Inflated['ended'] = 'end';
  let used = 0;
  try {
    used = unpack(out);
  } catch (failure) {
    if (failure instanceof Full) ended = 'limit';
    else if (failure instanceof Broken) ended = 'damaged';
    else throw failure;
  }
  return { bytes: out.bytes.subarray(0, out.length), used, ended };
}
