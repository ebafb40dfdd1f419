import type { Observation } from '../../core/finding.ts';
import type { RepoPath } from '../../core/location.ts';
import { type RemovedCheck, removedChecks } from '../../facts/formats/removed-checks.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, changed, defineCheck, good } from '../../kit/index.ts';

const dbt = (columns: string): string => `version: 2\nmodels:\n  - name: orders\n    columns:\n${columns}`;
const ge = (...expectations: readonly string[]): string =>
  `{"expectation_suite_name": "orders", "expectations": [\n${expectations.join(',\n')}\n]}\n`;
const notNull = '{"expectation_type": "expect_column_values_to_not_be_null", "kwargs": {"column": "price"}}';
const between =
  '{"expectation_type": "expect_column_values_to_be_between", "kwargs": {"column": "price", "min_value": 0}}';
const sql = changed('SELECT id, price, region FROM raw.orders\n', 'SELECT id, price, region FROM raw.orders\n');

/** So many checks that leave with their file are said at once. */
const MANY = 4;

const SAYS: Readonly<Record<RemovedCheck['subject'], string>> = {
  stays: ', and its data is still in use',
  unsaid: ', and nothing says that its data left',
  'table-left': ' together with what it checked',
  'column-left': '',
};

function byPath(removed: readonly RemovedCheck[]): ReadonlyMap<RepoPath, readonly RemovedCheck[]> {
  const groups = new Map<RepoPath, RemovedCheck[]>();
  for (const each of removed) groups.set(each.document.path, [...(groups.get(each.document.path) ?? []), each]);
  return groups;
}

const said = ({ document, check, subject }: RemovedCheck, what: string): Observation =>
  at(document, check.node.span, `${what}${SAYS[subject]}`, {
    side: 'base',
    ...(subject === 'table-left' ? { grade: 'with-data' } : {}),
  });

