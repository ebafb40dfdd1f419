import type { Content } from '../core/snapshot.ts';

/** Text above this many bytes is withheld. */
export const TEXT_LIMIT = 5 * 1024 * 1024;
/** Blobs above this many bytes are not read at all. */
export const BLOB_LIMIT = 64 * 1024 * 1024;

const SNIFFED = 8000;
const LOSSY_SHARE = 0.1;
const LFS_START = 'version https://git-lfs.github.com/spec/v1\n';

function asLfsPointer(text: string): Content | undefined {
  if (text.length > 1024 || !text.startsWith(LFS_START)) return undefined;
  const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const size = /^size (\d{1,15})$/m.exec(text)?.[1];
  return oid === undefined || size === undefined ? undefined : { kind: 'lfs-pointer', oid, size: Number(size) };
}

function utf16(bytes: Uint8Array): string | undefined {
  const little = bytes[0] === 0xff && bytes[1] === 0xfe;
  const big = bytes[0] === 0xfe && bytes[1] === 0xff;
  if (!(little || big) || bytes.length % 2 !== 0) return undefined;
  const even = Buffer.from(bytes);
  const text = (big ? even.swap16() : even).toString('utf16le', 2);
  return text.includes('\0') ? undefined : text;
}

function count(text: string, wanted: string): number {
  let found = 0;
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) found += 1;
  return found;
}

function decoded(bytes: Uint8Array): Content | undefined {
  const wide = utf16(bytes);
  if (wide !== undefined) return { kind: 'text', text: wide, lossy: false };
  if (bytes.subarray(0, SNIFFED).includes(0)) return undefined;
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), lossy: false };
  } catch {
    const text = new TextDecoder('utf-8').decode(bytes);
    return count(text, '\ufffd') > text.length * LOSSY_SHARE ? undefined : { kind: 'text', text, lossy: true };
  }
}

/**
 * Decides what a blob is. UTF-8 and UTF-16 with a byte order mark are text, the mark is dropped (it is no column an
 * editor counts); text with a tenth or less of undecodable characters is lossy text; anything else is bytes.
 */
export function contentOf(bytes: Uint8Array): Content {
  if (bytes.length > BLOB_LIMIT) return { kind: 'withheld', reason: 'too-large', size: bytes.length };
  const text = decoded(bytes);
  if (text === undefined) return { kind: 'bytes', bytes };
  if (bytes.length > TEXT_LIMIT) return { kind: 'withheld', reason: 'too-large', size: bytes.length };
  return text.kind === 'text' && !text.lossy ? (asLfsPointer(text.text) ?? text) : text;
}

/** Lines that a text has, as git counts them: a last line without a newline counts. */
export function lineCount(text: string): number {
  return count(text, '\n') + (text === '' || text.endsWith('\n') ? 0 : 1);
}
