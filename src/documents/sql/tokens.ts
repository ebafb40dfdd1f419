import type { Span } from '../../core/location.ts';
import type { Damage } from '../document.ts';

export type SqlTokenKind = 'word' | 'quoted' | 'string' | 'number' | 'template' | 'parameter' | 'mark' | 'comment';

export interface SqlToken extends Span {
  /**
   * `quoted` is an identifier in "", `` or [] (some dialects take "" for a string); `template` is text that another
   * program fills in: `{{ }}`, `{% %}`, `${}`, `{name}`; `parameter` is a value given later: `?`, `:x`, `%(x)s`, `@x`.
   */
  readonly kind: SqlTokenKind;
  /** As written. */
  readonly text: string;
  /** Words in capitals and marks; empty for everything else, so that a keyword can be asked for without looking at the kind. */
  readonly upper: string;
}

/** Two tokens that touch: parts of one name such as `{{ schema }}.t_{{ day }}`. */
export const touch = (one: SqlToken | undefined, other: SqlToken | undefined): boolean =>
  one !== undefined && other !== undefined && one.end === other.start;

const BLANK = /\s+/y;
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
/** A temporary table of SQL Server. */
const TEMPORARY = /#{1,2}[A-Za-z_]\w*/y;
const NUMBER = /(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const PARAMETER = /\?|%\([^)\s]{1,100}\)s|%s|:[A-Za-z_]\w*|@{1,2}[A-Za-z_]\w*|\$(?:\d+|[A-Za-z_]\w*)/y;
const BRACE = /\{[A-Za-z_][^{}\n'"]{0,300}\}/y;
const DOLLAR = /\$(?:[A-Za-z_]\w*)?\$/y;
const BRACKET = /\[[A-Za-z_][\w $-]{0,200}\]/y;
const MARK = /::|<=>|->>|=>|->|\|\||<>|!=|<=|>=|==|[\s\S]/uy;
const STRING_PREFIX = /^(?:[rbnexu]|rb|br)$/i;

/** Words after which `[x]` is a name and no subscript. */
const BEFORE_NAME = new Set(
  'SELECT FROM JOIN INTO UPDATE TABLE VIEW BY ON AND OR AS WHERE SET DISTINCT EXISTS'.split(' '),
);

interface Reading {
  readonly text: string;
  readonly tokens: SqlToken[];
  readonly damage: Damage[];
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** All tokens of a text, comments included, white space left out. Never throws; what never ends is damage and runs to the end. */
export function sqlTokens(text: string): { readonly tokens: readonly SqlToken[]; readonly damage: readonly Damage[] } {
  const reading: Reading = { text, tokens: [], damage: [] };
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length; ) {
    const blank = matchAt(BLANK, text, at);
    at = blank === undefined ? read(at, reading) : at + blank.length;
  }
  return { tokens: reading.tokens, damage: reading.damage };
}

function add(kind: SqlTokenKind, start: number, end: number, { text, tokens }: Reading): number {
  const written = text.slice(start, end);
  const upper = kind === 'word' ? written.toUpperCase() : kind === 'mark' ? written : '';
  tokens.push({ kind, start, end, text: written, upper });
  return end;
}

/** Adds a token that ends with a mark; without it, it runs to the end. */
function until(kind: SqlTokenKind, start: number, from: number, mark: string, reading: Reading): number {
  const found = reading.text.indexOf(mark, from);
  if (found === -1) {
    reading.damage.push({
      span: { start, end: reading.text.length },
      message: `what begins here is never ended by ${mark}`,
    });
    return add(kind, start, reading.text.length, reading);
  }
  return add(kind, start, found + mark.length, reading);
}

function read(at: number, reading: Reading): number {
  const { text } = reading;
  const two = text.slice(at, at + 2);
  if (two === '--' || (text[at] === '#' && /(^|\n)[ \t]*$/.test(text.slice(Math.max(0, at - 200), at)))) {
    const end = text.indexOf('\n', at);
    return add('comment', at, end === -1 ? text.length : text[end - 1] === '\r' ? end - 1 : end, reading);
  }
  if (two === '/*') return until('comment', at, at + 2, '*/', reading);
  if (two === '{{') return until('template', at, at + 2, '}}', reading);
  if (two === '{%') return until('template', at, at + 2, '%}', reading);
  if (two === '{#') return until('comment', at, at + 2, '#}', reading);
  if (two === '${') return until('template', at, at + 2, '}', reading);
  const brace = text[at] === '{' ? matchAt(BRACE, text, at) : undefined;
  if (brace !== undefined) return add('template', at, at + brace.length, reading);
  return readPlain(at, reading);
}

function readPlain(at: number, reading: Reading): number {
  const { text } = reading;
  const first = text[at] ?? '';
  if (first === "'") return readString(at, at, reading);
  if (first === '"' || first === '`') return readQuoted(at, first, reading);
  const word = matchAt(first === '#' ? TEMPORARY : WORD, text, at);
  if (word !== undefined) {
    const string = text[at + word.length] === "'" && STRING_PREFIX.test(word);
    return string ? readString(at, at + word.length, reading) : add('word', at, at + word.length, reading);
  }
  const dollar = first === '$' ? matchAt(DOLLAR, text, at) : undefined;
  if (dollar !== undefined && text.includes(dollar, at + dollar.length))
    return until('string', at, at + dollar.length, dollar, reading);
  const number = matchAt(NUMBER, text, at);
  if (number !== undefined) return add('number', at, at + number.length, reading);
  const last = reading.tokens.at(-1);
  const cast = first === ':' && (text[at - 1] === ':' || touchesValue(last, at));
  const parameter = cast ? undefined : matchAt(PARAMETER, text, at);
  if (parameter !== undefined) return add('parameter', at, at + parameter.length, reading);
  const bracket = first === '[' && beginsName(last) ? matchAt(BRACKET, text, at) : undefined;
  if (bracket !== undefined) return add('quoted', at, at + bracket.length, reading);
  return add('mark', at, at + (matchAt(MARK, text, at)?.length ?? 1), reading);
}

/** `a:b` of Snowflake is a path, no parameter. */
function touchesValue(last: SqlToken | undefined, at: number): boolean {
  return (
    last?.end === at && (last.kind === 'word' || last.kind === 'quoted' || last.upper === ')' || last.upper === ']')
  );
}

function beginsName(last: SqlToken | undefined): boolean {
  if (last === undefined || last.upper === '.' || last.upper === ',') return true;
  return last.kind === 'word' && BEFORE_NAME.has(last.upper);
}

/** A backslash before the quote escapes it in some dialects and ends the string in others; what follows tells. */
function escapes(text: string, quote: number, always = false): boolean {
  if (always) return /(?:^|[^\\])(?:\\\\)*\\$/.test(text.slice(Math.max(0, quote - 50), quote));
  return text[quote - 1] === '\\' && text[quote - 2] !== '\\' && !/[\s,);:|\]]|$/y.test(text[quote + 1] ?? '');
}

function readString(start: number, quote: number, reading: Reading): number {
  const { text } = reading;
  // Postgres has E'...' for it.
  const always = /e/i.test(text.slice(start, quote));
  for (let at = text.indexOf("'", quote + 1); at !== -1; at = text.indexOf("'", at + 1)) {
    if (escapes(text, at, always)) continue;
    if (text[at + 1] === "'") at += 1;
    else return add('string', start, at + 1, reading);
  }
  reading.damage.push({ span: { start, end: text.length }, message: 'the string never ends' });
  return add('string', start, text.length, reading);
}

function readQuoted(start: number, quote: string, reading: Reading): number {
  const { text } = reading;
  for (let at = text.indexOf(quote, start + 1); at !== -1; at = text.indexOf(quote, at + 1)) {
    if (text[at + 1] === quote) at += 1;
    else if (!(quote === '"' && escapes(text, at))) return add('quoted', start, at + 1, reading);
  }
  reading.damage.push({ span: { start, end: text.length }, message: 'the quoted name never ends' });
  return add('quoted', start, text.length, reading);
}
