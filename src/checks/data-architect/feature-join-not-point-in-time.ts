import { child, type PyNode, walk } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { FRAME } from '../../facts/pandas/frames.ts';
import { rootOf } from '../../facts/pandas/roots.ts';
import { argument, type Call, callAt, calls } from '../../facts/python/calls.ts';
import { stringOf } from '../../facts/python/constants.ts';
import { elementsOf } from '../../facts/python/literals.ts';
import { singleAssignment } from '../../facts/python/reaching.ts';
import { enclosingFunction } from '../../facts/python/structure.ts';
import { typeOf } from '../../facts/python/types.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const LABELS =
  /(^|_)(labels?|targets?|outcomes?|entity|entities|spine|ground_truth|observations?|events?|conversions?)(_|$)/i;
const FEATURES = /(^|_)(features?|feats?|hist|history|embeddings?|stats|aggregates?|signals?)(_|$)/i;
const TIMELESS = /(^|_)(latest|current|snapshot|dim|static|last)(_|$)/i;
const TIME = /(_at|_ts|_date|_time|timestamp|datetime)$|^(date|day|ts|time|event_timestamp)$/i;
/** Somebody thought of time: an as-of join, a window, one row for each entity. */
const BOUNDED =
  /merge_asof|get_historical_features|point_in_time|pit_join|groupby\(|drop_duplicates|between\(|validate=["'](1:1|one_to_one)/;

interface Join {
  readonly left: PyNode;
  readonly right: PyNode;
  readonly keys: readonly string[];
}

function joinOf(document: PythonDocument, call: Call): Join | undefined {
  const byName = call.name === 'pandas.merge';
  const method =
    call.method === 'merge' && call.receiver !== undefined && typeOf(document, call.receiver) !== undefined
      ? typeOf(document, call.receiver) === FRAME
      : call.method === 'merge';
  if (call.spread || !(byName || method)) return undefined;
  const left = byName ? argument(call, 0, 'left') : call.receiver;
  const right = argument(call, byName ? 1 : 0, 'right');
  const on = call.keywords.get('on') ?? call.args[byName ? 3 : 2];
  if (left === undefined || right === undefined || on === undefined) return undefined;
  const single = stringOf(document, on);
  const keys =
    single === undefined ? elementsOf(document, on)?.map((each) => stringOf(document, each) ?? '?') : [single];
  return keys === undefined ? undefined : { left, right, keys };
}

/** The frame is seen to have a column of time: it is read with one, or one of it is used. */
function hasTime(document: PythonDocument, frame: PyNode): boolean {
  const name = frame.type === 'identifier' ? textOf(document, frame) : '';
  const source = frame.type === 'identifier' ? singleAssignment(document, frame) : frame;
  const read = source?.type === 'call' ? callAt(document, source) : undefined;
  const dates = read?.keywords.get('parse_dates');
  if (dates !== undefined && dates.type !== 'false') return true;
  if (source !== undefined && [...walk(source)].some((each) => TIME.test(stringOf(document, each) ?? ''))) return true;
  return nodesWithin(document, document.root, 'subscript').some((each) => {
    const column = stringOf(document, child(each, 'subscript'));
    const value = child(each, 'value');
    return (
      column !== undefined &&
      TIME.test(column) &&
      value !== undefined &&
      value.type === 'identifier' &&
      textOf(document, value) === name
    );
  });
}

/** A comparison of columns of time after the merge, in the same function. */
function comparesTimes(document: PythonDocument, scope: PyNode): boolean {
  if (BOUNDED.test(textOf(document, scope))) return true;
  return nodesWithin(document, scope, 'comparison_operator').some((each) =>
    /_at\b|_ts\b|date|time/i.test(textOf(document, each)),
  );
}

export default defineCheck({
  evaluates: 'query-performance-and-patterns-for-ml',
  stage: 'data',
  severity: 'high',
  confidence: 'medium',
  title: 'Training set joins features without regard to when they were known',
  why: `
    Labels and features both have a time, and only the entity is matched: a label meets feature values that were computed after
    it. The model learns from the future and cannot repeat its results in production.
  `,
  fix: 'Use `pd.merge_asof(..., by=entity, direction="backward")` or the feature store’s historical retrieval.',
  references: [
    'https://docs.feast.dev/getting-started/concepts/point-in-time-joins',
    'https://pandas.pydata.org/docs/reference/api/pandas.merge_asof.html',
  ],
  mentions: ['merge'],
  examples: [
    bad`
      import pandas as pd

      def build():
          labels = pd.read_parquet("labels.parquet")[["user_id", "event_timestamp", "churned"]]
          features = pd.read_parquet("features.parquet", columns=["user_id", "feature_timestamp", "n"])
          return «labels.merge(features, on="user_id", how="left")»
    `,
    bad`
      import pandas as pd
      from pandas import merge as combine

      labels = pd.read_csv("labels.csv", parse_dates=["label_time"])
      features = pd.read_csv("features.csv", parse_dates=["event_timestamp"])
      training = «labels.merge(features, on="user_id", how="left")»

      class Builder:
          def build(self, outcomes: pd.DataFrame, user_features: pd.DataFrame):
              outcomes["event_time"] = pd.to_datetime(outcomes["event_time"])
              user_features["computed_at"] = pd.to_datetime(user_features["computed_at"])
              key = "user_id"
              both = «combine(outcomes, user_features, on=["user_id"])»
              return both, «pd.merge(outcomes, user_features, on=key)»
    `,
    bad`
      import pandas

      def build():
          target_df = pandas.read_parquet("t.parquet")
          feature_history = pandas.read_parquet("f.parquet")
          print(target_df["label_date"].max(), feature_history["event_timestamp"].max())
          return «target_df.merge(feature_history, how="inner", on="id")»
    `,
    good`
      import pandas as pd

      labels = pd.read_csv("labels.csv", parse_dates=["label_time"])
      features = pd.read_csv("features.csv", parse_dates=["event_timestamp"])
      users = pd.read_csv("users.csv")
      latest_features = pd.read_csv("latest.csv", parse_dates=["event_timestamp"])

      def asof():
          return pd.merge_asof(labels, features, left_on="label_time", right_on="event_timestamp", by="user_id", direction="backward")

      def stored(store, columns):
          return store.get_historical_features(entity_df=labels, features=columns).to_df()

      def bounded():
          both = labels.merge(features, on="user_id")
          return both[both["event_timestamp"] <= both["label_time"]]

      def dimension():
          return labels.merge(users, on="user_id")

      def snapshot():
          return labels.merge(latest_features, on="user_id")

      def daily():
          return labels.merge(features, on=["user_id", "day"])

      def plain(names, ages):
          return names.merge(ages, on="user_id")
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of calls(document)) {
      const join = joinOf(document, call);
      if (join === undefined || join.keys.some((key) => key === '?' || TIME.test(key))) continue;
      const [left, right] = [rootOf(join.left), rootOf(join.right)].map((each) => textOf(document, each));
      if (
        left === undefined ||
        right === undefined ||
        !LABELS.test(left) ||
        FEATURES.test(left) ||
        !FEATURES.test(right) ||
        TIMELESS.test(right)
      )
        continue;
      const scope = enclosingFunction(call.node) ?? document.root;
      if (!hasTime(document, join.left) || !hasTime(document, join.right)) continue;
      if (scope.type !== 'module' && comparesTimes(document, scope)) continue;
      if (scope.type === 'module' && comparesTimes(document, call.node)) continue;
      yield at(
        document,
        call.node,
        `\`${left}\` and \`${right}\` both have a time, and are matched by \`${join.keys.join('`, `')}\` alone`,
      );
    }
  },
});
