import { repoPath } from '../../../src/core/location.ts';
import type { BlobId } from '../../../src/core/snapshot.ts';
import { placeOf } from '../../../src/documents/document.ts';
import { parseNotebook } from '../../../src/documents/notebook/notebook.ts';
import { loadPython } from '../../../src/documents/python/parse.ts';
import { nodesOf } from '../../../src/documents/python/python.ts';

beforeAll(loadPython);

const parse = (text: string) => parseNotebook({ path: repoPath('notebooks/a.ipynb'), blob: 'b' as BlobId, text });
const code = (source: string | readonly string[], more: object = {}) => ({
  cell_type: 'code',
  execution_count: null,
  metadata: {},
  outputs: [],
  source,
  ...more,
});
const notebook = (
  cells: readonly object[],
  metadata: object = { kernelspec: { language: 'python', name: 'python3' } },
) => JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1);

test('code cells are joined into one Python document', () => {
  const document = parse(
    notebook([code('import torch'), { cell_type: 'markdown', source: '# x' }, code(['m = torch.load(\n', '  "x")'])]),
  );
  expect(document.damage).toEqual([]);
  expect(document.cells.map(({ index, kind }) => [index, kind])).toEqual([
    [1, 'code'],
    [2, 'markdown'],
    [3, 'code'],
  ]);
  expect(document.python?.text).toBe('import torch\nm = torch.load(\n  "x")\n');
  expect(document.python && nodesOf(document.python, 'call').length).toBe(1);
});

test('a place names the line and column of the JSON string, the cell and its line', () => {
  const text = notebook([code('x = 1'), code(['s = "ü\\t"\n', 'df.drop("a", inplace=True)\n'])]);
  const { python } = parse(text);
  const [call] = python === undefined ? [] : nodesOf(python, 'call');
  const place = python && call && placeOf(python, call);
  const line = text.split('\n')[(place?.startLine ?? 0) - 1] ?? '';
  expect(line.slice((place?.startColumn ?? 0) - 1, (place?.endColumn ?? 0) - 1)).toBe('df.drop(\\"a\\", inplace=True)');
  expect(place).toMatchObject({ path: 'notebooks/a.ipynb', cell: 2, cellLine: 2 });
  expect(place?.startLine).toBe(place?.endLine);
});

const SOURCE = 'a = "\\\\n\\u00e9 😀"\n\tb = \'"x"\' # / \\\n\u2028c(1)\n';

test.each([
  ['one string', SOURCE],
  ['a list', SOURCE.split(/(?<=\n)/)],
  ['a list split anywhere', [...SOURCE]],
])('every letter of %s maps back to the letters it was written as', (_, source) => {
  for (const text of [
    notebook([code(source)]),
    notebook([code(source)])
      .replaceAll('/', '\\/')
      .replaceAll('é', '\\u00e9'),
  ]) {
    const { cells } = parse(text);
    const [cell] = cells;
    expect(cell?.text).toBe(SOURCE);
    for (let at = 0; at < SOURCE.length; at += 1) {
      const { start, end } = cell?.toFile({ start: at, end: at + 1 }) ?? { start: 0, end: 0 };
      expect(JSON.parse(`"${text.slice(start, end)}"`)).toBe(SOURCE[at]);
    }
  }
});

test('magics are blanked, kept and do not move anything', () => {
  const { python } = parse(
    notebook([code('!pip install torch==2.1\n%matplotlib inline\nf()'), code('%%bash\nls'), code('g()')]),
  );
  expect(python?.damage).toEqual([]);
  expect(python?.magics.map(({ text }) => text)).toEqual([
    '!pip install torch==2.1',
    '%matplotlib inline',
    '%%bash\nls',
  ]);
  expect(
    python &&
      nodesOf(python, 'call')
        .map((node) => placeOf(python, node))
        .map(({ cell, cellLine }) => [cell, cellLine]),
  ).toEqual([
    [1, 3],
    [3, 1],
  ]);
  expect(python?.magics[0] && placeOf(python, python.magics[0].span)).toMatchObject({ cell: 1, cellLine: 1 });
});

test('outputs carry kind, media type, text and place', () => {
  const outputs = [
    { output_type: 'stream', name: 'stdout', text: ['a\n', 'b'] },
    { output_type: 'execute_result', data: { 'text/html': '<table>', 'application/json': { a: 1 } } },
    { output_type: 'error', ename: 'E', traceback: ['t1', 't2'] },
  ];
  const text = notebook([code('f()', { outputs, execution_count: 7 })]);
  const document = parse(text);
  const [cell] = document.cells;
  expect(cell?.executionCount).toBe(7);
  expect(cell?.outputs.map(({ kind, mime, text: said }) => [kind, mime, said.replace(/\s/g, '')])).toEqual([
    ['stream', 'text/plain', 'ab'],
    ['result', 'text/html', '<table>'],
    ['result', 'application/json', '{"a":1}'],
    ['error', 'text/plain', 't1t2'],
  ]);
  const html = cell?.outputs[1];
  expect(html && text.slice(html.span.start, html.span.end)).toBe('"<table>"');
  expect(html && placeOf(document, html.span).cell).toBe(1);
});

test('other languages have no Python', () => {
  expect(parse(notebook([code('x <- 1')], { kernelspec: { language: 'R' } })).python).toBeUndefined();
  expect(parse(notebook([code('x = 1')], {})).python).toBeDefined();
  expect(parse(notebook([code('x = 1')], { kernelspec: { name: 'conda-env-python3' } })).language).toBe(
    'conda-env-python3',
  );
});

test('format 3 is read', () => {
  const text = JSON.stringify({
    worksheets: [{ cells: [{ cell_type: 'code', input: ['f()'], prompt_number: 2, outputs: [] }] }],
  });
  const document = parse(text);
  expect(document.python?.text).toBe('f()\n');
  expect(document.cells[0]?.executionCount).toBe(2);
});

test('a notebook cut off anywhere is read as far as it goes', () => {
  const whole = notebook([code('import torch\n'), code(['a = torch.load("x")\n', 'b = 2\n'])]);
  for (let length = 0; length < whole.length - 1; length += 1) {
    const document = parse(whole.slice(0, length));
    expect(document.damage.length).toBeGreaterThan(0);
    const start = whole.indexOf('import torch') + 'import torch'.length;
    if (length > start) expect(document.python?.text).toContain('import torch');
  }
});

test.each([
  ['', 'this is not JSON'],
  ['[]', 'no list of cells'],
  ['{"cells": 1', 'this is not JSON'],
  ['x', 'this is not JSON'],
])('%j is no notebook', (text, message) => {
  expect(parse(text).damage[0]?.message).toContain(message);
});

test('nesting without end is damage', () => {
  const document = parse(`{"cells": ${'['.repeat(100_000)}`);
  expect(document.damage.length).toBeGreaterThan(0);
});
