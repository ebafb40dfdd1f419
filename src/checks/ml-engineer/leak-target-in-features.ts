import { bare, child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callAt, calls } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { sameValue } from '../../facts/python/flow.ts';
import { singleAssignment } from '../../facts/python/reaching.ts';
import { isVariable } from '../../facts/python/uses.ts';
import {
  type ColumnRead,
  columnOf,
  droppedColumns,
  selectedColumns,
  selectionOf,
} from '../../facts/training/columns.ts';
import { type Fit, supervisedFits } from '../../facts/training/fits.ts';
import { beforeSplit } from '../../facts/training/rows.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

/** What a model is fitted on, brought back to the rows before a split where there was one. */
interface Learning {
  readonly fit: Fit;
  readonly rows: PyNode;
  readonly target: PyNode;
}

function learnings(document: PythonDocument): readonly Learning[] {
  return supervisedFits(document).flatMap((fit) => {
    if (fit.target === undefined || /(Pipeline|SearchCV)\(\)$/.test(fit.type ?? '')) return [];
    return [{ fit, rows: beforeSplit(document, fit.rows), target: beforeSplit(document, fit.target) }];
  });
}

/** How the features come to hold the column; undefined when they do not or when that is not known. */
function heldBy(document: PythonDocument, rows: PyNode, target: ColumnRead): string | undefined {
  if (target.popped) return undefined;
  const columns = selectedColumns(document, rows);
  if (columns !== undefined)
    return columns.includes(target.name) && onSameFrame(document, rows, target)
      ? 'are a list that names it'
      : undefined;
  const whole = wholeFrame(document, rows, target.name);
  if (whole === undefined || !sameValue(document, whole, target.frame) || takesColumnsOut(document, whole))
    return undefined;
  return 'are the whole frame without it being dropped';
}

function onSameFrame(document: PythonDocument, rows: PyNode, target: ColumnRead): boolean {
  const picked = selectionOf(document, rows);
  const frame = picked && child(picked, 'value');
  return frame !== undefined && sameValue(document, frame, target.frame);
}

/** The frame behind a chain of `drop(columns=[…])` that never names the target. */
function wholeFrame(document: PythonDocument, rows: PyNode, target: string): PyNode | undefined {
  let at = bare(rows);
  for (let step = 0; step < 10; step += 1) {
    if (at.type === 'identifier') {
      const source = singleAssignment(document, at);
      const value = source && bare(source);
      if (value === undefined || value.type !== 'call' || callAt(document, value)?.method !== 'drop') return at;
      if (takesColumnsOut(document, at)) return undefined;
      at = value;
    }
    const call = at.type === 'call' ? callAt(document, at) : undefined;
    const dropped = call && droppedColumns(document, call);
    if (call?.receiver === undefined || dropped === undefined || dropped.includes(target)) return undefined;
    at = bare(call.receiver);
  }
  return undefined;
}

/** A statement that may remove columns from the object itself. */
function takesColumnsOut(document: PythonDocument, frame: PyNode): boolean {
  if (frame.type !== 'identifier') return true;
  const name = textOf(document, frame);
  const named = (node: PyNode | undefined): boolean =>
    node !== undefined && isVariable(node) && textOf(document, node) === name;
  const deleted = nodesOf(document, 'delete_statement').some((each) => textOf(document, each).includes(name));
  const called = calls(document).some(
    (call) =>
      named(call.receiver) &&
      (call.method === 'pop' ||
        call.spread ||
        (call.keywords.has('inplace') && !isConstant(document, call.keywords.get('inplace'), false))),
  );
  return deleted || called;
}

export default defineCheck({
  evaluates: 'data-leakage',
  stage: 'data',
  severity: 'critical',
  confidence: 'high',
  title: 'The target is among the features',
  why: 'The model is given the answer as an input: it scores near perfect and has learnt nothing that helps where the answer is unknown.',
  fix: 'Drop the target column from the features: `X = df.drop(columns=["target"])`.',
  references: ['https://doi.org/10.1016/j.patter.2023.100804'],
  mentions: ['fit'],
  examples: [
    bad`
      import pandas as pd
      from sklearn.linear_model import LinearRegression
      from sklearn.model_selection import train_test_split

      def by_attribute():
          df = pd.read_csv("homes.csv")
          y = df.price
          X = df.drop("id", axis=1)
          X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
          return LinearRegression().fit(«X_train», y_train)

      def sliced():
          data = pd.read_csv("homes.csv")
          target = data["price"].values
          feats = data[["area", "price"]].values
          return LinearRegression().fit(«feats[:800]», target[:800])
    `,
    bad`
      import pandas as pd
      from sklearn.linear_model import LogisticRegression as Model
      from sklearn.model_selection import train_test_split as tts

      FEATURES = ["age", "income", "churn"]

      class Job:
          def run(self, path):
              df = pd.read_csv(path)
              X = df[FEATURES]
              y = df["churn"]
              X_train, X_test, y_train, y_test = tts(X, y, random_state=1)
              model = Model()
              model.fit(«X_train», y_train)

      def whole(df):
          goal = "sold"
          y = df[goal].values
          Model().fit(«df», y)
    `,
    bad`
      import pandas as pd
      import sklearn.ensemble as ens
      df = pd.read_csv("homes.csv")
      target = df["price"]
      features = df.drop(columns=["id"]).drop("name", axis=1)
      forest = ens.RandomForestRegressor(random_state=0)
      forest.fit(«features», target)
      forest.fit(«df[["size", "price"]]», df["price"])
    `,
    good`
      import pandas as pd
      from sklearn.linear_model import LogisticRegression
      from sklearn.model_selection import train_test_split
      from sklearn.pipeline import make_pipeline

      model = LogisticRegression()
      a, b, c, d, e, f, g, h, i, j, k, m = (pd.read_csv(path) for path in paths)
      y = a.pop("churn")
      model.fit(a, y)
      y = b["churn"]
      b.drop("churn", axis=1, inplace=True)
      model.fit(b, y)
      y = c["churn"]
      c = c.drop(columns=["churn"])
      model.fit(c, y)
      y = d["churn"]
      X = d.drop(columns=DROPPED)
      model.fit(X, y)
      y = e["load"].shift(-1)
      model.fit(e, y)
      model.fit(f, f)
      y = g["churn"]
      model.fit(g[columns], y)
      y = h["churn"]
      del h["churn"]
      model.fit(h, y)
      known, rest, y_known, y_rest = train_test_split(i, i["churn"], random_state=1)
      model.fit(known[["age"]], y_known)
      make_pipeline(select, model).fit(i, i["churn"])
      other = j[["age", "churn"]]
      model.fit(other, k["churn"])
      X = e[["load", "wind"]].shift(1)
      model.fit(X, e["load"])
      X = m.iloc[:, 1:]
      model.fit(X, m["churn"])
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const { fit, rows, target } of learnings(document)) {
      const column = columnOf(document, target);
      const how = column && heldBy(document, rows, column);
      if (column === undefined || how === undefined) continue;
      const message = `\`${textOf(document, fit.rows)}\` holds \`${column.name}\`, the target of \`${textOf(document, fit.call.callee)}\`: the features ${how}`;
      yield at(document, fit.rows, message, {
        evidence: [seen(document, column.frame, 'the target is taken from here')],
      });
    }
  },
});
