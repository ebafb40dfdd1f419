import { loadPython } from '../../../src/documents/python/parse.ts';
import { textOf } from '../../../src/documents/python/python.ts';
import { calls } from '../../../src/facts/python/calls.ts';
import { originBindings } from '../../../src/facts/python/flow.ts';
import { imports, importsModule } from '../../../src/facts/python/imports.ts';
import { mutations } from '../../../src/facts/python/mutations.ts';
import { reachingBindings, singleAssignment } from '../../../src/facts/python/reaching.ts';
import { scopeOf } from '../../../src/facts/python/scopes.ts';
import { bindingsFrom, readsOf } from '../../../src/facts/python/uses.ts';
import { last, read } from './read.ts';

beforeAll(loadPython);

test('where a result goes', () => {
  const document = read('a, b = split(X)\nf(a)\ng(b, a=1)\no.b\na = 2\nf(a)\nb += 1\n');
  const [split] = calls(document);
  const bindings = split === undefined ? [] : bindingsFrom(document, split.node);
  expect(bindings.map(({ name, path }) => [name, path])).toEqual([
    ['a', [0]],
    ['b', [1]],
  ]);
  const lines = (name: string) =>
    bindings
      .filter((each) => each.name === name)
      .flatMap((each) => readsOf(document, each).map((node) => document.text.slice(0, node.start).split('\n').length));
  expect(lines('a')).toEqual([2]);
  expect(lines('b')).toEqual([3, 7]);
});

test('which output of a call a value came through', () => {
  const document = read('a, b = split(X)\nc = b[["k"]]\nf(c)\n');
  const argument = calls(document).at(-1)?.args[0];
  const through = argument === undefined ? [] : [...originBindings(document, argument)];
  expect(through.map(({ name, path }) => [name, path])).toEqual([
    ['c', []],
    ['b', [1]],
  ]);
});

test('what is put into objects', () => {
  const document = read('d["k"] = 1\nd.loc[m, "a"] = 2\nself.x = 3\nxs.append(4)\nf(x)[0] = 5\n');
  const shown = mutations(document).map(({ node, value }) => [textOf(document, node), textOf(document, value)]);
  expect(shown).toEqual([
    ['d', '1'],
    ['d', '2'],
    ['self', '3'],
    ['xs', '4'],
  ]);
});

const reaching = (source: string) => {
  const document = read(`${source}\n`);
  return reachingBindings(document, last(document, 'x', 'identifier')).map(({ kind, from }) => [
    kind,
    document.text.slice(0, from).split('\n').length,
  ]);
};

test.each([
  ['x = 1\nx = 2\nx', [['assignment', 2]]],
  [
    'x = 1\nif c:\n    x = 2\nx',
    [
      ['assignment', 3],
      ['assignment', 1],
    ],
  ],
  ['x = 1\nif c:\n    x = 2\n    return\nx', [['assignment', 1]]],
  [
    'try:\n    x = 1\nexcept E:\n    x = 2\nx',
    [
      ['assignment', 4],
      ['assignment', 2],
    ],
  ],
  ['x = 0\ntry:\n    x = 1\nexcept E:\n    raise\nx', [['assignment', 3]]],
  ['x = 0\ntry:\n    x = 1\nfinally:\n    pass\nx', [['assignment', 3]]],
  ['x = 0\nfor x in y:\n    x', [['loop', 2]]],
  [
    'x = 0\nfor i in y:\n    x\n    x = 1',
    [
      ['assignment', 1],
      ['assignment', 4],
    ],
  ],
  ['x = 0\nfor i in y:\n    x = 1\n    x', [['assignment', 3]]],
  ['x = 0\nwith a as x:\n    x', [['with', 2]]],
  ['def f(x):\n    x', [['parameter', 1]]],
  ['def f(*x, **y):\n    x', [['parameter', 1]]],
  ['try:\n    f()\nexcept E as x:\n    x', [['except', 3]]],
  ['match a:\n    case {"k": x}:\n        x', [['pattern', 2]]],
  ['match a:\n    case B() as x:\n        x', [['pattern', 2]]],
  ['[x for y in z if (x := y)]', [['walrus', 1]]],
  [
    'def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n    x',
    [
      ['assignment', 5],
      ['assignment', 2],
    ],
  ],
  ['x: int\nx', [['annotation', 1]]],
  ['class x: pass\nx', [['class', 1]]],
])('in %j the last x is bound by %j', (source, expected) => {
  const document = read(`${source}\n`);
  const use = (document.byType.get('identifier') ?? []).filter((node) => textOf(document, node) === 'x');
  const node = source.startsWith('[x for') ? use[0] : source.includes('x\n    x = 1') ? use[1] : use.at(-1);
  expect(
    node &&
      reachingBindings(document, node).map(({ kind, from }) => [kind, document.text.slice(0, from).split('\n').length]),
  ).toEqual(expected);
});

test('a name used in a function may have any value of the module', () => {
  expect(reaching('x = 1\nx = 2\ndef f():\n    return x')).toEqual([
    ['assignment', 2],
    ['assignment', 1],
  ]);
});

test('a single assignment is exactly one', () => {
  const document = read('x = f()\nx\ny = 1\ny = 2 if x else 3\nz: int = 1\n');
  expect(textOf(document, singleAssignment(document, last(document, 'x', 'identifier')) ?? document.root)).toBe('f()');
});

test('the scope of a node', () => {
  const document = read('@a\ndef f(b: c = d) -> e:\n    g\nclass H(i):\n    j\n[k for l in m for n in o]\n');
  const kind = (name: string) => scopeOf(document, last(document, name, 'identifier')).kind;
  expect(['a', 'b', 'c', 'd', 'e', 'g', 'i', 'j', 'k', 'm', 'o'].map(kind)).toEqual([
    'module',
    'function',
    'module',
    'module',
    'module',
    'function',
    'module',
    'class',
    'comprehension',
    'module',
    'comprehension',
  ]);
});

test('imports', () => {
  const document = read(
    'import torch.nn as nn, os.path\nfrom .a import b as c\nfrom x import *\nfrom __future__ import annotations\n',
  );
  expect(imports(document).map(({ module, name, alias, target }) => [module, name, alias, target])).toEqual([
    ['torch.nn', undefined, 'nn', 'torch.nn'],
    ['os.path', undefined, 'os', 'os'],
    ['./src/pkg/a', 'b', 'c', './src/pkg/a.b'],
    ['x', '*', undefined, 'x'],
    ['__future__', 'annotations', 'annotations', '__future__.annotations'],
  ]);
  expect(importsModule(document, 'torch')).toBe(true);
  expect(importsModule(document, 'torchvision', 'nn')).toBe(false);
});
