import { repoPath } from '../../../src/core/location.ts';
import { loadPython } from '../../../src/documents/python/parse.ts';
import { callsTo } from '../../../src/facts/python/calls.ts';
import { ownMaking } from '../../../src/facts/security/own-pickles.ts';
import { projectOf } from '../formats/project.ts';

beforeAll(loadPython);

function makingIn(files: Readonly<Record<string, string>>): string | undefined {
  const project = projectOf(files);
  const document = project.document(repoPath('a.py'));
  if (document?.kind !== 'python') throw new Error('no a.py');
  const [load] = callsTo(document, 'pickle.load', 'pickle.loads', 'joblib.load');
  const input = load?.args[0];
  if (load === undefined || input === undefined) throw new Error('nothing is loaded');
  return ownMaking(document, project, load, input);
}

const CACHE = `
import pickle
with open(FILE, "wb") as out:
    pickle.dump(made, out)
with open(FILE, "rb") as back:
    pickle.load(back)
`;

test.each([
  ['the same path', { 'a.py': CACHE }, 'same-place'],
  ['bytes of its own', { 'a.py': 'import pickle\npickle.loads(pickle.dumps(x))\n' }, 'same-place'],
  [
    'a method beside',
    {
      'a.py':
        'import joblib\nclass A:\n    def save(self, path):\n        joblib.dump(self, path)\n    def load(self, path):\n        return joblib.load(path)\n',
    },
    'same-class',
  ],
  [
    'another file of the project',
    {
      'a.py': 'import joblib\njoblib.load("/srv/model.pkl")\n',
      'b.py': 'import joblib\njoblib.dump(m, f"{folder}/model.pkl")\n',
    },
    'pipeline',
  ],
  ['nobody', { 'a.py': 'import joblib\njoblib.load("model.pkl")\njoblib.dump(m, "other.pkl")\n' }, undefined],
  [
    'whoever is downloaded from',
    {
      'a.py': 'import joblib\nclient.download_file("b", "k", "model.pkl")\njoblib.load("model.pkl")\n',
      'b.py': 'import joblib\njoblib.dump(m, "model.pkl")\n',
    },
    undefined,
  ],
])('what is loaded was made by %s', (_, files, expected) => {
  expect(makingIn(files)).toBe(expected);
});
