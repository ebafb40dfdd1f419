import type { SqlClause, SqlQuery, SqlSource } from '../../documents/sql.ts';
import { statementsOf } from '../../facts/sql/everywhere.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

const LABELS =
  /(^|[_.])(labels?|targets?|outcomes?|ground_truth|spine|entity_df|observations?|conversions?|examples?)(_|$)/i;
const FEATURES = /(^|[_.])(features?|feature_\w+|fs|histor(y|ies)|embeddings?|stats|aggregates?|signals?)(_|$)/i;
/** One row for each entity, or joined by somebody who thought of time. */
const TIMELESS = /(^|[_.])(snapshot|current|latest|dim|static|scd2?|asof|pit)(_|$)/i;
const TIME = /(_at|_ts|_dt|_date|_day|_time|timestamp|datetime)$|^(date|day|ds|dt|ts|time|week|month)$/i;

const nameOf = ({ name }: SqlSource): string => name?.text ?? '';

const timesIn = (clause: SqlClause | undefined): boolean =>
  clause?.tokens.some(
    ({ kind, text }) => (kind === 'word' || kind === 'quoted') && TIME.test(text.replace(/["`[\]]/g, '')),
  ) === true;

/** Some column of time is compared, in the condition of a join or in WHERE: also with another of the same day. */
function boundsTime(clause: SqlClause | undefined): boolean {
  return (
    timesIn(clause) &&
    clause?.tokens.some(({ text, upper }) => /^(=|<|>|<=|>=)$/.test(text) || upper === 'BETWEEN') === true
  );
}

/** Columns of time among what the query gives out. */
const selectsTime = (query: SqlQuery): boolean =>
  query.items.some(({ text, name }) => TIME.test(name ?? '') || /\b\w*(_at|_ts|_date|timestamp)\b/i.test(text));

interface Join {
  readonly labels: SqlSource;
  readonly features: SqlSource;
}

function joinOf(query: SqlQuery): Join | undefined {
  if (!query.understood || query.sources.some(({ join }) => join === 'asof' || join === 'apply')) return undefined;
  const named = query.sources.filter(({ name, isFunction }) => name !== undefined && !name.open && !isFunction);
  const labels = named.find(
    (source) => LABELS.test(source.name?.text ?? '') && !FEATURES.test(source.name?.text ?? ''),
  );
  const features = named.find((source) => source !== labels && FEATURES.test(source.name?.text ?? ''));
  if (
    labels === undefined ||
    features === undefined ||
    TIMELESS.test(nameOf(labels)) ||
    TIMELESS.test(nameOf(features))
  )
    return undefined;
  const clauses = [query.where, query.qualify, ...query.sources.flatMap(({ on, using }) => [on, using])];
  const using = query.sources.some((source) => timesIn(source.using));
  if (using || clauses.some(boundsTime)) return undefined;
  return query.sources.some(({ on, using: by }) => on !== undefined || by !== undefined)
    ? { labels, features }
    : undefined;
}

export default defineCheck({
  evaluates: 'query-performance-and-patterns-for-ml',
  stage: 'data',
  severity: 'high',
  confidence: 'medium',
  title: 'Labels are joined with features of any time',
  why: `
    Without a bound on time, a label gets feature values that were computed after the event. The model learns from the future,
    shines in validation and fails in production; several values for one entity also repeat the label.
  `,
  fix: 'Join the last value before the label: `f.event_time <= l.label_time` and the latest of those, or an `ASOF JOIN`.',
  references: [
    'https://docs.feast.dev/getting-started/concepts/point-in-time-joins',
    'https://duckdb.org/docs/stable/guides/sql_features/asof_join',
  ],
  mentions: ['JOIN', 'join', 'Join'],
  examples: [
    bad`
      SELECT l.user_id, l.churned, l.label_date, f.visits
      FROM churn_labels l «JOIN user_features f ON l.user_id = f.user_id»;

      CREATE TABLE training AS
      SELECT o.*, f.amount, f.computed_at
      FROM outcomes o «LEFT JOIN ml.feature_history f USING (user_id)»
      WHERE o.kind = 'paid';
    `,
    bad({
      'build.py': `
        import pandas as pd
        from pandas import read_sql as load

        class Builder:
            def build(self, engine, spark):
                query = "SELECT t.y, t.event_time, f.x FROM targets t «JOIN features f ON f.id = t.id»"
                spark.sql("SELECT l.y, f.x, f.updated_at FROM labels l «JOIN fs_users f ON f.id = l.id»")
                return load(query, engine)
      `,
    }),
    good`
      SELECT l.y, l.label_date, f.x FROM labels l JOIN features f ON l.id = f.id AND f.event_time <= l.label_date;
      SELECT l.y, l.label_date, f.x FROM labels l JOIN features f ON l.id = f.id WHERE f.event_time < l.label_date;
      SELECT l.y, l.ds, f.x FROM labels l JOIN features f ON l.id = f.id AND l.ds = f.ds;
      SELECT l.y, l.ds, f.x FROM labels l JOIN features f USING (id, ds);
      SELECT l.y, l.label_date, f.x FROM labels l ASOF JOIN features f ON l.id = f.id AND l.label_date >= f.event_time;
      SELECT l.y, l.label_date, f.x FROM labels l JOIN features_latest f ON l.id = f.id;
      SELECT l.y, f.x FROM labels l JOIN features f ON l.id = f.id;
      SELECT l.y, l.label_date, u.name FROM labels l JOIN users u ON l.id = u.id;
      SELECT l.y, l.label_date FROM labels l JOIN features f ON l.id = f.id AND {{ window }};
    `,
  ],

  reads: ['sql', 'python'],
  *inspect(document) {
    for (const { statement, place } of statementsOf(document)) {
      if (statement.open || statement.confidence === 'low') continue;
      for (const query of statement.queries) {
        const join = selectsTime(query) ? joinOf(query) : undefined;
        if (join === undefined || query.sources.some(({ on }) => on?.tokens.some(({ kind }) => kind === 'template')))
          continue;
        const later =
          query.sources.indexOf(join.features) > query.sources.indexOf(join.labels) ? join.features : join.labels;
        const message = `\`${join.labels.name?.text}\` and \`${join.features.name?.text}\` are joined without a condition on their times`;
        yield at(document, place(later.span), message, { evidence: [seen(document, place(query.span), 'this query')] });
      }
    }
  },
});
