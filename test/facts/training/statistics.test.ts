import { loadPython } from '../../../src/documents/python/parse.ts';
import { statisticFits } from '../../../src/facts/training/statistics.ts';
import { read } from '../python/read.ts';

beforeAll(loadPython);

const HEAD = `
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler
df = pd.read_csv("x.csv")
`;

test.each([
  ['X = StandardScaler().fit_transform(df)', 1],
  ['s = StandardScaler()\ns.fit(df)\nX = s.transform(df)', 1],
  ['s = StandardScaler()\ns.fit(df)\nX = s.transform(other)', 0],
  ['X = ColumnTransformer([("n", StandardScaler(), ["a"])]).fit_transform(df)', 1],
  ['X = ColumnTransformer([("c", OneHotEncoder(), ["a"])]).fit_transform(df)', 0],
  ['df["a"] = df["a"].fillna(df["a"].median())', 1],
  ['df["a"] = df["a"].fillna(0)', 0],
  ['df = (df - df.mean()) / df.std()', 1],
  ['df["b"] = df["a"] - df["a"].min()', 0],
  ['df["b"] = df["a"] / df[["c", "d"]].mean(axis=1)', 0],
])('%j learns from its rows %i times', (source, times) => {
  expect(statisticFits(read(`${HEAD}${source}\n`)).length).toBe(times);
});
