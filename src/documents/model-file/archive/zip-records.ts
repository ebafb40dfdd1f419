import { ascii, type ByteSource, decodeText, indexOfBytes, startsWithBytes, uintLE } from '../source.ts';

/** An entry as the central directory or a local header tells it. */
export interface ZipEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  /** Of the local header, from the start of the file. */
  readonly headerAt: number;
  /** Of the data; known for local headers only. */
  readonly dataAt: number;
  /** Unix mode from the external attributes, 0 where there is none. */
  readonly mode: number;
}

export interface Directory {
  readonly entries: readonly ZipEntry[];
  /** Where the directory starts and the end record ends. */
  readonly start: number;
  readonly end: number;
  /** Bytes in front of the archive: offsets inside it count from here. */
  readonly prefix: number;
  /** Entries the end record promises. */
  readonly promised: number;
}

const LOCAL = ascii('PK\x03\x04');
const CENTRAL = ascii('PK\x01\x02');
const END = ascii('PK\x05\x06');
const END64 = ascii('PK\x06\x06');
const END64_LOCATOR = ascii('PK\x06\x07');
const LONGEST_END = 65_557;
/** No file system has longer paths. */
const LONGEST_NAME = 4096;

/** The central directory, found from the end of the file as Python and miniz find it; undefined where there is none. */
export function centralDirectory(source: ByteSource, most: number): Directory | undefined {
  const end = endRecord(source);
  if (end === undefined) return undefined;
  const entries: ZipEntry[] = [];
  let at = end.start;
  while (entries.length < most && at + 46 <= end.recordAt) {
    const fixed = source.read(at, 46);
    if (!startsWithBytes(fixed, CENTRAL)) break;
    const lengths = [uintLE(fixed, 28, 2), uintLE(fixed, 30, 2), uintLE(fixed, 32, 2)] as const;
    const rest = source.read(at + 46, lengths[0] + lengths[1]);
    entries.push(centralEntry(fixed, rest, lengths[0], end.prefix));
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return { entries, start: end.start, end: end.end, prefix: end.prefix, promised: end.promised };
}

interface EndRecord {
  readonly start: number;
  readonly prefix: number;
  readonly promised: number;
  readonly recordAt: number;
  readonly end: number;
}

function endRecord(source: ByteSource): EndRecord | undefined {
  const tailAt = Math.max(0, source.size - LONGEST_END);
  const tail = source.read(tailAt, LONGEST_END);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail[at] !== 0x50 || !startsWithBytes(tail, END, at)) continue;
    const record = endRecordAt(source, tail.subarray(at, at + 22), tailAt + at);
    if (record !== undefined) return record;
  }
  return undefined;
}

function endRecordAt(source: ByteSource, record: Uint8Array, recordAt: number): EndRecord | undefined {
  const wide = wideRecord(source, recordAt);
  const size = wide?.size ?? uintLE(record, 12, 4);
  const offset = wide?.offset ?? uintLE(record, 16, 4);
  const promised = wide?.promised ?? uintLE(record, 10, 2);
  const end = Math.min(source.size, recordAt + 22 + uintLE(record, 20, 2));
  const directoryEnd = wide?.at ?? recordAt;
  const start = directoryEnd - size;
  const prefix = start - offset;
  if (promised === 0) return { start: directoryEnd, prefix: Math.max(0, prefix), promised, recordAt, end };
  for (const [candidate, before] of [
    [start, prefix],
    [offset, 0],
  ] as const) {
    if (candidate >= 0 && startsWithBytes(source.read(candidate, 4), CENTRAL)) {
      return { start: candidate, prefix: Math.max(0, before), promised, recordAt, end };
    }
  }
  return undefined;
}

/** The zip64 end record, where its locator stands in front of the end record. */
function wideRecord(source: ByteSource, recordAt: number) {
  const locator = source.read(recordAt - 20, 20);
  if (locator.length < 20 || !startsWithBytes(locator, END64_LOCATOR)) return undefined;
  for (const at of [uintLE(locator, 8, 8), recordAt - 76]) {
    const record = source.read(at, 56);
    if (record.length === 56 && startsWithBytes(record, END64)) {
      return { at, size: uintLE(record, 40, 8), offset: uintLE(record, 48, 8), promised: uintLE(record, 32, 8) };
    }
  }
  return undefined;
}

function centralEntry(fixed: Uint8Array, rest: Uint8Array, nameLength: number, prefix: number): ZipEntry {
  const extra = rest.subarray(nameLength);
  const wide = wideFields(extra, [uintLE(fixed, 24, 4), uintLE(fixed, 20, 4), uintLE(fixed, 42, 4)]);
  return {
    name: decodeText(rest.subarray(0, Math.min(nameLength, LONGEST_NAME))),
    flags: uintLE(fixed, 8, 2),
    method: uintLE(fixed, 10, 2),
    crc: uintLE(fixed, 16, 4),
    size: wide[0] ?? 0,
    compressed: wide[1] ?? 0,
    headerAt: (wide[2] ?? 0) + prefix,
    dataAt: -1,
    mode: uintLE(fixed, 5, 1) === 3 ? uintLE(fixed, 40, 2) : 0,
  };
}

/** The local header at `at`; undefined where none stands. */
export function localHeader(source: ByteSource, at: number): ZipEntry | undefined {
  const fixed = source.read(at, 30);
  if (fixed.length < 30 || !startsWithBytes(fixed, LOCAL)) return undefined;
  const nameLength = uintLE(fixed, 26, 2);
  const extraLength = uintLE(fixed, 28, 2);
  const rest = source.read(at + 30, nameLength + extraLength);
  const wide = wideFields(rest.subarray(nameLength), [uintLE(fixed, 22, 4), uintLE(fixed, 18, 4)]);
  return {
    name: decodeText(rest.subarray(0, Math.min(nameLength, LONGEST_NAME))),
    flags: uintLE(fixed, 6, 2),
    method: uintLE(fixed, 8, 2),
    crc: uintLE(fixed, 14, 4),
    size: wide[0] ?? 0,
    compressed: wide[1] ?? 0,
    headerAt: at,
    dataAt: at + 30 + nameLength + extraLength,
    mode: 0,
  };
}

/** The next local header at or behind `from`, before `to`; -1 where none is. */
export function nextLocalHeader(source: ByteSource, from: number, to: number): number {
  return indexOfBytes(source, LOCAL, from, to);
}

/** Replaces the fields that hold 0xffffffff by those of the zip64 extra field, in its order. */
function wideFields(extra: Uint8Array, fields: readonly number[]): readonly number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const id = uintLE(extra, at, 2);
    const length = uintLE(extra, at + 2, 2);
    if (id === 1) {
      let next = at + 4;
      return fields.map((field) => {
        if (field !== 0xffffffff || next + 8 > at + 4 + length || next + 8 > extra.length) return field;
        next += 8;
        return uintLE(extra, next - 8, 8);
      });
    }
    at += 4 + length;
  }
  return fields;
}
