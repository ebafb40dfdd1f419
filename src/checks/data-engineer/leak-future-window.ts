import { fact } from '../../core/fact.ts';
import { ancestor, child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isFrame } from '../../facts/pandas/frames.ts';
import { rootOf } from '../../facts/pandas/roots.ts';
import { argument, type Call, calls, callsOfMethod } from '../../facts/python/calls.ts';
import { constantOf, isConstant, stringOf } from '../../facts/python/constants.ts';
import { selectedColumns, takenFrom } from '../../facts/training/columns.ts';
import { fits } from '../../facts/training/fits.ts';
import { buildsModel } from '../../facts/training/role.ts';
import { splits } from '../../facts/training/splits.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const TARGET =
  /(^|_)(y|target|label|labels|next|future|fwd|forward|ahead|lead|tomorrow|horizon|outcome|churn|ret|return|returns)(_|\d|$)/i;

/** Rows follow each other in time: the file moves, rolls or resamples them, or reads dates. */
const isTimed = (document: PythonDocument): boolean =>
  callsOfMethod(document, 'shift', 'rolling', 'resample', 'asfreq').length > 0 ||
  calls(document).some(
    ({ name, keywords }) =>
      keywords.has('parse_dates') ||
      /TimeSeriesSplit|^(pandas\.(to_datetime|date_range)|statsmodels\.tsa|prophet|darts)/.test(name ?? ''),
  );

/** The column or variable that the value of an expression is given to. */
function receiverOf(node: PyNode): PyNode | undefined {
  const statement = ancestor(node, 'assignment', 'keyword_argument', 'pair');
  return statement === undefined
    ? undefined
    : (child(statement, 'left') ?? child(statement, 'name') ?? child(statement, 'key'));
}

/** Columns that a model is fitted on or that are split, where they are written out. */
const features = fact((document: PythonDocument): ReadonlySet<string> => {
  const rows = [...fits(document).map((fit) => fit.rows), ...splits(document).flatMap(({ inputs }) => inputs[0] ?? [])];
  return new Set(
    rows.flatMap(
      (each) => selectedColumns(document, each) ?? selectedColumns(document, takenFrom(document, each) ?? each) ?? [],
    ),
  );
});

/** What is predicted, by its name or by being taken out of the features. */
function isTarget(document: PythonDocument, target: PyNode | undefined): boolean {
  if (target === undefined) return false;
  const column = target.type === 'subscript' ? child(target, 'subscript') : target;
  const name = (column && stringOf(document, column)) ?? textOf(document, column ?? target);
  if (features(document).has(name)) return false;
  if (TARGET.test(name)) return true;
  return nodesOf(document, 'string').some((each) => {
    if (each === column || stringOf(document, each) !== name) return false;
    const call = ancestor(each, 'call');
    const holder = ancestor(each, 'assignment');
    const left = holder && child(holder, 'left');
    const named =
      left !== undefined &&
      left !== target &&
      /^(self\.)?(y|labels?|targets?)(_|\b)|target|label/i.test(textOf(document, left));
    return named || (call !== undefined && /\b(drop|pop)$/.test(textOf(document, child(call, 'function') ?? call)));
  });
}

function peeks(document: PythonDocument, call: Call): { readonly node: PyNode; readonly says: string } | undefined {
  if (call.method === 'shift') {
    const by = argument(call, 0, 'periods');
    const steps = constantOf(document, by)?.value;
    return typeof steps === 'number' && steps < 0
      ? { node: call.node, says: `takes the value of ${-steps} ${steps === -1 ? 'row' : 'rows'} later` }
      : undefined;
  }
  if (call.method === 'rolling') {
    const center = call.keywords.get('center');
    return center !== undefined && isConstant(document, center, true)
      ? { node: center, says: 'reaches as far ahead as back' }
      : undefined;
  }
  if (call.method === 'interpolate') return { node: call.node, says: 'draws gaps towards the next known value' };
  const method = argument(call, -1, 'method');
  const backward =
    call.method !== 'fillna' || (method !== undefined && /^(bfill|backfill)$/.test(stringOf(document, method) ?? ''));
  return backward ? { node: call.node, says: 'fills gaps with a later value' } : undefined;
}

export default defineCheck({
  evaluates: 'data-quality-checks',
  stage: 'data',
  severity: 'high',
  confidence: 'medium',
  title: 'Feature that is computed from later rows',
  why: `
    In a time series the next row is the future. A feature that holds it makes validation look excellent, and cannot be
    computed when the model is asked for a prediction.
  `,
  fix: 'Look back only: `shift(n)` with n > 0, `rolling(n)` without `center`, `ffill()`.',
  references: [
    'https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.shift.html',
    'https://scikit-learn.org/stable/common_pitfalls.html#data-leakage',
  ],
  mentions: ['shift', 'rolling', 'bfill', 'fillna', 'backfill', 'interpolate'],
  examples: [
    bad`
      import pandas as pd
      from sklearn.linear_model import Ridge

      df = pd.read_csv("prices.csv", parse_dates=["ts"])
      df["next_price"] = «df["price"].shift(-1)»
      X = df[["next_price", "volume"]]
      Ridge().fit(X[:800], df["demand"][:800])
    `,
    bad`
      import pandas as pd
      from sklearn.linear_model import Ridge as Model

      df = pd.read_csv("load.csv", parse_dates=["hour"])
      df["change"] = «df["load"].shift(-1)» - df["load"]
      df["smooth"] = df["load"].rolling(24, center=«True»).mean()
      df["load"] = «df["load"].bfill()»
      y = df["demand"]
      Model().fit(df[["change", "smooth"]], y)
    `,
    bad`
      import pandas
      from sklearn.model_selection import TimeSeriesSplit

      AHEAD = -3

      class Features:
          def build(self, rides: pandas.DataFrame):
              rides["later"] = «rides.groupby("city")["n"].shift(AHEAD)»
              rides = «rides.fillna(method="bfill")»
              rides["t"] = «rides["t"].interpolate()»
              return TimeSeriesSplit().split(rides)
    `,
    good`
      import pandas as pd
      from sklearn.linear_model import Ridge

      df = pd.read_csv("load.csv", parse_dates=["hour"])
      df["target"] = df["load"].shift(-1)
      df["demand"] = df["load"].shift(-24)
      df["lag"] = df["load"].shift(1)
      df["smooth"] = df["load"].rolling(24).mean()
      df["load"] = df["load"].ffill()
      df["gap"] = df["gap"].fillna(0)
      y = df["demand"]
      X = df.drop(columns=["target", "demand"])
      Ridge().fit(X, y)
    `,
    good`
      import pandas as pd

      df = pd.read_csv("load.csv", parse_dates=["hour"])
      df["smooth"] = df["load"].rolling(24, center=True).mean()
      df.plot()
    `,
  ],

  reads: 'python',
  *inspect(document) {
    if (!buildsModel(document) || !isTimed(document)) return;
    for (const call of callsOfMethod(document, 'shift', 'rolling', 'bfill', 'backfill', 'fillna', 'interpolate')) {
      if (call.receiver === undefined || !isFrame(document, rootOf(call.receiver))) continue;
      const found = peeks(document, call);
      if (found === undefined || isTarget(document, receiverOf(call.node))) continue;
      yield at(document, found.node, `\`${textOf(document, call.callee).replace(/\s+/g, ' ')}\` ${found.says}`);
    }
  },
});
