import type { Span } from '../core/location.ts';

export interface HclToken extends Span {
  readonly kind: 'name' | 'number' | 'string' | 'heredoc' | 'mark' | 'newline' | 'comment' | 'end';
  /** A string or heredoc that holds `${` or `%{`, or that never ends. */
  readonly open: boolean;
  /** The string or comment never ends. */
  readonly broken: boolean;
}

const SPACE = /[ \t\r\uFEFF]+/y;
const LINE_COMMENT = /(?:#|\/\/)[^\r\n]*/y;
const NAME = /[\p{L}_][\p{L}\p{N}_-]*/uy;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const HEREDOC = /<<-?[ \t]*([A-Za-z_][\w-]*)[ \t]*\r?\n/y;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The token at an offset, after white space. Always moves on; past the end it is `end`. */
export function hclToken(text: string, offset: number): HclToken {
  const start = offset + (matchAt(SPACE, text, offset)?.[0].length ?? 0);
  const plain = (kind: HclToken['kind'], end: number): HclToken => ({ kind, start, end, open: false, broken: false });
  const first = text[start];
  if (first === undefined) return plain('end', text.length);
  if (first === '\n') return plain('newline', start + 1);
  if (first === '"') return string(text, start);
  if (text.startsWith('/*', start)) {
    const close = text.indexOf('*/', start + 2);
    return { ...plain('comment', close === -1 ? text.length : close + 2), broken: close === -1 };
  }
  const comment = matchAt(LINE_COMMENT, text, start);
  if (comment !== null) return plain('comment', start + comment[0].length);
  const heredoc = matchAt(HEREDOC, text, start);
  if (heredoc !== null) return document(text, start, start + heredoc[0].length, heredoc[1] ?? '');
  const name = matchAt(NAME, text, start);
  if (name !== null) return plain('name', start + name[0].length);
  const number = matchAt(NUMBER, text, start);
  return number === null ? plain('mark', start + 1) : plain('number', start + number[0].length);
}

/** A string ends at its quote; quotes inside of `${ }` belong to strings of their own. */
function string(text: string, start: number): HclToken {
  const inside: ('"' | '{')[] = ['"'];
  let open = false;
  let at = start + 1;
  for (; at < text.length && inside.length > 0; at += 1) {
    const char = text[at];
    const quoted = inside.at(-1) === '"';
    if (quoted && char === '\n') break;
    if (char === '"' && quoted) inside.pop();
    else if (char === '"') inside.push('"');
    else if (char === '\\' && quoted) at += 1;
    else if (quoted && (char === '$' || char === '%') && text[at + 1] === char && text[at + 2] === '{') at += 2;
    else if (quoted && (char === '$' || char === '%') && text[at + 1] === '{') {
      open = true;
      inside.push('{');
      at += 1;
    } else if (!quoted && char === '{') inside.push('{');
    else if (!quoted && char === '}') inside.pop();
  }
  const broken = inside.length > 0;
  return { kind: 'string', start, end: Math.min(at, text.length), open: open || broken, broken };
}

function document(text: string, start: number, body: number, name: string): HclToken {
  let line = body;
  while (line < text.length) {
    const found = text.indexOf('\n', line);
    const end = found === -1 ? text.length : found;
    // Only a short line can be the end mark; a long one must not be copied.
    if (end - line < 200 + name.length && text.slice(line, end).trim() === name) {
      const close = text.indexOf(name, line) + name.length;
      return { kind: 'heredoc', start, end: close, open: /[$%]\{/.test(text.slice(body, line)), broken: false };
    }
    line = end + 1;
  }
  return { kind: 'heredoc', start, end: text.length, open: true, broken: true };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** What a quoted string says, with `${}` left as written. */
export function hclString(raw: string): string {
  return raw
    .slice(1, raw.endsWith('"') && raw.length > 1 ? -1 : undefined)
    .replace(/\\(u[\da-fA-F]{4}|.)|([$%])\2\{/g, (all, escaped: string | undefined, sign: string | undefined) => {
      if (sign !== undefined) return `${sign}{`;
      if (escaped === undefined) return all;
      if (escaped.length > 1) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
      return ESCAPES[escaped] ?? escaped;
    });
}

/** The lines of a heredoc, without the indentation that `<<-` takes away. */
export function hclHeredoc(raw: string): string {
  const lines = raw.split('\n').slice(1, -1);
  if (!raw.startsWith('<<-')) return lines.join('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const common = indents.reduce((least, indent) => Math.min(least, indent), Number.MAX_SAFE_INTEGER);
  return lines.map((line) => line.slice(Math.min(common, line.length - line.trimStart().length))).join('\n');
}
