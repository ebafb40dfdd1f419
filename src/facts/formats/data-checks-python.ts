import { fact } from '../../core/fact.ts';
import { child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, callAt, calls } from '../python/calls.ts';
import { constantOf, stringOf } from '../python/constants.ts';
import { dictionaryOf, elementsOf } from '../python/literals.ts';
import { check, type DataCheck, HIGH, type Limit, LOW } from './data-check.ts';

const COLUMN = /^pandera(\.\w+)*\.(Column|Index)$/;
const FIELD = /^pandera(\.\w+)*\.Field$/;
const SCHEMA = /^pandera(\.\w+)*\.DataFrameSchema$/;

const located = (node: PyNode): DataCheck['node'] => ({ span: node, open: false });

function limitOf(
  document: PythonDocument,
  aspect: string,
  node: PyNode | undefined,
  looserWhen: Limit['looserWhen'],
  absent?: number,
): readonly Limit[] {
  const known = constantOf(document, node)?.value;
  const value = typeof known === 'boolean' ? Number(known) : known;
  return node === undefined || typeof value !== 'number'
    ? []
    : [
        {
          aspect,
          node: located(node),
          written: textOf(document, node),
          value,
          looserWhen,
          ...(absent === undefined ? {} : { absent }),
        },
      ];
}

const boundsOf = (document: PythonDocument, keywords: ReadonlyMap<string, PyNode>): readonly Limit[] =>
  [...keywords].flatMap(([key, node]) => {
    if (LOW.test(key)) return limitOf(document, key, node, 'lower');
    return HIGH.test(key) ? limitOf(document, key, node, 'higher') : [];
  });

const EXPECTS = /^expect_(column|table|multicolumn|compound|select)[a-z_]+$/;

/** `ExpectColumnValuesToBeUnique` as `expect_column_values_to_be_unique`. */
const snake = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();

function expectation(
  document: PythonDocument,
  test: string,
  call: Call,
  given: ReadonlyMap<string, PyNode>,
): readonly DataCheck[] {
  const [first, low, high] = call.args;
  const column = stringOf(document, given.get('column') ?? given.get('column_A') ?? first);
  const positional = test.endsWith('_between')
    ? [...limitOf(document, 'min_value', low, 'lower'), ...limitOf(document, 'max_value', high, 'higher')]
    : [];
  const limits = [
    ...limitOf(document, 'mostly', given.get('mostly'), 'lower', 1),
    ...boundsOf(document, given),
    ...positional,
  ];
  return [check('ge', test, undefined, column, located(call.node), limits)];
}

/** Expectations of Great Expectations, as methods, as classes and as configurations. */
function expectations(document: PythonDocument): readonly DataCheck[] {
  return calls(document).flatMap((call): readonly DataCheck[] => {
    const said = call.method ?? call.name?.slice(call.name.lastIndexOf('.') + 1) ?? '';
    if (call.spread) return [];
    if (EXPECTS.test(said)) return expectation(document, said, call, call.keywords);
    if (/^great_expectations\b.*\.Expect[A-Z]\w+$/.test(call.name ?? ''))
      return expectation(document, snake(said), call, call.keywords);
    if (said !== 'ExpectationConfiguration') return [];
    const test = stringOf(document, call.keywords.get('expectation_type') ?? call.keywords.get('type'));
    const kwargs = call.keywords.get('kwargs');
    const given = kwargs === undefined ? undefined : dictionaryOf(document, kwargs);
    return test === undefined || given === undefined ? [] : expectation(document, test, call, given);
  });
}

/** What `nullable`, `unique` and their like say of a column. */
function flags(document: PythonDocument, column: string, { node, keywords }: Call): DataCheck {
  return check('pandera', 'column', undefined, column, located(node), [
    ...limitOf(document, 'nullable', keywords.get('nullable'), 'higher', 0),
    ...limitOf(document, 'required', keywords.get('required'), 'lower', 1),
    ...limitOf(document, 'unique', keywords.get('unique'), 'lower'),
  ]);
}

const RANGE = /^(in_range|between)$/;

function checkOf(document: PythonDocument, column: string, call: Call): readonly DataCheck[] {
  const test = call.method ?? '';
  const [first, second] = call.args;
  const positional = RANGE.test(test)
    ? [...limitOf(document, 'min_value', first, 'lower'), ...limitOf(document, 'max_value', second, 'higher')]
    : LOW.test(test)
      ? limitOf(document, test, first, 'lower')
      : HIGH.test(test)
        ? limitOf(document, test, first, 'higher')
        : [];
  const limits = [...positional, ...boundsOf(document, call.keywords)];
  return [check('pandera', test, undefined, column, located(call.node), limits)];
}

/** `"age": pa.Column(int, pa.Check.in_range(0, 120))`. */
function column(document: PythonDocument, call: Call): readonly DataCheck[] {
  const pair = call.node.parent?.type === 'pair' ? child(call.node.parent, 'key') : undefined;
  const name = stringOf(document, pair ?? call.keywords.get('name'));
  if (name === undefined || call.spread) return [];
  const given = call.keywords.get('checks') ?? call.args[1];
  const listed = given === undefined ? [] : given.type === 'list' ? (elementsOf(document, given) ?? []) : [given];
  const checks = listed.flatMap((node) => (node.type === 'call' ? (callAt(document, node) ?? []) : []));
  return [flags(document, name, call), ...checks.flatMap((each) => checkOf(document, name, each))];
}

/** `age: Series[int] = pa.Field(ge=0, le=120)` in a class. */
function field(document: PythonDocument, call: Call): readonly DataCheck[] {
  const owner = call.node.parent;
  const left = owner?.type === 'assignment' ? child(owner, 'left') : undefined;
  if (left === undefined || call.spread) return [];
  const name = textOf(document, left);
  const checks = [...call.keywords].filter(
    ([key]) => LOW.test(key) || HIGH.test(key) || /^(isin|notin|in_range|str_\w+|eq|ne)$/.test(key),
  );
  return [
    flags(document, name, call),
    ...checks.map(([key, node]) =>
      check('pandera', key, undefined, name, located(node), boundsOf(document, new Map([[key, node]]))),
    ),
  ];
}

/** Every data check that a Python file writes down, in the words of Great Expectations and pandera. */
export const pythonDataChecks: (document: PythonDocument) => readonly DataCheck[] = fact((document) => [
  ...expectations(document),
  ...calls(document).flatMap((call): readonly DataCheck[] => {
    const is = (pattern: RegExp): boolean => call.names.some((name) => pattern.test(name));
    if (is(COLUMN)) return column(document, call);
    if (is(FIELD)) return field(document, call);
    if (!is(SCHEMA)) return [];
    const strict = limitOf(document, 'strict', call.keywords.get('strict'), 'lower');
    return [check('pandera', 'schema', undefined, undefined, located(call.node), strict)];
  }),
]);
