import type { Span } from '../../core/location.ts';
import type { NotebookCell, NotebookDocument } from '../../documents/notebook/notebook.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** The number itself; the start of the cell where it is not found. */
function countOf(document: NotebookDocument, { span }: NotebookCell): Span {
  const found = /"(?:execution_count|prompt_number)"\s*:\s*(\d+)/.exec(document.text.slice(span.start, span.end));
  const number = found?.[1];
  if (found === null || number === undefined) return { start: span.start, end: span.start };
  const end = span.start + found.index + found[0].length;
  return { start: end - number.length, end };
}

const count = (cell: NotebookCell | undefined): number => cell?.executionCount ?? 0;

const isAscending = (cells: readonly NotebookCell[]): boolean =>
  cells.every((cell, index) => index === 0 || count(cells[index - 1]) < count(cell));

/** The cell without which the others were run from top to bottom; undefined when one is not enough. */
function rerunCell(cells: readonly NotebookCell[], at: number): NotebookCell | undefined {
  return [cells[at - 1], cells[at]].find(
    (suspect) => suspect !== undefined && isAscending(cells.filter((cell) => cell !== suspect)),
  );
}

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  grades: { rerun: { severity: 'low', when: 'a single cell was run again' } },
  paths: { notebook: 'low' },
  title: 'Notebook was not run from top to bottom',
  why: `
    The saved results come from a state that the order of the cells does not give: a name may have been set by a cell further
    down, or by one that is gone. Nobody gets the same numbers again.
  `,
  fix: 'Restart the kernel, run all cells, and commit that.',
  references: ['https://docs.jupyter.org/en/latest/', 'https://leomurta.github.io/papers/pimentel2019a.pdf'],
  examples: [
    bad({
      'a.ipynb': `
        {"cells": [
          {"cell_type": "code", "execution_count": 5, "metadata": {}, "outputs": [], "source": ["a = 1"]},
          {"cell_type": "code", "execution_count": «3», "metadata": {}, "outputs": [], "source": ["b = a"]},
          {"cell_type": "code", "execution_count": 4, "metadata": {}, "outputs": [], "source": ["c = b"]},
          {"cell_type": "code", "execution_count": 2, "metadata": {}, "outputs": [], "source": ["d = c"]}
        ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
      `,
      'b.ipynb': `
        {"cells": [
          {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["a = 1"]},
          {"cell_type": "code", "execution_count": 2, "metadata": {}, "outputs": [], "source": ["a = 2"]},
          {"cell_type": "markdown", "metadata": {}, "source": ["text"]},
          {"cell_type": "code", "execution_count": «1», "metadata": {}, "outputs": [], "source": ["b = a"]},
          {"cell_type": "code", "execution_count": 2, "metadata": {}, "outputs": [], "source": ["c = b"]}
        ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
      `,
    }),
    bad.as('rerun')({
      'a.ipynb': `
        {"cells": [
          {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["a = 1"]},
          {"cell_type": "code", "execution_count": 9, "metadata": {}, "outputs": [], "source": ["b = a"]},
          {"cell_type": "code", "execution_count": «3», "metadata": {}, "outputs": [], "source": ["c = b"]}
        ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
      `,
      'b.ipynb': `
        {"cells": [
          {"cell_type": "code", "execution_count": 2, "metadata": {}, "outputs": [], "source": ["a = 1"]},
          {"cell_type": "code", "execution_count": «2», "metadata": {}, "outputs": [], "source": ["b = a"]}
        ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
      `,
    }),
    good({
      'a.ipynb': `
        {"cells": [
          {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["a = 1"]},
          {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["b = 1"]},
          {"cell_type": "code", "execution_count": 4, "metadata": {}, "outputs": [], "source": ["c = 1"]}
        ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
      `,
      'b.ipynb': `
        {"cells": [
          {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["a = 1"]},
          {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["b = 1"]}
        ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
      `,
    }),
  ],

  reads: 'notebook',
  *inspect(document) {
    const run = document.cells.filter(
      ({ kind, executionCount, text }) => kind === 'code' && executionCount !== null && text.trim() !== '',
    );
    const first = run.findIndex((cell, index) => index > 0 && count(run[index - 1]) >= count(cell));
    const [before, cell] = [run[first - 1], run[first]];
    if (before === undefined || cell === undefined) return;
    const again = rerunCell(run, first) !== undefined;
    const message = `Cell ${cell.index} was run as number ${count(cell)}, cell ${before.index} above it as number ${count(before)}`;
    yield at(document, countOf(document, cell), message, again ? { grade: 'rerun' } : {});
  },
});
