import type { Span } from '../core/location.ts';
import type { DataNode } from './data.ts';
import type { Damage, DocumentBase } from './document.ts';
import { baseOf, type TextSource } from './source.ts';
import { parseYaml } from './yaml.ts';

export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  /** Without marks, emphasis kept. */
  readonly text: string;
  readonly span: Span;
}

/** A heading and what stands below it, up to the next heading of any level. */
export interface Section {
  readonly heading: Heading;
  readonly span: Span;
  /** Trimmed. */
  readonly text: string;
}

/** A fenced block of code. */
export interface Fence {
  /** First word after the marks, in lower case: `python`. */
  readonly language: string;
  /** The lines between the marks. */
  readonly span: Span;
  readonly text: string;
}

export interface MarkdownDocument extends DocumentBase {
  readonly kind: 'markdown';
  /** The YAML between `---` at the top, spans counting in the whole file. Never evaluated. */
  readonly frontMatter: DataNode | undefined;
  readonly headings: readonly Heading[];
  readonly sections: readonly Section[];
  readonly fences: readonly Fence[];
}

/** Reads Markdown as far as checks need it: front matter, headings, sections and fenced code. Never throws. */
export function parseMarkdown(source: TextSource): MarkdownDocument {
  const { text } = source;
  const top = frontMatterEnd(text);
  const front = top === undefined ? undefined : readFrontMatter(source, top.end);
  const { headings, fences } = readBody(text, top?.next ?? 0);
  const sections = headings.map((heading, at): Section => {
    const span = { start: heading.span.end, end: headings[at + 1]?.span.start ?? text.length };
    return { heading, span, text: text.slice(span.start, span.end).trim() };
  });
  return {
    kind: 'markdown',
    ...baseOf(source, front?.damage ?? []),
    frontMatter: front?.node,
    headings,
    sections,
    fences,
  };
}

function frontMatterEnd(text: string): { readonly end: number; readonly next: number } | undefined {
  if (!/^\uFEFF?---[ \t]*\r?\n/.test(text.slice(0, 200))) return undefined;
  const close = /^(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/gm;
  close.lastIndex = text.indexOf('\n') + 1;
  const found = close.exec(text);
  return found === null ? undefined : { end: found.index, next: found.index + found[0].length };
}

function readFrontMatter(
  source: TextSource,
  end: number,
): { readonly node: DataNode | undefined; readonly damage: readonly Damage[] } {
  const begin = source.text.indexOf('---') + 3;
  // Blanks for what stands before keep every offset.
  const { roots, damage } = parseYaml({ ...source, text: ' '.repeat(begin) + source.text.slice(begin, end) });
  return { node: roots[0], damage };
}

interface Line {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function* linesOf(text: string, from: number): Generator<Line> {
  for (let start = from; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    // A heading or fence mark is short; the rest of a long line is not looked at.
    yield { start, end, text: text.slice(start, Math.min(end, start + 1000)).trimEnd() };
    start = end + 1;
  }
}

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`{]*)/;
const ATX = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;

interface OpenFence {
  readonly mark: string;
  readonly language: string;
  readonly start: number;
}

function readBody(text: string, from: number): { readonly headings: Heading[]; readonly fences: Fence[] } {
  const headings: Heading[] = [];
  const fences: Fence[] = [];
  let fence: OpenFence | undefined;
  let before: Line | undefined;
  const endFence = ({ language, start }: OpenFence, end: number): void => {
    fences.push({ language, span: { start, end }, text: text.slice(start, end) });
  };
  for (const line of linesOf(text, from)) {
    const mark = FENCE.exec(line.text);
    if (fence !== undefined) {
      if (mark === null || !closes(line.text, fence.mark)) continue;
      endFence(fence, line.start);
      fence = undefined;
      before = undefined;
    } else if (mark !== null) {
      fence = {
        mark: mark[1] ?? '',
        language: (mark[2] ?? '').toLowerCase(),
        start: Math.min(line.end + 1, text.length),
      };
    } else {
      const heading = headingAt(line, before);
      if (heading !== undefined) headings.push(heading);
      before = heading === undefined && line.text.trim() !== '' ? line : undefined;
    }
  }
  if (fence !== undefined) endFence(fence, text.length);
  return { headings, fences };
}

function closes(text: string, mark: string): boolean {
  const written = text.trim();
  return written.length >= mark.length && [...written].every((char) => char === mark[0]);
}

function headingAt(line: Line, before: Line | undefined): Heading | undefined {
  const end = line.start + line.text.length;
  const atx = ATX.exec(line.text);
  if (atx !== null) {
    const text = (atx[2] ?? '')
      .trimEnd()
      .replace(/(?:^|[ \t])#+$/, '')
      .trim();
    return { level: atx[1]?.length ?? 1, text, span: { start: line.start, end } };
  }
  const under = before === undefined ? null : /^ {0,3}(?:(=+)|-+)$/.exec(line.text);
  if (before === undefined || under === null || /^\s*(?:[-*+>|]|\d+[.)])\s|^[\s=*_-]+$/.test(before.text))
    return undefined;
  return { level: under[1] === undefined ? 2 : 1, text: before.text.trim(), span: { start: before.start, end } };
}
