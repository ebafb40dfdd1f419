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
  /** Entries that only readers who look for the directory elsewhere see. */
  readonly others: readonly ZipEntry[];
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

/**
 * The central directory, found from the end of the file as Python and miniz find it; undefined where there is none. Readers
 * disagree about which end record counts and whether it or the place of it tells where the directory is: `others` are the entries
 * that only some of them see.
 */
export function centralDirectory(source: ByteSource, most: number): Directory | undefined {
  const [end, ...elsewhere] = endRecords(source);
  if (end === undefined) return undefined;
  const entries = entriesAt(source, end, most);
  const known = new Set(entries.map(({ headerAt, name }) => `${headerAt} ${name}`));
  const others = elsewhere
    .flatMap((other) => entriesAt(source, other, most))
    .filter(({ headerAt, name }) => !known.has(`${headerAt} ${name}`))
    .slice(0, most);
  return { entries, others, start: end.start, end: end.end, prefix: end.prefix, promised: end.promised };
}

function entriesAt(source: ByteSource, end: EndRecord, most: number): readonly ZipEntry[] {
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
  return entries;
}

interface EndRecord {
  readonly start: number;
  readonly prefix: number;
  readonly promised: number;
  readonly recordAt: number;
  readonly end: number;
}

const MOST_END_RECORDS = 8;

/** Every reading of the end, that of Python first. End records in front of the directory belong to what the entries hold. */
function endRecords(source: ByteSource): readonly EndRecord[] {
  const tailAt = Math.max(0, source.size - LONGEST_END);
  const tail = source.read(tailAt, LONGEST_END);
  const found = new Map<string, EndRecord>();
  for (let at = tail.length - 22; at >= 0 && found.size < MOST_END_RECORDS; at--) {
    if (tail[at] !== 0x50 || !startsWithBytes(tail, END, at)) continue;
    const [first] = found.values();
    if (first !== undefined && tailAt + at < first.start) break;
    for (const record of endRecordsAt(source, tail.subarray(at, at + 22), tailAt + at)) {
      const key = `${record.start} ${record.prefix}`;
      if (!found.has(key)) found.set(key, record);
    }
  }
  return [...found.values()];
}

function endRecordsAt(source: ByteSource, record: Uint8Array, recordAt: number): readonly EndRecord[] {
  const end = Math.min(source.size, recordAt + 22 + uintLE(record, 20, 2));
  const plain = {
    at: recordAt,
    size: uintLE(record, 12, 4),
    offset: uintLE(record, 16, 4),
    promised: uintLE(record, 10, 2),
  };
  return [...wideRecords(source, recordAt), plain].flatMap(({ at, size, offset, promised }): readonly EndRecord[] => {
    const start = at - size;
    const prefix = start - offset;
    if (promised === 0) return [{ start: at, prefix: Math.max(0, prefix), promised, recordAt, end }];
    const candidates = [
      { start, prefix },
      { start: offset, prefix: 0 },
    ];
    return candidates
      .filter((candidate) => candidate.start >= 0 && startsWithBytes(source.read(candidate.start, 4), CENTRAL))
      .map((candidate) => ({ start: candidate.start, prefix: Math.max(0, candidate.prefix), promised, recordAt, end }));
  });
}

/** The zip64 end records, where a locator stands in front of the end record: the one in front of it, and the one it names. */
function wideRecords(source: ByteSource, recordAt: number) {
  const locator = source.read(recordAt - 20, 20);
  if (locator.length < 20 || !startsWithBytes(locator, END64_LOCATOR)) return [];
  return [recordAt - 76, uintLE(locator, 8, 8)].flatMap((at) => {
    const record = source.read(at, 56);
    if (record.length < 56 || !startsWithBytes(record, END64)) return [];
    return [{ at, size: uintLE(record, 40, 8), offset: uintLE(record, 48, 8), promised: uintLE(record, 32, 8) }];
  });
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
