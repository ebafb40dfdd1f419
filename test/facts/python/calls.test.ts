import { loadPython } from '../../../src/documents/python/parse.ts';
import { textOf } from '../../../src/documents/python/python.ts';
import { argument, calls, callsOfMethod, callsTo } from '../../../src/facts/python/calls.ts';
import { read } from './read.ts';

beforeAll(loadPython);

/** The name of the outermost call of the last statement. */
const lastName = (source: string) => {
  const all = calls(read(`${source}\n`));
  const end = Math.max(...all.map(({ node }) => node.end));
  return all.find(({ node }) => node.end === end)?.name;
};

test('arguments by position and keyword', () => {
  const document = read('import torch\ntorch.load("m.pt", map_location=d, # why\n weights_only=False)\n');
  const [call] = callsTo(document, 'torch.load');
  expect(call?.args.map((node) => textOf(document, node))).toEqual(['"m.pt"']);
  expect([...(call?.keywords.keys() ?? [])]).toEqual(['map_location', 'weights_only']);
  expect(call?.spread).toBe(false);
  expect(call && argument(call, -1, 'weights_only')?.type).toBe('false');
  expect(call && argument(call, 0, 'f')?.type).toBe('string');
  expect(call && argument(call, 1, 'absent')).toBeUndefined();
});

test.each([
  ['f(*a)', true],
  ['f(1, **kw)', true],
  ['f(*(1, 2))', true],
  ['f(**{"a": 1, "b": c})', false],
  ['kw = {"a": 1, "b": c}\nf(**kw)', false],
  ['kw = dict(a=1, b=c)\nf(**kw)', false],
  ['kw = {"a": 1}\nf(**{**kw, "b": 2})', false],
  ['kw = {"a": 1, k: 2}\nf(**kw)', true],
  ['kw = {"a": 1}\nkw["b"] = 2\nf(**kw)', true],
  ['kw = {"a": 1}\nkw.update(o)\nf(**kw)', true],
  ['kw = {"a": 1}\nif x:\n    kw = o\nf(**kw)', true],
  ['def g(**kw):\n    f(**kw)', true],
])('%j leaves arguments unknown: %s', (source, spread) => {
  const call = calls(read(`${source}\n`)).at(-1);
  expect(call?.spread).toBe(spread);
  if (!spread) expect([...(call?.keywords.keys() ?? [])].sort()).toEqual(['a', 'b']);
});

test('a generator is the only argument', () => {
  expect(calls(read('sum(x for x in y)\n'))[0]?.args.map((node) => node.type)).toEqual(['generator_expression']);
});

test.each([
  [
    'from sklearn.preprocessing import StandardScaler\nStandardScaler().fit(X)',
    'sklearn.preprocessing.StandardScaler().fit',
  ],
  [
    'from sklearn.preprocessing import StandardScaler as S\ns = S()\ns.fit(X)',
    'sklearn.preprocessing.StandardScaler().fit',
  ],
  ['from sklearn.svm import SVC\nm = SVC().fit(X, y)\nm.predict(X)', 'sklearn.svm.SVC().predict'],
  ['import pandas as pd\ndf = pd.read_csv("x")\ndf.merge(o)', 'pandas.DataFrame().merge'],
  ['import pandas as pd\npd.read_csv("x").dropna().head().merge(o)', 'pandas.DataFrame().merge'],
  ['import pandas as pd\ndef f(df: pd.DataFrame):\n    df.merge(o)', 'pandas.DataFrame().merge'],
  [
    'import pandas as pd\nfrom typing import Optional\ndef f(df: Optional[pd.DataFrame] = None):\n    df.merge(o)',
    'pandas.DataFrame().merge',
  ],
  ['import pandas as pd\ndef f(df: pd.DataFrame | None):\n    df.merge(o)', 'pandas.DataFrame().merge'],
  [
    'import pandas as pd\ndef load():\n    return pd.read_csv("x")\ndf = load()\ndf.merge(o)',
    'pandas.DataFrame().merge',
  ],
  ['import pandas as pd\ndf = pd.DataFrame()\ndf[df.a > 1]["b"].fillna(0)', 'pandas.Series().fillna'],
  ['import mlflow\nwith mlflow.start_run() as run:\n    run.info.get()', undefined],
  ['import mlflow\nc = mlflow.MlflowClient()\nc.get_latest_versions("m")', 'mlflow.MlflowClient().get_latest_versions'],
  [
    'from torch import nn\nclass T:\n    def __init__(self):\n        self.l = nn.Linear(1, 2)\n    def f(self):\n        self.l.forward(x)',
    'torch.nn.Linear().forward',
  ],
  ['from torch import nn\nclass N(nn.Module):\n    pass\nn = N()\nn.eval()', './src/pkg/train.N().eval'],
  ['import requests\nwith requests.Session() as s:\n    s.get(u)', 'requests.Session().get'],
  ['import a\nx = a.F()\nif c:\n    x = a.G()\nx.m()', undefined],
  ['import a\nx = a.F()\nx = x or None\nx.m()', undefined],
  ['class T:\n    def f(self):\n        self.x.m()', undefined],
])('%j ends in a call of %s', (source, name) => {
  expect(lastName(source)).toBe(name);
});

test('calls are found by any of their names and by method, in source order', () => {
  const document = read(
    'try:\n    import cPickle as p\nexcept ImportError:\n    import pickle as p\np.load(f)\nm.fit(p.loads(b))\n',
  );
  expect(callsTo(document, 'pickle.load').length).toBe(1);
  expect(callsTo(document, 'cPickle.load', 'pickle.load').length).toBe(1);
  expect(callsTo(document, 'pickle.loads', 'pickle.load').map(({ method }) => method)).toEqual(['load', 'loads']);
  expect(callsOfMethod(document, 'fit')[0]?.receiver?.type).toBe('identifier');
});
