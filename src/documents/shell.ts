import type { Span } from '../core/location.ts';

export interface ShellWord {
  /** Without quotes and escapes; substitutions as written. */
  readonly text: string;
  readonly span: Span;
  /** Holds `$X`, `$(...)` or backquotes outside of single quotes. */
  readonly open: boolean;
}

/** One simple command: `A=1 pip install x` is four words. Redirections are words as well. */
export interface ShellCommand {
  readonly words: readonly ShellWord[];
  readonly span: Span;
  /** What stands between this command and the next one. */
  readonly before: '' | '&&' | '||' | '|' | ';' | '&';
}

const SEPARATORS = ['&&', '||', '|', ';', '&', '\n', '(', ')'] as const;

/**
 * Splits shell text into simple commands, in order, without knowing the shell: quotes, escapes, line continuations and
 * comments are understood, control words (`if`, `then`, `{`) stay words, the inside of `$(...)` is part of its word.
 * Spans count in `text`. Never throws.
 */
export function shellCommands(text: string): readonly ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: ShellWord[] = [];
  let before: ShellCommand['before'] = '';
  const flush = (separator: ShellCommand['before']): void => {
    const first = words[0];
    const last = words.at(-1);
    if (first !== undefined && last !== undefined) {
      commands.push({ words, span: { start: first.span.start, end: last.span.end }, before });
      words = [];
    }
    before = separator;
  };
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    const separator = SEPARATORS.find((each) => text.startsWith(each, at));
    if (separator !== undefined) {
      flush(['\n', '(', ')'].includes(separator) ? ';' : (separator as ShellCommand['before']));
      at += separator.length;
    } else if (char === '\\' && /^\\\r?\n/.test(text.slice(at, at + 3))) at = text.indexOf('\n', at) + 1;
    else if (/\s/.test(char)) at += 1;
    else if (char === '#') {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else {
      const word = readWord(text, at);
      words.push(word);
      at = word.span.end;
    }
  }
  flush(';');
  return commands;
}

function readWord(text: string, start: number): ShellWord {
  const parts: string[] = [];
  let open = false;
  let quote = '';
  let at = start;
  let from = start;
  const keep = (until: number): void => {
    if (until > from) parts.push(text.slice(from, until));
  };
  for (; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (quote === '' && endsWord(char, text, at)) break;
    if (char === '\\' && quote !== "'") {
      if (quote === '' && /^\\\r?\n/.test(text.slice(at, at + 3))) break;
      keep(at);
      from = at + 1;
      at += 1;
    } else if (char === quote || (quote === '' && (char === '"' || char === "'"))) {
      keep(at);
      from = at + 1;
      quote = quote === '' ? char : '';
    } else if (quote !== "'" && (char === '$' || char === '`')) {
      open = true;
      if (text[at + 1] === '(') at = closing(text, at + 1);
    }
  }
  at = Math.min(at, text.length);
  keep(at);
  return { text: parts.join(''), span: { start, end: at }, open };
}

function endsWord(char: string, text: string, at: number): boolean {
  // `2>&1` and `&>` are one word.
  if (char === '&') return text[at - 1] !== '>' && text[at + 1] !== '>';
  return /[\s;|()]/.test(char);
}

/** Index of the bracket that closes the one at `open`; the last character where none does. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return text.length - 1;
}
