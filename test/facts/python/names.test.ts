import { loadPython } from '../../../src/documents/python/parse.ts';
import { qualifiedName, qualifiedNames } from '../../../src/facts/python/names.ts';
import { last, read } from './read.ts';

beforeAll(loadPython);

/** What `text`, where it stands last in the source, is a name of. */
const nameIn = (source: string, text: string, path?: string) => {
  const document = read(source, path);
  return qualifiedName(document, last(document, text));
};

test.each([
  ['import torch\ntorch.load', 'torch.load', 'torch.load'],
  ['import numpy as np\nnp.random.seed', 'np.random.seed', 'numpy.random.seed'],
  ['import torch.nn.functional as F\nF.softmax', 'F.softmax', 'torch.nn.functional.softmax'],
  ['import torch.nn.functional\ntorch.nn.functional.relu', 'torch.nn.functional.relu', 'torch.nn.functional.relu'],
  ['from torch import load\nload', 'load', 'torch.load'],
  ['from torch import load as read\nread', 'read', 'torch.load'],
  ['from torch import (\n  nn,\n  optim,\n)\noptim.SGD', 'optim.SGD', 'torch.optim.SGD'],
  ['def f():\n    import torch\n    return torch.load', 'torch.load', 'torch.load'],
  ['import torch\ndef f():\n    return torch.load', 'torch.load', 'torch.load'],
  ['try:\n    import torch\nexcept ImportError:\n    torch = None\ntorch.load', 'torch.load', 'torch.load'],
  ['if GPU:\n    import cupy as np\nelse:\n    import numpy as np\nnp.load', 'np.load', 'cupy.load'],
  ['import torch\nread = torch.load\nread', 'read', 'torch.load'],
  [
    'import torch\nclass A:\n    def torch(self): pass\n    def g(self):\n        return torch.load',
    'torch.load',
    'torch.load',
  ],
  ['open', 'open', 'builtins.open'],
  ['import a\n(a).b', '(a).b', 'a.b'],
  ['import torch\nx = [torch.load for _ in y]', 'torch.load', 'torch.load'],
  ['import numpy as np\ndef f(x=np.pi): pass', 'np.pi', 'numpy.pi'],
  ['import numpy as np\ndef f(np=np.pi): pass', 'np.pi', 'numpy.pi'],
  [
    'import pandas as pd\n@pd.api.extensions.register_x\ndef pd(): pass',
    'pd.api.extensions.register_x',
    'pandas.api.extensions.register_x',
  ],
])('%j: %s is %s', (source, text, name) => {
  expect(nameIn(`${source}\n`, text)).toBe(name);
});

test.each([
  ['load', 'load'],
  ['torch.load', 'torch.load'],
  ['def load(): pass\nload', 'load'],
  ['from torch import load\ndef load(): pass\nload', 'load'],
  ['import torch\ndef f(torch):\n    return torch.load', 'torch.load'],
  ['import torch\ndef f():\n    torch = g()\n    return torch.load', 'torch.load'],
  ['import torch\nfor torch in y:\n    torch.load', 'torch.load'],
  ['import torch\n[torch.load for torch in y]', 'torch.load'],
  ['import torch\nlambda torch: torch.load', 'torch.load'],
  ['import torch\nwith g() as torch:\n    torch.load', 'torch.load'],
  ['import torch\ndel torch\ntorch.load', 'torch.load'],
  ['import torch\n(torch := g())\ntorch.load', 'torch.load'],
  ['import torch\nmatch x:\n    case [torch]:\n        torch.load', 'torch.load'],
  ['import torch\na, torch = g()\ntorch.load', 'torch.load'],
  ['from torch import *\nload', 'load'],
  ['def open(p): pass\nopen', 'open'],
  ['import torch\nclass torch: pass\ntorch.load', 'torch.load'],
  ['class A:\n    import torch\n    def f(self):\n        return torch.load', 'torch.load'],
  ['f().load', 'f().load'],
])('%j: %s has no full name', (source, text) => {
  expect(nameIn(`${source}\n`, text)).toBeUndefined();
});

test.each([
  ['from .data import read\nread', 'read', './src/pkg/data.read'],
  ['from . import data\ndata.read', 'data.read', './src/pkg/data.read'],
  ['from ..shared.seed import set_seed\nset_seed', 'set_seed', './src/shared/seed.set_seed'],
  ['from ... import data\ndata.read', 'data.read', './data.read'],
])('%j is found from the folder of the file', (source, text, name) => {
  expect(nameIn(`${source}\n`, text)).toBe(name);
});

test('a relative import that leaves the repository is unknown', () => {
  expect(nameIn('from .... import data\ndata\n', 'data')).toBeUndefined();
});

test('a name before its shadowing still means the import', () => {
  const document = read('import torch\nx = torch.load\ntorch = 1\n');
  expect(qualifiedName(document, last(document, 'torch.load'))).toBe('torch.load');
});

test('alternative imports are all told', () => {
  const document = read('try:\n    import cPickle as p\nexcept ImportError:\n    import pickle as p\np.load\n');
  expect(qualifiedNames(document, last(document, 'p.load'))).toEqual(['cPickle.load', 'pickle.load']);
});
