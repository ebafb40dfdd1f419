import type { Place, Span } from '../../core/location.ts';
import type { Damage, DocumentBase } from '../document.ts';
import { type LineIndex, lineIndex, lineOf } from '../lines.ts';
import { parsePython } from '../python/parse.ts';
import type { PythonDocument } from '../python/python.ts';
import type { TextSource } from '../source.ts';
import { joinCells } from './cells.ts';
import { entry, items, type JsonNode, pieces, readJson, stringAt } from './json.ts';
import { type NotebookOutput, outputsOf } from './outputs.ts';
import { sourceWriter } from './source-map.ts';

/** Longest notebook that is read, in UTF-16 code units. */
export const NOTEBOOK_LIMIT = 20 * 1024 * 1024;

export interface NotebookCell {
  /** 1-based, counting cells of every kind. */
  readonly index: number;
  readonly kind: 'code' | 'markdown' | 'raw';
  /** The source as its author wrote it. */
  readonly text: string;
  /** The whole cell in the file. */
  readonly span: Span;
  /** The part of the file that a span of `text` was written as. */
  readonly toFile: (span: Span) => Span;
  /** Null for a code cell that was not run. */
  readonly executionCount: number | null;
  readonly outputs: readonly NotebookOutput[];
}

/** A Jupyter notebook. `text` is the file; the code of a Python notebook is in `python`. */
export interface NotebookDocument extends DocumentBase {
  readonly kind: 'notebook';
  readonly cells: readonly NotebookCell[];
  /** All code cells of a Python notebook joined, in order; undefined for other languages. */
  readonly python: PythonDocument | undefined;
  /** In lower case, `python` when the notebook does not say. */
  readonly language: string;
  /** Where the notebook's own metadata stands in the file, widget states included. */
  readonly metadata: Span | undefined;
}

/** Reads a notebook of format 3 or 4, whole or cut off. Never throws for any text; `loadPython` must have been awaited. */
export function parseNotebook({ path, blob, text }: TextSource): NotebookDocument {
  const lines = lineIndex(text);
  const { root, damage } = read(text);
  const metadata = entry(root, 'metadata');
  const language = languageOf(metadata);
  const cells = cellNodes(root).map((node, at) => cellOf(text, node, at + 1));
  return {
    kind: 'notebook',
    path,
    blob,
    text,
    lines,
    damage: root === undefined || hasCells(root) || damage.length > 0 ? damage : [NO_CELLS],
    origin: (span) => placeIn(cells, lines, span),
    cells,
    language,
    metadata: metadata && { start: metadata.offset, end: metadata.offset + metadata.length },
    python: isPython(language, damage.length > 0) ? pythonOf({ path, blob, text }, cells, lines) : undefined,
  };
}

const NO_CELLS: Damage = { span: { start: 0, end: 0 }, message: 'this notebook has no list of cells' };

function read(text: string): ReturnType<typeof readJson> {
  if (text.length <= NOTEBOOK_LIMIT) return readJson(text);
  const message = `the notebook is longer than ${NOTEBOOK_LIMIT / 1024 / 1024} MB and was not read`;
  return { root: undefined, damage: [{ span: { start: 0, end: 0 }, message }] };
}

function languageOf(metadata: JsonNode | undefined): string {
  const kernel = entry(metadata, 'kernelspec');
  const named = stringAt(entry(kernel, 'language')) ?? stringAt(entry(entry(metadata, 'language_info'), 'name'));
  return (named ?? stringAt(entry(kernel, 'name')) ?? 'python').toLowerCase();
}

/** A notebook that is cut off may be cut off in the middle of the word. */
function isPython(language: string, damaged: boolean): boolean {
  return /python|pyspark/.test(language) || (damaged && 'python'.startsWith(language));
}

function hasCells(root: JsonNode): boolean {
  return entry(root, 'cells') !== undefined || entry(root, 'worksheets') !== undefined;
}

function cellNodes(root: JsonNode | undefined): readonly JsonNode[] {
  const direct = entry(root, 'cells');
  const lists =
    direct === undefined ? items(entry(root, 'worksheets')).map((sheet) => entry(sheet, 'cells')) : [direct];
  return lists.flatMap((list) => items(list)).filter((each) => each.type === 'object');
}

function cellOf(file: string, node: JsonNode, index: number): NotebookCell {
  const type = stringAt(entry(node, 'cell_type'));
  const kind = type === 'code' ? 'code' : type === 'raw' ? 'raw' : 'markdown';
  const writer = sourceWriter();
  for (const each of pieces(entry(node, 'source') ?? entry(node, 'input'))) writer.add(file, each.offset, each.length);
  const count = entry(node, 'execution_count') ?? entry(node, 'prompt_number');
  return {
    index,
    kind,
    ...writer.done(),
    span: { start: node.offset, end: node.offset + node.length },
    executionCount: count?.type === 'number' ? Number(count.value) : null,
    outputs: kind === 'code' ? outputsOf(file, node) : [],
  };
}

function pythonOf(source: TextSource, cells: readonly NotebookCell[], lines: LineIndex): PythonDocument {
  const { text, parsed, magics, toFile } = joinCells(cells);
  const origin = (span: Span): Omit<Place, 'path'> => {
    const { cell, inCell, end } = toFile(span);
    const file = cell === undefined ? { start: 0, end: 0 } : cell.toFile({ start: inCell, end });
    return placeIn(cells, lines, file, cell, inCell);
  };
  return parsePython({ path: source.path, blob: source.blob, text, parsed, magics, origin });
}

/** Where a span of the file is, with the cell that holds its start and the line in the cell's source. */
function placeIn(
  cells: readonly NotebookCell[],
  lines: LineIndex,
  span: Span,
  cell = cellAt(cells, span.start),
  inCell?: number,
): Omit<Place, 'path'> {
  const start = lineOf(lines, span.start);
  const end = lineOf(lines, Math.max(span.start, span.end));
  const place = { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
  if (cell === undefined) return place;
  if (inCell === undefined) return { ...place, cell: cell.index };
  return { ...place, cell: cell.index, cellLine: lineOf(lineIndex(cell.text), inCell).line };
}

function cellAt(cells: readonly NotebookCell[], offset: number): NotebookCell | undefined {
  let low = 0;
  let high = cells.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((cells[middle]?.span.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const cell = cells[low];
  return cell !== undefined && cell.span.start <= offset && offset < cell.span.end ? cell : undefined;
}
