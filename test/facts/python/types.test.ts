import { loadPython } from '../../../src/documents/python/parse.ts';
import { inherits, lineage, methodNamed, outerBases } from '../../../src/facts/python/hierarchy.ts';
import { typeOf } from '../../../src/facts/python/types.ts';
import { last, read } from './read.ts';

beforeAll(loadPython);

const PANDAS = 'import pandas as pd\ndf = pd.read_csv("x")\n';

test.each([
  [`${PANDAS}x = df[["a"]]\nx\n`, 'pandas.DataFrame()'],
  [`${PANDAS}x = df["a"]\nx\n`, 'pandas.Series()'],
  [`${PANDAS}x = df.loc[df.a > 1]\nx\n`, 'pandas.DataFrame()'],
  [`${PANDAS}x = df.groupby("k")["v"]\nx\n`, 'pandas.DataFrame().groupby()'],
  [`${PANDAS}x = df.groupby("k")["v"].mean()\nx\n`, 'pandas.DataFrame()'],
  [`${PANDAS}x = pd.concat([df, df]).T\nx\n`, 'pandas.DataFrame()'],
  ['import pandas as pd\ndef f(x: "pd.DataFrame"): x\n', 'pandas.DataFrame()'],
  ['import pandas as pd\ndef f() -> pd.DataFrame: ...\nx = f()\nx\n', 'pandas.DataFrame()'],
  ['import a\nx = a.B() if c else a.B()\nx\n', 'a.B()'],
  ['import a\nx = None\nx\n', undefined],
  ['x = "s"\nx\n', 'builtins.str()'],
  ['x = open(p)\nx\n', 'builtins.open()'],
  ['from torch import nn\nx = nn.Linear(1, 2).to(d).eval()\nx\n', 'torch.nn.Linear()'],
  ['class N: pass\nx = N()\nx\n', './src/pkg/train.N()'],
  ['class N: pass\ndef f(x: N): x\n', './src/pkg/train.N()'],
  ['import a\ndef f():\n    yield a.B()\nx = f()\nx\n', undefined],
  ['import a, contextlib\n@contextlib.contextmanager\ndef f():\n    yield a.B()\nwith f() as x:\n    x\n', 'a.B()'],
  ['import a\nasync def f():\n    x = await a.b()\n    x\n', 'a.b()'],
  ['import a\nx = a.B() if c else a.C()\nx\n', undefined],
  ['def f(n):\n    return f(n)\nx = f(1)\nx\n', undefined],
])('in %j x has type %s', (source, type) => {
  const document = read(source);
  expect(typeOf(document, last(document, 'x', 'identifier'))).toBe(type);
});

test.each([
  [
    'class A:\n    def __init__(self):\n        self.m = B()\n    def f(self):\n        self.m\nclass B: pass\n',
    './src/pkg/train.B()',
  ],
  [
    'import a\nclass A:\n    def __init__(self):\n        self.m = None\n    def f(self):\n        self.m = a.B()\n        self.m\n',
    'a.B()',
  ],
  [
    'import a\nclass A:\n    def __init__(self, m: a.B):\n        self.m = m\n    def f(self):\n        self.m\n',
    'a.B()',
  ],
  [
    'import a\nclass P:\n    def __init__(self):\n        self.m = a.B()\nclass A(P):\n    def f(self):\n        self.m\n',
    'a.B()',
  ],
  [
    'import a\nclass A:\n    def __init__(self, m):\n        self.m: a.B = m\n    def f(self):\n        self.m\n',
    'a.B()',
  ],
  [
    'import a\nclass A:\n    @staticmethod\n    def f(self):\n        self.m\n    def g(self):\n        self.m = a.B()\n',
    undefined,
  ],
])('in %j self.m has type %s', (source, type) => {
  const document = read(source);
  const uses = (document.byType.get('attribute') ?? []).filter(
    (node) => document.text.slice(node.start, node.end) === 'self.m',
  );
  const use = source.includes('staticmethod') ? uses[0] : uses.at(-1);
  expect(use && typeOf(document, use)).toBe(type);
});

test('what a class inherits', () => {
  const document = read(
    'from torch import nn\nclass A(nn.Module):\n    def f(self): pass\nclass B(A): pass\nclass C(C): pass\n',
  );
  const [, b, c] = document.byType.get('class_definition') ?? [];
  if (b === undefined || c === undefined) throw new Error('there are classes');
  expect(outerBases(document, b)).toEqual(['torch.nn.Module']);
  expect(inherits(document, b, 'torch.nn.Module')).toBe(true);
  expect(inherits(document, c, 'torch.nn.Module')).toBe(false);
  expect(lineage(document, b).length).toBe(2);
  expect(methodNamed(document, b, 'f')?.type).toBe('function_definition');
});
