import { loadPython } from '../../../src/documents/python/parse.ts';
import { textOf } from '../../../src/documents/python/python.ts';
import { calls } from '../../../src/facts/python/calls.ts';
import { evaluations, testRowsAmong } from '../../../src/facts/training/evaluations.ts';
import { isUsedAsFeatures } from '../../../src/facts/training/features.ts';
import { fits, learntRows, supervisedFits } from '../../../src/facts/training/fits.ts';
import { imbalance } from '../../../src/facts/training/imbalance.ts';
import { lastLayer } from '../../../src/facts/training/keras.ts';
import { metrics, predictionsIn } from '../../../src/facts/training/metrics.ts';
import {
  backwards,
  lastOperation,
  layersIn,
  moduleClasses,
  optimizerSteps,
  weightLoads,
} from '../../../src/facts/training/torch.ts';
import { objectives, pickedBest } from '../../../src/facts/training/tuning.ts';
import { last, read } from '../python/read.ts';

beforeAll(loadPython);

test('fits of models and what transformers learn', () => {
  const document = read(`
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
scaler = StandardScaler()
scaler.fit(X)
Z = scaler.transform(X)
W = StandardScaler().fit_transform(V)
SVC().fit(Z, y)
other.fit(Z, y)
`);
  expect(fits(document)).toHaveLength(3);
  expect(supervisedFits(document).map(({ type }) => type)).toEqual(['sklearn.svm.SVC()']);
  const learnt = learntRows(document, (type) => type.endsWith('StandardScaler()'));
  expect(learnt.map(({ output }) => textOf(document, output)).sort()).toEqual(['StandardScaler().fit_transform(V)']);
  const bound = read(
    'from sklearn.preprocessing import StandardScaler\nX = load()\ns = StandardScaler()\ns.fit(X)\nZ = s.transform(X)\n',
  );
  expect(learntRows(bound, () => true).map(({ output }) => textOf(bound, output))).toEqual(['s.transform(X)']);
});

test('metrics tell the truth from the prediction', () => {
  const document = read(`
from sklearn.metrics import accuracy_score, roc_auc_score as auc
accuracy_score(y, model.predict(X))
auc(y_score=s, y_true=t)
own(y, p)
`);
  expect(metrics(document).map(({ name, truth, symmetric }) => [name, textOf(document, truth), symmetric])).toEqual([
    ['accuracy_score', 'y', true],
    ['roc_auc_score', 't', false],
  ]);
  expect(metrics(document).map(({ prediction }) => predictionsIn(document, prediction).length)).toEqual([1, 0]);
});

test('test rows are seen through containers', () => {
  const document = read(
    'import xgboost as xgb\nd = xgb.DMatrix(X_test)\nw = [(d, "a")]\nv = [(X_val, y_val)]\nmodel.predict(d)\nprint(w)\nprint(v)\n',
  );
  expect(evaluations(document)).toHaveLength(1);
  expect(testRowsAmong(document, last(document, 'w')) !== undefined).toBe(true);
  expect(testRowsAmong(document, last(document, 'v'))).toBeUndefined();
});

test('objectives of tuners, behind partial and lambda too', () => {
  const document = read(`
import optuna
from functools import partial
from hyperopt import fmin
def a(t): return 1
def b(t): return 2
def c(t): return 3
optuna.create_study().optimize(a)
fmin(fn=partial(b, x=1), space={})
fmin(lambda t: c(t), {})
`);
  const names = objectives(document).flatMap((each) =>
    each.children.filter(({ field }) => field === 'name').map((name) => textOf(document, name)),
  );
  expect(names).toEqual(['a', 'b', 'c']);
});

test('the best of a loop is picked by a comparison or afterwards', () => {
  const picks = (text: string): boolean => {
    const document = read(text);
    const loop = document.byType.get('for_statement')?.[0];
    const score = calls(document).find(({ method }) => method === 'score');
    return (
      loop !== undefined && score !== undefined && pickedBest(document, loop, score, calls(document)) !== undefined
    );
  };
  expect(picks('best = 0\nfor k in ks:\n    s = m.score(X)\n    if s > best:\n        best = s\n')).toBe(true);
  expect(picks('all = []\nfor k in ks:\n    all.append(m.score(X))\nprint(max(all))\n')).toBe(true);
  expect(picks('for k in ks:\n    s = m.score(X)\n    print(s)\n')).toBe(false);
});

test('signs of rare classes', () => {
  expect(imbalance(read('m = Model(class_weight="balanced")\n'))?.says).toContain('class_weight');
  expect(imbalance(read('m = Model(class_weight=None)\n'))).toBeUndefined();
  expect(imbalance(read('from sklearn.svm import SVC\nSVC().fit(df[["a"]], df["is_fraud"])\n'))?.says).toContain(
    'is_fraud',
  );
});

test('lists of columns that a model learns from', () => {
  const document = read('used = ["a", "b"]\nshown = ["c", "d"]\nmodel.fit(df[used], y)\nprint(df[shown])\n');
  expect((document.byType.get('list') ?? []).map((each) => isUsedAsFeatures(document, each))).toEqual([true, false]);
});

test('loops that train', () => {
  const document = read(`
import torch
def f(x):
    loss.backward()
for x in loader:
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    optimizer.step()
    scheduler.step()
    optimizer.step(closure)
`);
  expect(backwards(document).map(({ loss }) => textOf(document, loss))).toEqual(['loss']);
  expect(optimizerSteps(document).map(({ node }) => textOf(document, node))).toEqual([
    'scaler.step(optimizer)',
    'optimizer.step()',
  ]);
});

test('modules, their layers and what they end with', () => {
  const document = read(`
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(1, 2)
    def forward(self, x):
        return torch.softmax(self.fc(x), 1)
class Deep(Net):
    pass
class Other:
    pass
parts = [Net(), nn.ReLU()]
a = Net()(x).squeeze()
b = nn.Sequential(nn.Linear(1, 2), nn.Sigmoid())(x)
c = unknown(x)
net = Net()
net.load_state_dict(torch.load("n.pt"))
print(a)
print(b)
print(c)
`);
  expect(moduleClasses(document)).toHaveLength(2);
  expect(
    (document.byType.get('list') ?? [])
      .flatMap((each) => layersIn(document, each))
      .map((each) => textOf(document, each)),
  ).toEqual(['Net()']);
  expect(['a', 'b', 'c'].map((name) => lastOperation(document, last(document, name))?.activation)).toEqual([
    'softmax',
    'sigmoid',
    undefined,
  ]);
  expect(weightLoads(document).map(({ model }) => model)).toEqual(['net']);
});

test('what a keras model ends with', () => {
  const document = read(`
from tensorflow import keras
a = keras.Sequential([keras.layers.Dense(2, activation="softmax")])
b = keras.Sequential()
b.add(keras.layers.Dense(1))
c = keras.Sequential([keras.layers.LSTM(2)])
print(a)
print(b)
print(c)
`);
  expect(['a', 'b', 'c'].map((name) => lastLayer(document, last(document, name))?.activation)).toEqual([
    'softmax',
    'linear',
    undefined,
  ]);
});
