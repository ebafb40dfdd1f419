import { maskSecrets } from './secrets.ts';

/** Characters that change how a line looks without being seen: controls, bidirectional marks, zero widths, tags. */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to make visible
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|\uDB40[\uDC00-\uDC7F]/g;

/** Replaces what cannot be seen by its code point in brackets; tabs and line feeds stay. */
export function reveal(text: string): string {
  return text.replace(INVISIBLE, (hidden) => {
    const code = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `[U+${code}]`;
  });
}

/** JSON text with every hidden character written as an escape; its value stays the same. */
export function escapeInvisible(json: string): string {
  return json.replace(INVISIBLE, escaped);
}

function escaped(text: string): string {
  return Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
    '',
  );
}

/** At most `most` UTF-16 units of the text, whole characters, with an ellipsis where something was left out. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most - 1;
  const splits = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return `${text.slice(0, splits ? end - 1 : end)}…`;
}

/** For places without markup: one line, nothing hidden, secrets masked. */
export function plain(text: string): string {
  return reveal(maskSecrets(text).replace(/\r?\n|[\r\t]/g, ' ')).trim();
}

/** Safe as HTML text and inside quoted attributes. */
export function html(text: string): string {
  return reveal(maskSecrets(text)).replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}

/** A Markdown code span that shows the text as it is, on one line. */
export function codeSpan(text: string): string {
  const shown = plain(text);
  if (shown === '') return '';
  const fence = '`'.repeat(longestRun(shown) + 1);
  const pad = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return fence + pad + shown + pad + fence;
}

/** A fenced block whose fence is longer than any inside. `language` is ours, never the change's. */
export function fenced(text: string, language: string): string {
  return rawFence(reveal(maskSecrets(text)), language);
}

/** The same without touching the text; for suggestions, which GitHub commits as they stand. */
export function rawFence(text: string, language: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`;
}

/** True for an https address that needs no escaping in Markdown, HTML or a URI. */
export function isPlainUrl(text: string): boolean {
  return /^https:\/\/(?:[\w.~:/?#@!$&*+,;=-]|%[0-9a-f]{2}){1,500}$/i.test(text) && URL.canParse(text);
}

type Code = (text: string) => string;

/**
 * Text from the change as one line of Markdown. Code spans stay code; elsewhere nothing is markup, a mention,
 * a reference or a link.
 */
export function prose(text: string): string {
  return proseWith(codeSpan, text);
}

/** `prose` for a cell of a table, whose pipes must not end the cell. */
export function cell(text: string): string {
  return proseWith(cellCode, text);
}

/** `codeSpan` for a cell of a table. */
export function cellCode(text: string): string {
  return text.includes('|') ? htmlCode(plain(text)) : codeSpan(text);
}

function proseWith(code: Code, text: string): string {
  const parts = plain(text).split('`');
  let line = '';
  parts.forEach((part, index) => {
    const isCode = index % 2 === 1 && index < parts.length - 1;
    const isStray = index % 2 === 1 && !isCode;
    line = joined(line, isCode ? code(part) : `${isStray ? '&#96;' : ''}${words(part, code)}`);
  });
  return line
    .trim()
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
    .replace(/^([#+=>-])/, '\\$1');
}

/**
 * Advice written by a check or a tool, as Markdown: paragraphs, lists, code and https links survive, all else is prose.
 */
export function guidance(markdown: string): string {
  const pieces = markdown.replace(/\r\n?/g, '\n').split(/^[ \t]*`{3,}[^\n`]*$/m);
  return pieces
    .map((piece, index) =>
      index % 2 === 1 && index < pieces.length - 1 ? fenced(piece.replace(/^\n/, ''), 'text') : guidanceLines(piece),
    )
    .filter((piece) => piece !== '')
    .join('\n\n');
}

/** `guidance` as one line: its first paragraph, without fences and lists. */
export function advice(markdown: string): string {
  const paragraph = markdown.trim().split(/\n\s*\n|\n[ \t]*`{3}/, 1)[0] ?? '';
  return linked(paragraph.replace(/\s*\n\s*/g, ' '));
}

function guidanceLines(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const bullet = /^\s{0,8}([-*]|\d{1,3}\.) /.exec(line);
      return bullet === null ? linked(line) : `${bullet[0].replace('*', '-')}${linked(line.slice(bullet[0].length))}`;
    })
    .join('\n');
}

const LINK = /(?<!!)\[([^[\]`]{1,200})\]\((https:\/\/[\w.~:/?#@!$&*+,;=%-]{1,400})\)/g;

function linked(line: string): string {
  let out = '';
  let from = 0;
  for (const match of line.matchAll(LINK)) {
    out = joined(out, prose(line.slice(from, match.index)));
    const gap = from < match.index && /\s$/.test(line.slice(from, match.index)) ? ' ' : '';
    out += `${gap}[${prose(match[1] ?? '')}](${match[2]})`;
    from = match.index + match[0].length;
  }
  const rest = line.slice(from);
  return from === 0 ? prose(rest) : `${out}${/^\s/.test(rest) ? ' ' : ''}${prose(rest)}`;
}

/** Two code spans that touch would become one. */
function joined(left: string, right: string): string {
  return left.endsWith('`') && right.startsWith('`') ? `${left} ${right}` : left + right;
}

function words(text: string, code: Code): string {
  return text
    .split(/(\s+)/)
    .map((word) => (isLive(word) ? code(word) : quiet(word)))
    .reduce(joined, '');
}

/** Would GitHub make a link, a mention or a reference of this word? */
function isLive(word: string): boolean {
  if (/@[\p{L}\p{N}_]|:\/\/|www\.|#\d|GH-\d|mailto:|xmpp:/iu.test(word)) return true;
  const hex = /(?:^|[^\w])([0-9a-f]{7,64})(?:$|[^\w])/i.exec(word)?.[1];
  return hex !== undefined && /\d/.test(hex) && /[a-f]/i.test(hex);
}

function quiet(word: string): string {
  return word.replace(/[\\*_~[\]$]/g, '\\$&').replace(/[&<>|`]/g, (each) => `&#${each.charCodeAt(0)};`);
}

/** A pipe inside a code span splits the cell, or shows a backslash; as HTML with every mark encoded it does neither. */
function htmlCode(text: string): string {
  return `<code>${text.replace(/[^\p{L}\p{N}\s]/gu, (each) => `&#${each.codePointAt(0)};`)}</code>`;
}

function longestRun(text: string): number {
  let longest = 0;
  for (const run of text.matchAll(/`+/g)) longest = Math.max(longest, run[0].length);
  return longest;
}
