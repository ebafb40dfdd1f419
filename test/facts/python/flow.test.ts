import { loadPython } from '../../../src/documents/python/parse.ts';
import { textOf } from '../../../src/documents/python/python.ts';
import { calls } from '../../../src/facts/python/calls.ts';
import { flowsInto, originsOf, sameValue } from '../../../src/facts/python/flow.ts';
import { last, read } from './read.ts';

beforeAll(loadPython);

/** Whether the value of the first call of `src` flows into the first argument of the last call of `sink`. */
const flows = (source: string) => {
  const document = read(`${source}\n`);
  const all = calls(document);
  const from = all.find(({ callee }) => textOf(document, callee).endsWith('src'))?.node;
  const to = all.findLast(({ callee }) => textOf(document, callee).endsWith('sink'))?.args[0];
  if (from === undefined || to === undefined) throw new Error('the source calls src and sink');
  return flowsInto(document, from, to);
};

test.each([
  ['sink(src())'],
  ['x = src()\nsink(x)'],
  ['x = src()\ny = x\nsink(y.a)'],
  ['x = src()\nsink(x[["a"]])'],
  ['x = src()\nsink(x.dropna().head())'],
  ['a, b = src()\nsink(b)'],
  ['a, b = 1, src()\nsink(b)'],
  ['a, *b = src()\nsink(b)'],
  ['x = src()\nsink(x[1:])'],
  ['x = src()\nsink(x if c else None)'],
  ['x = src()\nsink(-x + 1)'],
  ['x = src()\nsink([x, 1])'],
  ['x = src()\nsink({"a": x})'],
  ['x = src()\nsink(f"{x}")'],
  ['x = src()\nsink(g(x))'],
  ['x = src()\nsink(g(k=x))'],
  ['x = src()\nsink([i for i in x])'],
  ['for x in src():\n    sink(x)'],
  ['with src() as x:\n    sink(x)'],
  ['x = 0\nx += src()\nsink(x)'],
  ['x = src()\nx += 1\nsink(x)'],
  ['d = {}\nd["a"] = src()\nsink(d)'],
  ['d = g()\nd.loc[m, "a"] = src()\nsink(d)'],
  ['xs = []\nfor i in y:\n    xs.append(src())\nsink(xs)'],
  ['def f(v):\n    return v + 1\nx = f(src())\nsink(x)'],
  ['def f(v, w=1):\n    t = w\n    return t\nsink(f(1, w=src()))'],
  ['def f():\n    return src()\nsink(f())'],
  ['def g(v):\n    return v\ndef f(v):\n    return g(v)\nsink(f(src()))'],
  ['def f(v):\n    sink(v)\nf(src())'],
  ['def f(*a, **k):\n    return k\nsink(f(1, z=src()))'],
  ['class A:\n    def __init__(self):\n        self.x = src()\n    def g(self):\n        sink(self.x)'],
  ['class A:\n    def h(self, v):\n        return v\n    def g(self):\n        sink(self.h(src()))'],
  ['if c:\n    x = src()\nelse:\n    x = 1\nsink(x)'],
  ['while c:\n    sink(x)\n    x = src()'],
  ['if (x := src()):\n    sink(x)'],
  ['x = src()\ndef f():\n    sink(x)'],
  ['async def f():\n    x = await src()\n    sink(x)'],
  ['def f():\n    yield src()\nfor x in f():\n    sink(x)'],
])('%j flows', (source) => {
  expect(flows(source)).toBe(true);
});

test.each([
  ['x = src()\nx = 1\nsink(x)'],
  ['sink(x)\nx = src()'],
  ['a, b = src(), 1\nsink(b)'],
  ['x = src()\nsink(y[x])'],
  ['x = src()\nsink(1 if x else 2)'],
  ['x = src()\ndef f(x):\n    sink(x)'],
  ['def f(v, w):\n    return w\nsink(f(src(), 1))'],
  ['def f(v):\n    return v\na = f(src())\nsink(f(1))'],
  ['x = src()\nsink(o.x)'],
  ['x = src()\nsink(g(1, x=2))'],
  ['if c:\n    x = src()\nelse:\n    x = 1\n    sink(x)'],
  ['x = src()\nif c:\n    x = 1\nelse:\n    x = 2\nsink(x)'],
  ['d = {}\nsink(d)\nd["a"] = src()'],
  ['x = src()\ndel x\nsink(x)'],
  ['def f():\n    x = src()\nsink(x)'],
  ['sink([x for x in y])\nx = src()'],
])('%j does not flow', (source) => {
  expect(flows(source)).toBe(false);
});

test('a variable flows where its definition does', () => {
  const document = read('X = load()\nscaler.fit(X)\nZ = X[["a"]]\nsplit(Z)\nX = 1\nf(X)\n');
  const [, fit, split, other] = calls(document);
  expect(fit?.args[0] && split?.args[0] && flowsInto(document, fit.args[0], split.args[0])).toBe(true);
  expect(fit?.args[0] && other?.args[0] && flowsInto(document, fit.args[0], other.args[0])).toBe(false);
});

test('the same value', () => {
  const document = read('x = a()\nf(x, x, d["k"], d["k"], d["j"], x.y, (x).y)\nx = b()\ng(x)\n');
  const args = calls(document).find(({ callee }) => textOf(document, callee) === 'f')?.args ?? [];
  const [x1, x2, k1, k2, j, y1, y2] = args;
  const later = last(document, 'x');
  if (!x1 || !x2 || !k1 || !k2 || !j || !y1 || !y2) throw new Error('f has seven arguments');
  expect(sameValue(document, x1, x2)).toBe(true);
  expect(sameValue(document, x1, later)).toBe(false);
  expect(sameValue(document, k1, j)).toBe(false);
  expect(sameValue(document, x1, y1)).toBe(false);
});

test('items of an unknown object have the same value', () => {
  const document = read('d = a()\nf(d["k"], d["k"])\n');
  const [a, b] = calls(document).at(-1)?.args ?? [];
  expect(a && b && sameValue(document, a, b)).toBe(true);
});

test('recursion ends and the expression itself is an origin', () => {
  const document = read('def f(v):\n    return f(f(v) + f(v))\nsink(f(src()))\n');
  const call = last(document, 'f(src())');
  expect(originsOf(document, call).has(call)).toBe(true);
});
