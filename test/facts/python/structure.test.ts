import { loadPython } from '../../../src/documents/python/parse.ts';
import { textOf } from '../../../src/documents/python/python.ts';
import { attributeAssignments, basesOf, classOfSelf, methodsOf } from '../../../src/facts/python/classes.ts';
import {
  decorators,
  definitionName,
  enclosingClass,
  enclosingFunction,
  enclosingIf,
  enclosingLoop,
  enclosingWiths,
  isAsync,
  isInside,
  parameters,
  precedes,
  returnsOf,
  statementOf,
} from '../../../src/facts/python/structure.ts';
import { last, read } from './read.ts';

beforeAll(loadPython);

test('what holds a node', () => {
  const document = read(
    'class A:\n    def f(self):\n        for i in xs:\n            with a():\n                with b():\n                    if c:\n                        here\n',
  );
  const here = last(document, 'here');
  const type = (node: { readonly type: string } | undefined) => node?.type;
  expect(type(enclosingFunction(here))).toBe('function_definition');
  expect(type(enclosingClass(here))).toBe('class_definition');
  expect(type(enclosingLoop(here))).toBe('for_statement');
  expect(enclosingWiths(here).length).toBe(2);
  expect(type(enclosingIf(here))).toBe('if_statement');
  expect(isInside(here, 'try_statement', 'with_statement')).toBe(true);
  expect(isInside(here, 'try_statement')).toBe(false);
});

test('loops and conditions end at functions and do not hold their own head', () => {
  const document = read('for i in head:\n    def f():\n        body\nif test:\n    pass\n');
  expect(enclosingLoop(last(document, 'head'))).toBeUndefined();
  expect(enclosingLoop(last(document, 'body'))).toBeUndefined();
  expect(enclosingIf(last(document, 'test'))).toBeUndefined();
});

test('statements', () => {
  const document = read('x = f(\n  a)\nif b:\n    c = 1\n');
  expect(textOf(document, statementOf(last(document, 'a')))).toBe('x = f(\n  a)');
  expect(statementOf(last(document, 'b')).type).toBe('if_statement');
  expect(textOf(document, statementOf(last(document, 'c')))).toBe('c = 1');
});

test('order within one function', () => {
  const document = read('a\nb\ndef f():\n    c\n[d for x in y]\n');
  expect(precedes(document, last(document, 'a'), last(document, 'b'))).toBe(true);
  expect(precedes(document, last(document, 'b'), last(document, 'a'))).toBe(false);
  expect(precedes(document, last(document, 'a'), last(document, 'c'))).toBe(false);
  expect(precedes(document, last(document, 'a'), last(document, 'd'))).toBe(true);
});

test('decorators with full names and arguments', () => {
  const document = read(
    'import torch\n@app.post("/p")\n@torch.no_grad()\n@torch.jit.script\nasync def predict(): pass\n',
  );
  const [definition] = document.byType.get('function_definition') ?? [];
  const found = definition === undefined ? [] : decorators(document, definition);
  expect(found.map(({ name, text, call }) => [name, text, call !== undefined])).toEqual([
    [undefined, 'app.post', true],
    ['torch.no_grad', 'torch.no_grad', true],
    ['torch.jit.script', 'torch.jit.script', false],
  ]);
  expect(definition && isAsync(definition)).toBe(true);
  expect(definition && definitionName(document, definition)).toBe('predict');
});

test('parameters', () => {
  const document = read(
    'def f(self, a: int, b=1, /, *args: str, c: float = 2.0, **kw): pass\ng = lambda x, *, y=1: x\n',
  );
  const [definition] = document.byType.get('function_definition') ?? [];
  const [lambda] = document.byType.get('lambda') ?? [];
  const shown = (node: typeof definition) =>
    node === undefined
      ? []
      : parameters(document, node).map((each) => [
          each.name,
          each.kind,
          each.keywordOnly,
          each.default && textOf(document, each.default),
          each.annotation && textOf(document, each.annotation),
        ]);
  expect(shown(definition)).toEqual([
    ['self', 'plain', false, undefined, undefined],
    ['a', 'plain', false, undefined, 'int'],
    ['b', 'plain', false, '1', undefined],
    ['args', 'args', false, undefined, 'str'],
    ['c', 'plain', true, '2.0', 'float'],
    ['kw', 'kwargs', true, undefined, undefined],
  ]);
  expect(shown(lambda)).toEqual([
    ['x', 'plain', false, undefined, undefined],
    ['y', 'plain', true, '1', undefined],
  ]);
});

test('returns leave nested functions out', () => {
  const document = read(
    'def f():\n    def g():\n        return 1\n    if a:\n        return 2\n    return\n    yield 3\n',
  );
  const [definition] = document.byType.get('function_definition') ?? [];
  expect(definition && returnsOf(document, definition).map((node) => textOf(document, node))).toEqual(['2', '3']);
});

test('classes know their methods, bases and attributes', () => {
  const document = read(
    'class A(B, c.D, metaclass=M):\n    k = 1\n    def f(self):\n        self.x = 1\n        def g():\n            self.x, y = 2, 3\n    @staticmethod\n    def h(self_): pass\n',
  );
  const [owner] = document.byType.get('class_definition') ?? [];
  if (owner === undefined) throw new Error('there is a class');
  expect([...methodsOf(document, owner).keys()]).toEqual(['f', 'h']);
  expect(basesOf(owner).map((node) => textOf(document, node))).toEqual(['B', 'c.D']);
  expect(attributeAssignments(document, owner, 'x').map(({ value }) => value && textOf(document, value))).toEqual([
    '1',
    undefined,
  ]);
  expect(attributeAssignments(document, owner, 'k').length).toBe(1);
  expect(classOfSelf(document, last(document, 'self'))).toBe(owner);
});
