import type { Span } from '../../core/location.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Document } from '../../documents/kinds.ts';
import { mentionsAny } from '../../documents/mentions.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import type { SqlStatement } from '../../documents/sql.ts';
import { argument, type Call, callsOfMethod } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { definitionName, enclosingFunction, enclosingWiths } from '../python/structure.ts';
import { embeddedSql } from './embedded.ts';

/** What a forward migration does to a column that readers may name. */
export interface ColumnChange {
  readonly kind: 'drops' | 'renames' | 'retypes' | 'adds';
  readonly column: string;
  /** Last part of the table's name, lower case; undefined where it cannot be known. */
  readonly table: string | undefined;
  readonly document: DocumentBase;
  readonly span: Span;
  /** The dbt model that no longer gives the column; absent for a migration. */
  readonly model?: string;
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1).toLowerCase();

function isForward(document: PythonDocument, node: PyNode): boolean {
  const owner = enclosingFunction(node);
  return owner === undefined || definitionName(document, owner) !== 'downgrade';
}

/** `with op.batch_alter_table("t") as batch:` names the table for the calls inside. */
function batchTable(document: PythonDocument, call: Call): string | undefined {
  for (const statement of enclosingWiths(call.node)) {
    const match = /batch_alter_table\(\s*["']([\w.]+)["']/.exec(
      document.text.slice(statement.start, statement.start + 300),
    );
    if (match?.[1] !== undefined) return lastPart(match[1]);
  }
  return undefined;
}

function alembicChange(document: PythonDocument, call: Call): ColumnChange | undefined {
  const direct = /^alembic\.op\.\w+$/.test(call.name ?? '');
  const shift = direct ? 1 : 0;
  const named = direct ? stringOf(document, argument(call, 0, 'table_name')) : undefined;
  const table = named === undefined ? batchTable(document, call) : lastPart(named);
  if (!direct && table === undefined) return undefined;
  const node = argument(call, shift, 'column_name');
  const column = stringOf(document, node);
  if (node === undefined || column === undefined) return undefined;
  if (call.method === 'drop_column') return { kind: 'drops', column, table, document, span: node };
  if (call.keywords.has('new_column_name')) return { kind: 'renames', column, table, document, span: node };
  return call.keywords.has('type_') ? { kind: 'retypes', column, table, document, span: node } : undefined;
}

function alembicAddition(document: PythonDocument, call: Call): ColumnChange | undefined {
  const table = stringOf(document, argument(call, 0, 'table_name'));
  const match = /Column\(\s*["'](\w+)["']/.exec(document.text.slice(call.node.start, call.node.start + 400));
  if (match?.[1] === undefined) return undefined;
  return {
    kind: 'adds',
    column: match[1],
    table: table === undefined ? batchTable(document, call) : lastPart(table),
    document,
    span: call.node,
  };
}

const KINDS: ReadonlyMap<string, ColumnChange['kind']> = new Map([
  ['DROP', 'drops'],
  ['RENAME', 'renames'],
  ['ADD', 'adds'],
  ['MODIFY', 'retypes'],
]);

/** `ALTER COLUMN x [SET DATA] TYPE y` changes its type; other alterations keep what readers see. */
const kindOf = (
  verb: string | undefined,
  tokens: readonly { readonly upper: string }[],
): ColumnChange['kind'] | undefined =>
  verb === 'ALTER' && tokens.slice(3, 6).some(({ upper }) => upper === 'TYPE') ? 'retypes' : KINDS.get(verb ?? '');

function sqlChanges(
  document: DocumentBase,
  statements: readonly SqlStatement[],
  place: (span: Span) => Span,
): readonly ColumnChange[] {
  return statements
    .filter(({ kind, object }) => kind === 'alter' && (object === undefined || object === 'TABLE'))
    .flatMap((statement) => {
      const target = statement.targets[0];
      const table = target === undefined || target.open ? undefined : lastPart(target.text);
      return statement.actions.flatMap(({ tokens }): readonly ColumnChange[] => {
        const [verb, noun] = [tokens[0]?.upper, tokens[1]?.upper];
        const kind = kindOf(verb, tokens);
        if (kind === undefined || noun !== 'COLUMN') return [];
        const name = tokens.slice(2).find((token) => !['IF', 'EXISTS', 'NOT'].includes(token.upper));
        if (name === undefined || (name.kind !== 'word' && name.kind !== 'quoted')) return [];
        return [{ kind, column: name.text.replace(/^["`[]|["`\]]$/g, ''), table, document, span: place(name) }];
      });
    });
}

/** False when no column can change in this text: a look that is cheaper than parsing. */
export const mayChangeColumns = (subject: { readonly text: string }): boolean =>
  mentionsAny(subject, ['_column', 'ALTER', 'alter', 'Alter']);

/** Column changes of a migration, in Alembic's calls or in SQL; `downgrade()` aside. */
export function columnChanges(document: Document): readonly ColumnChange[] {
  if (document.kind === 'sql') return sqlChanges(document, document.statements, (span) => span);
  if (document.kind !== 'python' || !mayChangeColumns(document)) return [];
  const forward = (call: Call): boolean => isForward(document, call.node);
  return [
    ...callsOfMethod(document, 'drop_column', 'alter_column')
      .filter(forward)
      .flatMap((call) => alembicChange(document, call) ?? []),
    ...callsOfMethod(document, 'add_column')
      .filter(forward)
      .flatMap((call) => alembicAddition(document, call) ?? []),
    ...embeddedSql(document)
      .filter(({ call }) => forward(call))
      .flatMap(({ statements, toDocument }) => sqlChanges(document, statements, toDocument)),
  ];
}
