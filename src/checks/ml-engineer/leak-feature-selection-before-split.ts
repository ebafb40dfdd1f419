import { bare, child, childrenOf, contains, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call } from '../../facts/python/calls.ts';
import { constantOf } from '../../facts/python/constants.ts';
import { originsOf, sameValue } from '../../facts/python/flow.ts';
import { elementsOf } from '../../facts/python/literals.ts';
import { fits, type Learnt, learntRows } from '../../facts/training/fits.ts';
import { MOST } from '../../facts/training/most.ts';
import { callsInto, comesFromTraining, type Division, divisions } from '../../facts/training/rows.ts';
import { shortName } from '../../facts/training/transformers.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const SELECTOR =
  /^sklearn\.feature_selection\.(\w+\.)?(SelectKBest|SelectPercentile|SelectFpr|SelectFdr|SelectFwe|GenericUnivariateSelect|RFE|RFECV|SelectFromModel|SequentialFeatureSelector|VarianceThreshold)\(\)$/;

const WIDENS = /(Vectorizer|OneHotEncoder)\(\)\.(fit_)?transform$|^pandas\.get_dummies$/;
const DRAWS = /^numpy\.random\.(rand|randn)$/;

/** Rows with more columns than rows, or columns made from words and categories: the best of many are good by chance. */
function isWide(document: PythonDocument, { rows }: Learnt): boolean {
  return callsInto(document, rows).some((call) => WIDENS.test(call.name ?? '') || hasMoreColumns(document, call));
}

function hasMoreColumns(document: PythonDocument, call: Call): boolean {
  const size = call.keywords.get('size');
  const shape = DRAWS.test(call.name ?? '')
    ? call.args
    : /^numpy\.random\./.test(call.name ?? '') && size
      ? (elementsOf(document, size) ?? [])
      : [];
  const made = call.name === 'sklearn.datasets.make_classification';
  const rows = constantOf(document, made ? argument(call, 0, 'n_samples') : shape[0])?.value;
  const columns = constantOf(document, made ? argument(call, 1, 'n_features') : shape[1])?.value;
  return typeof rows === 'number' && typeof columns === 'number' && columns > rows;
}

/** `X[X.columns[selector.get_support()]]`: where columns are picked by what a fitted selector says. */
function picksOf(document: PythonDocument, model: PyNode): readonly PyNode[] {
  const told = (object: PyNode | undefined, name: string): boolean =>
    object !== undefined && SAYS.test(name) && sameValue(document, bare(object), model);
  const said = nodesOf(document, 'attribute').filter((node) =>
    told(child(node, 'object'), textOf(document, child(node, 'attribute') ?? node)),
  );
  if (said.length === 0 || said.length > MOST) return [];
  return nodesOf(document, 'subscript')
    .slice(0, MOST * 5)
    .filter((node) => childrenOf(node, 'subscript').some((key) => saidIn(document, key, said)));
}

const SAYS = /^(support_|ranking_|get_support|get_feature_names_out)$/;

/** The key of a subscript, or of one inside it, comes from what was said. */
function saidIn(document: PythonDocument, key: PyNode, said: readonly PyNode[]): boolean {
  return [...originsOf(document, key)].some(
    (origin) =>
      said.some((each) => contains(origin, each)) ||
      (origin.type === 'subscript' &&
        childrenOf(origin, 'subscript').some((inner) => said.some((each) => contains(inner, each)))),
  );
}

/** What a selector learnt without giving rows back, and the rows that were picked by it. */
function pickedRows(document: PythonDocument): readonly Learnt[] {
  return fits(document).flatMap(({ call, model, type, rows, target }) =>
    type === undefined || !SELECTOR.test(type)
      ? []
      : picksOf(document, bare(model)).map((output) => ({ call, type, rows, target, output })),
  );
}

function laterDivision(document: PythonDocument, learnt: Learnt): Division | undefined {
  return divisions(document).find(({ rows, kind }) => {
    if (!originsOf(document, rows).has(learnt.output)) return false;
    return kind === 'folds' || !comesFromTraining(document, learnt.rows);
  });
}

