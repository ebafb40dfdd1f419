import type { Project } from '../../documents/project.ts';
import { featureSources } from '../../facts/features/dbt-features.ts';
import { type DbtSource, dbtSources } from '../../facts/formats/dbt.ts';
import { sodaChecks } from '../../facts/formats/expectations.ts';
import { isTemplatePath, tokensOf } from '../../facts/paths.ts';
import { at, bad, changed, defineCheck, good } from '../../kit/index.ts';

/** Data that does not change by itself has no age. */
const STATIC = new Set(
  'static seed seeds reference lookup lookups mapping mappings country countries currency currencies calendar holidays zip zipcodes dim codes geo'.split(
    ' ',
  ),
);

const isStatic = ({ source, table }: DbtSource): boolean =>
  tokensOf(`${source} ${table}`).some((token) => STATIC.has(token));

const isWatched = (project: Project, { table }: DbtSource): boolean =>
  sodaChecks(project).some(
    ({ dataset, check }) => dataset.toLowerCase().endsWith(table.toLowerCase()) && check.startsWith('freshness'),
  );

const same = (content: string): ReturnType<typeof changed> => changed(content, content);
const sql = same("select * from {{ ref('stg_orders') }}\n");
const staging = same("select * from {{ source('shop', 'orders') }}\n");
const model = 'version: 2\nmodels:\n  - name: orders_features\n';
const source = (rest: string, name = 'orders'): string =>
  `version: 2\nsources:\n  - name: shop\n${rest}    tables:\n      - name: ${name}\n`;

export default defineCheck({
  evaluates: 'processing-latency-and-sla',
  stage: 'data',
  severity: 'medium',
  confidence: 'medium',
  title: 'Source of features whose age nobody checks',
  why: `
    When the load stops, features keep their last values and the model keeps answering. Without a freshness check the first sign is
    that predictions got worse.
  `,
  fix: 'Give the source `freshness` with a `loaded_at_field`, and run `dbt source freshness` before the features are built.',
  references: [
    'https://docs.getdbt.com/reference/resource-properties/freshness',
    'https://developers.google.com/machine-learning/guides/rules-of-ml',
  ],
  examples: [
    bad({
      'models/features/orders_features.sql': sql,
      'models/staging/stg_orders.sql': staging,
      'models/features/schema.yml': model,
      'models/sources.yml': source('', '«orders»'),
    }),
    bad({
      'models/features/orders_features.sql': staging,
      'models/features/schema.yml': model,
      'models/sources.yml': `${source('    description: raw\n', '«orders»')}      - name: unused\n`,
    }),
    good({
      'models/features/orders_features.sql': staging,
      'models/features/schema.yml': model,
      'models/sources.yml': source('    loaded_at_field: at\n    freshness: {warn_after: {count: 1, period: day}}\n'),
    }),
    good({
      'models/features/orders_features.sql': staging,
      'models/features/schema.yml': model,
      'models/sources.yml': source('    freshness: null # loaded once\n'),
    }),
    good({
      'models/features/orders_features.sql': staging,
      'models/features/schema.yml': model,
      'models/sources.yml': source(''),
      'checks/orders.yml': 'checks for orders:\n  - freshness(at) < 1d\n',
    }),
    good({
      'models/features/orders_features.sql': same("select * from {{ source('shop', 'country_codes') }}\n"),
      'models/features/schema.yml': model,
      'models/sources.yml': `${source('', 'country_codes')}      - name: orders\n`,
    }),
  ],

  spans: 'project',
  *inspect(project) {
    const feeding = featureSources(project);
    for (const each of dbtSources(project)) {
      const reader = feeding.get(`${each.source}.${each.table}`);
      if (
        reader === undefined ||
        each.freshness !== undefined ||
        each.node.open ||
        isStatic(each) ||
        isTemplatePath(each.document.path) ||
        isWatched(project, each)
      )
        continue;
      const name = each.node.kind === 'map' ? each.node.entries.find(({ key }) => key === 'name')?.value : undefined;
      yield at(
        each.document,
        (name ?? each.node).span,
        `\`${each.source}.${each.table}\` feeds \`${reader}\` and has no \`freshness\``,
      );
    }
  },
});
