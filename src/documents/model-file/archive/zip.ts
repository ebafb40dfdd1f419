import { holdsObjects } from '../format/npy.ts';
import type { ContentKind, ModelPart, Note } from '../model.ts';
import { hidesInTensor } from '../pickle/search.ts';
import { type ByteSource, bytesSource, sliceSource, uintLE } from '../source.ts';
import { describeBelow, leaveOut, mayGoOn, type PartInput, quoted, type Reader, type Walk } from '../walk.ts';
import { crc32 } from './checksum.ts';
import { inflate } from './inflate.ts';
import { inflateWithin } from './streams.ts';
import { disagreements, entryNotes, overlaps } from './zip-notes.ts';
import { centralDirectory, type Directory, localHeader, nextLocalHeader, type ZipEntry } from './zip-records.ts';

const MOST_NOTES = 1000;

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** zip, read by its directory and by its local headers, as the different loaders do; what disagrees is noted. */
export const readZip: Reader = (part, walk) => {
  const directory = centralDirectory(part.source, walk.limits.entries);
  if (
    directory !== undefined &&
    directory.promised > directory.entries.length &&
    directory.entries.length >= walk.limits.entries
  ) {
    leaveOut(walk, part.path, `more than ${walk.limits.entries} entries in one archive`);
  }
  const notes: Note[] =
    directory === undefined
      ? [
          {
            kind: 'directory-missing',
            text: 'the zip has no central directory; only loaders that read local headers open it',
          },
        ]
      : [...directoryNotes(part, directory)];
  const listed = [...(directory?.entries ?? []), ...(directory?.others ?? [])];
  const kind = kindOf(listed.map(({ name }) => name));
  const seen = new Map<string, number>();
  const parts: ModelPart[] = [];
  const covered: Stretch[] = [];
  for (const entry of listed) {
    if ((walk.workLeft <= 0 || walk.keptLeft <= 0) && !mayGoOn(part, walk)) break;
    const local = localHeader(part.source, entry.headerAt);
    covered.push({ from: entry.headerAt, to: (local?.dataAt ?? entry.headerAt) + entry.compressed });
    const found = [...entryNotes(entry, seen), ...disagreements(entry, local)];
    if (notes.length < MOST_NOTES) notes.push(...found);
    parts.push(...readEntry(part, entry, local, kind, notes, walk));
  }
  parts.push(...unlisted(part, directory, covered, notes, walk));
  return { kind, parts, notes: notes.slice(0, MOST_NOTES) };
};

function directoryNotes(part: PartInput, directory: Directory): readonly Note[] {
  const notes: Note[] = [...overlaps(directory.entries)];
  const [other] = directory.others;
  if (other !== undefined) {
    const text = `a second directory lists ${directory.others.length} further entries, such as ${quoted(other.name)}; loaders disagree about which directory counts`;
    notes.push({ kind: 'directories-disagree', offset: directory.start, text });
  }
  if (directory.prefix > 0) {
    notes.push({ kind: 'bytes-before', offset: 0, text: `${directory.prefix} bytes stand in front of the archive` });
  }
  if (directory.end < part.source.size) {
    const length = part.source.size - directory.end;
    notes.push({ kind: 'bytes-after', offset: directory.end, text: `${length} bytes follow the archive` });
  }
  if (directory.promised > directory.entries.length) {
    const text = `the end record promises ${directory.promised} entries, the directory holds ${directory.entries.length}`;
    notes.push({ kind: 'damaged', offset: directory.start, text });
  }
  return notes;
}

/** What kind of file the members make of a zip. */
export function kindOf(names: readonly string[]): ContentKind {
  const some = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (some(/(^|\/)data\.pkl$/)) return some(/(^|\/)(constants\.pkl$|code\/)/) ? 'torchscript' : 'torch-zip';
  if (some(/^config\.json$/) && some(/^(metadata\.json|model\.weights\.h5)$/)) return 'keras-zip';
  if (some(/^schema\.json$/)) return 'skops';
  if (some(/^MAR-INF\/MANIFEST\.json$/)) return 'torchserve-archive';
  if (names.length > 0 && names.every((name) => name.endsWith('.npy'))) return 'npz';
  return 'zip';
}

function readEntry(
  part: PartInput,
  entry: ZipEntry,
  local: ZipEntry | undefined,
  kind: ContentKind,
  notes: Note[],
  walk: Walk,
): readonly ModelPart[] {
  if (entry.name.endsWith('/') && entry.size === 0) return [];
  const dataAt = local?.dataAt ?? entry.headerAt + 30 + entry.name.length;
  const packed = sliceSource(part.source, dataAt, entry.compressed);
  const path = part.path === '' ? entry.name : `${part.path}!${entry.name}`;
  if (entry.method === 8) return mayGoOn(part, walk) ? inflatedEntry(part, entry, packed, path, notes, walk) : [];
  if (entry.method !== 0) {
    leaveOut(walk, path, `zip compression method ${entry.method} is not opened`);
    return [];
  }
  if (isTensor(kind, entry.name) && !hidesInTensor(packed, walk)) return [];
  if (!mayGoOn(part, walk)) return [];
  if (packed.size <= 1_048_576) noteChecksum(entry, packed.read(0, packed.size), notes);
  return describeBelow(part, entry.name, packed, walk);
}

