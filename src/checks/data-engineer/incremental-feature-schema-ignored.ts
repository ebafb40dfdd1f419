import type { RepoPath } from '../../core/location.ts';
import { get, literal, walkEntries } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import type { SqlDocument } from '../../documents/sql.ts';
import { dbtModels } from '../../facts/formats/dbt.ts';
import { rootsOf } from '../../facts/formats/recognise.ts';
import { modelName, selectedColumns } from '../../facts/sql/selected.ts';
import { at, bad, changed, defineCheck, good } from '../../kit/index.ts';

/** A setting of the model: in its `config()`, in its properties, or in the project's file. */
function settingOf(
  project: Project,
  document: SqlDocument,
  key: 'materialized' | 'on_schema_change',
): string | undefined {
  const config = /\{\{\s*config\(([\s\S]{0,2000}?)\)\s*\}\}/.exec(document.text)?.[1];
  const own =
    config === undefined
      ? undefined
      : new RegExp(`\\b${key}\\s*=\\s*(['"]?)([\\w.()'" -]{1,80}?)\\1\\s*(?:,|$)`).exec(config.trim())?.[2];
  if (own !== undefined) return own;
  const model = dbtModels(project).find(({ name }) => name === modelName(document.path));
  const said = key === 'materialized' ? model?.materialized : model?.onSchemaChange;
  if (said !== undefined) return said.text;
  const found = rootsOf(project, 'dbt-project').flatMap(({ root }) =>
    [...walkEntries(get(root, 'models'))].filter((entry) => entry.key === `+${key}`).map(({ value }) => literal(value)),
  );
  return found.length === 1 ? found[0] : undefined;
}

const refreshes = (project: Project): boolean =>
  [...project.changed].some(
    (path: RepoPath) =>
      /\.(ya?ml|sh|toml)$|Makefile$/.test(path) && project.document(path)?.text.includes('--full-refresh') === true,
  );

const sql = (columns: string, config = "materialized='incremental', unique_key='id'"): string =>
  `{{ config(${config}) }}\n\nselect ${columns}\nfrom {{ ref('orders') }}\n`;

export default defineCheck({
  evaluates: 'schema-evolution',
  stage: 'data',
  severity: 'medium',
  confidence: 'high',
  title: 'Column of an incremental model never reaches its table',
  why: `
    An incremental model keeps the table it has. With the default of \`on_schema_change\` a new column is dropped silently, and a
    removed one stays and is filled with nulls, so features differ from what the code says.
  `,
  fix: "Set `on_schema_change='fail'` or `'append_new_columns'`, or run the model once with `--full-refresh` as a part of this change.",
  references: [
    'https://docs.getdbt.com/docs/build/incremental-models#what-if-the-columns-of-my-incremental-model-change',
  ],
  mentions: ['select', 'SELECT', 'Select'],
  examples: [
    bad({
      'models/usage.sql': changed(sql('id, minutes'), sql('id, minutes, «sessions»')),
      'models/ratio.sql': changed(
        sql('id, a', 'materialized="incremental", on_schema_change="ignore"'),
        sql('id, a, «a / b as ratio»', 'materialized="incremental", on_schema_change="ignore"'),
      ),
    }),
    bad({ 'models/usage.sql': changed(sql('id, minutes, «sessions»'), sql('id, minutes')) }),
    bad({
      'models/usage.sql': changed("select id from {{ ref('x') }}\n", "select id, «day» from {{ ref('x') }}\n"),
      'models/usage.yml': changed(
        'version: 2\nmodels:\n  - name: usage\n    config: {materialized: incremental}\n',
        'version: 2\nmodels:\n  - name: usage\n    config: {materialized: incremental}\n',
      ),
    }),
    good({
      'models/a.sql': changed(
        sql('id', "materialized='incremental', on_schema_change='append_new_columns'"),
        sql('id, b', "materialized='incremental', on_schema_change='append_new_columns'"),
      ),
      'models/b.sql': changed(sql('id', "materialized='table'"), sql('id, b', "materialized='table'")),
      'models/c.sql': changed(sql('id, b'), sql('b, id')),
      'models/d.sql': changed(sql('*'), sql('id, b')),
      'models/e.sql': sql('id'),
      'models/f.sql': changed(
        sql('id', "materialized='incremental', on_schema_change='fail'"),
        sql('id, b', "materialized='incremental', on_schema_change='fail'"),
      ),
    }),
    good({
      'models/a.sql': changed(sql('id'), sql('id, b')),
      '.github/workflows/run.yml': changed('run: dbt run\n', 'run: dbt run --full-refresh -s a\n'),
    }),
  ],

  compares: 'sql',
  *inspect({ base, head, before, after }) {
    if (head === undefined || refreshes(after)) return;
    if (
      settingOf(before, base, 'materialized') !== 'incremental' ||
      settingOf(after, head, 'materialized') !== 'incremental'
    )
      return;
    const policy = settingOf(after, head, 'on_schema_change');
    if (policy !== undefined && policy !== 'ignore') return;
    const [then, now] = [selectedColumns(base), selectedColumns(head)];
    if (then === undefined || now === undefined) return;
    for (const [name, span] of now)
      if (!then.has(name))
        yield at(
          head,
          span,
          `\`${modelName(head.path)}\` is incremental, and its table will not get the new column \`${name}\``,
        );
    for (const [name, span] of then)
      if (!now.has(name))
        yield at(
          base,
          span,
          `\`${modelName(head.path)}\` is incremental, and its table keeps the removed column \`${name}\``,
          { side: 'base' },
        );
  },
});
