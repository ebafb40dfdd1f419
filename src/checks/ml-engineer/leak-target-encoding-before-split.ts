import { bare, child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isFrame } from '../../facts/pandas/frames.ts';
import { argument, type Call, callAt, callsOfMethod } from '../../facts/python/calls.ts';
import { isConstant, stringOf } from '../../facts/python/constants.ts';
import { originsOf } from '../../facts/python/flow.ts';
import { statementOf } from '../../facts/python/structure.ts';
import { columnOf, selectedColumns } from '../../facts/training/columns.ts';
import { learntRows, supervisedFits } from '../../facts/training/fits.ts';
import { comesFromTraining, type Division, divisions } from '../../facts/training/rows.ts';
import { shortName } from '../../facts/training/transformers.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const ENCODER =
  /^(category_encoders\.(\w+\.)*(TargetEncoder|LeaveOneOutEncoder|CatBoostEncoder|MEstimateEncoder|JamesSteinEncoder|WOEEncoder|GLMMEncoder)|feature_engine\.encoding\.(\w+\.)?(MeanEncoder|WoEEncoder)|sklearn\.preprocessing\.(\w+\.)?TargetEncoder)\(\)$/;

/** A call that turns the target into a feature. */
interface Encoding {
  readonly call: Call;
  readonly output: PyNode;
  readonly says: string;
  readonly rows: PyNode;
  /** scikit-learn's own encoder keeps each row's target out of its code, which folds may rely on. */
  readonly crossFitted: boolean;
}

function encoders(document: PythonDocument): readonly Encoding[] {
  return learntRows(document, (type) => ENCODER.test(type))
    .filter(({ target }) => target !== undefined)
    .map(({ call, type, output, rows, target }) => ({
      call,
      output,
      rows,
      says: `\`${shortName(type)}\` encodes with \`${textOf(document, target ?? rows)}\` of all rows`,
      crossFitted: type.startsWith('sklearn.'),
    }));
}

/** `df.groupby("city")["target"].transform("mean")`, where the target is what the file predicts. */
function groupMeans(document: PythonDocument): readonly Encoding[] {
  const targets = targetColumns(document);
  if (targets.size === 0) return [];
  return callsOfMethod(document, 'transform', 'mean').flatMap((call) => {
    if (call.method === 'transform' && !isConstant(document, argument(call, 0, 'func'), 'mean')) return [];
    const column =
      call.receiver?.type === 'subscript' ? stringOf(document, child(call.receiver, 'subscript')) : undefined;
    const groups = call.receiver && child(call.receiver, 'value');
    const grouping = groups?.type === 'call' ? callAt(document, groups) : undefined;
    if (
      column === undefined ||
      !targets.has(column) ||
      grouping?.method !== 'groupby' ||
      grouping.receiver === undefined
    )
      return [];
    if (!isFrame(document, grouping.receiver)) return [];
    const says = `\`${textOf(document, grouping.receiver)}\` gets the mean of the target \`${column}\` over all rows as a feature`;
    return [{ call, output: call.node, says, rows: grouping.receiver, crossFitted: false }];
  });
}

function targetColumns(document: PythonDocument): ReadonlySet<string> {
  const given = [...divisions(document), ...supervisedFits(document)].flatMap(({ target }) => target ?? []);
  return new Set(given.flatMap((target) => columnOf(document, target)?.name ?? []));
}

/** False when the encoded column is stored under a name that the chosen features leave out. */
function isChosen(document: PythonDocument, { call }: Encoding, division: Division): boolean {
  const columns = selectedColumns(document, division.rows);
  const assignment = bare(statementOf(call.node).children[0] ?? call.node);
  const left = assignment.type === 'assignment' ? child(assignment, 'left') : undefined;
  const stored = left?.type === 'subscript' ? stringOf(document, child(left, 'subscript')) : undefined;
  return columns === undefined || stored === undefined || columns.includes(stored);
}

export default defineCheck({
  evaluates: 'data-leakage',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  title: 'Target encoded into a feature before the split',
  why: `
    The feature carries the target of the test rows: for a rare category it almost is the answer. Scores look excellent and fall
    apart in production, where the target is not known yet.
  `,
  fix: 'Split first and fit the encoder on the training rows, inside a `Pipeline` so that cross-validation refits it per fold.',
  references: ['https://scikit-learn.org/stable/modules/preprocessing.html#target-encoder'],
  mentions: ['Encoder', 'groupby'],
  examples: [
    bad`
      import pandas as pd
      from sklearn.model_selection import train_test_split

      def build(path):
          df = pd.read_csv(path)
          df["city_rate"] = «df.groupby("city")["target"].transform("mean")»
          X, y = df.drop(columns=["target"]), df["target"]
          return train_test_split(X, y, random_state=0)
    `,
    bad`
      from category_encoders import TargetEncoder as Mean
      from sklearn.model_selection import train_test_split as tts

      class Job:
          def run(self, X, y):
              encoder = Mean(cols=["city"])
              X = «encoder.fit_transform(X, y)»
              return tts(X, y, random_state=1)
    `,
    bad`
      import category_encoders as ce
      import pandas as pd
      from sklearn.model_selection import cross_val_score, train_test_split
      from sklearn.preprocessing import TargetEncoder

      df = pd.read_csv("sales.csv")
      df["city_rate"] = «df.groupby("city")["sold"].transform("mean")»
      y = df["sold"]
      X = df.drop(columns=["sold", "city"])
      X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)

      def score(model, frame, goal):
          coded = «ce.CatBoostEncoder().fit_transform(frame, goal)»
          again = «TargetEncoder().fit_transform(frame, goal)»
          train_test_split(again, goal, random_state=1)
          return cross_val_score(model, coded, goal)
    `,
    good`
      import pandas as pd
      from category_encoders import OrdinalEncoder, TargetEncoder as Mean
      from sklearn.model_selection import cross_val_score, train_test_split
      from sklearn.pipeline import make_pipeline
      from sklearn.preprocessing import TargetEncoder

      X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
      encoder = Mean().fit(X_train, y_train)
      X_train = encoder.transform(X_train)
      cross_val_score(make_pipeline(TargetEncoder(), model), X, y)
      coded = TargetEncoder().fit_transform(X, y)
      cross_val_score(model, coded, y)
      names = OrdinalEncoder().fit_transform(X, y)
      train_test_split(names, y, random_state=1)

      df = pd.read_csv("sales.csv")
      df["mean_price"] = df.groupby("city")["price"].transform("mean")
      df["rate"] = df.groupby("city")["sold"].transform("mean")
      print(df.groupby("city")["sold"].mean())
      features = df[["mean_price", "size"]]
      train_test_split(features, df["sold"], random_state=1)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const each of [...encoders(document), ...groupMeans(document)]) {
      const division = divisions(document).find(({ rows, kind }) => {
        if (!originsOf(document, rows).has(each.output)) return false;
        return kind === 'folds' ? !each.crossFitted : !comesFromTraining(document, each.rows);
      });
      if (division === undefined || !isChosen(document, each, division)) continue;
      yield at(document, each.call.node, `${each.says}, which are split afterwards`, {
        evidence: [seen(document, division.call.node, 'split here')],
      });
    }
  },
});
