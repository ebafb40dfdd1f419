import { entityKeys, feastViews } from '../../facts/features/feast-views.ts';
import { columnsOfSource } from '../../facts/features/source-columns.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

const view = (source: string, fields: string): string =>
  `from feast import BigQuerySource as Source, Entity, FeatureView, Field as F, SnowflakeSource\nfrom feast.types import Float32\n\ncustomer = Entity(name="customer", join_keys=["customer_id"])\n\ndef views():\n    source = ${source}\n    return FeatureView(name="usage", entities=[customer], schema=[${fields}], source=source)\n`;
const table = 'Source(table="dwh.ml.usage", timestamp_field="ts")';
const field = (name: string): string => `F(name=${name}, dtype=Float32)`;
const sql = (text: string): ReturnType<typeof changed> => changed(text, text);

export default defineCheck({
  evaluates: 'schema-evolution',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  title: 'Feature is not a column of its source',
  why: `
    Materialisation and training fail on the column, or serve nulls for it, and only when they run against the warehouse.
  `,
  fix: 'Correct the name, add the column to the source, or map it with `field_mapping`.',
  references: [
    'https://docs.feast.dev/getting-started/concepts/feature-view',
    'https://docs.feast.dev/getting-started/concepts/data-ingestion',
  ],
  mentions: ['FeatureView'],
  examples: [
    bad({
      'views.py': view(table, `${field('"minutes"')}, ${field('«"sesions"»')}`),
      'sql/usage.sql': sql(
        'CREATE TABLE ml.usage (customer_id int, ts timestamp, minutes float, sessions int, PRIMARY KEY (customer_id));\n',
      ),
    }),
    bad({
      'views.py': view(
        'Source(query="SELECT customer_id, ts, SUM(x) AS minutes FROM log GROUP BY 1, 2", timestamp_field="ts")',
        `${field('«"minute"»')}`,
      ),
    }),
    bad({
      'views.py': view(table, field('«"spend"»')),
      'models/usage.sql': sql(
        "{{ config(materialized='table') }}\nselect customer_id, ts, minutes from {{ ref('log') }}\n",
      ),
    }),
    bad({
      'views.py': view(table, field('«"spend"»')),
      'models/usage.yml': sql(
        'version: 2\nmodels:\n  - name: usage\n    config: {contract: {enforced: true}}\n    columns: [{name: customer_id}, {name: minutes}]\n',
      ),
    }),
    good({
      'views.py': view(table, `${field('"MINUTES"')}, ${field('"customer_id"')}`),
      'sql/usage.sql': sql('CREATE TABLE usage (customer_id int, minutes float);\n'),
    }),
    good({ 'views.py': view('Source(query="SELECT * FROM log", timestamp_field="ts")', field('"anything"')) }),
    good({
      'views.py': view('Source(table="dwh.ml.usage", field_mapping={"spend_eur": "spend"})', field('"spend"')),
      'sql/usage.sql': sql('CREATE TABLE usage (customer_id int, spend_eur float);\n'),
    }),
    good({
      'views.py': view('SnowflakeSource(table="usage")', field('"spend"')),
      'sql/usage.sql': sql('CREATE TABLE usage (customer_id int);\n'),
    }),
    good({
      'views.py': view(table, field('"late"')),
      'sql/usage.sql': sql('CREATE TABLE usage (customer_id int);\nALTER TABLE usage ADD COLUMN late int;\n'),
      'models/usage.yml': sql('version: 2\nmodels:\n  - name: usage\n    columns: [{name: customer_id}]\n'),
    }),
  ],

  reads: 'python',
  *inspect(document, project) {
    for (const view of feastViews(project)) {
      if (view.document !== document || view.fields === undefined || view.fields.length === 0) continue;
      const known = columnsOfSource(project, view);
      if (known === undefined) continue;
      const keys = entityKeys(project);
      for (const { name, node } of view.fields) {
        if (known.columns.has(name.toLowerCase()) || keys.has(name) || view.source?.mapped?.has(name) === true)
          continue;
        yield at(document, node, `\`${name}\` of feature view \`${view.name}\` is no column of its source`, {
          evidence: [seen(known.document, known.at, 'the columns of the source')],
        });
      }
    }
  },
});
