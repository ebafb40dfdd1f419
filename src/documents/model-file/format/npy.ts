import type { Note } from '../model.ts';
import { readPickles } from '../pickle/streams.ts';
import { decodeText, uintLE } from '../source.ts';
import type { Reader } from '../walk.ts';

/** NumPy's .npy: a header in Python literals, then numbers, or a pickle where the type holds objects. */
export const readNpy: Reader = (part, walk) => {
  const fixed = part.source.read(0, 12);
  const version = fixed[6] ?? 0;
  const width = version >= 2 ? 4 : 2;
  const length = uintLE(fixed, 8, width);
  const dataAt = 8 + width + length;
  if (!(version >= 1 && version <= 3) || !(dataAt <= part.source.size)) {
    return {
      kind: 'npy',
      notes: [{ kind: 'header-invalid', offset: 6, text: `the .npy header (version ${version}) is broken` }],
    };
  }
  const header = decodeText(part.source.read(8 + width, Math.min(length, walk.limits.textBytes)));
  if (length > 1_000_000) {
    const note: Note = { kind: 'header-too-large', offset: 8, text: `the .npy header claims ${length} bytes` };
    return { kind: 'npy', notes: [note], ...objectsOf(part, walk, dataAt, true) };
  }
  return { kind: 'npy', ...objectsOf(part, walk, dataAt, holdsObjects(header)) };
};

function objectsOf(part: Parameters<Reader>[0], walk: Parameters<Reader>[1], dataAt: number, objects: boolean) {
  if (!objects) return {};
  const inner = readPickles(part, walk, dataAt);
  const note: Note = {
    kind: 'object-array',
    offset: dataAt,
    text: 'the array holds Python objects, which are pickled inside it',
  };
  return { pickles: inner.pickles ?? [], parts: inner.parts ?? [], notes: [note, ...(inner.notes ?? [])] };
}

const LITERAL = /(["'])((?:\\.|(?!\1)[^\\])*)\1/g;
/** One of the types of a comma-separated list, perhaps repeated: `O`, `|O8`, `(2,)O`, `object`. */
const OBJECT = /^[\s\d()]*(?:[<>=|]?O\d{0,9}|object\w{0,9})\s*$/;

/**
 * True when a type code of the header is an object's, or may be: NumPy evaluates the header as a Python literal, in which texts
 * have escapes and stand side by side.
 */
export function holdsObjects(header: string): boolean {
  if (header.includes('\\')) return true;
  let end = -1;
  for (const match of header.matchAll(LITERAL)) {
    if (end !== -1 && /^\s*[A-Za-z]{0,2}$/.test(header.slice(end, match.index))) return true;
    if ((match[2] ?? '').split(',').some((part) => OBJECT.test(part))) return true;
    end = match.index + match[0].length;
  }
  return false;
}