export default defineCheck({
  evaluates: 'feature-engineering-quality',
  stage: 'data',
  severity: 'medium',
  confidence: 'high',
  grades: {
    wide: {
      severity: 'high',
      when: 'there are many columns to choose from, as after a vectoriser or one-hot encoding',
    },
    unsupervised: { severity: 'low', when: 'the selection does not look at the target' },
  },
  title: 'Features selected before the split',
  why: `
    The columns are chosen because they go with the target in every row, the test rows included. Even columns of pure noise then
    score well, the more of them there are to choose from the better.
  `,
  fix: 'Select on the training rows only: put the selector into a `Pipeline` with the model, and split or cross-validate that.',
  references: ['https://scikit-learn.org/stable/common_pitfalls.html#data-leakage'],
  mentions: ['feature_selection'],
  examples: [
    bad`
      from sklearn.ensemble import RandomForestClassifier
      from sklearn.feature_selection import RFE, SelectKBest
      from sklearn.model_selection import train_test_split

      def by_support(X, y):
          rfe = RFE(RandomForestClassifier(random_state=0))
          «rfe.fit(X, y)»
          X = X[X.columns[rfe.support_]]
          return train_test_split(X, y, random_state=0)

      def by_names(X, y):
          kbest = SelectKBest(k=20)
          «kbest.fit(X, y)»
          cols = X.columns[kbest.get_support()]
          return train_test_split(X[cols], y, random_state=0)
    `,
    good`
      from sklearn.feature_selection import SelectKBest
      from sklearn.model_selection import train_test_split

      def on_training_rows(X, y):
          X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
          kbest = SelectKBest(k=20).fit(X_train, y_train)
          cols = X.columns[kbest.get_support()]
          return X_train[cols], X_test[cols]
    `,
    bad`
      from sklearn.feature_selection import SelectKBest as Best, f_classif
      from sklearn.model_selection import cross_val_score, train_test_split

      def choose(X, y, model):
          X_new = «Best(f_classif, k=10).fit_transform(X, y)»
          return cross_val_score(model, X_new, y)

      class Job:
          def run(self, X, y):
              selector = Best(k=5)
              «selector.fit(X, y)»
              chosen = selector.transform(X)
              return train_test_split(chosen, y, random_state=1)
    `,
    bad.as('wide')`
      import numpy as np
      import sklearn.feature_selection as fs
      from sklearn.feature_extraction.text import TfidfVectorizer
      from sklearn.model_selection import train_test_split

      words = TfidfVectorizer().fit_transform(texts)
      words = «fs.SelectPercentile(fs.chi2).fit_transform(words, y)»
      a, b, c, d = train_test_split(words, y, random_state=1)
      noise = np.random.randn(50, 10000)
      best = «fs.SelectKBest(k=20).fit_transform(noise, y)»
      e, f, g, h = train_test_split(best, y, random_state=1)
    `,
    bad.as('unsupervised')`
      from sklearn.feature_selection import VarianceThreshold
      from sklearn.model_selection import train_test_split
      X = «VarianceThreshold().fit_transform(X)»
      X_train, X_test = train_test_split(X, random_state=1)
    `,
    good`
      from sklearn.feature_selection import SelectKBest
      from sklearn.model_selection import cross_val_score, train_test_split
      from sklearn.pipeline import make_pipeline

      X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
      selector = SelectKBest(k=5).fit(X_train, y_train)
      X_small = selector.transform(X_train)
      X_fit, X_val = train_test_split(X_small, random_state=1)
      cross_val_score(make_pipeline(SelectKBest(k=5), model), X, y)
      ranking = SelectKBest(k="all").fit(X, y).scores_
    `,
  ],

  reads: 'python',
  *inspect(document) {
    const told = new Set<PyNode>();
    const all = [...learntRows(document, (type) => SELECTOR.test(type)), ...pickedRows(document)];
    for (const learnt of all) {
      if (told.has(learnt.call.node)) continue;
      const division = laterDivision(document, learnt);
      if (division === undefined) continue;
      told.add(learnt.call.node);
      const unsupervised = learnt.type.endsWith('VarianceThreshold()');
      const grade = unsupervised ? { grade: 'unsupervised' } : isWide(document, learnt) ? { grade: 'wide' } : {};
      const evidence = [seen(document, division.call.node, 'the chosen columns are split here')];
      const message = `\`${shortName(learnt.type)}\` chooses columns by all rows of \`${textOf(document, learnt.rows)}\`, which are split afterwards`;
      yield at(document, learnt.call.node, message, { evidence, ...grade });
    }
  },
});
