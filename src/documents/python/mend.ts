import type { Damage } from '../document.ts';
import { type Blanked, blank, blankMagics } from './magics.ts';

/** A text of the same length that has a better chance to parse, and what was found wrong with the text itself. */
export interface Mended extends Blanked {
  readonly damage: readonly Damage[];
}

/** Continued lines in a row that are left as they are; of lines that hold nothing else, fewer. */
const MOST_CONTINUED = 400;
const MOST_EMPTY = 50;

/** Blanks the backslashes of long runs of continued lines, over which the parser takes time that grows with the square of the run. */
export function withoutLongContinuations(text: string): string {
  if (!/\\\r?\n/.test(text)) return text;
  const pieces: string[] = [];
  const run = { lines: 0, empty: 0 };
  let done = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline + 1;
    const line = text.slice(start, end).trimEnd();
    count(run, line.trimStart());
    if (line.endsWith('\\') && (run.lines > MOST_CONTINUED || run.empty > MOST_EMPTY)) {
      const backslash = start + line.length - 1;
      pieces.push(text.slice(done, backslash), ' ');
      done = backslash + 1;
    }
    start = end;
  }
  return pieces.join('') + text.slice(done);
}

/** Blank lines and comments neither lengthen nor end a run. */
function count(run: { lines: number; empty: number }, line: string): void {
  if (line.endsWith('\\')) run.lines += 1;
  if (line === '\\') run.empty += 1;
  else if (line !== '' && !line.startsWith('#')) run.empty = 0;
  if (line !== '' && !line.startsWith('#') && !line.endsWith('\\')) run.lines = 0;
}

const CONFLICT = /^(<{7} .*|\|{7} .*|={7}\s*|>{7} .*)$/gm;

/** Blanks conflict markers, magics of IPython and defaults of type parameters (PEP 696), none of which the grammar knows. */
export function mend(text: string): Mended {
  const merged = withoutConflicts(text);
  const { text: plain, magics } = blankMagics(merged.text);
  return { text: withoutTypeDefaults(plain), magics, damage: merged.damage };
}

/** Both sides of a conflict stay. */
function withoutConflicts(text: string): { readonly text: string; readonly damage: readonly Damage[] } {
  if (!/^<{7} /m.test(text) || !/^>{7} /m.test(text)) return { text, damage: [] };
  const damage: Damage[] = [];
  const plain = text.replace(CONFLICT, (marker, _whole, offset: number) => {
    const start = offset;
    if (marker.startsWith('<'))
      damage.push({ span: { start, end: start + marker.length }, message: 'a merge conflict is left here' });
    return blank(marker);
  });
  return { text: plain, damage: damage.slice(0, 20) };
}

const TYPE_PARAMETERS = /\b(?:def|class|type)[ \t]+\w+[ \t]*\[/g;

function withoutTypeDefaults(text: string): string {
  const pieces: string[] = [];
  let done = 0;
  for (const match of text.matchAll(TYPE_PARAMETERS)) {
    const open = match.index + match[0].length;
    if (open < done) continue;
    for (const [start, end] of defaultsFrom(text, open)) {
      pieces.push(text.slice(done, start), blank(text.slice(start, end)));
      done = end;
    }
  }
  return pieces.join('') + text.slice(done);
}

/** Longest list of type parameters that is looked through. */
const LONGEST = 500;

/** The `= default` parts of the type parameter list that opens before `open`. */
function defaultsFrom(text: string, open: number): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  let depth = 0;
  let start: number | undefined;
  for (let at = open; at < Math.min(text.length, open + LONGEST); at += 1) {
    const letter = text[at];
    if ((letter === ']' || letter === ',') && depth === 0) {
      if (start !== undefined) found.push([start, at]);
      start = undefined;
      if (letter === ']') return found;
    } else if (letter === '[' || letter === '(') depth += 1;
    else if (letter === ']' || letter === ')') depth -= 1;
    else if (letter === '=' && depth === 0) start ??= at;
  }
  return [];
}
