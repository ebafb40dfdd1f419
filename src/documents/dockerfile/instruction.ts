import type { Span } from '../../core/location.ts';
import type { Damage } from '../document.ts';

/** A part of an instruction as written, and where. Quotes are taken off `text`, not off the span. */
export interface Word {
  readonly text: string;
  readonly span: Span;
}

export interface Flag {
  /** Without the dashes: `platform`. */
  readonly name: string;
  /** Undefined for a flag without `=`. */
  readonly value: string | undefined;
  readonly span: Span;
}

export interface Heredoc {
  readonly name: string;
  /** `<<'EOF'`: nothing inside is expanded. */
  readonly quoted: boolean;
  /** The lines between the marks. */
  readonly span: Span;
  readonly text: string;
}

export interface Instruction {
  /** In capitals: `RUN`. */
  readonly keyword: string;
  readonly keywordSpan: Span;
  /** From the keyword to the last line, heredocs included. */
  readonly span: Span;
  /**
   * What follows the keyword, flags included and heredocs not. As long as its source: continuation marks, line ends and
   * comments between are blanks, so that an index into `args` plus `argsSpan.start` is an offset in the file.
   */
  readonly args: string;
  readonly argsSpan: Span;
  /** Parts of `args` after the flags. */
  readonly words: readonly Word[];
  readonly flags: readonly Flag[];
  readonly heredocs: readonly Heredoc[];
  /** The strings of the exec form `["a", "b"]`; undefined for the shell form. */
  readonly exec: readonly string[] | undefined;
  /** Index into `stages`; -1 before the first FROM. */
  readonly stage: number;
}

export type RawInstruction = Omit<Instruction, 'stage'>;

const KEYWORD = /[A-Za-z]+/y;

interface Line {
  readonly start: number;
  /** Without the line end. */
  readonly end: number;
  readonly next: number;
}

function lineAt(text: string, start: number): Line {
  const found = text.indexOf('\n', start);
  const next = found === -1 ? text.length : found + 1;
  const bare = found === -1 ? text.length : found;
  return { start, end: bare > start && text[bare - 1] === '\r' ? bare - 1 : bare, next };
}

const blanks = (count: number): string => ' '.repeat(Math.max(0, count));

/** Index of the continuation mark at the end of a line; -1 where the line is the last one. */
function continues(text: string, { start, end }: Line, escapeMark: string): number {
  let at = end - 1;
  while (at >= start && (text[at] === ' ' || text[at] === '\t')) at -= 1;
  return at >= start && text[at] === escapeMark ? at : -1;
}

