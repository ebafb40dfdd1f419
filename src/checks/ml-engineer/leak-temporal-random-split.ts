import { child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, calls, callsTo } from '../../facts/python/calls.ts';
import { constantOf, isConstant, stringOf } from '../../facts/python/constants.ts';
import { importsModule } from '../../facts/python/imports.ts';
import { typeOf } from '../../facts/python/types.ts';
import { callsInto, type Division, divisions } from '../../facts/training/rows.ts';
import { SPLITS } from '../../facts/training/splits.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const SHUFFLED_FOLDS = /\.(KFold|StratifiedKFold)\(\)$/;
const SERIES = ['statsmodels.tsa', 'prophet', 'fbprophet', 'darts', 'sktime', 'neuralprophet', 'gluonts'];

/** A split at random: by default for a split, when asked for with folds. */
function isRandom(document: PythonDocument, { call }: Division): boolean {
  if (SPLITS.includes(call.name ?? '')) return !call.spread && isShuffled(document, call.keywords.get('shuffle'), true);
  const folds = call.method === 'split' ? call.receiver : call.keywords.get('cv');
  if (folds === undefined || !SHUFFLED_FOLDS.test(typeOf(document, folds) ?? '')) return false;
  return makers(document, folds).some((made) => isShuffled(document, made.keywords.get('shuffle'), false));
}

const isShuffled = (document: PythonDocument, given: PyNode | undefined, usual: boolean): boolean =>
  given === undefined ? usual : isConstant(document, given, true);

const makers = (document: PythonDocument, node: PyNode): readonly Call[] =>
  callsInto(document, node).filter(({ name }) => name !== undefined && SHUFFLED_FOLDS.test(`${name}()`));

/** Several entities side by side: the rows of one moment are no neighbours in time of each other. */
const isGrouped = (document: PythonDocument, node: PyNode): boolean =>
  callsInto(document, node).some(({ method }) => method === 'groupby');

/** What shows that the order of the rows is time: lags and windows over rows, or a time index. */
function timeEvidence(
  document: PythonDocument,
  rows: PyNode,
): { readonly node: PyNode; readonly says: string } | undefined {
  const history = callsInto(document, rows);
  if (history.some(({ method }) => method === 'groupby' || method === 'drop_duplicates')) return undefined;
  for (const call of history) {
    if (isLag(document, call)) return { node: call.node, says: `\`.${call.method}\` looks at neighbouring rows` };
    if (call.method === 'set_index' && isTime(document, call)) return { node: call.node, says: 'the index is a time' };
    if (call.name === 'pandas.read_csv' && indexIsTime(document, call))
      return { node: call.node, says: 'the index is a time' };
  }
  return undefined;
}

function isLag(document: PythonDocument, call: Call): boolean {
  if (call.receiver === undefined || !importsModule(document, 'pandas') || isGrouped(document, call.receiver))
    return false;
  if (call.method === 'shift') return constantOf(document, call.args[0] ?? call.keywords.get('periods'))?.value !== 0;
  if (call.method === 'rolling') return true;
  return call.method === 'resample' && stringOf(document, call.args[0] ?? call.keywords.get('rule')) !== undefined;
}

/** The column was made by `to_datetime`, or read as a date. */
function isTime(document: PythonDocument, call: Call): boolean {
  const column = stringOf(document, call.args[0] ?? call.keywords.get('keys'));
  if (column === undefined) return false;
  return callsTo(document, 'pandas.to_datetime').some(({ node }) => {
    const left = node.parent?.type === 'assignment' ? child(node.parent, 'left') : undefined;
    return left?.type === 'subscript' && stringOf(document, child(left, 'subscript')) === column;
  });
}

function indexIsTime(document: PythonDocument, call: Call): boolean {
  const dates = call.keywords.get('parse_dates');
  const index = stringOf(document, call.keywords.get('index_col'));
  if (dates === undefined || !call.keywords.has('index_col')) return false;
  if (isConstant(document, dates, true)) return true;
  return (
    index !== undefined && dates.type === 'list' && dates.children.some((each) => stringOf(document, each) === index)
  );
}

