import { decodeText } from '../source.ts';
import { Broken, type Cursor, skip, take, takeLine, takeLineBytes, takeUint } from './cursor.ts';
import { FALSE, int, TEXT_KEPT, TRUE, unknown, type Value } from './values.ts';

/** INT: decimal, octal or hexadecimal as `int(text, 0)` reads it; `00` and `01` are booleans. */
export function intLine(cursor: Cursor): Value {
  const line = numberLine(cursor);
  if (line === '00') return FALSE;
  if (line === '01') return TRUE;
  return numberOr(integerOf(line));
}

/** LONG: like INT with an optional `L` at the end. */
export function longLine(cursor: Cursor): Value {
  const line = numberLine(cursor);
  return numberOr(integerOf(line.endsWith('L') ? line.slice(0, -1) : line));
}

/** The number of a decimal line, for PUT and GET. */
export function indexLine(cursor: Cursor): number {
  const value = Number(integerOf(numberLine(cursor)) ?? Number.NaN);
  if (Number.isNaN(value)) throw new Broken('a memo index is no whole number');
  if (value < 0) throw new Broken('a memo index is negative');
  return value;
}

/** CPython reads numbers as C texts, which end at the first NUL. */
function numberLine(cursor: Cursor): string {
  return (takeLine(cursor).split('\0')[0] ?? '').trim();
}

/**
 * What is no number to us may be one to some reader of numbers (Python's and C's differ), so it is never taken for the end:
 * a pickle could hide what follows behind it.
 */
function numberOr(value: number | bigint | undefined): Value {
  return value === undefined ? unknown('a number that is none') : int(value);
}

function integerOf(line: string): number | bigint | undefined {
  const text = line.replaceAll('_', '');
  const negative = text.startsWith('-');
  const digits = negative || text.startsWith('+') ? text.slice(1) : text;
  if (!/^(?:\d{1,5000}|0[xX][\da-fA-F]{1,4000}|0[oO][0-7]{1,4000}|0[bB][01]{1,9000})$/.test(digits)) return undefined;
  const value = digits.length < 15 ? Number(digits) : BigInt(digits);
  return negative ? -value : value;
}

export function floatLine(cursor: Cursor): Value {
  const value = Number(numberLine(cursor).replace(/^([+-]?)(?:inf|infinity)$/i, '$1Infinity'));
  return Number.isNaN(value) ? unknown('a number') : { kind: 'float', value };
}

export function binaryFloat(cursor: Cursor): Value {
  const bytes = take(cursor, 8);
  return { kind: 'float', value: new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, false) };
}

export function signed32(cursor: Cursor): number {
  return takeUint(cursor, 4) | 0;
}

/** LONG1 and LONG4: two's complement, little-endian. Longer than 64 bytes is kept as a bound only. */
export function longBytes(cursor: Cursor, length: number): Value {
  if (length < 0) throw new Broken('a LONG has a negative length');
  if (length > 64) {
    skip(cursor, length);
    return { kind: 'unknown', why: `an integer of ${length} bytes` };
  }
  let value = 0n;
  const bytes = take(cursor, length);
  for (let index = length - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[index] ?? 0);
  if (length > 0 && (bytes[length - 1] ?? 0) >= 0x80) value -= 1n << BigInt(length * 8);
  const small = value >= -0x1fffffffffffffn && value <= 0x1fffffffffffffn;
  return int(small ? Number(value) : value);
}

/** A length-prefixed text; the stream holds all of it, the value its beginning. */
export function text(cursor: Cursor, length: number): Value {
  if (length <= TEXT_KEPT) return { kind: 'text', text: decodeText(take(cursor, length)), length };
  const start = skip(cursor, length);
  return { kind: 'text', text: decodeText(cursor.source.read(start, TEXT_KEPT)), length, offset: start };
}

/** BINSTRING: its length is signed. */
export function signedText(cursor: Cursor): Value {
  const length = signed32(cursor);
  if (length < 0) throw new Broken('a BINSTRING has a negative length');
  return text(cursor, length);
}

export function bytes(cursor: Cursor, length: number): Value {
  if (length > Number.MAX_SAFE_INTEGER) throw new Broken('a payload is longer than any memory');
  return { kind: 'bytes', offset: skip(cursor, length), length };
}

/** STRING: quoted, with the escapes of a Python bytes literal. */
export function stringLine(cursor: Cursor): Value {
  const line = takeLine(cursor);
  const quote = line[0];
  if (line.length < 2 || quote !== line[line.length - 1] || (quote !== '"' && quote !== "'")) {
    throw new Broken('a STRING is not quoted');
  }
  const decoded = unescaped(line.slice(1, -1).slice(0, TEXT_KEPT * 8));
  return { kind: 'text', text: decoded.slice(0, TEXT_KEPT), length: line.length - 2 };
}

const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

function unescaped(raw: string): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(/\\(x[\da-fA-F]{2}|[0-7]{1,3}|[\s\S])/g, (whole: string, code: string) => {
    if (code.length === 3 && code.startsWith('x')) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    return SIMPLE[code] ?? whole;
  });
}

/** UNICODE: raw-unicode-escape, which is Latin-1 where only \u and \U after an odd number of backslashes are escapes. */
export function unicodeLine(cursor: Cursor): Value {
  const bytes = takeLineBytes(cursor);
  let line = '';
  for (const byte of bytes.subarray(0, TEXT_KEPT * 8)) line += String.fromCharCode(byte);
  return { kind: 'text', text: rawUnescaped(line).slice(0, TEXT_KEPT), length: bytes.length };
}

function rawUnescaped(line: string): string {
  if (!line.includes('\\')) return line;
  let out = '';
  let slashes = 0;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    const width = character === 'u' ? 4 : character === 'U' ? 8 : 0;
    const digits = width > 0 && slashes % 2 === 1 ? line.slice(at + 1, at + 1 + width) : '';
    slashes = character === '\\' ? slashes + 1 : 0;
    if (width === 0 || digits.length !== width || !/^[\da-fA-F]+$/.test(digits)) {
      out += character;
      continue;
    }
    const point = Number.parseInt(digits, 16);
    out = out.slice(0, -1) + (point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd');
    at += width;
  }
  return out;
}
