import { parts } from '../../../src/documents/python/node.ts';
import { loadPython } from '../../../src/documents/python/parse.ts';
import { textOf } from '../../../src/documents/python/python.ts';
import { calls } from '../../../src/facts/python/calls.ts';
import { constantOf, isConstant } from '../../../src/facts/python/constants.ts';
import { dictionaryOf, elementsOf } from '../../../src/facts/python/literals.ts';
import { stringShape } from '../../../src/facts/python/strings.ts';
import { read } from './read.ts';

beforeAll(loadPython);

/** The document, and the first argument of the last call of `f` in it. */
const given = (source: string) => {
  const document = read(`${source}\n`);
  const node = calls(document).findLast(({ callee }) => textOf(document, callee) === 'f')?.args[0];
  if (node === undefined) throw new Error('the source calls f with an argument');
  return { document, node };
};
const valueIn = (source: string) => {
  const { document, node } = given(source);
  return constantOf(document, node);
};

test.each([
  ['f(1_000)', 1000],
  ['f(0x1F)', 31],
  ['f(1e-3)', 0.001],
  ['f(-1)', -1],
  ['f(60 * 60 * 24)', 86_400],
  ['f(7 // 2 + 7 % 2)', 4],
  ['f("a" "b")', 'ab'],
  ['f("a" + \'b\')', 'ab'],
  ['f("""a\nb""")', 'a\nb'],
  ['f("\\x41\\u0042\\n")', 'AB\n'],
  ['f(r"\\n")', '\\n'],
  ['f(u"x")', 'x'],
  ['f(f"{{x}}")', '{x}'],
  ['B = "s3://b"\nf(f"{B}/x")', 's3://b/x'],
  ['f(None)', null],
  ['f((True))', true],
  ['f(not False)', true],
  ['N = 3\ndef g():\n    f(N)', 3],
  ['N = M = 3\nf(M)', 3],
  ['N: int = 3\nf(N)', 3],
  ['A = "a"\nB = A + "b"\nf(B)', 'ab'],
  ['class T:\n    lr = 0.1\n    def g(self):\n        f(self.lr)', 0.1],
  ['class T:\n    lr: float = 0.1\n    def g(self):\n        f(self.lr)', 0.1],
  ['class T(Base):\n    lr: Final[float] = 0.1\n    def g(self):\n        f(self.lr)', 0.1],
  ['class T:\n    def __init__(self):\n        self.lr = 0.1\n    def g(self):\n        f(self.lr)', 0.1],
  ['x = 1\nx = 2\nf(x)', 2],
  ['if c:\n    x = 1\n    f(x)\nelse:\n    x = 2', 1],
])('%j is %j', (source, value) => {
  expect(valueIn(source)).toEqual({ value });
});

test.each([
  ['f(x)'],
  ['f(b"x")'],
  ['f(1j)'],
  ['f(f"{x}")'],
  ['f(1 / 0)'],
  ['f("a" * 3)'],
  ['def g(x=1):\n    f(x)'],
  ['for x in (1, 2):\n    f(x)'],
  ['x = 1\nx += 1\nf(x)'],
  ['x = 1\nif c:\n    x = 2\nf(x)'],
  ['x = 1\nx = 2\ndef g():\n    f(x)'],
  ['x = 1\ndef g():\n    global x\n    x = 2\ndef h():\n    f(x)'],
  ['x = 0\nwhile c:\n    f(x)\n    x = 1'],
  ['x, y = 1, 2\nf(x)'],
  ['x = 1\ndef g():\n    global x\n    x = 2\nf(x)'],
  ['class T:\n    def a(self):\n        self.lr = 0.1\n        self.lr = 0.2\n    def g(self):\n        f(self.lr)'],
  ['class T(BaseSettings):\n    lr: float = 0.1\n    def g(self):\n        f(self.lr)'],
  ['@dataclass\nclass T:\n    lr: float = 0.1\n    def g(self):\n        f(self.lr)'],
])('%j is unknown', (source) => {
  expect(valueIn(source)).toBeUndefined();
});

test('None is a value and unknown is not None', () => {
  const { document, node } = given('f(None)');
  expect(isConstant(document, node, null)).toBe(true);
  const unknown = given('f(x)');
  expect(isConstant(unknown.document, unknown.node, null)).toBe(false);
});

test('values built on values end', () => {
  const lines = Array.from({ length: 60 }, (_, at) => `x${at + 1} = x${at} + x${at}`).join('\n');
  expect(valueIn(`x0 = "ab"\n${lines}\nf(x60)`)).toBeUndefined();
  expect(valueIn('x = x\nf(x)')).toBeUndefined();
});

test.each([
  ['f(f"SELECT {c} FROM t")', 'SELECT {} FROM t'],
  ['f("SELECT %s FROM %s" % (c, "t"))', 'SELECT %s FROM %s{}t'],
  ['f("SELECT {}".format(c))', 'SELECT {}{}'],
  ['q = "SELECT " + c\nf(q + " FROM t")', 'SELECT {} FROM t'],
  ['f("a" f"{b!r}" "c")', 'a{}c'],
  ['T = "t"\nf(f"SELECT * FROM {T}")', 'SELECT * FROM t'],
])('%j is put together as %j', (source, shape) => {
  const { document, node } = given(source);
  expect(stringShape(document, node)).toBe(shape);
});

test('what is no string has no shape', () => {
  const { document, node } = given('f(a + b)');
  expect(stringShape(document, node)).toBeUndefined();
});

test('elements of written lists, through names and stars', () => {
  const list = given('a = ["x", "y"]\nb = [*a, "z"] + ("w",)\nf(b)');
  expect(elementsOf(list.document, list.node)?.map((node) => constantOf(list.document, node)?.value)).toEqual([
    'x',
    'y',
    'z',
    'w',
  ]);
  const grown = given('a = ["x"]\na.append("y")\nf(a)');
  expect(elementsOf(grown.document, grown.node)).toBeUndefined();
  const spread = given('f([*a])');
  expect(elementsOf(spread.document, spread.node)).toBeUndefined();
});

test('entries of written dictionaries', () => {
  const known = given('K = "lr"\nf({K: 1, **dict(seed=2)})');
  expect([...(dictionaryOf(known.document, known.node) ?? [])].map(([key]) => key)).toEqual(['lr', 'seed']);
  const unknown = given('f({k: 1})');
  expect(dictionaryOf(unknown.document, unknown.node)).toBeUndefined();
  expect(parts(unknown.node).length).toBe(1);
});

test('spreads of spreads end', () => {
  const lines = Array.from({ length: 40 }, (_, at) => `x${at + 1} = [*x${at}, *x${at}]`).join('\n');
  const { document, node } = given(`x0 = [1]\n${lines}\nf(x40)`);
  expect(elementsOf(document, node)).toBeUndefined();
});