/** A forecasting library that works on the same rows. */
const forecasts = (document: PythonDocument): Call | undefined =>
  calls(document).find(({ name }) => name !== undefined && SERIES.some((module) => name.startsWith(`${module}.`)));

export default defineCheck({
  evaluates: 'data-leakage',
  stage: 'validation',
  severity: 'high',
  confidence: 'medium',
  title: 'Time series split at random',
  why: `
    Test rows then lie between training rows: the model fills gaps instead of looking ahead, and lags and windows of test rows
    hold training targets. The score is far better than any forecast will be.
  `,
  fix: 'Train on the past and test on the future: `TimeSeriesSplit`, `train_test_split(…, shuffle=False)` on sorted rows, or a cut-off date.',
  references: ['https://scikit-learn.org/stable/modules/cross_validation.html#time-series-split'],
  mentions: ['split'],
  examples: [
    bad`
      import pandas as pd
      from sklearn.ensemble import RandomForestRegressor
      from sklearn.model_selection import KFold, cross_val_score

      df = pd.read_csv("energy.csv")
      df["ts"] = pd.to_datetime(df["ts"])
      hourly = df.set_index("ts").resample("1h").mean()
      kf = KFold(n_splits=5, shuffle=True, random_state=0)
      «cross_val_score(RandomForestRegressor(), hourly[["temp"]], hourly["load"], cv=kf)»
      cross_val_score(RandomForestRegressor(), hourly[["temp"]], hourly["load"], cv=5)
    `,
    bad`
      import pandas as pd
      from sklearn.model_selection import train_test_split as tts

      df = pd.read_csv("load.csv")
      df["lag"] = df["load"].shift(1)
      X = df[["lag"]]
      X_train, X_test, y_train, y_test = «tts(X, df["load"], random_state=1)»
    `,
    bad`
      import pandas as pd
      import sklearn.model_selection as ms

      class Job:
          def run(self, path):
              prices = pd.read_csv(path, index_col="day", parse_dates=["day"])
              return «ms.train_test_split(prices, random_state=1)»

      def folds(frame):
          frame["day"] = pd.to_datetime(frame["day"])
          frame = frame.set_index("day")
          smooth = frame.resample("D").mean()
          cv = ms.KFold(n_splits=5, shuffle=True, random_state=1)
          for train, test in «cv.split(smooth)»:
              yield train
          «ms.train_test_split(frame, random_state=1)»
    `,
    good`
      import pandas as pd
      from sklearn.model_selection import KFold, TimeSeriesSplit, train_test_split

      df = pd.read_csv("load.csv", index_col=0, parse_dates=True)
      df["lag"] = df["load"].shift(1)
      train_test_split(df, shuffle=False)
      for a, b in TimeSeriesSplit(5).split(df):
          pass
      for a, b in KFold(5).split(df):
          pass

      people = pd.read_csv("people.csv", parse_dates=["born"])
      people["last"] = people.groupby("id")["amount"].shift(1)
      print(people["born"].dt.year)
      train_test_split(people, random_state=1)
      visits = pd.read_csv("visits.csv")
      visits["mean"] = visits["n"].rolling(7).mean()
      table = visits.groupby("id").agg("sum")
      train_test_split(table, random_state=1)
    `,
    good`
      from sklearn.model_selection import train_test_split
      from sklearn.utils import resample
      X = resample(images)
      image = roll(X).shift(3)
      train_test_split(X, random_state=1)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const division of divisions(document)) {
      if (!isRandom(document, division)) continue;
      const proof = timeEvidence(document, division.rows);
      const library = proof === undefined ? undefined : forecasts(document);
      if (proof === undefined) continue;
      const message = `\`${textOf(document, division.call.callee)}\` draws test rows at random from rows in order of time`;
      const evidence = [
        seen(document, proof.node, proof.says),
        ...(library === undefined ? [] : [seen(document, library.node, 'forecasts them')]),
      ];
      yield at(document, division.call.node, message, { evidence });
    }
  },
});
