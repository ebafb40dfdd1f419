import type { Suggestion } from '../core/finding.ts';
import type { Place, RepoPath, Span } from '../core/location.ts';
import type { BlobId } from '../core/snapshot.ts';
import { type LineIndex, lineOf } from './lines.ts';
import type { ModelFile } from './model-file/model.ts';

/** A place inside a document's file that its reader could not make sense of. */
export interface Damage {
  readonly span: Span;
  /** One sentence without full stop: what is wrong here. */
  readonly message: string;
}

/** What every language has. `text` is what spans count in; for a notebook's Python that is the joined source. */
export interface DocumentBase {
  readonly path: RepoPath;
  readonly blob: BlobId;
  readonly text: string;
  readonly lines: LineIndex;
  readonly damage: readonly Damage[];
  /** What stands behind a pointer, where somebody fetched it. */
  readonly stored?: ModelFile;
  /** Maps a span of `text` to the file where `text` is not the file itself (notebooks). */
  readonly origin?: (span: Span) => Omit<Place, 'path'>;
}

/** Where a span of the document's text stands in its file. */
export function placeOf(document: DocumentBase, span: Span): Place {
  if (document.origin !== undefined) return { path: document.path, ...document.origin(span) };
  const start = lineOf(document.lines, span.start);
  const end = lineOf(document.lines, Math.max(span.start, span.end));
  return {
    path: document.path,
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}

/** Whole-line replacement that puts `text` in place of `span`; undefined where lines of the text are not lines of the file. */
export function suggestionOf(document: DocumentBase, span: Span, text: string): Suggestion | undefined {
  if (document.origin !== undefined) return undefined;
  const { startLine, endLine } = placeOf(document, span);
  const from = document.lines.starts[startLine - 1] ?? 0;
  const next = document.lines.starts[endLine];
  const to = next === undefined ? document.text.length : next;
  const whole = document.text.slice(from, span.start) + text + document.text.slice(span.end, to);
  return { startLine, endLine, text: whole.replace(/\r?\n$/, '') };
}
