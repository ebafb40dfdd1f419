import { ParseError, parseTOML } from 'toml-eslint-parser';
import type { DataDocument, DataNode } from './data.ts';
import { isTemplatePath, MAX_DAMAGE, openCollections } from './data-build.ts';
import type { Damage } from './document.ts';
import { nestsDeeper } from './nesting.ts';
import { baseOf, type TextSource } from './source.ts';
import { type TomlPart, tomlTree } from './toml-tree.ts';

interface Parsed {
  readonly parts: readonly TomlPart[];
  readonly damage: readonly Damage[];
}

function parsePart(text: string, offset: number): TomlPart | Damage {
  try {
    return { program: parseTOML(text), offset };
  } catch (error) {
    if (error instanceof RangeError) {
      return { span: { start: offset, end: offset }, message: 'this part is too long or nests too deeply to be read' };
    }
    if (!(error instanceof ParseError)) throw error;
    // The package names the line after an unfinished one.
    const at = Math.min(Math.max(0, error.index), text.length);
    const start = at > 0 && text[at - 1] === '\n' ? at - 1 : at;
    return { span: { start: start + offset, end: Math.min(start + 1, text.length) + offset }, message: error.message };
  }
}

/** The package stops at the first error; then each table is parsed by itself, and only the broken ones are lost. */
function parseTolerant(text: string): Parsed {
  const whole = parsePart(text, 0);
  if ('program' in whole) return { parts: [whole], damage: [] };
  const starts = [0, ...[...text.matchAll(/^[ \t]*\[/gm)].map((match) => match.index)];
  const results = starts.map((start, at) => parsePart(text.slice(start, starts[at + 1]), start));
  const parts = results.filter((result) => 'program' in result);
  const damage = results.filter((result) => 'message' in result).slice(0, MAX_DAMAGE);
  return { parts, damage: damage.length > 0 ? damage : [whole] };
}

/** `{{` and `{%` where TOML would want a key or a value; only asked of text that is not TOML, which may quote templates. */
const TEMPLATE = /^[^"'#\n]*(?:\{\{|\{%)/m;

/**
 * Reads TOML 1.0. Never throws: a broken part is damage, and the tree of the rest is kept but open. Dates and times are
 * strings. A table that is written in several places spans from the first to the last of them.
 */
export function parseToml(source: TextSource): DataDocument {
  const text = source.text.startsWith('\uFEFF') ? ` ${source.text.slice(1)}` : source.text;
  if (isTemplatePath(source.path)) return document(source, [], true);
  if (nestsDeeper(text))
    return document(source, [{ span: { start: 0, end: 0 }, message: 'the file nests too deeply to be read' }], false);
  const { parts, damage } = parseTolerant(text);
  if (damage.length > 0 && TEMPLATE.test(text)) return document(source, [], true);
  if (parts.length === 0 || text.trim() === '') return document(source, damage, false);
  const root = tomlTree(parts, text);
  if (damage.length > 0) openCollections(root);
  const comments = parts.flatMap(({ program, offset }) =>
    program.comments.map(({ range: [start, end] }) => ({
      span: { start: start + offset, end: end + offset },
      text: text.slice(start + offset, end + offset),
    })),
  );
  return { ...document(source, damage, false), roots: [root as DataNode], comments };
}

function document(source: TextSource, damage: readonly Damage[], template: boolean): DataDocument {
  return { kind: 'toml', ...baseOf(source, damage), roots: [], comments: [], template };
}
