import type { Outcome } from '../../core/finding.ts';
import type { DataDocument } from '../../documents/data.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { checksIn, type DataCheck, type Limit } from '../../facts/formats/data-checks.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

type Holder = DataDocument | PythonDocument;

/** Checks that can be told apart by their key. */
function single(document: Holder): ReadonlyMap<string, DataCheck> {
  const counts = new Map<string, number>();
  for (const { key } of checksIn(document)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Map(
    checksIn(document)
      .filter(({ key }) => counts.get(key) === 1)
      .map((each) => [each.key, each]),
  );
}

const BOUND = /(^|\.)(min|max)(imum|_value|_length)?$/;

const isLooser = ({ looserWhen }: Limit, before: number, after: number): boolean =>
  looserWhen === 'higher' ? after > before : after < before;

function* compared(base: Holder, head: Holder, then: DataCheck, now: DataCheck): Generator<Outcome> {
  for (const limit of now.limits) {
    const before = then.limits.find(({ aspect }) => aspect === limit.aspect);
    const value = before?.value ?? limit.absent;
    if (value === undefined || !isLooser(limit, value, limit.value) || (before === undefined && now.node.open))
      continue;
    const was = before === undefined ? 'its default' : `\`${before.written}\``;
    const evidence = [seen(base, (before?.node ?? then.node).span, 'stricter before the change')];
    yield at(
      head,
      limit.node.span,
      `\`${limit.aspect}\` of ${now.name} goes from ${was} to \`${limit.written}\`, so that it lets more through`,
      { evidence },
    );
  }
}

/** A bound that is no longer there. */
function* dropped(base: Holder, head: Holder, then: DataCheck, now: DataCheck): Generator<Outcome> {
  if (now.node.open) return;
  for (const limit of then.limits) {
    if (!BOUND.test(limit.aspect) || now.limits.some(({ aspect }) => aspect === limit.aspect)) continue;
    yield at(head, now.node.span, `\`${limit.aspect}\` of ${now.name} was \`${limit.written}\` and is gone`, {
      evidence: [seen(base, limit.node.span, 'stricter before the change')],
    });
  }
}

const suite = (kwargs: string, meta = 'a'): string =>
  `{"expectation_suite_name": "orders", "meta": {"v": "${meta}"}, "expectations": [{"expectation_type": "expect_column_values_to_be_between", "kwargs": {"column": "price", ${kwargs}}}]}\n`;
const model = (tests: string): string =>
  `version: 2\nmodels:\n- name: orders\n  columns:\n  - name: id\n    data_tests:\n${tests}`;
const source = (warn: string, error: string): string =>
  `version: 2\nsources:\n- name: shop\n  tables:\n  - name: orders\n    freshness:\n      warn_after: ${warn}\n      error_after: ${error}\n`;

export default defineCheck({
  evaluates: 'data-quality-checks',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  title: 'Data check lets more through than before',
  why: `
    A looser bound, a warning in place of an error or a longer freshness window lets data reach training and serving that was held
    back until now; the model learns from it without anybody having decided that.
  `,
  fix: 'Keep the stricter value and repair the data, or say in the change why the data is right.',
  references: [
    'https://docs.getdbt.com/reference/resource-configs/severity',
    'https://docs.getdbt.com/reference/resource-properties/freshness',
    'https://docs.soda.io/soda-cl/optional-config.html',
    'https://docs.greatexpectations.io/docs/core/define_expectations/create_an_expectation',
  ],
  mentions: [
    'expectation',
    'version',
    'models',
    'sources',
    'checks for',
    'schema_type',
    'data_quality_monitoring',
    'expect',
    'Expect',
    'pandera',
  ],
  examples: [
    bad({
      'gx/expectations/orders.json': changed(
        suite('"min_value": 0, "max_value": 100'),
        suite('"min_value": «-50», "max_value": «1000», "mostly": «0.9»'),
      ),
      'gx/expectations/users.json': changed(suite('"mostly": 0.99'), suite('"mostly": «0.5»')),
    }),
    bad({
      'models/schema.yml': changed(
        model(
          '    - unique\n    - not_null:\n        config: {severity: error, error_if: ">0"}\n    - dbt_utils.accepted_range: {min_value: 0, max_value: 9}\n    - relationships: {to: ref("a"), field: id}\n',
        ),
        model(
          '    - unique:\n        severity: «warn»\n    - not_null:\n        config: {severity: error, error_if: «">500"»}\n    - dbt_utils.accepted_range: {min_value: 0, max_value: «99»}\n    - relationships: {to: ref("a"), field: id, config: {enabled: «false»}}\n',
        ),
      ),
      'models/sources.yml': changed(
        source('{count: 6, period: hour}', '{count: 12, period: hour}'),
        source('{count: 6, period: hour}', '«{count: 3, period: day}»'),
      ),
    }),
    bad({
      'soda/checks.yml': changed(
        'checks for orders:\n- missing_percent(email) < 1%\n- row_count > 1000\n- freshness(ts) < 6h\n- duplicate_count(id):\n    fail: when > 0\n',
        'checks for orders:\n- «missing_percent(email) < 20%»\n- «row_count > 1»\n- «freshness(ts) < 3d»\n- duplicate_count(id):\n    warn: «when > 0»\n',
      ),
      'schema.yaml': changed(
        'schema_type: dataframe\ncolumns:\n  age:\n    dtype: int64\n    nullable: false\n    checks: {greater_than_or_equal_to: 0}\nstrict: true\n',
        'schema_type: dataframe\ncolumns:\n  age:\n    dtype: int64\n    nullable: «true»\n    checks: {greater_than_or_equal_to: «-1»}\nstrict: «false»\n',
      ),
    }),
    bad({
      'feature_store.yaml': changed(
        'project: a\nprovider: gcp\ndata_quality_monitoring:\n  auto_baseline: true\n',
        'project: a\nprovider: gcp\ndata_quality_monitoring:\n  auto_baseline: «false»\n',
      ),
    }),
    bad({
      'gx/expectations/orders.json': changed(
        suite('"min_value": 0, "max_value": 100'),
        suite('"min_value": 0').replace('{"expectation_type"', '«{"expectation_type"').replace('}}]', '}}»]'),
      ),
      'src/schema.py': changed(
        'import pandera as pa\n\nTOP = 120\nschema = pa.DataFrameSchema({"age": pa.Column(int, pa.Check.in_range(0, TOP), nullable=False)})\n',
        'import pandera as pa\n\nTOP = 999\nschema = pa.DataFrameSchema({"age": pa.Column(int, pa.Check.in_range(0, «TOP»), nullable=«True»)})\n',
      ),
      'src/model.py': changed(
        'from pandera import DataFrameModel, Field as F\n\nclass Row(DataFrameModel):\n    age: int = F(ge=0, le=120)\n',
        'from pandera import DataFrameModel, Field as F\n\nclass Row(DataFrameModel):\n    age: int = F(ge=0, le=«500»)\n',
      ),
      'src/expect.py': changed(
        'import great_expectations as gx\n\ndef build(v, s):\n    v.expect_column_values_to_not_be_null("id", mostly=0.99)\n    s.add(gx.expectations.ExpectColumnMeanToBeBetween(column="id", min_value=1, max_value=2))\n',
        'import great_expectations as gx\n\ndef build(v, s):\n    v.expect_column_values_to_not_be_null("id", mostly=«0.5»)\n    s.add(gx.expectations.ExpectColumnMeanToBeBetween(column="id", min_value=1, max_value=«9»))\n',
      ),
    }),
    good({
      'src/expect.py': changed(
        'def build(v):\n    v.expect_column_values_to_not_be_null("id", mostly=0.9)\n    v.expect_column_values_to_be_between("n", 0, 10)\n',
        'def build(v):\n    v.expect_column_values_to_be_between(\n        "n", min_value=1, max_value=10\n    )\n    v.expect_column_values_to_not_be_null("id")\n',
      ),
    }),
    good({
      'gx/expectations/orders.json': changed(
        suite('"min_value": 0, "max_value": 100, "mostly": 0.9'),
        suite('"max_value": 50, "min_value": 1, "mostly": 0.95', 'b'),
      ),
      'models/schema.yml': changed(
        model(
          '    - unique:\n        severity: warn\n    - accepted_values: {values: [a]}\n    - dbt_utils.accepted_range: {min_value: "{{ var(\'low\') }}"}\n',
        ),
        model(
          '    - accepted_values: {values: [a, b]}\n    - unique\n    - not_null\n    - dbt_utils.accepted_range: {min_value: "{{ var(\'lower\') }}"}\n',
        ),
      ),
      'models/sources.yml': changed(
        source('{count: 24, period: hour}', '{count: 2, period: day}'),
        source('{count: 1, period: day}', '{count: 36, period: hour}'),
      ),
      'soda/checks.yml': changed(
        'checks for orders:\n- row_count > 1000\n- a < ${LIMIT}\n',
        'checks for orders:\n- row_count > 2000\n- a < ${OTHER}\n- missing_count(b) < 100\n',
      ),
      'plain.yaml': changed('mostly: 0.9\nmax_value: 3\n', 'mostly: 0.1\nmax_value: 300\n'),
    }),
  ],

  compares: ['yaml', 'json', 'python'],
  *inspect({ base, head }) {
    if (head === undefined || isTemplatePath(head.path)) return;
    const before = single(base);
    for (const [key, now] of single(head)) {
      const then = before.get(key);
      if (then === undefined) continue;
      yield* compared(base, head, then, now);
      yield* dropped(base, head, then, now);
    }
  },
});