export default defineCheck({
  evaluates: 'data-quality-checks',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  title: 'Data check is removed while its data stays',
  grades: { 'with-data': { severity: 'low', when: 'what it checked is removed as well' } },
  why: `
    What the check held back now reaches training and serving. A check that fails often is the one that found something: the model
    learns from those rows from the next run on.
  `,
  fix: 'Restore the check, or replace it by one that fits the data and say in the pull request why the old one did not.',
  references: [
    'https://docs.getdbt.com/docs/build/data-tests',
    'https://docs.soda.io/soda-cl/metrics-and-checks.html',
    'https://docs.greatexpectations.io/docs/core/define_expectations/create_an_expectation',
  ],
  examples: [
    bad({
      'models/orders.sql': sql,
      'models/schema.yml': changed(
        dbt(
          '      - name: id\n        data_tests:\n          - unique\n          - «not_null»\n      - name: region\n        tests:\n          - «accepted_values: {values: [eu, us]}»\n',
        ),
        dbt('      - name: id\n        data_tests:\n          - unique\n      - name: region\n'),
      ),
    }),
    bad({
      'gx/expectations/orders.json': changed(ge(notNull, `«${between}»`), ge(notNull)),
      'checks/orders.yml': changed(
        'checks for orders:\n  - row_count > 0\n  - «missing_count(email) = 0»\n',
        'checks for orders:\n  - row_count > 0\n',
      ),
      'load.py': changed('columns = ["email"]\nmissing = 1\n', 'columns = ["email"]\nmissing = 2\n'),
    }),
    bad({
      'schemas/orders.yaml': changed(
        'schema_type: dataframe\ncolumns:\n  price:\n    dtype: float64\n    checks:\n      greater_than: 0\n      isin: «[1, 2]»\n',
        'schema_type: dataframe\ncolumns:\n  price:\n    dtype: float64\n    checks:\n      greater_than: 0\n',
      ),
      'schema.pbtxt': changed(
        'feature {\n  name: "fare"\n  presence «{ min_fraction: 1.0 }»\n}\n',
        'feature {\n  name: "fare"\n}\n',
      ),
    }),
    bad({
      'gx/expectations/orders.json': changed(ge(notNull, `«${between.replace('price', 'amount')}»`), ge(notNull)),
      'src/schema.py': changed(
        'import pandera as pa\n\nschema = pa.DataFrameSchema({"age": pa.Column(int, [«pa.Check.in_range(0, 120)», pa.Check.ne(7)])})\n',
        'import pandera as pa\n\nschema = pa.DataFrameSchema({"age": pa.Column(int, [pa.Check.ne(7)])})\n',
      ),
      'src/model.py': changed(
        'from pandera import DataFrameModel, Field as F\n\nclass Row(DataFrameModel):\n    city: str = F(isin=«["a", "b"]»)\n',
        'from pandera import DataFrameModel, Field as F\n\nclass Row(DataFrameModel):\n    city: str = F()\n',
      ),
      'src/expect.py': changed(
        'def build(v):\n    v.expect_column_values_to_not_be_null("id")\n    «v.expect_column_values_to_be_unique("id")»\n',
        'def build(v):\n    v.expect_column_values_to_not_be_null("id")\n',
      ),
    }),
    bad({
      'models/orders.sql': sql,
      'models/schema.yml': changed(
        dbt(
          '      - name: price\n        tests: [«unique», not_null]\n      - name: region\n        tests: [unique, not_null]\n',
        ),
        null,
      ),
    }),
    bad.as('with-data')({
      'src/wines/schemas.py': changed(
        'import pandera as pa\n\nschema = pa.DataFrameSchema({"age": pa.Column(int, [«pa.Check.in_range(0, 120)», pa.Check.ne(7), pa.Check.ne(8), pa.Check.ne(9)])})\n',
        null,
      ),
    }),
    bad.as('with-data')({
      'models/orders.sql': changed('SELECT 1\n', null),
      'models/schema.yml': changed(dbt('      - name: order_region\n        tests: [«not_null»]\n'), null),
    }),
    good({
      'src/schema.py': changed(
        'import pandera as pa\n\nschema = pa.DataFrameSchema({"age": pa.Column(int, pa.Check.in_range(0, 120))})\n',
        'import pandera as pa\n\nAGE = 120\n',
      ),
      'src/schemas/people.py': changed(
        null,
        'from pandera import Check, Column, DataFrameSchema\n\nschema = DataFrameSchema(\n    {"age": Column(int, checks=[Check.in_range(0, 120)])}\n)\n',
      ),
    }),
    good({
      'models/orders.sql': sql,
      'models/schema.yml': changed(
        dbt('      - name: id\n        tests: [unique, not_null]\n      - name: price\n        tests: [not_null]\n'),
        dbt('      - name: price\n        tests:\n          - not_null\n'),
      ),
      'models/orders.yml': changed(
        null,
        dbt('      - name: id\n        data_tests:\n          - not_null\n          - unique\n'),
      ),
    }),
    good({
      'models/orders.sql': changed('SELECT id, legacy_code FROM raw.orders\n', 'SELECT id FROM raw.orders\n'),
      'models/schema.yml': changed(
        dbt('      - name: id\n        tests: [unique]\n      - name: legacy_code\n        tests: [not_null]\n'),
        dbt('      - name: id\n        tests: [unique]\n'),
      ),
      'gx/expectations/orders.json': changed(ge(notNull, between), ge(between, notNull)),
      'gx/expectations/users.json': changed(ge(notNull.replace('price', 'email')), null),
      'gx/expectations/people.json': changed(null, ge(notNull.replace('price', 'email')).replace('orders', 'people')),
    }),
    good({
      'schema.pbtxt': changed(
        'feature {\n  name: "fare"\n  value_count { min: 1 max: 1 }\n}\n',
        'feature {\n  name: "fare"\n  shape { dim { size: 1 } }\n}\n',
      ),
      'plain.pbtxt': changed('feature {\n  name: "tip"\n  shape { dim { size: 1 } }\n}\n', null),
      'train.py': 'columns = ["fare", "tip"]\n',
    }),
    good({
      'models/orders.sql': sql,
      'models/schema.yml': changed(
        dbt('      - name: price\n        tests:\n          - dbt_utils.accepted_range: {min_value: 0}\n'),
        dbt(
          '      - name: price\n        tests:\n          - dbt_expectations.expect_column_values_to_be_between: {min_value: 1}\n',
        ),
      ),
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    if (after === before) return;
    const removed = removedChecks(before, after).filter(
      ({ document, subject }) => subject !== 'column-left' && !isTemplatePath(document.path),
    );
    for (const [path, group] of byPath(removed)) {
      const [first] = group;
      const whole = !after.tree.has(path) && group.length >= MANY;
      if (whole && first !== undefined) {
        const worst = group.find(({ subject }) => subject !== 'table-left') ?? first;
        yield said(worst, `${group.length} data checks are removed with their file, ${worst.check.name} among them`);
      } else for (const each of group) yield said(each, `the check ${each.check.name} is removed`);
    }
  },
});
