import type { Span } from '../core/location.ts';
import { isTemplatePath, MAX_DAMAGE } from './data-build.ts';
import type { Damage, DocumentBase } from './document.ts';
import { parseRequirement, type Requirement } from './pep508.ts';
import { baseOf, type TextSource } from './source.ts';

export { normalName, parseRequirement, type Requirement } from './pep508.ts';

export interface RequirementLine extends Requirement {
  /** `-e`. */
  readonly editable: boolean;
  /** The values of `--hash`. */
  readonly hashes: readonly string[];
}

export interface RequirementInclude {
  readonly kind: 'requirement' | 'constraint';
  /** As written: relative to the file that includes, or a URL. */
  readonly target: string;
  readonly span: Span;
}

/** `--extra-index-url https://...`; short forms under their long name. */
export interface RequirementOption {
  readonly name: string;
  readonly value: string | undefined;
  readonly span: Span;
}

export interface RequirementsDocument extends DocumentBase {
  readonly kind: 'requirements';
  readonly requirements: readonly RequirementLine[];
  readonly includes: readonly RequirementInclude[];
  readonly options: readonly RequirementOption[];
  readonly comments: readonly { readonly span: Span; readonly text: string }[];
  /** A template lists nothing, and nothing may be concluded from what it lacks. */
  readonly template: boolean;
}

const LONG: Readonly<Record<string, string>> = {
  r: 'requirement',
  c: 'constraint',
  e: 'editable',
  i: 'index-url',
  f: 'find-links',
};

interface Lists {
  readonly text: string;
  readonly requirements: RequirementLine[];
  readonly includes: RequirementInclude[];
  readonly options: RequirementOption[];
  readonly comments: { span: Span; text: string }[];
  readonly damage: Damage[];
}

/** Reads a requirements or constraints file as pip does. Never throws: a line that is no requirement is damage. */
export function parseRequirements(source: TextSource): RequirementsDocument {
  const { text, path } = source;
  const template = isTemplatePath(path) || /^[ \t]*(?:\{\{|\{%)/m.test(text);
  const lists: Lists = { text, requirements: [], includes: [], options: [], comments: [], damage: [] };
  const { requirements, includes, options, comments, damage } = lists;
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; !template && at < text.length; ) at = readLine(at, lists);
  return { kind: 'requirements', ...baseOf(source, damage), requirements, includes, options, comments, template };
}

/** Reads one logical line; returns where the next one starts. */
function readLine(start: number, lists: Lists): number {
  const { text } = lists;
  const parts: string[] = [];
  for (let at = start; ; ) {
    const found = text.indexOf('\n', at);
    const end = found === -1 ? text.length : found;
    const line = text.slice(at, end).replace(/\r$/, ' ');
    const next = found === -1 ? text.length : found + 1;
    // pip takes a comment line for the end of nothing, but lets no comment continue.
    if ((!line.endsWith('\\') && !line.endsWith('\\ ')) || /^\s*#/.test(line) || next >= text.length) {
      parts.push(line);
      take(start, parts.join(''), lists);
      return next;
    }
    // Blanks for the mark and the line end keep every offset.
    parts.push(
      line.replace(/\\ ?$/, (mark) => ' '.repeat(mark.length)),
      ' ',
    );
    at = next;
  }
}

function take(start: number, line: string, lists: Lists): void {
  const comment = /(?:^|\s)#/.exec(line);
  const code = comment === null ? line : line.slice(0, comment.index);
  if (comment !== null) {
    const hash = start + line.indexOf('#', comment.index);
    const end = start + line.trimEnd().length;
    lists.comments.push({ span: { start: hash, end }, text: lists.text.slice(hash, end) });
  }
  if (code.trim() === '') return;
  const lead = code.length - code.trimStart().length;
  if (code.startsWith('-', lead)) option(code.trim(), start + lead, lists);
  else requirement(code, start, false, lists);
}

function option(code: string, start: number, lists: Lists): void {
  const match = /^(?:--([A-Za-z-]+)(?:[=\s]\s*(.*))?|-([A-Za-z])[=\s]*(.*))$/s.exec(code);
  const name = match?.[1] ?? LONG[match?.[3] ?? ''] ?? match?.[3];
  const value = (match?.[2] ?? match?.[4] ?? '').trim();
  const span = { start, end: start + code.length };
  if (name === undefined) complain(span, lists);
  else if (name === 'requirement' || name === 'constraint')
    lists.includes.push({ kind: name, target: unquoted(value), span });
  else if (name === 'editable') requirement(value, start + code.length - value.length, true, lists);
  else lists.options.push({ name, value: value === '' ? undefined : value, span });
}

const unquoted = (value: string): string => value.replace(/^(["'])(.*)\1$/, '$2');

function requirement(code: string, start: number, editable: boolean, lists: Lists): void {
  const cut = /\s--[a-z]/.exec(code);
  const body = cut === null ? code : code.slice(0, cut.index);
  const hashes =
    cut === null ? [] : [...code.slice(cut.index).matchAll(/--hash[=\s]\s*(\S+)/g)].map((match) => match[1] ?? '');
  const read = parseRequirement(body, start) ?? (editable ? local(body, start) : undefined);
  if (read !== undefined) lists.requirements.push({ ...read, editable, hashes });
  else {
    const lead = body.length - body.trimStart().length;
    complain({ start: start + lead, end: start + lead + body.trim().length }, lists);
  }
}

/** `-e .` and `-e path[extra]`. */
function local(body: string, start: number): Requirement {
  const span = { start, end: start + body.length };
  const none = { name: '', specifier: '', extras: [], marker: undefined, open: body.includes('${') };
  return { ...none, nameSpan: span, specifierSpan: { start: span.end, end: span.end }, url: body, span };
}

function complain(span: Span, { damage }: Lists): void {
  if (damage.length < MAX_DAMAGE) damage.push({ span, message: 'the line is no requirement' });
}
