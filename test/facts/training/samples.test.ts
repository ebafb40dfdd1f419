import { loadPython } from '../../../src/documents/python/parse.ts';
import { sampledSplits } from '../../../src/facts/training/samples.ts';
import { read } from '../python/read.ts';

beforeAll(loadPython);

const FRAME = 'import pandas as pd\ndf = pd.read_csv("x.csv")\n';

test.each([
  ['train = df.sample(frac=0.8)\ntest = df.drop(train.index)\n', 1],
  ['train = df.sample(frac=0.8)\ntest = df.drop(index=train.index)\n', 1],
  ['train = df.sample(frac=0.8)\ntest = df[~df.index.isin(train.index)]\n', 1],
  ['print(df.sample(5))\n', 0],
  ['train = df.sample(frac=0.8)\nprint(train.index)\n', 0],
  ['train = deck.sample(3)\ntest = deck.drop(train.index)\n', 0],
])('%j sets rows apart %i times', (source, times) => {
  expect(sampledSplits(read(FRAME + source)).length).toBe(times);
});
