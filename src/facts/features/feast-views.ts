import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { argument, type Call, callAt, callsTo } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { dictionaryOf, elementsOf } from '../python/literals.ts';
import { singleAssignment } from '../python/reaching.ts';

export interface FeastField {
  readonly name: string;
  readonly node: PyNode;
}

/** A feature view and the source it reads. */
export interface FeastView {
  readonly document: PythonDocument;
  readonly call: Call;
  readonly name: string;
  /** Undefined where the list cannot be known. */
  readonly fields: readonly FeastField[] | undefined;
  readonly source: FeastSource | undefined;
}

export interface FeastSource {
  readonly call: Call;
  /** Class of the source: `BigQuerySource`. */
  readonly type: string;
  readonly table: string | undefined;
  readonly query: { readonly text: string; readonly node: PyNode } | undefined;
  readonly timestamp: string | undefined;
  /** Names of the source by names of the view; undefined where the mapping cannot be known. */
  readonly mapped: ReadonlySet<string> | undefined;
}

function callBehind(document: PythonDocument, node: PyNode | undefined): Call | undefined {
  const source = node?.type === 'identifier' ? singleAssignment(document, node) : node;
  return source?.type === 'call' ? callAt(document, source) : undefined;
}

function sourceOf(document: PythonDocument, call: Call): FeastSource {
  const query = argument(call, -1, 'query');
  const said = stringOf(document, query);
  const mapping = argument(call, -1, 'field_mapping');
  return {
    call,
    type: (call.name ?? '').slice((call.name ?? '').lastIndexOf('.') + 1),
    table: stringOf(document, argument(call, -1, 'table', 'table_ref', 'name')),
    query: query === undefined || said === undefined ? undefined : { text: said, node: query },
    timestamp: stringOf(document, argument(call, -1, 'timestamp_field', 'event_timestamp_column')),
    mapped: mapping === undefined ? new Set() : namesIn(document, mapping),
  };
}

function namesIn(document: PythonDocument, mapping: PyNode): ReadonlySet<string> | undefined {
  const pairs = dictionaryOf(document, mapping);
  return pairs === undefined
    ? undefined
    : new Set([...pairs.values()].flatMap((value) => stringOf(document, value) ?? []));
}

function fieldsOf(document: PythonDocument, view: Call): readonly FeastField[] | undefined {
  const schema = argument(view, -1, 'schema', 'features');
  const elements = schema === undefined ? [] : elementsOf(document, schema);
  return elements?.flatMap((node) => {
    const call = callBehind(document, node);
    const named = call === undefined ? undefined : argument(call, 0, 'name');
    const name = stringOf(document, named);
    return name === undefined ? [] : [{ name, node: named ?? node }];
  });
}

/** Every batch feature view of the repository's Python. */
export const feastViews: (project: Project) => readonly FeastView[] = fact((project) =>
  project.documents('python', ['FeatureView']).flatMap((document) =>
    callsTo(document, 'feast.FeatureView', 'feast.BatchFeatureView', 'feast.feature_view.FeatureView').map((call) => {
      const source = callBehind(document, argument(call, -1, 'source', 'batch_source'));
      return {
        document,
        call,
        name: stringOf(document, argument(call, 0, 'name')) ?? 'unnamed',
        fields: fieldsOf(document, call),
        source: source === undefined ? undefined : sourceOf(document, source),
      };
    }),
  ),
);

const ENTITY = /Entity$/;

/** Join keys of all entities. */
export const entityKeys: (project: Project) => ReadonlySet<string> = fact(
  (project) =>
    new Set(
      project.documents('python', ['Entity']).flatMap((document) =>
        callsTo(document, 'feast.Entity', 'feast.entity.Entity')
          .filter(({ name }) => ENTITY.test(name ?? ''))
          .flatMap((call) => {
            const keys = argument(call, -1, 'join_keys');
            const named = stringOf(document, argument(call, 0, 'name'));
            const listed =
              keys === undefined
                ? []
                : (elementsOf(document, keys) ?? []).flatMap((key) => stringOf(document, key) ?? []);
            return [
              ...listed,
              ...[stringOf(document, argument(call, -1, 'join_key')) ?? []].flat(),
              ...(named === undefined ? [] : [named]),
            ];
          }),
      ),
    ),
);
