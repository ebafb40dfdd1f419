import type { SqlStatement } from '../../documents/sql.ts';

/** A query that gives back every row of a table. */
export function readsWholeTable(statement: SqlStatement): boolean {
  const [query, ...others] = statement.queries;
  if (
    statement.kind !== 'select' ||
    statement.open ||
    query === undefined ||
    others.length > 0 ||
    query.distinct ||
    query.understood === false
  )
    return false;
  const [source, ...joined] = query.sources;
  if (source?.name === undefined || source.isFunction || source.sample !== undefined || joined.length > 0) return false;
  if (
    /(^|[._])(dim|lookup|ref|config|settings|meta|information_schema|pg_\w+|sqlite_master|mapping|codes?|types?|countries|categories)(_|$|\.)/i.test(
      source.name.text,
    )
  )
    return false;
  if (query.where ?? query.limit ?? query.groupBy ?? query.qualify) return false;
  return query.items.every(({ text }) => !/\(/.test(text));
}
