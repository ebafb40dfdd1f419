import type { Span } from '../../core/location.ts';
import { blankMagics } from '../python/magics.ts';
import type { Magic } from '../python/python.ts';
import type { NotebookCell } from './notebook.ts';

/** The code cells of a notebook behind each other, each ending in a line break. */
export interface JoinedCells {
  readonly text: string;
  /** The same length, with what is not Python blanked. */
  readonly parsed: string;
  readonly magics: readonly Magic[];
  /** The cell that holds the start of a span of `text`, and the span counted in that cell's own text. */
  readonly toFile: (span: Span) => {
    readonly cell: NotebookCell | undefined;
    readonly inCell: number;
    readonly end: number;
  };
}

export function joinCells(cells: readonly NotebookCell[]): JoinedCells {
  const code = cells.filter(({ kind }) => kind === 'code');
  const starts: number[] = [];
  const texts: string[] = [];
  const parsed: string[] = [];
  const magics: Magic[] = [];
  let length = 0;
  for (const { text } of code) {
    const blanked = blankMagics(text);
    starts.push(length);
    texts.push(text, '\n');
    parsed.push(blanked.text, '\n');
    for (const magic of blanked.magics) {
      magics.push({ text: magic.text, span: { start: magic.span.start + length, end: magic.span.end + length } });
    }
    length += text.length + 1;
  }
  const toFile: JoinedCells['toFile'] = (span) => {
    const at = Math.max(0, lastAtMost(starts, span.start));
    const cell = code[at];
    const start = starts[at] ?? 0;
    const size = cell?.text.length ?? 0;
    return { cell, inCell: Math.min(span.start - start, size), end: Math.min(span.end - start, size) };
  };
  return { text: texts.join(''), parsed: parsed.join(''), magics, toFile };
}

function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return sorted.length === 0 ? -1 : low;
}
