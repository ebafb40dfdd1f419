import { bare, child, type PyNode, walk } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isFrame, isFrameColumn } from '../../facts/pandas/frames.ts';
import { rootOf } from '../../facts/pandas/roots.ts';
import { argument, type Call, callAt, calls, callsOfMethod } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { flowsInto, originsOf } from '../../facts/python/flow.ts';
import { singleAssignment } from '../../facts/python/reaching.ts';
import { isVariable } from '../../facts/python/uses.ts';
import { learntRows } from '../../facts/training/fits.ts';
import { callsInto, comesFromTraining, type Division, divisions } from '../../facts/training/rows.ts';
import { learnsStatistics, shortName } from '../../facts/training/transformers.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** A call that computes numbers over all rows it is given and puts them into those rows. */
interface Fit {
  readonly node: PyNode;
  /** The rows as they are afterwards, and the rows that were learnt from. */
  readonly output: PyNode;
  readonly rows: PyNode;
  readonly says: string;
}

const COMBINES = /^sklearn\.(pipeline|compose)\.(\w+\.)?\w+\(\)$/;
const STATISTICS = new Set(['mean', 'median', 'mode', 'std', 'quantile']);

/** A scaler, imputer, PCA or vectoriser that learns from rows which it also gives back. */
function transformerFits(document: PythonDocument): readonly Fit[] {
  const learns = (type: string, receiver: PyNode): boolean =>
    learnsStatistics(type) ||
    (COMBINES.test(type) && callsInto(document, receiver).some(({ name }) => learnsStatistics(`${name}()`)));
  return learntRows(document, learns).map(({ call, type, output, rows }) => ({
    node: call.node,
    output,
    rows,
    says: `\`${textOf(document, call.callee)}\` (${shortName(type)}) learns`,
  }));
}

/** `df["x"].mean()`, also behind a name or with an index behind it. */
function statisticOf(document: PythonDocument, value: PyNode | undefined): Call | undefined {
  const known = value && bare((value.type === 'identifier' ? singleAssignment(document, value) : undefined) ?? value);
  const inner = known?.type === 'subscript' ? child(known, 'value') : known;
  const call = inner?.type === 'call' ? callAt(document, inner) : undefined;
  return call?.method !== undefined && STATISTICS.has(call.method) ? call : undefined;
}

/** `df["x"].fillna(df["x"].mean())`: the gap is filled with what the test rows say as well. */
function meanFills(document: PythonDocument): readonly Fit[] {
  return callsOfMethod(document, 'fillna').flatMap(({ node, receiver, args, keywords }: Call) => {
    const value = args[0] ?? keywords.get('value');
    const rows = statisticOf(document, value)?.receiver;
    if (value === undefined || rows === undefined || receiver === undefined) return [];
    const isWhole = isFrame(document, receiver);
    if (!isWhole && !isFrameColumn(document, receiver)) return [];
    const changes = isWhole && isConstant(document, keywords.get('inplace'), true);
    return [{ node, output: changes ? receiver : node, rows, says: `\`${textOf(document, value)}\` is computed` }];
  });
}

/** `(df - df.mean()) / df.std()`. */
function standardised(document: PythonDocument): readonly Fit[] {
  const found = new Map<PyNode, Fit>();
  for (const call of callsOfMethod(document, 'mean', 'std', 'min', 'max')) {
    const { node, receiver: rows } = call;
    if (rows === undefined || isConstant(document, argument(call, 0, 'axis'), 1)) continue;
    let whole = node;
    for (let at = node.parent; at && /^(binary_operator|parenthesized_expression)$/.test(at.type); at = at.parent)
      if (at.type === 'binary_operator') whole = at;
    const written = textOf(document, rows);
    const moved = [...walk(whole)].some(
      (each) => each !== rows && each.type === rows.type && textOf(document, each) === written,
    );
    if (whole === node || found.has(whole) || !moved || !isFrame(document, rootOf(rows))) continue;
    found.set(whole, { node: whole, output: whole, rows, says: `\`${textOf(document, node)}\` is computed` });
  }
  return [...found.values()];
}

const functionsToo = (document: PythonDocument): readonly Fit[] =>
  calls(document)
    .filter(({ name }) => name === 'sklearn.preprocessing.scale' || name === 'pandas.qcut')
    .flatMap(({ node, callee, args: [rows] }) =>
      rows === undefined
        ? []
        : { node, output: node, rows, says: `\`${textOf(document, callee)}\` computes its numbers` },
    );

/** The split or folds that divide rows which this call has already touched. */
function laterDivision(document: PythonDocument, { output, rows }: Fit): Division | undefined {
  if (comesFromTraining(document, rows)) return undefined;
  return divisions(document).find(
    (each) =>
      originsOf(document, each.rows).has(output) ||
      (isVariable(output) && flowsInto(document, output, each.rows) && each.call.node.start > output.start),
  );
}

