import { loadPython } from '../../../src/documents/python/parse.ts';
import { textOf } from '../../../src/documents/python/python.ts';
import { callsOfMethod } from '../../../src/facts/python/calls.ts';
import { columnOf, droppedColumns, rowsRoot, selectedColumns, takenFrom } from '../../../src/facts/training/columns.ts';
import { unorderedAt } from '../../../src/facts/training/order.ts';
import {
  comesFromTraining,
  dividedAfter,
  divisions,
  heldOutBy,
  holdsTrainingRows,
} from '../../../src/facts/training/rows.ts';
import { last, read } from '../python/read.ts';

beforeAll(loadPython);

test('every way to divide rows', () => {
  const document = read(`
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
a, b = train_test_split(X, y)
for i, j in KFold(5).split(Z):
    pass
cross_val_score(model, V, w)
GridSearchCV(model, {}).fit(U, u)
text.split(",")
`);
  expect(
    divisions(document).map(({ rows, target, kind }) => [
      textOf(document, rows),
      target && textOf(document, target),
      kind,
    ]),
  ).toEqual([
    ['X', 'y', 'split'],
    ['Z', undefined, 'folds'],
    ['V', 'w', 'folds'],
    ['U', 'u', 'folds'],
  ]);
});

test('rows that were set apart, and by what', () => {
  const document = read(`
from sklearn.model_selection import KFold, train_test_split
known, rest = train_test_split(X)
for i, j in KFold(5).split(X):
    use(X[i], X[j])
use(known, rest)
use(pd.concat([known, rest]), X_test)
`);
  const uses = (document.byType.get('call') ?? []).filter((each) => textOf(document, each).startsWith('use('));
  const argumentsOf = (index: number) =>
    uses[index]?.children.find((each) => each.type === 'argument_list')?.children.filter((each) => each.named) ?? [];
  const held = (index: number) => argumentsOf(index).map((each) => heldOutBy(document, each) !== undefined);
  expect(held(0)).toEqual([false, true]);
  expect(held(1)).toEqual([false, true]);
  expect(held(2)).toEqual([false, true]);
  expect(argumentsOf(1).map((each) => holdsTrainingRows(document, each))).toEqual([true, false]);
  expect(argumentsOf(2).map((each) => comesFromTraining(document, each))).toEqual([true, false]);
});

test('a value is followed into a later division', () => {
  const document = read(
    'from sklearn.model_selection import train_test_split\nZ = f(X)\nW = g(X)\ntrain_test_split(Z)\n',
  );
  const [made, unused] = document.byType.get('call') ?? [];
  expect(made && dividedAfter(document, made)?.kind).toBe('split');
  expect(unused && dividedAfter(document, unused)).toBeUndefined();
});

test('columns and the frames they are in', () => {
  const document = read('X = df[["a", "b"]]\ny = df["t"].values\nz = df.pop("u")\nprint(X)\nprint(y)\nprint(z)\n');
  expect(selectedColumns(document, last(document, 'X'))).toEqual(['a', 'b']);
  expect(columnOf(document, last(document, 'y'))).toMatchObject({ name: 't', popped: false });
  expect(columnOf(document, last(document, 'z'))).toMatchObject({ name: 'u', popped: true });
  expect(textOf(document, rowsRoot(document, last(document, 'X')))).toBe('df');
});

test('dropped columns are only known when they are written out', () => {
  const document = read('df.drop(columns=["a"])\ndf.drop("b", axis=1)\ndf.drop(columns=names)\ndf.drop([1, 2])\n');
  expect(callsOfMethod(document, 'drop').map((call) => droppedColumns(document, call))).toEqual([
    ['a'],
    ['b'],
    undefined,
    undefined,
  ]);
});

test('parts of a variable', () => {
  const document = read('a = X.sample(3)\nb = X.iloc[:5]\nc = f(X)\n');
  const values = (document.byType.get('assignment') ?? []).flatMap((each) =>
    each.children.filter(({ field }) => field === 'right'),
  );
  const roots = values.map((each) => takenFrom(document, each));
  expect(roots.map((each) => each && textOf(document, each))).toEqual(['X', 'X', undefined]);
});

test('what has no order of its own', () => {
  const document = read(
    'import os\na = list(set(x))\nb = os.listdir(".")\nc = sorted(set(x))\nd = os.listdir(".")\nd.sort()\nprint(a)\nprint(b)\nprint(c)\nprint(d)\n',
  );
  expect(['a', 'b', 'c', 'd'].map((name) => unorderedAt(document, last(document, name))?.kind)).toEqual([
    'set',
    'listing',
    undefined,
    undefined,
  ]);
});
