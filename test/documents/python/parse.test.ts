import { repoPath } from '../../../src/core/location.ts';
import type { BlobId } from '../../../src/core/snapshot.ts';
import { child, walk } from '../../../src/documents/python/node.ts';
import { loadPython, PYTHON_LIMIT, parsePython } from '../../../src/documents/python/parse.ts';
import { nodesOf, nodesWithin, textOf } from '../../../src/documents/python/python.ts';

beforeAll(loadPython);

const parse = (text: string) => parsePython({ path: repoPath('src/train.py'), blob: 'b1' as BlobId, text });

test('nodes carry type, field and offsets in UTF-16 units', () => {
  const document = parse('s = "😀"\nmodel.fit(X, y=1)\n');
  const [call] = nodesOf(document, 'call');
  expect(call && textOf(document, call)).toBe('model.fit(X, y=1)');
  expect(call && textOf(document, child(call, 'function') ?? call)).toBe('model.fit');
  expect(document.damage).toEqual([]);
});

test('keywords and operators are nodes that byType leaves out, punctuation is no node', () => {
  const document = parse('async def f(a, b):\n    a += b\n');
  const all = [...walk(document.root)];
  expect(all.filter((node) => !node.named).map((node) => node.type)).toEqual(['async', 'def', '+=']);
  expect(document.byType.has('async')).toBe(false);
});

test('every node lies inside its parent and byType is in source order', () => {
  const document = parse('class A(B):\n    @d\n    def f(self):\n        return [x for x in g(h(1), 2)]\n\nz = A()\n');
  for (const node of walk(document.root)) {
    if (node.parent === undefined) continue;
    expect(node.parent.children).toContain(node);
    expect(node.start).toBeGreaterThanOrEqual(node.parent.start);
    expect(node.end).toBeLessThanOrEqual(node.parent.end);
  }
  for (const list of document.byType.values()) expect(list).toEqual([...list].sort((a, b) => a.start - b.start));
  expect([...walk(document.root)].filter((node) => node.named).length).toBe(
    [...document.byType.values()].reduce((sum, list) => sum + list.length, 0),
  );
});

test('nodesWithin gives what stands below a node only', () => {
  const document = parse('f(g(1))\nh(2)\n');
  const [outer] = nodesOf(document, 'call');
  expect(outer && nodesWithin(document, outer, 'call').map((node) => textOf(document, node))).toEqual(['g(1)']);
  const [, inner] = nodesOf(document, 'call');
  expect(inner && nodesWithin(document, inner, 'call')).toEqual([]);
});

test('damage is reported and the rest is still read', () => {
  const document = parse('import torch\nx = foo(\n\ndef g():\n    return torch.load("m.pt")\n');
  expect(document.damage.length).toBeGreaterThan(0);
  expect(nodesOf(document, 'call').map((node) => textOf(document, node))).toContain('torch.load("m.pt")');
});

test('damage of a hopeless file is capped', () => {
  expect(parse(')\n$ ? x y z (\n'.repeat(300)).damage.length).toBeLessThanOrEqual(20);
});

test('deep nesting and long files return', () => {
  const deep = parse(`x = ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`);
  expect(nodesOf(deep, 'list').length).toBeGreaterThan(900);
  expect(deep.damage.map(({ message }) => message)).toEqual(['what is nested deeper than 1000 levels was not read']);
  const long = parse('x'.repeat(PYTHON_LIMIT + 1));
  expect(long.root.children).toEqual([]);
  expect(long.damage[0]?.message).toBe('the file is longer than 5 MB and was not read');
});
