import { repoPath } from '../../../src/core/location.ts';
import type { BlobId, CommitSha, Content, TreeEntry } from '../../../src/core/snapshot.ts';
import { createProject, type Project } from '../../../src/documents/project.ts';
import { loadPython } from '../../../src/documents/python/parse.ts';
import type { PythonDocument } from '../../../src/documents/python/python.ts';
import {
  callsAcross,
  constantAcross,
  crossingOf,
  definitionNamed,
  nameAcross,
} from '../../../src/facts/python/across.ts';
import { calls } from '../../../src/facts/python/calls.ts';
import { flowsInto } from '../../../src/facts/python/flow.ts';
import { moduleFile } from '../../../src/facts/python/modules.ts';
import { definitionName } from '../../../src/facts/python/structure.ts';

beforeAll(loadPython);

const projectOf = (files: Readonly<Record<string, string>>): Project => {
  const entries = Object.entries(files).map(([path, text]) => ({ path: repoPath(path), blob: path as BlobId, text }));
  const tree = new Map(entries.map(({ path, blob }): [typeof path, TreeEntry] => [path, { path, blob, mode: 'file' }]));
  const contents = new Map(
    entries.map(({ blob, text }): [BlobId, Content] => [blob, { kind: 'text', text, lossy: false }]),
  );
  return createProject({ side: { commit: 'c' as CommitSha, tree }, contents, changed: new Set() });
};
const python = (project: Project, path: string): PythonDocument => {
  const document = project.document(repoPath(path));
  if (document?.kind !== 'python') throw new Error(`${path} is no Python`);
  return document;
};
/** Whether the only call of `src` flows into the last argument of `sink` in `main`. */
const flows = (files: Readonly<Record<string, string>>, main = 'app/main.py') => {
  const project = projectOf(files);
  const document = python(project, main);
  const all = calls(document);
  const from = all.find(({ callee }) => document.text.slice(callee.start, callee.end) === 'src')?.node;
  const to = all.find(({ callee }) => document.text.slice(callee.start, callee.end) === 'sink')?.args[0];
  if (from === undefined || to === undefined) throw new Error('main calls src and sink');
  return flowsInto(document, from, to, crossingOf(project));
};

test.each([
  ['app/main.py', './app/data', 'app/data.py'],
  ['app/main.py', 'data', 'app/data.py'],
  ['app/main.py', 'app.data', 'app/data.py'],
  ['app/main.py', 'pkg', 'src/pkg/__init__.py'],
  ['app/main.py', './src/pkg/', 'src/pkg/__init__.py'],
  ['app/main.py', 'torch', undefined],
  ['app/main.py', '../etc', undefined],
])('from %s, %s is %s', (from, module, file) => {
  const project = projectOf({ 'app/main.py': '', 'app/data.py': '', 'src/pkg/__init__.py': '' });
  expect(moduleFile(project, repoPath(from), module)).toBe(file);
});

test('definitions are found through re-exports, stars and classes', () => {
  const project = projectOf({
    'main.py': '',
    'pkg/__init__.py': 'from .io import read as load\nfrom .more import *\n',
    'pkg/io.py': 'def read(): pass\n',
    'pkg/more.py': 'class Loader:\n    def get(self): pass\n',
    'pkg/round.py': 'from .round import x\n',
  });
  const name = (full: string) => {
    const found = definitionNamed(project, repoPath('main.py'), full);
    return found && definitionName(found.document, found.node);
  };
  expect(name('pkg.load')).toBe('read');
  expect(name('./pkg/io.read')).toBe('read');
  expect(name('pkg.Loader')).toBe('Loader');
  expect(name('pkg.Loader().get')).toBe('get');
  expect(name('pkg.absent')).toBeUndefined();
  expect(name('pkg.round.x')).toBeUndefined();
});

test('values flow through functions of other files', () => {
  const files = { 'app/prep.py': 'def clean(a, b=1):\n    t = a\n    return t\n\ndef other(a, b):\n    return b\n' };
  expect(flows({ ...files, 'app/main.py': 'from .prep import clean\nsink(clean(src()))\n' })).toBe(true);
  expect(flows({ ...files, 'app/main.py': 'from app import prep\nsink(prep.clean(a=src()))\n' })).toBe(true);
  expect(flows({ ...files, 'app/main.py': 'from .prep import other\nsink(other(src(), 1))\n' })).toBe(false);
  expect(flows({ ...files, 'app/main.py': 'from .prep import other\nsink(other(1, b=src()))\n' })).toBe(true);
});

test('constants of other files are known', () => {
  const project = projectOf({
    'config.py': 'SEED = 40 + 2\nTWICE = 1\nTWICE = 2\n',
    'main.py': 'import config\nfrom config import SEED, TWICE\nf(SEED, config.SEED, TWICE, config.ABSENT)\n',
  });
  const document = python(project, 'main.py');
  const args = calls(document)[0]?.args ?? [];
  expect(args.map((each) => constantAcross(project, document, each)?.value)).toEqual([42, 42, undefined, undefined]);
});

test('names that files of the repository pass on', () => {
  const project = projectOf({
    'main.py': '',
    'pkg/__init__.py': '',
    'pkg/compat.py':
      'import torch\nimport pandas as pd\nfrom sklearn.preprocessing import StandardScaler as Scaler\nread = pd.read_csv\nfrom .compat import ring as ring\n',
    'pkg/data.py': 'import pandas as pd\ndef load():\n    return pd.read_csv("x")\nclass Net: pass\n',
  });
  const name = (full: string) => nameAcross(project, repoPath('main.py'), full);
  expect(name('pkg.compat.torch.load')).toBe('torch.load');
  expect(name('./pkg/compat.Scaler().fit')).toBe('sklearn.preprocessing.StandardScaler().fit');
  expect(name('pkg.compat.read().merge')).toBe('pandas.DataFrame().merge');
  expect(name('pkg.data.load().merge')).toBe('pandas.DataFrame().merge');
  expect(name('pkg.data.load')).toBe('./pkg/data.load');
  expect(name('pkg.data.Net().fit')).toBe('./pkg/data.Net().fit');
  expect(name('torch.load')).toBe('torch.load');
  expect(name('torch.load().eval')).toBe('torch.load().eval');
  expect(name('pkg.compat.ring')).toContain('ring');
});

test('calls by the name behind their name', () => {
  const project = projectOf({
    'lib/data.py': 'import pandas as pd\ndef load():\n    return pd.read_csv("x")\n',
    'lib/train.py': 'from .data import load\nfrom lib.data import pd\ndf = load()\ndf.merge(o)\npd.merge(a, b)\n',
  });
  const document = python(project, 'lib/train.py');
  expect(callsAcross(project, document, 'pandas.DataFrame().merge').length).toBe(1);
  expect(callsAcross(project, document, 'pandas.merge', 'pandas.DataFrame().merge').length).toBe(2);
  expect(callsAcross(project, document, 'pandas.concat')).toEqual([]);
});
