import type { Span } from '../../core/location.ts';

/** A run of decoded text that stands in the file letter by letter (`width` 0), or one letter written as an escape. */
interface Piece {
  readonly at: number;
  readonly file: number;
  /** Length in the file of the escape; 0 for a run. */
  readonly width: number;
}

/** Decoded text with the place of each letter in the file. */
export interface SourceMap {
  readonly text: string;
  /** The part of the file a span of `text` was written as. */
  readonly toFile: (span: Span) => Span;
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Puts decoded JSON strings one behind the other. */
export interface SourceWriter {
  /** Adds the JSON string literal that starts at `offset` (its quote) and is `length` long; the end quote may be missing. */
  readonly add: (file: string, offset: number, length: number) => void;
  readonly done: () => SourceMap;
}

export function sourceWriter(): SourceWriter {
  const pieces: Piece[] = [];
  const texts: string[] = [];
  let length = 0;

  const write = (text: string, at: number, width: number): void => {
    if (text === '') return;
    pieces.push({ at: length, file: at, width });
    texts.push(text);
    length += text.length;
  };

  const add = (source: string, offset: number, size: number): void => {
    const closed = size > 1 && source[offset + size - 1] === '"';
    const end = offset + size - (closed ? 1 : 0);
    let from = offset + 1;
    for (let at = source.indexOf('\\', from); at !== -1 && at < end; at = source.indexOf('\\', from)) {
      write(source.slice(from, at), from, 0);
      const { letter, width } = escapeAt(source, at, end);
      write(letter, at, width);
      from = at + width;
    }
    write(source.slice(from, Math.max(from, end)), from, 0);
  };

  return {
    add,
    done: () => {
      const text = texts.join('');
      return { text, toFile: (span) => ({ start: startOf(pieces, span.start), end: endOf(pieces, span.end) }) };
    },
  };
}

function escapeAt(source: string, at: number, end: number): { readonly letter: string; readonly width: number } {
  const code = source[at + 1] ?? '';
  if (code === 'u' && /^[0-9a-fA-F]{4}$/.test(source.slice(at + 2, at + 6)) && at + 6 <= end) {
    return { letter: String.fromCharCode(Number.parseInt(source.slice(at + 2, at + 6), 16)), width: 6 };
  }
  return { letter: ESCAPES[code] ?? (code === '' ? '\\' : code), width: Math.min(2, end - at) };
}

function pieceAt(pieces: readonly Piece[], offset: number): Piece | undefined {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.at ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return pieces[low];
}

function startOf(pieces: readonly Piece[], offset: number): number {
  const piece = pieceAt(pieces, offset);
  if (piece === undefined) return 0;
  return piece.file + (piece.width === 0 ? offset - piece.at : offset > piece.at ? piece.width : 0);
}

function endOf(pieces: readonly Piece[], offset: number): number {
  if (offset === 0) return startOf(pieces, 0);
  const piece = pieceAt(pieces, offset - 1);
  if (piece === undefined) return 0;
  return piece.file + (piece.width === 0 ? offset - piece.at : piece.width);
}