/** Joins the lines of an instruction to one text of the same length. */
function joined(
  text: string,
  from: number,
  escapeMark: string,
): { readonly args: string; readonly end: number; readonly next: number } {
  const parts: string[] = [];
  let line = lineAt(text, from);
  for (;;) {
    const comment =
      parts.length > 0 && /^[ \t]*(#|$)/.test(text.slice(line.start, Math.min(line.end, line.start + 200)));
    const mark = comment ? line.start : continues(text, line, escapeMark);
    if (mark === -1) {
      parts.push(text.slice(line.start, line.end));
      return { args: parts.join(''), end: line.end, next: line.next };
    }
    parts.push(text.slice(line.start, mark), blanks(line.next - mark));
    if (line.next >= text.length) return { args: parts.join(''), end: text.length, next: text.length };
    line = lineAt(text, line.next);
  }
}

/** The instruction whose keyword starts at `start`, and where to read on. */
export function readInstruction(
  text: string,
  start: number,
  escapeMark: string,
  damage: Damage[],
): { readonly instruction: RawInstruction; readonly next: number } | undefined {
  KEYWORD.lastIndex = start;
  const keyword = KEYWORD.exec(text)?.[0];
  if (keyword === undefined) return undefined;
  const after = start + keyword.length;
  const { args, end, next } = joined(text, after, escapeMark);
  const lead = args.length - args.trimStart().length;
  const trimmed = args.trim();
  const argsSpan = { start: after + lead, end: after + lead + trimmed.length };
  const { flags, words } = partsOf(trimmed, argsSpan.start, escapeMark);
  const name = keyword.toUpperCase();
  const rest = ['RUN', 'COPY', 'ADD'].includes(name)
    ? readHeredocs(text, trimmed, next, damage)
    : { heredocs: [], next, end };
  const instruction: RawInstruction = {
    keyword: name,
    keywordSpan: { start, end: after },
    span: { start, end: rest.heredocs.length > 0 ? rest.end : Math.max(after, argsSpan.end) },
    args: trimmed,
    argsSpan,
    words,
    flags,
    heredocs: rest.heredocs,
    exec: execForm(trimmed),
  };
  return { instruction, next: rest.next };
}

function execForm(args: string): readonly string[] | undefined {
  const open = args.indexOf('[');
  if (open === -1 || !args.endsWith(']') || args.length > 100_000 || !/^(--\S+\s+)*$/.test(args.slice(0, open)))
    return undefined;
  try {
    const value: unknown = JSON.parse(args.slice(open));
    return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
  } catch {
    // Docker, too, takes what is no JSON for the shell form.
    return undefined;
  }
}

const BLANK = /\s/;

/** Where a quoted part ends, quote included; the start itself when it never does, and the quote is then a plain character. */
function quotedEnd(args: string, start: number): number {
  const quote = args[start];
  for (let at = start + 1; at < args.length; at += 1) {
    if (args[at] === '\\' && quote === '"') at += 1;
    else if (args[at] === quote) return at + 1;
  }
  return start;
}

/** Words as a shell parts them: blanks inside quotes or behind a backslash part nothing. Linear, without a pattern. */
function* wordsIn(args: string): Generator<{ readonly raw: string; readonly index: number }> {
  let begin = -1;
  const unclosed = new Set<string>();
  for (let at = 0; at < args.length; ) {
    const char = args[at] ?? '';
    if (BLANK.test(char)) {
      if (begin !== -1) yield { raw: args.slice(begin, at), index: begin };
      begin = -1;
      at += 1;
      continue;
    }
    if (begin === -1) begin = at;
    if (char === '\\') at = Math.min(args.length, at + 2);
    else if ((char === '"' || char === "'") && !unclosed.has(char)) {
      const end = quotedEnd(args, at);
      // A quote that never closes stays open for every later one of its kind, so nobody has to look again.
      if (end === at) unclosed.add(char);
      at = Math.max(end, at + 1);
    } else at += 1;
  }
  if (begin !== -1) yield { raw: args.slice(begin), index: begin };
}

function partsOf(args: string, start: number, escapeMark: string): { flags: Flag[]; words: Word[] } {
  const flags: Flag[] = [];
  const words: Word[] = [];
  for (const { raw, index } of wordsIn(args)) {
    const span = { start: start + index, end: start + index + raw.length };
    if (words.length === 0 && raw.startsWith('--')) {
      const cut = raw.indexOf('=');
      const name = cut === -1 ? raw.slice(2) : raw.slice(2, cut);
      flags.push({ name, value: cut === -1 ? undefined : unquoted(raw.slice(cut + 1), escapeMark), span });
    } else words.push({ text: unquoted(raw, escapeMark), span });
  }
  return { flags, words };
}

function unquoted(raw: string, escapeMark: string): string {
  if (!/["'\\`]/.test(raw)) return raw;
  let out = '';
  let quote = '';
  for (let at = 0; at < raw.length; at += 1) {
    const char = raw[at] ?? '';
    if (char === escapeMark && quote !== "'" && at + 1 < raw.length) {
      at += 1;
      out += raw[at];
    } else if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else out += char;
  }
  return out;
}

function readHeredocs(
  text: string,
  args: string,
  from: number,
  damage: Damage[],
): { heredocs: Heredoc[]; next: number; end: number } {
  const heredocs: Heredoc[] = [];
  let next = from;
  let end = from;
  for (const { 1: dash, 2: quote = '', 3: name = '' } of args.matchAll(/<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
    let line = lineAt(text, next);
    const start = line.start;
    const isEnd = (): boolean => {
      if (line.end - line.start > name.length + 200) return false;
      const content = text.slice(line.start, line.end);
      return (dash === '-' ? content.replace(/^\t+/, '') : content) === name;
    };
    while (!isEnd() && line.next < text.length) line = lineAt(text, line.next);
    const closed = isEnd();
    const stop = closed ? line.start : text.length;
    if (!closed)
      damage.push({
        span: { start: Math.min(start, text.length), end: text.length },
        message: `the heredoc ${name} never ends`,
      });
    heredocs.push({ name, quoted: quote !== '', span: { start, end: stop }, text: text.slice(start, stop) });
    next = closed ? line.next : text.length;
    end = closed ? line.end : text.length;
    if (!closed) break;
  }
  return { heredocs, next, end };
}