export default defineCheck({
  evaluates: 'data-leakage',
  stage: 'data',
  severity: 'medium',
  confidence: 'high',
  title: 'Statistics learnt on all rows before the split',
  why: `
    Means, ranges, components or vocabularies computed over every row carry the test rows into the training features. The score
    is measured on rows that preprocessing has already seen.
  `,
  fix: 'Split first, then fit on the training rows; a `Pipeline` keeps the order inside cross-validation too.',
  references: ['https://scikit-learn.org/stable/common_pitfalls.html#data-leakage-during-pre-processing'],
  mentions: ['split'],
  examples: [
    bad`
      import pandas as pd
      from sklearn.impute import SimpleImputer as Imputer
      from sklearn.linear_model import Ridge
      from sklearn.model_selection import KFold, train_test_split
      from sklearn.compose import ColumnTransformer
      from sklearn.preprocessing import OneHotEncoder, StandardScaler

      features = ["rooms", "area"]
      df = pd.read_csv("houses.csv")
      df[features] = «(df[features] - df[features].mean()) / df[features].std()»
      median = df["age"].median()
      df["age"] = «df["age"].fillna(median)»
      train, test = train_test_split(df, random_state=42)

      def combined(df):
          pre = ColumnTransformer([("num", StandardScaler(), ["a"]), ("cat", OneHotEncoder(), ["b"])])
          X = «pre.fit_transform(df.drop(columns=["y"]))»
          return train_test_split(X, df["y"], random_state=0)

      def scaled(X, y):
          scaler = StandardScaler()
          «scaler.fit(X)»
          X = scaler.transform(X)
          return train_test_split(X, y, random_state=0)

      def filled():
          frame = pd.read_csv("cars.csv")
          «frame.fillna(frame.mean(), inplace=True)»
          return train_test_split(frame, random_state=0)

      def folds(X, y):
          low = «Imputer(strategy="mean").fit_transform(X)»
          for tr, va in KFold(n_splits=5).split(low):
              print(Ridge().fit(low[tr], y[tr]).score(low[va], y[va]))
    `,
    good`
      import pandas as pd
      from sklearn.linear_model import Ridge
      from sklearn.model_selection import cross_val_score, train_test_split
      from sklearn.preprocessing import StandardScaler

      df = pd.read_csv("houses.csv")
      df["rest"] = df["area"] - df[["a", "b"]].mean(axis=1)
      train, test = train_test_split(df, random_state=42)
      train["age"] = train["age"].fillna(train["age"].median())
      scaled = StandardScaler().fit_transform(train[["area"]])
      print(cross_val_score(Ridge(), scaled, train["price"]))
    `,
    bad`
      from sklearn.preprocessing import StandardScaler as Scaler
      from sklearn.model_selection import train_test_split as tts
      import pandas as pd

      def prepare(X, y):
          scaler = Scaler()
          scaled = «scaler.fit_transform(X)»
          return tts(scaled, y, random_state=1)

      class Job:
          def run(self, path):
              df = pd.read_csv(path)
              df["age"] = «df["age"].fillna(df["age"].mean())»
              X = df[["age"]]
              return tts(X, df["y"], random_state=1)
    `,
    bad`
      import sklearn.model_selection
      from sklearn.decomposition import PCA
      from sklearn.feature_extraction.text import TfidfVectorizer
      from sklearn.preprocessing import scale

      X = «TfidfVectorizer().fit_transform(texts)»
      X_train, X_test = sklearn.model_selection.train_test_split(X, random_state=1)
      reduced = «PCA(2).fit_transform(«scale(values)»)»
      a, b = sklearn.model_selection.train_test_split(reduced, random_state=1)
    `,
    good`
      from sklearn.model_selection import train_test_split
      from sklearn.pipeline import make_pipeline
      from sklearn.preprocessing import LabelEncoder, Normalizer, OneHotEncoder, StandardScaler
      import pandas as pd

      df = pd.read_csv("a.csv")
      df["age"] = df["age"].fillna(0)
      y = LabelEncoder().fit_transform(df["label"])
      X = OneHotEncoder().fit_transform(df[["city"]])
      X = Normalizer().fit_transform(X)
      X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
      X_train = StandardScaler().fit_transform(X_train)
      pipeline = make_pipeline(StandardScaler(), model)
      pipeline.fit(X_train, y_train)
    `,
    good`
      from sklearn.feature_extraction.text import CountVectorizer
      from sklearn.model_selection import train_test_split
      from sklearn.preprocessing import StandardScaler

      toy = CountVectorizer().fit_transform(["a b", "b c"])
      unused = StandardScaler().fit_transform(X)
      X_train, X_test = train_test_split(X, random_state=1)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (divisions(document).length === 0) return;
    const all = [
      ...transformerFits(document),
      ...meanFills(document),
      ...standardised(document),
      ...functionsToo(document),
    ];
    for (const fit of all) {
      const division = laterDivision(document, fit);
      if (division === undefined) continue;
      yield at(document, fit.node, `${fit.says} over all rows, which are split afterwards`, {
        evidence: [seen(document, division.call.node, 'split here')],
      });
    }
  },
});
