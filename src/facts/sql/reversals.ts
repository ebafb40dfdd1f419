import { child } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import type { SqlName, SqlStatement } from '../../documents/sql.ts';
import { createdBy } from './tables.ts';

/** Body of the function that takes a migration back; undefined where the file has none. */
function downgradeBody(document: PythonDocument): string | undefined {
  const found = nodesOf(document, 'function_definition').find((node) => {
    const name = child(node, 'name');
    return name !== undefined && textOf(document, name) === 'downgrade';
  });
  const body = found === undefined ? undefined : child(found, 'body');
  return body === undefined ? undefined : textOf(document, body);
}

/** True when `downgrade()` makes the table or the column again, by its name. */
export function isReversed(document: PythonDocument, name: string): boolean {
  const body = downgradeBody(document);
  return (
    body?.includes(name) === true &&
    /create_table|add_column|rename_table|CREATE TABLE|ADD COLUMN|RENAME|execute|INSERT/i.test(body)
  );
}

/** True when the file keeps the old table: copies it, or renames it out of the way. */
export function isKept(statements: readonly SqlStatement[], table: string): boolean {
  const name = table.toLowerCase();
  return statements.some(({ kind, queries, tokens, targets }) => {
    if (
      (kind === 'create' || kind === 'insert') &&
      queries.some(({ sources }) => sources.some((source) => source.name?.text.toLowerCase() === name))
    )
      return true;
    return (
      kind === 'alter' && targets[0]?.text.toLowerCase() === name && tokens.some(({ upper }) => upper === 'RENAME')
    );
  });
}

/** True for a script that takes another one back, or has one that takes it back beside it. */
export const isDown = (path: string): boolean =>
  /(^|[._/-])(down|rollback|undo|revert)([._/-]|$)|(^|\/)U\d+/i.test(path);

/** Paths under which the script that takes this one back would stand. */
export function downPaths(path: string): readonly string[] {
  const file = path.slice(path.lastIndexOf('/') + 1);
  const folder = path.slice(0, path.length - file.length);
  return [
    path.replace(/\.up\.sql$/, '.down.sql'),
    path.replace(/(^|\/)up\.sql$/, '$1down.sql'),
    folder + file.replace(/^V(?=\d)/, 'U'),
    path.replace(/(^|\/)(upgrade|deploy|up)\//, '$1downgrade/'),
    path.replace(/(^|\/)deploy\//, '$1revert/'),
  ].filter((each) => each !== path);
}

/** A table that SQL takes away with what it held. */
export interface LostTable {
  readonly target: SqlName;
  readonly how: 'dropped' | 'emptied' | 'replaced';
}

/** True where a new table takes the name of an old one. */
function isReplaced(statements: readonly SqlStatement[], target: SqlName): boolean {
  const name = target.parts.at(-1)?.toUpperCase() ?? '';
  return statements.some(
    ({ kind, tokens }) =>
      kind === 'alter' &&
      tokens.some(
        ({ upper }, index) =>
          upper === 'RENAME' && tokens.slice(index).some((token) => token.upper.replace(/["`]/g, '') === name),
      ),
  );
}

/** Tables that are dropped or emptied and that the same statements neither keep nor build. */
export function lostTables(statements: readonly SqlStatement[]): readonly LostTable[] {
  const created = createdBy(statements);
  return statements.flatMap(({ kind, object, targets, open, temporary }): readonly LostTable[] => {
    const drops = kind === 'drop' && (object === undefined || object === 'TABLE');
    if (open || temporary || !(drops || kind === 'truncate')) return [];
    return targets
      .filter((each) => !each.open && !created.has(each.text.toLowerCase()) && !isKept(statements, each.text))
      .map((target) => ({
        target,
        how: isReplaced(statements, target) ? 'replaced' : drops ? 'dropped' : 'emptied',
      }));
  });
}
