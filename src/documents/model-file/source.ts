/** Random access to bytes, synchronously, so that a checkpoint can be judged without reading its tensors. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /** The bytes from `offset`, at most `length`; fewer (or none) at the end. The result must not be written to. */
  read(offset: number, length: number): Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** A source over bytes in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => {
      if (offset < 0 || length <= 0 || offset >= bytes.length) return NOTHING;
      return bytes.subarray(offset, Math.min(bytes.length, offset + length));
    },
  };
}

/** The part of `source` that starts at `start` and is `length` bytes long, cut to what exists. */
export function sliceSource(source: ByteSource, start: number, length: number): ByteSource {
  const from = Math.min(Math.max(0, start), source.size);
  const size = Math.max(0, Math.min(length, source.size - from));
  return {
    size,
    read: (offset, wanted) => {
      if (offset < 0 || offset >= size) return NOTHING;
      return source.read(from + offset, Math.min(wanted, size - offset));
    },
  };
}

/** The same source; `count` hears how many bytes each read returned. */
export function countedSource(source: ByteSource, count: (bytes: number) => void): ByteSource {
  return {
    size: source.size,
    read: (offset, length) => {
      const bytes = source.read(offset, length);
      count(bytes.length);
      return bytes;
    },
  };
}

/** First offset in `[from, to)` at which `needle` starts, or -1; reads in windows of 64 KiB. */
export function indexOfBytes(source: ByteSource, needle: Uint8Array, from: number, to: number): number {
  const step = 65_536;
  const first = needle[0] ?? 0;
  for (let base = from; base < to; base += step) {
    const window = source.read(base, Math.min(step, to - base) + needle.length - 1);
    for (let at = window.indexOf(first); at !== -1; at = window.indexOf(first, at + 1)) {
      if (at + needle.length <= window.length && startsWithBytes(window, needle, at)) return base + at;
    }
  }
  return -1;
}

/** True when `needle` stands in `bytes` at `offset`. */
export function startsWithBytes(bytes: Uint8Array, needle: Uint8Array, offset = 0): boolean {
  if (offset + needle.length > bytes.length) return false;
  for (let index = 0; index < needle.length; index++) {
    if (bytes[offset + index] !== needle[index]) return false;
  }
  return true;
}

/** Bytes of an ASCII text. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const utf8 = new TextDecoder('utf-8');

/** UTF-8 text with replacement characters for what is not UTF-8; short ASCII takes a fast path. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > 64) return utf8.decode(bytes);
  let text = '';
  for (const byte of bytes) {
    if (byte >= 0x80) return utf8.decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Unsigned little-endian integer of `width` bytes (1 to 8) at `offset`; NaN where bytes are missing. */
export function uintLE(bytes: Uint8Array, offset: number, width: number): number {
  let value = 0;
  for (let index = width - 1; index >= 0; index--) value = value * 256 + (bytes[offset + index] ?? Number.NaN);
  return value;
}

/** Unsigned big-endian integer of `width` bytes at `offset`; NaN where bytes are missing. */
export function uintBE(bytes: Uint8Array, offset: number, width: number): number {
  let value = 0;
  for (let index = 0; index < width; index++) value = value * 256 + (bytes[offset + index] ?? Number.NaN);
  return value;
}