/** Raw numbers of a torch archive: never unpickled, thousands of them. */
function isTensor(kind: ContentKind, name: string): boolean {
  return (kind === 'torch-zip' || kind === 'torchscript') && /(^|\/)(data|constants|tensors)\/\d+$/.test(name);
}

const PREVIEW = 65_536;

function inflatedEntry(
  part: PartInput,
  entry: ZipEntry,
  packed: ByteSource,
  path: string,
  notes: Note[],
  walk: Walk,
): readonly ModelPart[] {
  const preview = inflate(packed, 0, PREVIEW);
  walk.workLeft -= preview.bytes.length;
  const plainArray = preview.ended === 'limit' && numericArray(preview.bytes);
  const inflated = plainArray ? preview : inflateWithin(packed, 0, path, walk);
  if (inflated.ended === 'damaged') {
    notes.push({
      kind: 'damaged',
      offset: entry.headerAt,
      text: `the data of ${quoted(entry.name)} breaks off`,
    });
  }
  if (inflated.ended === 'end' && inflated.bytes.length !== entry.size) {
    const text = `${quoted(entry.name)} claims ${entry.size} bytes but holds ${inflated.bytes.length}`;
    notes.push({ kind: 'size-disagrees', offset: entry.headerAt, text });
  }
  if (inflated.ended === 'limit' && !plainArray && inflated.bytes.length > inflated.used * 200) {
    notes.push({
      kind: 'bomb',
      offset: entry.headerAt,
      text: `${quoted(entry.name)} grows more than 200-fold`,
    });
  }
  if (inflated.ended === 'end') noteChecksum(entry, inflated.bytes, notes);
  return describeBelow(part, entry.name, bytesSource(inflated.bytes), walk);
}

/** An .npy whose type holds no objects: its numbers need not be inflated. */
function numericArray(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x93 || bytes[1] !== 0x4e || bytes[6] !== 1) return false;
  const header = new TextDecoder('latin1').decode(bytes.subarray(10, 10 + uintLE(bytes, 8, 2)));
  return /'descr': '[<>|=][biufcmMSUV?]\d+'/.test(header) && !holdsObjects(header);
}

function noteChecksum(entry: ZipEntry, bytes: Uint8Array, notes: Note[]): void {
  if (notes.length >= MOST_NOTES || crc32(bytes) === entry.crc) return;
  notes.push({
    kind: 'crc-wrong',
    offset: entry.headerAt,
    text: `the checksum of ${quoted(entry.name)} does not match its data`,
  });
}

/** Local entries that the directory does not list: streaming loaders see them, Python does not. */
function unlisted(
  part: PartInput,
  directory: Directory | undefined,
  covered: readonly Stretch[],
  notes: Note[],
  walk: Walk,
): readonly ModelPart[] {
  const gaps = gapsBetween(part.source, directory, covered);
  const parts: ModelPart[] = [];
  for (const gap of gaps) {
    for (let at = gap.from; at < gap.to && parts.length < 1000 && walk.searchLeft > 0; ) {
      const found = nextLocalHeader(part.source, at, Math.min(gap.to, at + walk.searchLeft));
      walk.searchLeft -= (found === -1 ? gap.to : found) - at;
      if (found === -1) break;
      const entry = localHeader(part.source, found);
      at = entry === undefined ? found + 4 : Math.max(found + 4, entry.dataAt);
      if (entry === undefined || entry.dataAt > gap.to) continue;
      if (directory !== undefined) {
        const text = `${quoted(entry.name)} stands in the file but not in its directory`;
        notes.push({ kind: 'entry-not-in-directory', offset: found, text });
      }
      const length = entry.compressed > 0 ? entry.compressed : gap.to - entry.dataAt;
      parts.push(
        ...readEntry(part, { ...entry, compressed: Math.min(length, gap.to - entry.dataAt) }, entry, 'zip', [], walk),
      );
    }
  }
  return parts;
}

/** Stretches of the file that no listed entry covers. */
function gapsBetween(source: ByteSource, directory: Directory | undefined, covered: readonly Stretch[]) {
  const end = directory?.start ?? source.size;
  const gaps: Stretch[] = [];
  let at = 0;
  for (const stretch of [...covered].sort((a, b) => a.from - b.from)) {
    if (stretch.from - at > 30) gaps.push({ from: at, to: Math.min(stretch.from, end) });
    at = Math.max(at, stretch.to);
  }
  if (end - at > 30) gaps.push({ from: at, to: end });
  return gaps;
}
