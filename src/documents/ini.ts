import type { Span } from '../core/location.ts';
import type { DataDocument, DataNode, ScalarNode } from './data.ts';
import { addEntry, duplicateKeys, type GrowingMap, isTemplatePath, newMap, newScalar } from './data-build.ts';
import type { Damage } from './document.ts';
import { baseOf, type TextSource } from './source.ts';

interface Pending {
  readonly key: string;
  readonly keySpan: Span;
  readonly indent: number;
  readonly start: number;
  end: number;
  readonly lines: string[];
}

interface Reading {
  readonly text: string;
  readonly root: GrowingMap;
  readonly sections: Map<string, GrowingMap>;
  readonly damage: Damage[];
  readonly comments: { span: Span; text: string }[];
  section: GrowingMap;
  pending: Pending | undefined;
}

/**
 * Reads INI as Python's configparser, git and Java properties agree on it: sections, `key = value`, `key: value`, values
 * that go on in indented lines (joined by newlines, without indentation), `#` and `;` comments on lines of their own.
 * Keys before the first section stand in the root. The section `['remote "x"']` of DVC is the key `remote "x"`.
 * Plain numbers and true/false are typed. Never throws.
 */
export function parseIni(source: TextSource): DataDocument {
  const { text, path } = source;
  if (isTemplatePath(path) || /^[ \t]*(?:\{\{|\{%)/m.test(text)) {
    return { kind: 'ini', ...baseOf(source, []), roots: [], comments: [], template: true };
  }
  const root = newMap(undefined, { start: 0, end: text.length });
  const reading: Reading = {
    text,
    root,
    sections: new Map(),
    damage: [],
    comments: [],
    section: root,
    pending: undefined,
  };
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  while (start < text.length) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    readLine(start, text[end - 1] === '\r' && end > start ? end - 1 : end, reading);
    start = end + 1;
  }
  flush(reading);
  reading.damage.push(...duplicateKeys(root as DataNode));
  const roots = root.entries.length === 0 ? [] : [root as DataNode];
  return { kind: 'ini', ...baseOf(source, reading.damage), roots, comments: reading.comments, template: false };
}

function readLine(start: number, end: number, reading: Reading): void {
  const line = reading.text.slice(start, end);
  const content = line.trim();
  const indent = line.length - line.trimStart().length;
  const span = { start: start + indent, end: start + indent + content.length };
  const { pending } = reading;
  if (content === '') return;
  if (content.startsWith('#') || content.startsWith(';') || content.startsWith('!')) {
    reading.comments.push({ span, text: content });
  } else if (pending !== undefined && indent > pending.indent) {
    pending.lines.push(content);
    pending.end = span.end;
  } else if (content.startsWith('[') && content.endsWith(']')) openSection(content, span, reading);
  else openKey(content, span, indent, reading);
}

function openSection(content: string, span: Span, reading: Reading): void {
  flush(reading);
  const inner = content.slice(1, -1).trim();
  const key = /^'.*'$/.test(inner) ? inner.slice(1, -1) : inner;
  const known = reading.sections.get(key);
  reading.section = known ?? newMap(reading.root as DataNode, span);
  if (known !== undefined) return;
  reading.sections.set(key, reading.section);
  const keySpan = { start: span.start + 1, end: span.end - 1 };
  addEntry(reading.root, { key, keySpan, value: reading.section as DataNode, merged: false });
}

function openKey(content: string, span: Span, indent: number, reading: Reading): void {
  flush(reading);
  const cut = content.search(/[=:]/);
  if (cut === 0) {
    reading.damage.push({ span, message: 'a value stands here without a key' });
    return;
  }
  const key = (cut === -1 ? content : content.slice(0, cut)).trim();
  const value = cut === -1 ? '' : content.slice(cut + 1).trim();
  const keySpan = { start: span.start, end: span.start + key.length };
  reading.pending = {
    key,
    keySpan,
    indent,
    start: span.end - value.length,
    end: span.end,
    lines: value === '' ? [] : [value],
  };
}

function typed(value: string): ScalarNode['value'] {
  if (/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return Number(value);
  const lower = value.toLowerCase();
  return lower === 'true' || lower === 'false' ? lower === 'true' : value;
}

function flush(reading: Reading): void {
  const { pending, section, text } = reading;
  if (pending === undefined) return;
  const start = pending.lines.length > 0 ? pending.start : pending.end;
  const span = { start: skipBlank(text, start, pending.end), end: pending.end };
  const value = newScalar(section as DataNode, span, typed(pending.lines.join('\n')), text.slice(span.start, span.end));
  // configparser's interpolation, beside what is open everywhere.
  if (/%\(\w+\)s/.test(value.raw)) value.open = true;
  addEntry(section, { key: pending.key, keySpan: pending.keySpan, value, merged: false });
  if (section !== reading.root) section.span = { start: section.span.start, end: span.end };
  reading.pending = undefined;
}

function skipBlank(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && /\s/.test(text[at] ?? '')) at += 1;
  return at;
}
