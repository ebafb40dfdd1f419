import type { SqlClause, SqlQuery, SqlSource, SqlStatement } from '../../documents/sql.ts';
import { statementsOf } from '../../facts/sql/everywhere.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const AGGREGATE =
  /^(count|sum|avg|min|max|any_value|bool_or|bool_and|percentile\w*|approx\w*|stddev\w*|array_agg)\s*\(/i;
/** Tables of one row, by their name. */
const ONE_ROW =
  /(^|[_.])(params?|parameters|config|const(ants)?|settings|bounds|totals?|vars|variables|dual|now|dates?_range|spine|calendar)(_|$)/i;

/** A query that gives one row: aggregates without groups, values without a table, `LIMIT 1`. */
function givesOneRow(query: SqlQuery): boolean {
  if (query.sources.length === 0) return true;
  if (/^LIMIT 1$/i.test(query.limit?.tokens.map((token) => token.text).join(' ') ?? '')) return true;
  return query.groupBy === undefined && query.items.length > 0 && query.items.every(({ text }) => AGGREGATE.test(text));
}

function isSingle(statement: SqlStatement, source: SqlSource): boolean {
  if (source.query !== undefined) {
    const inner = statement.queries[source.query];
    return inner === undefined || givesOneRow(inner);
  }
  const name = source.name?.text.toLowerCase() ?? '';
  const parts = statement.queries.filter(({ role, cte }) => role === 'cte' && cte?.toLowerCase() === name);
  return parts.length > 0 ? parts.every(givesOneRow) : ONE_ROW.test(name);
}

/** Two columns are compared, or a subquery may compare them. */
function relates(where: SqlClause | undefined): boolean {
  if (where === undefined) return false;
  return where.tokens.some((token, index) => {
    if (/^(SELECT|EXISTS|LIKE|BETWEEN|ST_\w+)$/.test(token.upper) || token.kind === 'template') return true;
    const [before, after] = [where.tokens[index - 1], where.tokens[index + 1]];
    const isName = (each: typeof before): boolean =>
      each?.kind === 'word' || each?.kind === 'quoted' || each?.text === ')';
    return /^(=|<|>|<=|>=|==|<=>)$/.test(token.text) && isName(before) && isName(after);
  });
}

/** `FROM t, t.items` and `FROM t, UNNEST(t.items)` go through the items of each row. */
function isOwnItems(query: SqlQuery, source: SqlSource): boolean {
  const [first] = source.name?.parts ?? [];
  return (
    source.isFunction ||
    source.lateral ||
    query.sources.some(
      ({ alias, name }) =>
        source.name?.parts.length !== 1 && first !== undefined && (alias === first || name?.text === first),
    )
  );
}

function unjoined(statement: SqlStatement, query: SqlQuery): readonly SqlSource[] {
  if (!query.understood || relates(query.where)) return [];
  const conditions = query.sources.filter(({ on, using }) => on !== undefined || using !== undefined).length;
  const joins = query.sources.filter(({ how, join }) => how === 'join' && /^(inner|left|right|full)$/.test(join ?? ''));
  return query.sources.filter((source, index) => {
    if (
      index === 0 ||
      (source.name === undefined && source.query === undefined) ||
      source.name?.open ||
      isOwnItems(query, source) ||
      isSingle(statement, source)
    )
      return false;
    if (source.how === 'comma') return query.sources.slice(0, index).some((other) => !isSingle(statement, other));
    // A chain may name its conditions at the end: `a JOIN b JOIN c ON … ON …`.
    return (
      joins.includes(source) &&
      source.on === undefined &&
      source.using === undefined &&
      conditions < joins.length &&
      joins.at(-1)?.on === undefined
    );
  });
}

export default defineCheck({
  evaluates: 'data-quality-checks',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  title: 'Join without a condition',
  why: `
    Every row of one table is paired with every row of the other. The query runs for hours and costs accordingly, or finishes
    and gives each example as often as the other table has rows.
  `,
  fix: 'Join with `ON` or `USING`; write `CROSS JOIN` where every pair is wanted.',
  references: [
    'https://docs.sqlfluff.com/en/stable/reference/rules.html',
    'https://www.postgresql.org/docs/current/queries-table-expressions.html',
  ],
  mentions: ['FROM', 'from', 'From'],
  examples: [
    bad`
      SELECT u.id, r.fare FROM users u, «rides r»;
      SELECT * FROM labels l «JOIN features f» WHERE l.day > '2024-01-01';
      CREATE TABLE training AS SELECT a.x FROM a «INNER JOIN b»;
    `,
    bad({
      'job.py': `
        import pandas as pd
        from pandas import read_sql as load

        class Job:
            def run(self, engine, cursor):
                query = "SELECT a.x, b.y FROM events a, «labels b» WHERE a.day = '2024-01-01'"
                cursor.execute("SELECT * FROM users, «countries»")
                return load(query, engine)
      `,
    }),
    good`
      SELECT * FROM users u JOIN rides r ON u.id = r.user_id;
      SELECT * FROM users JOIN rides USING (user_id);
      SELECT * FROM users u, rides r WHERE u.id = r.user_id;
      SELECT * FROM users CROSS JOIN days;
      SELECT * FROM users NATURAL JOIN rides;
      SELECT * FROM carts, UNNEST(items) AS item;
      SELECT * FROM carts c, c.items;
      SELECT * FROM carts c, LATERAL FLATTEN(input => c.items) f;
      WITH total AS (SELECT count(*) AS n FROM users) SELECT u.id, t.n FROM users u, total t;
      SELECT u.id, m.top FROM users u, (SELECT max(id) AS top FROM users) m;
      SELECT u.id FROM users u, params p;
      SELECT * FROM a JOIN b JOIN c ON b.id = c.id ON a.id = b.id;
      SELECT * FROM users u, {{ other }};
      SELECT * FROM users u, rides r WHERE EXISTS (SELECT 1 FROM t WHERE t.u = u.id AND t.r = r.id);
    `,
  ],

  reads: ['sql', 'python'],
  *inspect(document) {
    for (const { statement, place } of statementsOf(document)) {
      if (statement.open || statement.confidence === 'low') continue;
      for (const query of statement.queries) {
        for (const source of unjoined(statement, query)) {
          const name = source.name?.text ?? source.alias ?? 'a subquery';
          yield at(
            document,
            place(source.span),
            `Nothing relates \`${name}\` to the tables before it, so that every row is paired with every other`,
          );
        }
      }
    }
  },
});
