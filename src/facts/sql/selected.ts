import type { Span } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import type { SqlDocument } from '../../documents/sql.ts';
import type { ColumnChange } from './migrations.ts';

/** Columns of the last select, lower case; undefined for a star, or where an item's name cannot be told. */
export function selectedColumns(document: SqlDocument): ReadonlyMap<string, Span> | undefined {
  const query = document.statements.at(-1)?.queries.find(({ role }) => role === 'outer');
  if (
    query === undefined ||
    query.items.some(({ star, name, text }) => star || name === undefined || text.includes('{'))
  )
    return undefined;
  return new Map(query.items.map(({ name = '', span }) => [name.toLowerCase(), span]));
}

/** Name of a dbt model by its file. */
export const modelName = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\.sql$/, '');

/** Columns that dbt models give no longer. Their spans are of the side before the change. */
export function droppedByModels(before: Project, after: Project): readonly ColumnChange[] {
  return [...after.changed].flatMap((path): readonly ColumnChange[] => {
    const [then, now] = [before.document(path), after.document(path)];
    if (then?.kind !== 'sql' || now?.kind !== 'sql' || !/\{\{/.test(then.text)) return [];
    const left = selectedColumns(now);
    return [...((left === undefined ? undefined : selectedColumns(then)) ?? [])].flatMap(([column, span]) =>
      left?.has(column) === true
        ? []
        : [
            {
              kind: 'drops',
              column,
              table: modelName(path).toLowerCase(),
              document: then,
              span,
              model: modelName(path),
            },
          ],
    );
  });
}
