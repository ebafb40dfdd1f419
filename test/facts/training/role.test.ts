import { loadPython } from '../../../src/documents/python/parse.ts';
import { textOf } from '../../../src/documents/python/python.ts';
import { rootOf } from '../../../src/facts/pandas/roots.ts';
import { buildsModel } from '../../../src/facts/training/role.ts';
import { read } from '../python/read.ts';

beforeAll(loadPython);

test.each([
  ['model.fit(X, y)\n', true],
  ['from sklearn.model_selection import KFold\nKFold()\n', true],
  ['from sklearn.preprocessing import StandardScaler\nStandardScaler().fit(X)\n', false],
  ['model.train()\n', false],
  ['model.predict(X)\n', false],
])('%j builds a model: %s', (source, expected) => {
  expect(buildsModel(read(source))).toBe(expected);
});

test('a chain begins with its first name', () => {
  const document = read('x = (df.groupby("id"))["a"].shift(-1)\n');
  const [call] = document.byType.get('call') ?? [];
  expect(call && textOf(document, rootOf(call))).toBe('df');
});
