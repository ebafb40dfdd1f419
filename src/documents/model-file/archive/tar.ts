import type { ModelPart, Note } from '../model.ts';
import { type ByteSource, decodeText, sliceSource } from '../source.ts';
import { describeBelow, leaveOut, mayGoOn, quoted, type Reader } from '../walk.ts';
import { escapes, linkEscapes } from './paths.ts';

interface TarEntry {
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly link: string;
}

/** True when a 512-byte block is a tar header: its checksum holds. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < 512) return false;
  let [sum, signed] = [0, 0];
  for (let index = 0; index < 512; index++) {
    const byte = index >= 148 && index < 156 ? 32 : (block[index] ?? 0);
    sum += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  // Old programs took bytes for signed numbers, and every reader still believes them.
  const said = octal(block.subarray(148, 156));
  return said === sum || said === signed;
}

/** tar: every regular entry is a part; names and links that leave the folder are noted. */
export const readTar: Reader = (part, walk) => {
  const parts: ModelPart[] = [];
  const notes: Note[] = [];
  const seen = new Set<string>();
  let next: Overrides = {};
  let count = 0;
  for (let at = 0; at + 512 <= part.source.size; ) {
    const block = part.source.read(at, 512);
    if (!isTarHeader(block)) {
      noteEnd(block, at, notes);
      if (block.some((byte) => byte !== 0))
        leaveOut(walk, part.path, `the tar behind byte ${at}, where a header is broken`);
      break;
    }
    if (!mayGoOn(part, walk)) break;
    if (++count > walk.limits.entries) {
      leaveOut(walk, part.path, `more than ${walk.limits.entries} entries in one archive`);
      break;
    }
    const entry = entryOf(block, next);
    const data = sliceSource(part.source, at + 512, entry.size);
    const said = overridesOf(entry, data);
    next = said === undefined ? {} : { ...next, ...said };
    if (said === undefined) {
      if (notes.length < 1000) notes.push(...entryNotes(entry, seen, at));
      if (isFile(entry)) parts.push(...describeBelow(part, entry.name, data, walk));
    }
    at += 512 + Math.ceil(entry.size / 512) * 512;
  }
  return { kind: parts.some(({ name }) => /(^|\/)model_config\.yaml$/.test(name)) ? 'nemo' : 'tar', parts, notes };
};

function noteEnd(block: Uint8Array, at: number, notes: Note[]): void {
  if (block.some((byte) => byte !== 0))
    notes.push({ kind: 'damaged', offset: at, text: 'a tar header is broken here' });
}

function entryNotes(entry: TarEntry, seen: Set<string>, offset: number): readonly Note[] {
  const notes: Note[] = [];
  const why = escapes(entry.name);
  if (why !== undefined) notes.push({ kind: 'path-escapes', offset, text: `the entry ${quoted(entry.name)} ${why}` });
  const link =
    entry.type === '1' || entry.type === '2'
      ? linkEscapes(entry.type === '1' ? '' : entry.name, entry.link)
      : undefined;
  if (link !== undefined) {
    notes.push({
      kind: 'link-escapes',
      offset,
      text: `the link ${quoted(entry.name)} to ${quoted(entry.link)} ${link}`,
    });
  }
  if (isFile(entry) && seen.has(entry.name)) {
    notes.push({
      kind: 'duplicate-entry',
      offset,
      text: `the entry ${quoted(entry.name)} stands twice; the later one wins`,
    });
  }
  seen.add(entry.name);
  return notes;
}

/** Links, devices, folders, pipes and what describes other entries; readers take every other type for a file. */
const NO_FILES: ReadonlySet<string> = new Set('123456xgXLKVM'.split(''));

function isFile(entry: TarEntry): boolean {
  return !NO_FILES.has(entry.type);
}

/** What an entry says about the one that follows it. */
interface Overrides {
  readonly name?: string;
  readonly size?: number;
}

function entryOf(block: Uint8Array, said: Overrides): TarEntry {
  const prefix = decodeText(block.subarray(257, 262)) === 'ustar' && block[262] === 0 ? text(block, 345, 155) : '';
  const short = text(block, 0, 100);
  return {
    name: said.name ?? (prefix === '' ? short : `${prefix}/${short}`),
    size: said.size ?? octal(block.subarray(124, 136)),
    type: String.fromCharCode(block[156] ?? 0),
    link: text(block, 157, 100),
  };
}

/** GNU long names and pax records are about the entry that follows; undefined for an entry of its own. */
function overridesOf(entry: TarEntry, data: ByteSource): Overrides | undefined {
  if (entry.type === 'L') return { name: text(data.read(0, 65_536), 0, 65_536) };
  if (entry.type === 'K') return {};
  if (!'xgX'.includes(entry.type) || entry.type === '') return undefined;
  const records = decodeText(data.read(0, 65_536));
  const name = /(?:^|\n)\d{1,9} path=([^\n]*)\n/.exec(records)?.[1];
  const size = /(?:^|\n)\d{1,9} (?:GNU\.sparse\.)?size=(\d{1,15})\n/.exec(records)?.[1];
  return { ...(name === undefined ? {} : { name }), ...(size === undefined ? {} : { size: Number(size) }) };
}

function text(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return decodeText(end === -1 ? field : field.subarray(0, end));
}

/** Octal text, or base 256 where the first bit is set; 0 where it is neither. */
function octal(field: Uint8Array): number {
  if ((field[0] ?? 0) & 0x80) {
    let value = 0;
    for (const byte of field.subarray(-6)) value = value * 256 + byte;
    return value;
  }
  const digits = /[0-7]{1,12}/.exec(decodeText(field).split('\0')[0] ?? '');
  return digits === null ? 0 : Number.parseInt(digits[0], 8);
}
