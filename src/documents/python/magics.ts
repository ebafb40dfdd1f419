import { logicalLines } from './logical-lines.ts';
import type { Magic } from './python.ts';

/** Text of the same length in which what only IPython understands is blanked, and what was blanked. */
export interface Blanked {
  readonly text: string;
  readonly magics: readonly Magic[];
}

/** Cell magics whose cell is not Python. Others (`%%time`, `%%capture`) run the cell. */
const OPAQUE_CELL =
  /^%%(!|bash|sh|script|cmd|system|sx|html|svg|latex|markdown|md|javascript|js|perl|ruby|r|julia|rust|scala|cython|cu|mermaid|ai|configure|writefile|writetemplate|file|bigquery|bq|\w*sql\w*|\w*script\w*)\b/i;
/** Databricks: a language alone on the first line takes the whole cell. */
const LANGUAGE_CELL = /^%(sql|scala|r|md|sh|fs|markdown)\s*$/i;
const PROSE_CELL = /^%md\b/;
/** Line magics that run the rest of the line as Python. */
const RUNS_REST = /^%(time|timeit|prun|memit|lprun|mprun)\s+(?!-)/;
const BARE_INSTALL = /^(pip3?|conda|mamba)\s+(install|uninstall)\b/;
const HELP = /^[%\w.]+\?{1,2}\s*$/;

/** Blanks the magics, shell lines and help requests of one cell, or of a file of IPython. */
export function blankMagics(text: string): Blanked {
  if (!/[%!?]|\b(pip|conda|mamba)/.test(text)) return { text, magics: [] };
  const whole = wholeCell(text);
  if (whole !== undefined) return whole;
  const magics: Magic[] = [];
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end } of logicalLines(text, (line) => magicAt(line) !== undefined)) {
    const line = text.slice(start, end);
    const at = magicAt(line);
    if (at === undefined) continue;
    const span = { start: start + at, end };
    magics.push({ text: text.slice(span.start, span.end), span });
    pieces.push(text.slice(done, span.start), instead(line, at));
    done = end;
  }
  return { text: pieces.join('') + text.slice(done), magics };
}

function wholeCell(text: string): Blanked | undefined {
  const start = text.search(/\S/);
  if (start === -1) return undefined;
  const newline = text.indexOf('\n', start);
  const first = text.slice(start, newline === -1 ? text.length : newline);
  if (!OPAQUE_CELL.test(first) && !LANGUAGE_CELL.test(first) && !PROSE_CELL.test(first)) return undefined;
  return { text: blank(text), magics: [{ text: text.slice(start), span: { start, end: text.length } }] };
}

/** Where in a logical line the part begins that is not Python. */
function magicAt(line: string): number | undefined {
  const start = line.search(/\S/);
  if (start === -1) return undefined;
  const rest = line.slice(start);
  if (/^(%%?[A-Za-z]|!|\?)/.test(rest) || BARE_INSTALL.test(rest) || HELP.test(rest)) return start;
  const equals = line.indexOf('=');
  if (equals === -1 || !/^[\w.,\s[\]'"]+$/.test(line.slice(0, equals))) return undefined;
  const value = line.slice(equals + 1).search(/\S/);
  return value !== -1 && /^(!|%[A-Za-z])/.test(line.slice(equals + 1 + value)) ? equals + 1 + value : undefined;
}

/** What Python reads in place of the magic: nothing where a line may be empty, else a statement or value of no meaning. */
function instead(line: string, at: number): string {
  const magic = line.slice(at);
  const before = line.slice(0, at);
  const runs = RUNS_REST.exec(magic);
  if (runs !== null) return `0;${' '.repeat(runs[0].length - 2)}${magic.slice(runs[0].length)}`;
  if (before.trim() !== '') return `_${blank(magic.slice(1))}`;
  if (before === '') return blank(magic);
  const first = magic.search(/\s|$/) >= 4 ? 'pass' : '0';
  return first + blank(magic.slice(first.length));
}

/** The same number of UTF-16 units and lines, all white. */
export function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}
