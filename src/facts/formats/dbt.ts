import { fact } from '../../core/fact.ts';
import { bool, type DataDocument, type DataNode, each, entries, get, items, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { boolAt, type Described, type Field, mapsAt, numberAt, textAt } from './field.ts';
import { rootsOf } from './recognise.ts';

/** A data test of dbt, on a table or one of its columns. */
export interface DbtTest extends Described {
  /** `unique`, `dbt_utils.accepted_range`… */
  readonly test: string;
  /** The model, source table, seed or snapshot. */
  readonly owner: string;
  readonly column: string | undefined;
  /** Arguments and configuration; undefined for a bare name. */
  readonly body: DataNode | undefined;
  readonly severity: Field<string> | undefined;
  readonly enabled: Field<boolean> | undefined;
}

export interface DbtColumn extends Described {
  readonly name: string;
  readonly dataType: Field<string> | undefined;
  readonly tests: readonly DbtTest[];
  readonly constraints: readonly string[];
}

export interface DbtModel extends Described {
  /** `models`, `seeds` or `snapshots`. */
  readonly section: string;
  readonly name: string;
  readonly columns: readonly DbtColumn[];
  /** All tests, those of columns as well. */
  readonly tests: readonly DbtTest[];
  readonly tags: readonly string[];
  readonly materialized: Field<string> | undefined;
  readonly onSchemaChange: Field<string> | undefined;
  readonly contractEnforced: Field<boolean> | undefined;
}

export interface DbtSource extends Described {
  readonly source: string;
  readonly table: string;
  /** Of the table, or of the source as a whole; an explicit null is there. */
  readonly freshness: DataNode | undefined;
  readonly loadedAt: Field<string> | undefined;
  readonly columns: readonly DbtColumn[];
  readonly tests: readonly DbtTest[];
}

export interface DbtExposure extends Described {
  readonly name: string;
  /** `ml`, `dashboard`… */
  readonly type: string | undefined;
  readonly dependsOn: readonly string[];
}

function testsOf(
  document: DataDocument,
  node: DataNode,
  owner: string,
  column: string | undefined,
): readonly DbtTest[] {
  return ['tests', 'data_tests'].flatMap((key) =>
    items(get(node, key)).flatMap((item): readonly DbtTest[] => {
      const named =
        item.kind === 'map' ? (get(item, 'test_name') === undefined ? entries(item)[0] : undefined) : undefined;
      const test = text(item) ?? text(get(item, 'test_name')) ?? named?.key;
      if (test === undefined) return [];
      const body = item.kind === 'map' ? (named?.value ?? item) : undefined;
      const setting = (name: string): DataNode | undefined =>
        get(body, name) ?? get(body, 'config', name) ?? get(item, 'config', name) ?? get(item, name);
      return [
        {
          document,
          node: item,
          test,
          owner,
          column,
          body,
          severity: textAt(setting('severity')),
          enabled: boolAt(setting('enabled')),
        },
      ];
    }),
  );
}

function columnsOf(document: DataDocument, node: DataNode, owner: string): readonly DbtColumn[] {
  return mapsAt(node, 'columns').flatMap((column) => {
    const name = text(get(column, 'name'));
    if (name === undefined) return [];
    return [
      {
        document,
        node: column,
        name,
        dataType: textAt(column, 'data_type'),
        tests: testsOf(document, column, owner, name),
        constraints: mapsAt(column, 'constraints').flatMap((each) => text(get(each, 'type')) ?? []),
      },
    ];
  });
}

function modelOf(document: DataDocument, section: string, node: DataNode): readonly DbtModel[] {
  const name = text(get(node, 'name'));
  if (name === undefined) return [];
  const columns = columnsOf(document, node, name);
  const setting = (key: string): DataNode | undefined => get(node, 'config', key) ?? get(node, key);
  return [
    {
      document,
      node,
      section,
      name,
      columns,
      tests: [...testsOf(document, node, name, undefined), ...columns.flatMap(({ tests }) => tests)],
      tags: each(setting('tags')).flatMap((tag) => text(tag) ?? []),
      materialized: textAt(setting('materialized')),
      onSchemaChange: textAt(setting('on_schema_change')),
      contractEnforced: boolAt(setting('contract'), 'enforced'),
    },
  ];
}

/** Models, seeds and snapshots with their tests. */
export const dbtModels: (project: Project) => readonly DbtModel[] = fact((project) =>
  rootsOf(project, 'dbt-properties').flatMap(({ document, root }) =>
    ['models', 'seeds', 'snapshots'].flatMap((section) =>
      mapsAt(root, section).flatMap((node) => modelOf(document, section, node)),
    ),
  ),
);

/** Tables of sources. */
export const dbtSources: (project: Project) => readonly DbtSource[] = fact((project) =>
  rootsOf(project, 'dbt-properties').flatMap(({ document, root }) =>
    mapsAt(root, 'sources').flatMap((source) =>
      mapsAt(source, 'tables').flatMap((node) => {
        const table = text(get(node, 'name'));
        if (table === undefined) return [];
        const columns = columnsOf(document, node, table);
        const setting = (key: string): DataNode | undefined =>
          get(node, key) ?? get(node, 'config', key) ?? get(source, key) ?? get(source, 'config', key);
        return [
          {
            document,
            node,
            source: text(get(source, 'name')) ?? '',
            table,
            freshness: setting('freshness'),
            loadedAt: textAt(setting('loaded_at_field')),
            columns,
            tests: [...testsOf(document, node, table, undefined), ...columns.flatMap(({ tests }) => tests)],
          },
        ];
      }),
    ),
  ),
);

export const dbtExposures: (project: Project) => readonly DbtExposure[] = fact((project) =>
  rootsOf(project, 'dbt-properties').flatMap(({ document, root }) =>
    mapsAt(root, 'exposures').map((node) => ({
      document,
      node,
      name: text(get(node, 'name')) ?? '',
      type: text(get(node, 'type')),
      dependsOn: items(get(node, 'depends_on')).flatMap((each) => text(each) ?? []),
    })),
  ),
);

/** All tests of models and sources. */
export const dbtTests: (project: Project) => readonly DbtTest[] = fact((project) => [
  ...dbtModels(project).flatMap(({ tests }) => tests),
  ...dbtSources(project).flatMap(({ tests }) => tests),
]);

const PERIODS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** Length of a freshness window (`warn_after`, `error_after`) in seconds. */
export function freshnessSeconds(window: DataNode | undefined): number | undefined {
  const count = numberAt(window, 'count')?.value;
  const period = PERIODS[text(get(window, 'period')) ?? ''];
  return count === undefined || period === undefined || bool(window) !== undefined ? undefined : count * period;
}
