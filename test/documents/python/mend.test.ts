import { repoPath } from '../../../src/core/location.ts';
import type { BlobId } from '../../../src/core/snapshot.ts';
import { blankMagics } from '../../../src/documents/python/magics.ts';
import { withoutLongContinuations } from '../../../src/documents/python/mend.ts';
import { loadPython, parsePython } from '../../../src/documents/python/parse.ts';
import { nodesOf, textOf } from '../../../src/documents/python/python.ts';

beforeAll(loadPython);

const parse = (text: string) => parsePython({ path: repoPath('a.py'), blob: 'b' as BlobId, text });
const seen = (text: string) => blankMagics(text).text.replace(/[ ]+$/gm, '');

test.each([
  ['%matplotlib inline\nx = 1', '\nx = 1'],
  ['!pip install torch\nimport torch', '\nimport torch'],
  ['!pip install \\\n  torch\nimport torch', '\n\nimport torch'],
  ['if x:\n    !ls -l\n', 'if x:\n    0\n'],
  ['if x:\n    %cd data\n', 'if x:\n    0\n'],
  ['if x:\n    %load_ext a\n', 'if x:\n    pass\n'],
  ['files = !ls\n', 'files = _\n'],
  ['r = %timeit -o f()\n', 'r = _\n'],
  ['%time x = f()\n', '0;    x = f()\n'],
  ['df?\n?df\nx = 1', '\n\nx = 1'],
  ['%%time\nx = f()\n', '\nx = f()\n'],
  ['%%bash\nx = f()\n', '\n\n'],
  ['%%writefile a.py\nx = f()\n', '\n\n'],
  ['%sql\nselect 1\n', '\n\n'],
  ['%md hello\nworld', '\n'],
  ['pip install torch\nx = 1', '\nx = 1'],
])('%j reads %j', (text, plain) => {
  expect(blankMagics(text).text.length).toBe(text.length);
  expect(seen(text)).toBe(plain);
});

test.each([
  ['x = (a\n     % b)\n'],
  ['x = """\n!pip install\n%time\n"""\n'],
  ['x = a \\\n    % b\n'],
  ['y = "%s" % x\n'],
  ['if a != b: pass\n'],
  ["x = 'it\\'s' # 50 % !\n"],
  ['f(a,\n  # why?\n  b)\n'],
])('%j is Python and stays', (text) => {
  expect(blankMagics(text)).toEqual({ text, magics: [] });
});

test('magics are kept with their place', () => {
  const text = 'x = 1\n!pip install torch==2.1\n';
  const [magic] = blankMagics(text).magics;
  expect(magic?.text).toBe('!pip install torch==2.1');
  expect(magic && text.slice(magic.span.start, magic.span.end)).toBe(magic?.text);
});

test('a file of IPython is read without its magics', () => {
  const document = parse('%load_ext autoreload\nimport torch\ntorch.load("x")\n');
  expect(document.damage).toEqual([]);
  expect(document.magics.map(({ text }) => text)).toEqual(['%load_ext autoreload']);
  expect(document.text.startsWith('%load_ext')).toBe(true);
});

test('a merge conflict is damage and both sides are read', () => {
  const document = parse('<<<<<<< HEAD\nf(1)\n=======\nf(2)\n>>>>>>> main\n');
  expect(document.damage.map(({ message }) => message)).toEqual(['a merge conflict is left here']);
  expect(nodesOf(document, 'call').map((node) => textOf(document, node))).toEqual(['f(1)', 'f(2)']);
});

test('defaults of type parameters do not damage', () => {
  const document = parse(
    'class A[T: (int, str) = int, *Ts = *tuple[int, ...]](B[T]):\n    def f[U = dict[str, int]](self): return g(self)\n',
  );
  expect(document.damage).toEqual([]);
  expect(nodesOf(document, 'call').length).toBe(1);
});

test('runs of continued empty lines are cut, others stay', () => {
  const few = `x = 1 + ${'\\\n'.repeat(40)}2\n`;
  expect(withoutLongContinuations(few)).toBe(few);
  const many = withoutLongContinuations('\\\n'.repeat(100_000));
  expect(many.length).toBe(200_000);
  expect(many.split('\\').length - 1).toBe(50);
  expect(parse(`${'\\\n'.repeat(100_000)}\nf(1)\n`).root.type).toBe('module');
});
