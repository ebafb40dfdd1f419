import type { Project } from '../../documents/project.ts';
import type { PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument } from '../../documents/python/python.ts';
import { tokensOf } from '../../facts/paths.ts';
import { callsOfMethod } from '../../facts/python/calls.ts';
import { stringOf } from '../../facts/python/constants.ts';
import { elementsOf } from '../../facts/python/literals.ts';
import { isUsedAsFeatures } from '../../facts/training/features.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const SENSITIVE = new Set(
  'gender sex race ethnicity ethnic religion religious nationality disability disabled marital'.split(' '),
);
const SOFT = new Set(['age', 'zip', 'zipcode', 'postcode', 'postal']);
const MEDICAL =
  /patient|clinical|diagnos|tumou?r|cancer|disease|cholesterol|glucose|heart|medical|biops|gene_|genom|species|penguin|mouse|mice/i;
const AUDITS =
  /fairlearn|aif360|MetricFrame|fairness|disparate|demographic_parity|equalized_odds|sensitive_features|protected_attribute|TFMA|fairness_indicators|slicing_spec/i;

type Kind = 'sensitive' | 'soft' | undefined;

function kindOf(column: string): Kind {
  const tokens = tokensOf(column);
  if (tokens.length > 4) return undefined;
  if (tokens.some((token) => SENSITIVE.has(token))) return 'sensitive';
  return tokens.length === 1 && SOFT.has(tokens[0] ?? '') ? 'soft' : undefined;
}

interface Feature {
  readonly node: PyNode;
  readonly column: string;
  readonly kind: Kind;
}

/** The sensitive columns written out in a list of at least two columns, with the list. */
function listed(document: PythonDocument, list: PyNode): readonly Feature[] {
  const elements = elementsOf(document, list) ?? [];
  const names = elements.map((node) => ({ node, column: stringOf(document, node) }));
  if (names.length < 2 || names.some(({ column }) => column === undefined)) return [];
  return names.flatMap(({ node, column = '' }) =>
    kindOf(column) === undefined ? [] : [{ node, column, kind: kindOf(column) }],
  );
}

/** Somebody looks at groups of people already: a fairness library, or measures taken per group. */
function isAudited(document: PythonDocument, project: Project, features: readonly Feature[]): boolean {
  if (AUDITS.test(document.text)) return true;
  const grouped = callsOfMethod(document, 'groupby').some(
    ({ args }) => args[0] !== undefined && features.some(({ column }) => mentionsColumn(document, args[0], column)),
  );
  return (
    grouped ||
    project
      .documents('python', ['fairlearn', 'aif360', 'MetricFrame'])
      .some(({ text }) => /fairlearn|aif360|MetricFrame/.test(text))
  );
}

const mentionsColumn = (document: PythonDocument, node: PyNode | undefined, column: string): boolean =>
  node !== undefined &&
  (stringOf(document, node) === column ||
    (elementsOf(document, node) ?? []).some((each) => stringOf(document, each) === column));

export default defineCheck({
  evaluates: 'bias-and-fairness',
  stage: 'validation',
  severity: 'medium',
  confidence: 'medium',
  grades: { soft: { severity: 'low', when: 'the attribute is age or a place of residence, or the data is medical' } },
  paths: { notebook: 'low', example: 'low' },
  title: 'Sensitive attribute learnt from, never measured by group',
  why: `
    The model may treat groups of people differently, and one overall score cannot show it. Without a measure per group nobody
    knows until somebody is harmed.
  `,
  fix: 'Measure errors per group, for example with `fairlearn.metrics.MetricFrame`, and decide whether the attribute is needed at all.',
  references: ['https://fairlearn.org/main/user_guide/assessment/perform_fairness_assessment.html'],
  mentions: ['fit'],
  examples: [
    bad`
      import pandas as pd
      from sklearn.linear_model import LogisticRegression as Model

      FEATURES = ["income", «"gender"», "tenure"]

      class Job:
          def run(self, path):
              df = pd.read_csv(path)
              X = df[FEATURES]
              return Model().fit(X, df["approved"])
    `,
    bad`
      import pandas as pd
      from sklearn.model_selection import train_test_split
      people = pd.read_csv("people.csv")
      X_train, X_test = train_test_split(people[["income", «"marital_status"»]], random_state=1)
      model.fit(X_train, y)
    `,
    bad`
      import sklearn.svm as svm
      def train(frame):
          columns = ["applicant_race", "income"]
          chosen = ["income", "religion"]
          print(frame[chosen])
          return svm.SVC().fit(frame[["income", «"ethnicity"»]], frame["approved"])
    `,
    bad.as('soft')`
      from sklearn.linear_model import LogisticRegression
      def train(df):
          columns = ["income", «"age"»]
          LogisticRegression().fit(df[columns], df["approved"])
    `,
    bad.as('soft')`
      from sklearn.linear_model import LogisticRegression
      patients = load()
      LogisticRegression().fit(patients[[«"sex"», "cholesterol"]], patients["ill"])
    `,
    good`
      import pandas as pd
      from sklearn.linear_model import LogisticRegression
      from fairlearn.metrics import MetricFrame
      df = pd.read_csv("a.csv")
      LogisticRegression().fit(df[["income", "gender"]], df["approved"])
    `,
    good`
      import pandas as pd
      from sklearn.linear_model import LogisticRegression
      df = pd.read_csv("a.csv")
      X = df.drop(columns=["gender", "race"])
      LogisticRegression().fit(X, df["approved"])
      print(df[["gender", "approved"]].describe())
      pages = df[["page", "stage", "sexagesimal"]]
      LogisticRegression().fit(pages, df["approved"])
    `,
    good`
      import pandas as pd
      from sklearn.linear_model import LogisticRegression
      df = pd.read_csv("a.csv")
      model = LogisticRegression().fit(df[["income", "gender"]], df["approved"])
      df["hit"] = model.predict(df[["income", "gender"]]) == df["approved"]
      print(df.groupby("gender")["hit"].mean())
    `,
  ],

  reads: 'python',
  *inspect(document, project) {
    const lists = nodesOf(document, 'list').map((list) => ({ list, features: listed(document, list) }));
    const used = lists.filter(({ list, features }) => features.length > 0 && isUsedAsFeatures(document, list));
    const features = used.flatMap((each) => each.features);
    const worst = features.find(({ kind }) => kind === 'sensitive') ?? features[0];
    if (worst === undefined || isAudited(document, project, features)) return;
    const soft = worst.kind === 'soft' || MEDICAL.test(document.text);
    const message = `\`${worst.column}\` is a feature of the model, and nothing measures how groups of it fare`;
    yield at(document, worst.node, message, soft ? { grade: 'soft' } : {});
  },
});
