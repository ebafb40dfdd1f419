import type { Project } from '../../documents/project.ts';
import { contains, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { crossingOf } from '../../facts/python/across.ts';
import { type Call, callAt } from '../../facts/python/calls.ts';
import { flowsInto, originsOf } from '../../facts/python/flow.ts';
import { calledFunction } from '../../facts/python/functions.ts';
import { isVariable } from '../../facts/python/uses.ts';
import { callsInto, comesFromTraining, type Division, divisions } from '../../facts/training/rows.ts';
import { type StatisticFit, statisticFits } from '../../facts/training/statistics.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** The split rows were put together after the fit, which saw a part of them only: a reference, not all rows. */
const joinsOthers = (document: PythonDocument, { rows }: Division, fitted: PyNode): boolean =>
  callsInto(document, rows).some(
    ({ name, node, keywords }) =>
      /^(pandas\.concat|numpy\.(concatenate|vstack))$/.test(name ?? '') &&
      !keywords.has('axis') &&
      !originsOf(document, fitted).has(node),
  );

/** The split or folds that divide rows which this call has already touched. */
function laterDivision(document: PythonDocument, { output, rows }: StatisticFit): Division | undefined {
  if (comesFromTraining(document, rows)) return undefined;
  return divisions(document).find(
    (each) =>
      !joinsOthers(document, each, rows) &&
      (originsOf(document, each.rows).has(output) ||
        (isVariable(output) && flowsInto(document, output, each.rows) && each.call.node.start > output.start)),
  );
}

interface Crossed {
  readonly call: Call;
  readonly fit: StatisticFit;
  readonly home: PythonDocument;
  readonly division: Division;
}

/** Calls of functions in other files of the repository that learn from all rows and give them back. */
function* acrossFiles(document: PythonDocument, project: Project): Generator<Crossed> {
  const crossing = crossingOf(project);
  for (const division of divisions(document)) {
    const origins = originsOf(document, division.rows, crossing);
    for (const origin of origins) {
      const call = callAt(document, origin);
      if (call === undefined || calledFunction(document, call) !== undefined) continue;
      const target = crossing(document, call);
      if (target === undefined || comesFromTraining(document, origin)) continue;
      const { document: home, node } = target;
      const fit = statisticFits(home).find((each) => contains(node, each.node) && origins.has(each.output));
      if (fit !== undefined) yield { call, fit, home, division };
    }
  }
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
    bad({
      'src/prep.py': `
        from sklearn.preprocessing import MinMaxScaler

        def scale(X):
            return MinMaxScaler().fit_transform(X)
      `,
      'src/train.py': `
        from sklearn.model_selection import train_test_split
        from prep import scale

        def main(df):
            X = «scale(df.drop(columns=["y"]))»
            return train_test_split(X, df["y"], random_state=0)
      `,
    }),
    good`
      import pandas as pd
      from sklearn.decomposition import PCA
      from sklearn.model_selection import train_test_split

      def tells_apart(reference, current):
          pca = PCA(n_components=3)
          first, second = pd.DataFrame(pca.fit_transform(reference)), pd.DataFrame(pca.transform(current))
          return train_test_split(pd.concat((first, second)), random_state=0)
    `,
    good({
      'src/prep.py': `
        from sklearn.preprocessing import MinMaxScaler

        def scale(X):
            return MinMaxScaler().fit_transform(X)
      `,
      'src/train.py': `
        from sklearn.model_selection import cross_val_score, train_test_split
        from prep import scale

        def main(df, model):
            X_train, X_test, y_train, y_test = train_test_split(df, df.pop("y"), random_state=0)
            return cross_val_score(model, scale(X_train), y_train)
      `,
    }),
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
      df["year"] = df["year"] - df["year"].min()
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
  *inspect(document, project) {
    if (divisions(document).length === 0) return;
    for (const fit of statisticFits(document)) {
      const division = laterDivision(document, fit);
      if (division === undefined) continue;
      yield at(document, fit.node, `${fit.says} over all rows, which are split afterwards`, {
        evidence: [seen(document, division.call.node, 'split here')],
      });
    }
    const told = new Set<Call>();
    for (const { call, fit, home, division } of acrossFiles(document, project)) {
      if (told.has(call)) continue;
      told.add(call);
      const message = `\`${textOf(document, call.callee)}\`: ${fit.says} over all rows, which are split afterwards`;
      yield at(document, call.node, message, {
        evidence: [seen(home, fit.node, 'learns here'), seen(document, division.call.node, 'split here')],
      });
    }
  },
});
