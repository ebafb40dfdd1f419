import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isFrameColumn } from '../../facts/pandas/frames.ts';
import { type Call, callAt, calls, callsOfMethod } from '../../facts/python/calls.ts';
import { originsOf } from '../../facts/python/flow.ts';
import { enclosingFunction } from '../../facts/python/structure.ts';
import { typeOf } from '../../facts/python/types.ts';
import { type Split, splits } from '../../facts/training/splits.ts';
import { learnsStatistics, shortName } from '../../facts/training/transformers.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** A call that computes numbers over all rows it is given and puts them into those rows. */
interface Fit {
  readonly node: PyNode;
  readonly says: string;
}

const STATISTICS = new Set(['mean', 'median', 'mode', 'std', 'quantile']);

/** `fit_transform` of a scaler, imputer, PCA or vectoriser. */
function transformerFits(document: PythonDocument): readonly Fit[] {
  return callsOfMethod(document, 'fit_transform').flatMap(({ node, receiver, callee }) => {
    const type = receiver === undefined ? undefined : typeOf(document, receiver);
    if (type === undefined || !learnsStatistics(type)) return [];
    return [{ node, says: `\`${textOf(document, callee)}\` (${shortName(type)}) learns` }];
  });
}

/** `df["x"].fillna(df["x"].mean())`: the gap is filled with what the test rows say as well. */
function meanFills(document: PythonDocument): readonly Fit[] {
  return callsOfMethod(document, 'fillna').flatMap((call: Call) => {
    const value = call.args[0] ?? call.keywords.get('value');
    const inner = value?.type === 'subscript' ? child(value, 'value') : value;
    const statistic = inner?.type === 'call' ? callAt(document, inner) : undefined;
    if (statistic?.method === undefined || !STATISTICS.has(statistic.method)) return [];
    if (call.receiver === undefined || !isFrameColumn(document, call.receiver)) return [];
    return [{ node: call.node, says: `\`${textOf(document, value ?? call.node)}\` is computed` }];
  });
}

const functionsToo = (document: PythonDocument): readonly Fit[] =>
  calls(document)
    .filter(({ name }) => name === 'sklearn.preprocessing.scale' || name === 'pandas.qcut')
    .map(({ node, callee }) => ({ node, says: `\`${textOf(document, callee)}\` computes its numbers` }));

/** The split that divides rows which this call has already touched, in the same function. */
function laterSplit(document: PythonDocument, fit: Fit, found: readonly Split[]): Split | undefined {
  return found.find(({ call, inputs }) => {
    if (call.node.start < fit.node.start || enclosingFunction(call.node) !== enclosingFunction(fit.node)) return false;
    return inputs[0] !== undefined && originsOf(document, inputs[0]).has(fit.node);
  });
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
    const found = splits(document);
    if (found.length === 0 || nodesOf(document, 'call').length === 0) return;
    for (const fit of [...transformerFits(document), ...meanFills(document), ...functionsToo(document)]) {
      const split = laterSplit(document, fit, found);
      if (split === undefined) continue;
      yield at(document, fit.node, `${fit.says} over all rows, which are split afterwards`, {
        evidence: [seen(document, split.call.node, 'split here')],
      });
    }
  },
});
