import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import { entries, items, text, walkEntries } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import type { SqlDocument } from '../../documents/sql.ts';
import { argument, type Call, callAt, callsTo } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { elementsOf } from '../python/literals.ts';
import { singleAssignment } from '../python/reaching.ts';

/** A place where a model's features name a column. */
export interface ColumnReference {
  readonly column: string;
  /** Last part of the table's name, lower case; undefined where the place does not say. */
  readonly table: string | undefined;
  /** "feature view `usage`". */
  readonly by: string;
  readonly document: DocumentBase;
  readonly span: Span;
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1).toLowerCase();

function callBehind(document: PythonDocument, node: PyNode | undefined): Call | undefined {
  const source = node?.type === 'identifier' ? singleAssignment(document, node) : node;
  return source?.type === 'call' ? callAt(document, source) : undefined;
}

function tableOf(document: PythonDocument, view: Call): string | undefined {
  const source = callBehind(document, argument(view, -1, 'source', 'batch_source'));
  const table =
    source === undefined ? undefined : stringOf(document, argument(source, -1, 'table', 'table_ref', 'name'));
  return table === undefined ? undefined : lastPart(table);
}

/** Fields of Feast's feature views. */
function feastReferences(document: PythonDocument): readonly ColumnReference[] {
  return callsTo(document, 'feast.FeatureView', 'feast.BatchFeatureView', 'feast.feature_view.FeatureView').flatMap(
    (view) => {
      const name = stringOf(document, argument(view, 0, 'name')) ?? 'unnamed';
      const schema = argument(view, -1, 'schema', 'features');
      const fields = schema === undefined ? [] : (elementsOf(document, schema) ?? []);
      return fields.flatMap((field) => {
        const call = callBehind(document, field);
        const column = call === undefined ? undefined : stringOf(document, argument(call, 0, 'name'));
        return column === undefined
          ? []
          : [{ column, table: tableOf(document, view), by: `feature view \`${name}\``, document, span: field }];
      });
    },
  );
}

const LISTS =
  /^(features|feature_columns|feature_names|numeric_features|categorical_features|numerical_columns|categorical_columns|input_columns|target|label|target_column|label_column)$/;

/** `features:` and `target:` of configuration files. */
function listReferences(project: Project): readonly ColumnReference[] {
  return ['yaml' as const, 'json' as const, 'toml' as const].flatMap((kind) =>
    project.documents(kind, ['feature', 'target', 'label', 'column']).flatMap((document) =>
      document.roots.flatMap((root) =>
        [...walkEntries(root)]
          .filter(({ key }) => LISTS.test(key))
          .flatMap(({ key, value }) => {
            const nodes = value.kind === 'list' ? items(value) : value.kind === 'scalar' ? [value] : [];
            return nodes.flatMap((node) => {
              const column = text(node) ?? text(entries(node).find((entry) => entry.key === 'name')?.value);
              return column === undefined || node.open
                ? []
                : [{ column, table: undefined, by: `\`${key}\``, document, span: node.span }];
            });
          }),
      ),
    ),
  );
}

/** Columns that a feature query reads by name from tables it names. */
function queryReferences(document: SqlDocument): readonly ColumnReference[] {
  if (!/feature|train|label|model|embedding/i.test(document.path)) return [];
  return document.statements
    .filter(({ kind }) => kind === 'select' || kind === 'create' || kind === 'insert' || kind === 'merge')
    .flatMap(({ queries }) =>
      queries.flatMap((query) => {
        const tables = query.sources.flatMap(({ name, isFunction }) =>
          name === undefined || isFunction ? [] : [lastPart(name.text)],
        );
        const [only] = tables;
        if (tables.length !== 1 || only === undefined) return [];
        return query.items.flatMap(({ name, text: item, span, star }) => {
          const column = star ? undefined : (/^(?:\w+\.)?(\w+)(?:\s+as\s+\w+)?$/i.exec(item.trim())?.[1] ?? name);
          return column === undefined ? [] : [{ column, table: only, by: 'feature query', document, span }];
        });
      }),
    );
}

/** Every place of the project where features name a column. */
export const columnReferences: (project: Project) => readonly ColumnReference[] = fact((project) => [
  ...project.documents('python', ['FeatureView']).flatMap(feastReferences),
  ...listReferences(project),
  ...project.documents('sql').flatMap(queryReferences),
]);
