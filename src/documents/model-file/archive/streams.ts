import type { ModelPart, Note } from '../model.ts';
import { type ByteSource, bytesSource, sliceSource, uintLE } from '../source.ts';
import { describeBelow, leaveOut, type PartInput, type Reader, type Walk } from '../walk.ts';
import { crc32 } from './checksum.ts';
import { type Inflated, inflate } from './inflate.ts';

/** How much may still be inflated for one stream. */
export function allowance(walk: Walk): number {
  return Math.min(walk.limits.inflateBytes, walk.inflateLeft);
}

/** Inflates and pays for it. Says where the limit cut it off. */
export function inflateWithin(source: ByteSource, offset: number, path: string, walk: Walk): Inflated {
  const most = allowance(walk);
  const inflated = inflate(source, offset, most);
  walk.inflateLeft -= inflated.bytes.length;
  if (inflated.ended === 'limit') leaveOut(walk, path, `what stands behind the first ${most} decompressed bytes`);
  return inflated;
}

/** gzip: one or more members; each is described as a part. */
export const readGzip: Reader = (part, walk) => {
  const parts: ModelPart[] = [];
  const notes: Note[] = [];
  let at = 0;
  for (let count = 0; at < part.source.size && count < 64; count++) {
    const dataAt = gzipDataAt(part.source, at);
    if (dataAt === undefined) break;
    const name = parts.length === 0 ? innerName(part.name) : `${innerName(part.name)}#${parts.length + 1}`;
    const inflated = inflateWithin(part.source, dataAt, below(part, name), walk);
    const trailer = part.source.read(dataAt + inflated.used, 8);
    notes.push(...streamNotes(inflated, dataAt));
    if (inflated.ended === 'end' && trailer.length === 8 && uintLE(trailer, 0, 4) !== crc32(inflated.bytes)) {
      notes.push({ kind: 'crc-wrong', offset: at, text: 'the gzip checksum does not match what comes out' });
    }
    parts.push(...describeBelow(part, name, bytesSource(inflated.bytes), walk));
    at = dataAt + inflated.used + 8;
    if (inflated.ended !== 'end') return { kind: 'gzip', parts, notes };
  }
  return { kind: 'gzip', parts: [...parts, ...rest(part, at, notes, walk)], notes };
};

/** Bytes in front of the zlib header in joblib's first format: `ZF` and the length in hexadecimal, padded. */
const ZFILE_HEADER = 21;

/** zlib, as joblib's `compress=` writes it, or wrote it before version 0.10. */
export const readZlib: Reader = (part, walk) => {
  const name = innerName(part.name);
  const dataAt = (part.source.read(0, 1)[0] === 0x5a ? ZFILE_HEADER : 0) + 2;
  const inflated = inflateWithin(part.source, dataAt, below(part, name), walk);
  const notes: Note[] = [...streamNotes(inflated, dataAt)];
  const parts = [...describeBelow(part, name, bytesSource(inflated.bytes), walk)];
  if (inflated.ended === 'end') parts.push(...rest(part, dataAt + inflated.used + 4, notes, walk));
  return { kind: 'zlib', parts, notes };
};

/** Bytes that one stream of these forms may become, and what a byte of them costs beside one of deflate: their decoders are slow. */
const MOST_SLOW = 32 * 1024 * 1024;
const SLOW_COST = 4;

/** What a decoder makes of a whole part, as joblib's `compress=('bz2', 3)` and its kin write it; described as a part. */
export function readPacked(
  kind: 'bzip2' | 'xz' | 'lzma' | 'lz4',
  unpack: (source: ByteSource, most: number) => Inflated,
): Reader {
  return (part, walk) => {
    const name = innerName(part.name);
    const most = Math.min(MOST_SLOW, walk.limits.inflateBytes, Math.floor(walk.inflateLeft / SLOW_COST));
    const found = unpack(part.source, most);
    walk.inflateLeft -= found.bytes.length * SLOW_COST;
    if (found.ended === 'limit')
      leaveOut(walk, below(part, name), `what stands behind the first ${most} decompressed bytes`);
    if (found.ended === 'damaged') leaveOut(walk, below(part, name), `${kind} data behind a place that cannot be read`);
    const used = found.ended === 'end' ? found.used : part.source.size;
    const notes: Note[] = [...streamNotes({ ...found, used }, 0)];
    const parts = [...describeBelow(part, name, bytesSource(found.bytes), walk)];
    if (found.ended === 'end') parts.push(...rest(part, used, notes, walk));
    return { kind, parts, notes };
  };
}

/** A form that is recognised but not opened. */
export function notOpened(kind: 'zstd' | '7z' | 'rar'): Reader {
  return (part, walk) => {
    leaveOut(walk, part.path, `compressed as ${kind}, which is recognised but not opened`);
    return { kind };
  };
}

function below(part: PartInput, name: string): string {
  return part.path === '' ? name : `${part.path}!${name}`;
}

function streamNotes(inflated: Inflated, offset: number): readonly Note[] {
  const text = `the compressed data breaks after ${inflated.bytes.length} decompressed bytes`;
  const notes: Note[] = inflated.ended === 'damaged' ? [{ kind: 'damaged', offset, text }] : [];
  const ratio = inflated.bytes.length / Math.max(1, inflated.used);
  if (ratio > 200 && inflated.bytes.length > 10_000_000) {
    notes.push({ kind: 'bomb', offset, text: `${inflated.used} bytes become at least ${inflated.bytes.length}` });
  }
  return notes;
}

/** Bytes behind the compressed stream. */
function rest(part: PartInput, at: number, notes: Note[], walk: Walk): readonly ModelPart[] {
  const length = part.source.size - at;
  if (length <= 0) return [];
  notes.push({ kind: 'bytes-after', offset: at, text: `${length} bytes follow the compressed data` });
  return describeBelow(part, `bytes at ${at}`, sliceSource(part.source, at, length), walk);
}

/** Where the deflate data of a gzip member starts; undefined where no member stands. */
function gzipDataAt(source: ByteSource, at: number): number | undefined {
  const head = source.read(at, 10);
  if (head.length < 10 || head[0] !== 0x1f || head[1] !== 0x8b || head[2] !== 8) return undefined;
  const flags = head[3] ?? 0;
  let next = at + 10;
  if (flags & 4) next += 2 + uintLE(source.read(next, 2), 0, 2);
  if (flags & 8) next = behindNul(source, next);
  if (flags & 16) next = behindNul(source, next);
  if (flags & 2) next += 2;
  return Number.isNaN(next) || next > source.size ? undefined : next;
}

function behindNul(source: ByteSource, at: number): number {
  const end = source.read(at, 4096).indexOf(0);
  return end === -1 ? Number.NaN : at + end + 1;
}

/** `model.pkl.gz` holds `model.pkl`. */
export function innerName(name: string): string {
  const file = name.slice(name.lastIndexOf('/') + 1);
  return (
    file.replace(/\.(gz|gzip|tgz|z|zlib|bz2|xz|lzma|lz4)$/i, (_, extension: string) =>
      extension.toLowerCase() === 'tgz' ? '.tar' : '',
    ) || file
  );
}
