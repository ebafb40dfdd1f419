import { type PyNode, parts } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callsAcross } from '../../facts/python/across.ts';
import type { Call } from '../../facts/python/calls.ts';
import { constantOf, isConstant } from '../../facts/python/constants.ts';
import { enclosingFunction } from '../../facts/python/structure.ts';
import { sampledSplits } from '../../facts/training/samples.ts';
import { seededBefore } from '../../facts/training/seeds.ts';
import { SPLITS } from '../../facts/training/splits.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const CV = 'sklearn.model_selection';

/** What draws the rows, the keyword that seeds it and its position, the generator it falls back on. */
const DRAWS: Readonly<
  Record<string, { readonly keyword: string; readonly generator: string; readonly shuffles?: true }>
> = {
  ...Object.fromEntries(SPLITS.map((name) => [name, { keyword: 'random_state', generator: 'numpy' }])),
  [`${CV}.ShuffleSplit`]: { keyword: 'random_state', generator: 'numpy' },
  [`${CV}.StratifiedShuffleSplit`]: { keyword: 'random_state', generator: 'numpy' },
  [`${CV}.GroupShuffleSplit`]: { keyword: 'random_state', generator: 'numpy' },
  [`${CV}.KFold`]: { keyword: 'random_state', generator: 'numpy', shuffles: true },
  [`${CV}.StratifiedKFold`]: { keyword: 'random_state', generator: 'numpy', shuffles: true },
  'torch.utils.data.random_split': { keyword: 'generator', generator: 'torch' },
  'datasets.load_dataset().train_test_split': { keyword: 'seed', generator: 'numpy' },
};

const SAMPLE = { keyword: 'random_state', generator: 'numpy', shuffles: undefined } as const;

/** Folds are only drawn when shuffled; a split only when it is not told to keep the order. */
function draws(document: PythonDocument, call: Call, shuffles: boolean): boolean {
  const shuffle = call.keywords.get('shuffle');
  return shuffles ? isConstant(document, shuffle, true) : !isConstant(document, shuffle, false);
}

/** A missing seed, or the literal None; a variable or an argument is the caller's seed. */
function unseeded(document: PythonDocument, call: Call, keyword: string): boolean {
  const seed: PyNode | undefined = call.keywords.get(keyword);
  if (seed === undefined) return !call.spread && !(keyword === 'generator' && call.args.length > 2);
  return seed.type === 'none' || (seed.type !== 'identifier' && constantOf(document, seed)?.value === null);
}

/** Adds the keyword at the end of the argument list. */
function seeded(document: PythonDocument, call: Call): { readonly replacement: string } | undefined {
  const list = call.node.children.find((each) => each.type === 'argument_list');
  const text = textOf(document, call.node);
  if (list === undefined || call.keywords.has('random_state') || parts(list).length === 0 || text.includes('\n'))
    return undefined;
  return { replacement: `${text.slice(0, -1).replace(/,?\s*$/, '')}, random_state=42)` };
}

export default defineCheck({
  evaluates: 'reproducibility',
  stage: 'training',
  severity: 'medium',
  confidence: 'high',
  grades: {
    global: { severity: 'low', when: 'a global seed is set elsewhere in the file, before other draws perhaps' },
  },
  paths: { notebook: 'low' },
  title: 'Random split without a seed',
  why: `
    Each run trains and evaluates on other rows, so two runs cannot be compared: a better score may be a luckier split.
  `,
  fix: 'Pass a seed: `random_state=42` (scikit-learn), `seed=42` (datasets), `generator=torch.Generator().manual_seed(42)`.',
  references: ['https://scikit-learn.org/stable/glossary.html#term-random_state'],
  mentions: ['_split', 'Split', 'KFold', '.sample('],
  examples: [
    bad({
      'compat/__init__.py': 'from sklearn.model_selection import train_test_split\n',
      'use.py': 'from compat import train_test_split\n\nparts = «train_test_split(rows)»\n',
    }),
    bad`
      from sklearn.model_selection import train_test_split as tts, KFold

      def prepare(X, y):
          folds = «KFold(n_splits=5, shuffle=True)»
          return «tts(X, y, test_size=0.2)»
    `,
    bad`
      import sklearn.model_selection as ms
      from torch.utils import data

      options = {"test_size": 0.3}

      class Loader:
          def split(self, X, dataset):
              a, b = «ms.train_test_split(X, random_state=None, **options)»
              return «data.random_split(dataset, [80, 20])»
    `,
    bad.as('global')`
      import numpy as np
      from sklearn.model_selection import train_test_split
      np.random.seed(1)

      def prepare(X):
          return «train_test_split(X)»
    `,
    good`
      import numpy as np
      import torch
      from sklearn.model_selection import train_test_split
      from torch.utils.data import random_split

      def main(data):
          np.random.seed(40)
          torch.manual_seed(40)
          train, test = train_test_split(data)
          return random_split(train, [80, 20])
    `,
    good`
      from sklearn.model_selection import KFold, train_test_split
      from torch.utils.data import random_split

      def prepare(X, y, seed, settings, **kwargs):
          train_test_split(X, y, shuffle=False)
          KFold(n_splits=5)
          train_test_split(X, y, random_state=seed)
          train_test_split(X, y, random_state=settings.seed)
          train_test_split(X, y, **kwargs)
          random_split(X, [1, 2], generator=settings.generator)
    `,
    bad`
      import pandas as pd

      rides = pd.read_csv("rides.csv")
      train = «rides.sample(frac=0.8)»
      test = rides.drop(train.index)
      held = «rides.sample(n=100)»
      rest = rides[~rides.index.isin(held.index)]
    `,
    good`
      import pandas as pd

      rides = pd.read_csv("rides.csv")
      print(rides.sample(5))
      train = rides.sample(frac=0.8, random_state=1)
      test = rides.drop(train.index)
    `,
    good({ 'tests/test_split.py': 'def train_test_split(x):\n    return x\n\ntrain_test_split([1])\n' }),
  ],

  reads: 'python',
  *inspect(document, project) {
    const drawn = [
      ...Object.entries(DRAWS).flatMap(([name, draw]) =>
        callsAcross(project, document, name).map((call) => ({ call, draw })),
      ),
      ...sampledSplits(document).map((call) => ({ call, draw: SAMPLE })),
    ];
    for (const { call, draw } of drawn) {
      if (!draws(document, call, draw.shuffles === true) || !unseeded(document, call, draw.keyword)) continue;
      const seeding = seededBefore(document, call.node, draw.generator);
      // What seeds the generator a few statements above decides the draw, as a `random_state` would.
      if (seeding !== undefined && enclosingFunction(seeding.call.node) === enclosingFunction(call.node)) continue;
      const message = `\`${textOf(document, call.callee)}\` draws other rows at each run: no \`${draw.keyword}\` is given`;
      const fix = draw.keyword === 'random_state' ? seeded(document, call) : undefined;
      const evidence = seeding === undefined ? [] : [seen(document, seeding.call.node, 'seeds the global generator')];
      yield at(document, call.node, message, {
        ...fix,
        evidence,
        ...(seeding === undefined ? {} : { grade: 'global' }),
      });
    }
  },
});
