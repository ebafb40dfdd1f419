import type { Span } from '../../core/location.ts';

/**
 * The logical lines of a text: a statement with its brackets, long strings and continuations is one line, without its line
 * break. `raw` tells lines that are not Python, in which only a backslash at the end continues.
 */
export function* logicalLines(text: string, raw: (line: string) => boolean): Generator<Span, void, undefined> {
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const first = newline === -1 ? text.length : newline;
    const end = raw(text.slice(start, first)) ? endOfRaw(text, first) : endOfPython(text, start);
    yield { start, end };
    start = end + 1;
  }
}

function endOfRaw(text: string, first: number): number {
  let end = first;
  while (end < text.length && /\\[ \t\r]*$/.test(text.slice(Math.max(0, end - 8), end))) {
    const next = text.indexOf('\n', end + 1);
    end = next === -1 ? text.length : next;
  }
  return end;
}

function endOfPython(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\n' && depth === 0) return at;
    if (character === '\\') at += text[at + 1] === '\r' ? 2 : 1;
    else if (character === '#') at = before(text, '\n', at);
    else if (character === '"' || character === "'") at = endOfString(text, at, character);
    else if (character === '(' || character === '[' || character === '{') depth += 1;
    else if (character === ')' || character === ']' || character === '}') depth = Math.max(0, depth - 1);
  }
  return text.length;
}

/** Offset of the last character before the next `what`. */
function before(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  return (found === -1 ? text.length : found) - 1;
}

/** Offset of the last character of the string that opens at `at`; a short string ends with its line at the latest. */
function endOfString(text: string, at: number, quote: string): number {
  const long = text.startsWith(quote.repeat(3), at);
  for (let next = at + (long ? 3 : 1); next < text.length; next += 1) {
    const character = text[next];
    if (character === '\\') next += 1;
    else if (!long && character === '\n') return next - 1;
    else if (character === quote && (!long || text.startsWith(quote.repeat(3), next))) return long ? next + 2 : next;
  }
  return text.length;
}
