import type { Project } from '../../documents/project.ts';
import {
  type FeatureModel,
  featureModels,
  hasKey,
  textsBelow,
  undescribedModels,
} from '../../facts/features/dbt-features.ts';
import { type DbtTest, dbtModels } from '../../facts/formats/dbt.ts';
import { geSuites, sodaChecks } from '../../facts/formats/expectations.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, atFile, bad, changed, defineCheck, good } from '../../kit/index.ts';

const named = (test: DbtTest, pattern: RegExp): boolean => pattern.test(test.test);

/** Tests of every file that speaks of the model. */
const testsOf = (project: Project, name: string): readonly DbtTest[] =>
  dbtModels(project)
    .filter((model) => model.name === name)
    .flatMap(({ tests }) => tests);

/** Another tool watches the same table. */
const isWatched = (project: Project, name: string): boolean =>
  sodaChecks(project).some(({ dataset }) => dataset.toLowerCase() === name.toLowerCase()) ||
  geSuites(project).some((suite) => (suite.name?.text ?? '').toLowerCase().includes(name.toLowerCase()));

/** What is not tested, in words; undefined where all is. */
function missing(project: Project, { model, keys, timestamp }: FeatureModel): string | undefined {
  const tests = testsOf(project, model.name);
  const combined = tests.filter((test) => named(test, /unique_combination|compound_columns_to_be_unique|primary_key/));
  const unique = tests.filter((test) => named(test, /(^|\.)unique|be_unique/)).map(({ column }) => column);
  const present = tests.filter((test) => named(test, /not_null/)).map(({ column }) => column);
  const covered = combined.flatMap(({ node }) => textsBelow(node));
  const key =
    keys.length === 0
      ? undefined
      : keys.find((each) => (!unique.includes(each) || !present.includes(each)) && !covered.includes(each));
  if (keys.length === 0 && tests.length === 0) return 'has no test of its key';
  if (key !== undefined && !hasKey(model)) {
    // Rows of a history are unique by key and time together, never by the key alone.
    return timestamp !== undefined && present.includes(key)
      ? `has no test that \`${key}\` and \`${timestamp}\` together are unique`
      : `has no \`unique\` and \`not_null\` test of its key \`${key}\``;
  }
  if (timestamp !== undefined && !present.includes(timestamp) && model.columns.some(({ name }) => name === timestamp))
    return `has no \`not_null\` test of its event time \`${timestamp}\``;
  return undefined;
}

const same = (content: string): ReturnType<typeof changed> => changed(content, content);
const feast = same(
  'from feast import BigQuerySource, Entity, FeatureView\n\ncustomer = Entity(name="customer", join_keys=["customer_id"])\nsource = BigQuerySource(table="dwh.ml.usage", timestamp_field="event_ts")\nFeatureView(name="usage", entities=[customer], source=source)\n',
);
const model = (rest: string, name = 'usage'): string => `version: 2\nmodels:\n  - name: ${name}\n${rest}`;
const keyed = '    columns:\n      - name: customer_id\n        tests: [unique, not_null]\n';

export default defineCheck({
  evaluates: 'feature-stores',
  stage: 'data',
  severity: 'medium',
  confidence: 'medium',
  title: 'Table that features come from has no test of its key',
  why: `
    Two rows for one customer, or one without its time, make the join to the labels wrong without an error. The model learns from
    rows that no customer ever had.
  `,
  fix: 'Test the key with `unique` and `not_null`, or the combination of its columns, and the event time with `not_null`.',
  references: ['https://docs.getdbt.com/docs/build/data-tests'],
  examples: [
    bad({
      'feast/views.py': feast,
      'models/usage.yml': model('    columns:\n      - name: customer_id\n        tests: [not_null]\n').replace(
        'usage\n',
        '«usage»\n',
      ),
    }),
    bad({
      'feast/views.py': feast,
      'models/usage.yml': model(`${keyed}      - name: event_ts\n`).replace('usage\n', '«usage»\n'),
      'models/feature_store/orders.yml': model('    description: x\n', '«orders»'),
    }),
    bad({
      'models/exposures.yml':
        'version: 2\nexposures:\n  - name: churn\n    type: ml\n    depends_on: [ref("sessions")]\n',
      'models/sessions.yml': model('    columns: [{name: a}]\n', '«sessions»'),
    }),
    bad({
      'feature_repo/views.py': feast,
      'models/usage.sql': "«»select customer_id, event_ts from {{ source('shop', 'usage') }}\n",
    }),
    good({
      'feast/views.py': feast,
      'models/usage.yml': model(`${keyed}      - name: event_ts\n        tests: [not_null]\n`),
    }),
    good({
      'feast/views.py': feast,
      'models/usage.yml': model('    columns: [{name: customer_id}]\n'),
      'models/more.yml': model(keyed),
    }),
    good({
      'feast/views.py': feast,
      'models/usage.yml': model('    columns: [{name: customer_id}]\n'),
      'checks/usage.yml': 'checks for usage:\n  - duplicate_count(customer_id) = 0\n',
      'models/feature_store/orders.yml': model(
        '    config: {contract: {enforced: true}}\n    tests:\n      - dbt_utils.unique_combination_of_columns:\n          combination_of_columns: [id, day]\n    columns:\n      - name: id\n',
        'orders',
      ),
      'models/marts/report.yml': model('    columns: [{name: a}]\n', 'report'),
    }),
    good({
      'feast/views.py': feast,
      'models/usage.yml': model(
        '    columns:\n      - name: customer_id\n        constraints: [{type: primary_key}]\n',
      ),
    }),
  ],

  spans: 'project',
  *inspect(project) {
    const said = new Set<string>();
    for (const each of featureModels(project)) {
      const { model: found, because } = each;
      if (said.has(found.name) || isTemplatePath(found.document.path) || isWatched(project, found.name)) continue;
      const says = missing(project, each);
      if (says === undefined) continue;
      said.add(found.name);
      const name = found.node.kind === 'map' ? found.node.entries.find(({ key }) => key === 'name')?.value : undefined;
      yield at(found.document, (name ?? found.node).span, `\`${found.name}\` ${says}, and ${because}`);
    }
    for (const { document, name } of undescribedModels(project))
      if (!isTemplatePath(document.path) && !isWatched(project, name))
        yield atFile(document.path, `no file describes or tests \`${name}\`, and a feature view reads it`);
  },
});
