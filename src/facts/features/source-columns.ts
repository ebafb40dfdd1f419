import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { parseSqlText, type SqlStatement } from '../../documents/sql.ts';
import { dbtModels } from '../formats/dbt.ts';
import { dbtSql } from './dbt-features.ts';
import type { FeastView } from './feast-views.ts';

/** The columns that a source surely has, all of them, and where they are listed. */
export interface SourceColumns {
  readonly columns: ReadonlySet<string>;
  readonly document: DocumentBase;
  readonly at: { readonly start: number; readonly end: number };
}

const lastPart = (name: string): string =>
  name
    .slice(name.lastIndexOf('.') + 1)
    .replace(/["`]/g, '')
    .toLowerCase();

/** The columns that a statement's rows have; undefined for a star and for items whose names cannot be told. */
function selected(statement: SqlStatement | undefined): ReadonlySet<string> | undefined {
  const query = statement?.queries.find(({ role }) => role === 'outer');
  if (
    query === undefined ||
    query.items.length === 0 ||
    query.items.some(({ star, name }) => star || name === undefined)
  )
    return undefined;
  return new Set(query.items.map(({ name = '' }) => name.toLowerCase()));
}

/** Column names between the brackets of `CREATE TABLE t (a int, b int)`. */
function declared(statement: SqlStatement): ReadonlySet<string> | undefined {
  const open = statement.tokens.findIndex(({ text }) => text === '(');
  if (
    statement.kind !== 'create' ||
    statement.object !== 'TABLE' ||
    open === -1 ||
    statement.open ||
    statement.queries.length > 0
  )
    return undefined;
  const names = new Set<string>();
  let depth = 0;
  let fresh = true;
  for (const { text, upper } of statement.tokens.slice(open)) {
    if (text === '(') depth += 1;
    else if (text === ')') depth -= 1;
    else if (text === ',' && depth === 1) fresh = true;
    else if (fresh && depth === 1) {
      if (!/^(PRIMARY|FOREIGN|UNIQUE|CONSTRAINT|CHECK|INDEX|KEY|LIKE|PARTITION)$/.test(upper))
        names.add(text.replace(/["`[\]]/g, '').toLowerCase());
      if (upper === 'LIKE') return undefined;
      fresh = false;
    }
    if (depth === 0) break;
  }
  return names;
}

function fromTable(project: Project, table: string): SourceColumns | undefined {
  const name = lastPart(table);
  const made = project
    .documents('sql', [name])
    .flatMap((document) =>
      document.statements
        .filter(({ kind, targets }) => kind === 'create' && targets.some(({ text }) => lastPart(text) === name))
        .map((statement) => ({ document, statement })),
    );
  const altered = project
    .documents('sql', [name])
    .some(({ statements }) =>
      statements.some(({ kind, targets }) => kind === 'alter' && targets.some(({ text }) => lastPart(text) === name)),
    );
  const [only] = made;
  if (made.length === 1 && only !== undefined && !altered) {
    const columns = declared(only.statement) ?? (only.statement.open ? undefined : selected(only.statement));
    return columns === undefined ? undefined : { columns, document: only.document, at: only.statement.span };
  }
  if (made.length > 0) return undefined;
  return fromDbt(project, name);
}

/** Properties may name only some columns, so they count where they are a contract; else the model's own SELECT. */
function fromDbt(project: Project, name: string): SourceColumns | undefined {
  const model = dbtModels(project).find((each) => each.name.toLowerCase() === name);
  if (model?.contractEnforced?.value === true)
    return {
      columns: new Set(model.columns.map((column) => column.name.toLowerCase())),
      document: model.document,
      at: model.node.span,
    };
  const sql = dbtSql(project).get(model?.name ?? name);
  const statement = sql?.statements.at(-1);
  const columns =
    sql === undefined ||
    statement === undefined ||
    statement.kind !== 'select' ||
    /\{%|\{\{(?!\s*(config|ref|source)\()/.test(sql.text)
      ? undefined
      : selected(statement);
  return sql === undefined || columns === undefined
    ? undefined
    : { columns, document: sql, at: statement?.span ?? { start: 0, end: 0 } };
}

/** All columns of a view's source, where they can be enumerated. */
export function columnsOfSource(project: Project, { source, document }: FeastView): SourceColumns | undefined {
  if (
    source === undefined ||
    source.mapped === undefined ||
    /Snowflake|Push|Request|Kafka|Kinesis|File/.test(source.type)
  )
    return undefined;
  if (source.query !== undefined) {
    const { statements } = parseSqlText(source.query.text);
    const columns = statements.length === 1 && statements[0]?.open === false ? selected(statements[0]) : undefined;
    return columns === undefined ? undefined : { columns, document, at: source.query.node };
  }
  return source.table === undefined ? undefined : fromTable(project, source.table);
}
