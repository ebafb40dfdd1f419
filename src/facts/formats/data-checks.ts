import { fact } from '../../core/fact.ts';
import { bool, type DataDocument, type DataNode, entries, get, items, keys, literal, number, text, walk } from '../../documents/data.ts';
import { isFormat } from './recognise.ts';

/** Something about a data check that can be stricter or looser. */
export interface Limit {
  /** `mostly`, `max_value`, `severity`… */
  readonly aspect: string;
  readonly node: DataNode;
  /** As written, for people. */
  readonly written: string;
  readonly value: number;
  readonly looserWhen: 'higher' | 'lower';
  /** What a missing limit means, where the format says so; undefined where a missing one cannot be compared. */
  readonly absent?: number;
}

/** One check on data that a configuration file describes. */
export interface DataCheck {
  /** Same for the same check at base and head: kind, table, column and test, without limits or position. */
  readonly key: string;
  /** "`unique` of `orders.id`". */
  readonly name: string;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly node: DataNode;
  readonly limits: readonly Limit[];
}

function limit(aspect: string, node: DataNode | undefined, looserWhen: Limit['looserWhen'], absent?: number): readonly Limit[] {
  const value = node?.open === false ? (number(node) ?? quoted(text(node))) : undefined;
  return node === undefined || value === undefined ? [] : [{ aspect, node, written: text(node) ?? '', value, looserWhen, ...(absent === undefined ? {} : { absent }) }];
}

const quoted = (said: string | undefined): number | undefined => (said !== undefined && /^-?\d{1,15}(\.\d{1,15})?$/.test(said) ? Number(said) : undefined);

/** An order of words, strictest last: `warn` 0, `error` 1. */
function ranked(aspect: string, node: DataNode | undefined, order: readonly string[], absent?: number): readonly Limit[] {
  const value = order.indexOf((literal(node) ?? '').toLowerCase());
  return node === undefined || value < 0 ? [] : [{ aspect, node, written: literal(node) ?? '', value, looserWhen: 'lower', ...(absent === undefined ? {} : { absent }) }];
}

const LOW = /^(min|min_value|min_length|minimum|gt|ge|greater_than\w*|lower_bound|str_min)$/;
const HIGH = /^(max|max_value|max_length|maximum|lt|le|less_than\w*|upper_bound|str_max)$/;

/** Bounds of a range among the arguments of a check. */
function bounds(node: DataNode | undefined): readonly Limit[] {
  return entries(node).flatMap(({ key, value }) => {
    if (LOW.test(key)) return limit(key, value, 'lower');
    if (HIGH.test(key)) return limit(key, value, 'higher');
    return value.kind === 'map' ? entries(value).flatMap((inner) => (LOW.test(inner.key) ? limit(`${key}.${inner.key}`, inner.value, 'lower') : HIGH.test(inner.key) ? limit(`${key}.${inner.key}`, inner.value, 'higher') : [])) : [];
  });
}

const named = (test: string, table: string | undefined, column: string | undefined): string => {
  const owner = [table, column].filter((part) => part !== undefined).join('.');
  return owner === '' ? `\`${test}\`` : `\`${test}\` of \`${owner}\``;
};

function check(kind: string, test: string, table: string | undefined, column: string | undefined, node: DataNode, limits: readonly Limit[]): DataCheck {
  return { key: [kind, table ?? '', column ?? '', test].join('\0'), name: named(test, table, column), table, column, node, limits };
}

function expectations(root: DataNode): readonly DataCheck[] {
  const suite = literal(get(root, 'expectation_suite_name')) ?? literal(get(root, 'name'));
  return items(get(root, 'expectations')).flatMap((node) => {
    const test = literal(get(node, 'expectation_type')) ?? literal(get(node, 'type'));
    const kwargs = get(node, 'kwargs');
    const column = literal(get(kwargs, 'column')) ?? literal(get(kwargs, 'column_A'));
    return test === undefined ? [] : [check('ge', test, suite, column, node, [...limit('mostly', get(kwargs, 'mostly'), 'lower', 1), ...bounds(kwargs)])];
  });
}

const THRESHOLD = /^\s*(>=?|<=?|=|!=)\s*(-?\d{1,15}(?:\.\d{1,15})?)%?/;

/** `error_if: ">10"`: the number above which it fails. */
function failsAbove(aspect: string, node: DataNode | undefined): readonly Limit[] {
  const match = THRESHOLD.exec(literal(node) ?? '');
  if (node === undefined || match === null || !/^(>=?|!=)$/.test(match[1] ?? '')) return [];
  return [{ aspect, node, written: literal(node) ?? '', value: match[1] === '!=' ? 0 : Number(match[2]) + (match[1] === '>=' ? -0.5 : 0), looserWhen: 'higher', absent: 0 }];
}

function enabled(node: DataNode | undefined): readonly Limit[] {
  const value = node?.open === false ? bool(node) : undefined;
  return node === undefined || value === undefined ? [] : [{ aspect: 'enabled', node, written: text(node) ?? '', value: value ? 1 : 0, looserWhen: 'lower', absent: 1 }];
}

function dbtLimits(item: DataNode, body: DataNode | undefined): readonly Limit[] {
  const setting = (key: string): DataNode | undefined => get(body, 'config', key) ?? get(body, key) ?? get(item, 'config', key) ?? get(item, key);
  return [
    ...ranked('severity', setting('severity'), ['warn', 'error'], 1),
    ...failsAbove('error_if', setting('error_if')),
    ...failsAbove('warn_if', setting('warn_if')),
    ...enabled(setting('enabled')),
    ...bounds(get(body, 'arguments') ?? body),
    ...limit('mostly', get(body, 'mostly') ?? get(body, 'arguments', 'mostly'), 'lower', 1),
  ];
}

function dbtTests(owner: DataNode, table: string, column: string | undefined): readonly DataCheck[] {
  return ['tests', 'data_tests'].flatMap((key) =>
    items(get(owner, key)).flatMap((item) => {
      const own = literal(get(item, 'test_name'));
      const pair = own === undefined ? entries(item)[0] : undefined;
      const test = literal(item) ?? own ?? pair?.key;
      if (test === undefined) return [];
      const name = literal(get(item, 'name')) ?? literal(get(pair?.value, 'name'));
      const body = pair?.value ?? item;
      return [check('dbt', name === undefined ? test : `${test} ${name}`, table, column, item, dbtLimits(item, item.kind === 'map' ? body : undefined))];
    }),
  );
}

const PERIODS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

function freshness(owner: DataNode, table: string): readonly DataCheck[] {
  const node = get(owner, 'freshness') ?? get(owner, 'config', 'freshness');
  if (node?.kind !== 'map') return [];
  const windows = (['warn_after', 'error_after'] as const).flatMap((aspect): readonly Limit[] => {
    const window = get(node, aspect);
    const count = number(get(window, 'count')) ?? Number.NaN;
    const value = count * (PERIODS[literal(get(window, 'period')) ?? ''] ?? Number.NaN);
    return window === undefined || Number.isNaN(value) ? [] : [{ aspect, node: window, written: `${count} ${literal(get(window, 'period')) ?? ''}s`, value, looserWhen: 'higher' }];
  });
  return [check('freshness', 'freshness', table, undefined, node, windows)];
}

function dbtTable(node: DataNode, prefix = ''): readonly DataCheck[] {
  const name = literal(get(node, 'name'));
  if (name === undefined) return [];
  const table = prefix + name;
  return [
    ...dbtTests(node, table, undefined),
    ...freshness(node, table),
    ...items(get(node, 'columns')).flatMap((column) => dbtTests(column, table, literal(get(column, 'name')))),
  ];
}

function dbt(root: DataNode): readonly DataCheck[] {
  return [
    ...['models', 'seeds', 'snapshots'].flatMap((section) => items(get(root, section)).flatMap((node) => dbtTable(node))),
    ...items(get(root, 'sources')).flatMap((source) => {
      const name = literal(get(source, 'name')) ?? '';
      return [...freshness(source, name), ...items(get(source, 'tables')).flatMap((node) => dbtTable(node, `${name}.`))];
    }),
  ];
}

/** `missing_count(email) < 5`: the measure apart from its bound. */
const SODA = /^(.{1,200}?)\s*(between\b.{0,60}|[<>]=?|=|!=)\s*(-?\d{1,15}(?:\.\d{1,15})?)?\s*(%|[smhd]|days?|hours?)?$/;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The condition is what must hold, so the bound of `<` is looser when higher. */
function sodaLimit(said: string, node: DataNode): { readonly test: string; readonly limits: readonly Limit[] } {
  const match = SODA.exec(said.trim());
  const bound = match?.[3];
  if (match === null || bound === undefined) return { test: said, limits: [] };
  const operator = match[2] ?? '';
  const value = Number(bound) * (UNITS[match[4]?.[0] ?? ''] ?? 1);
  const looserWhen = operator.startsWith('>') ? ('lower' as const) : ('higher' as const);
  const limits: readonly Limit[] = operator === '!=' ? [] : [{ aspect: 'bound', node, written: said, value, looserWhen }];
  return { test: (match[1] ?? said).trim(), limits };
}

function soda(root: DataNode): readonly DataCheck[] {
  return entries(root).flatMap(({ key, value }) => {
    const table = /^checks for (?:each dataset |each )?(\S+)/.exec(key)?.[1];
    if (table === undefined) return [];
    return items(value).flatMap((node) => {
      const said = literal(node) ?? keys(node)[0];
      if (said === undefined) return [];
      const pair = node.kind === 'map' ? entries(node)[0] : undefined;
      const { test, limits } = sodaLimit(said, node.kind === 'scalar' ? node : (pair?.value ?? node));
      const level = ['warn', 'fail'].flatMap((name, rank) => (get(pair?.value, name) === undefined ? [] : [{ name, rank, node: get(pair?.value, name) ?? node }])).at(-1);
      const severity: readonly Limit[] = level === undefined ? [] : [{ aspect: 'level', node: level.node, written: level.name, value: level.rank, looserWhen: 'lower', absent: 1 }];
      return [check('soda', test, table, undefined, node, [...limits, ...severity])];
    });
  });
}

function pandera(root: DataNode): readonly DataCheck[] {
  const flag = (aspect: string, node: DataNode | undefined, looser: boolean): readonly Limit[] => {
    const value = node?.open === false ? bool(node) : undefined;
    return node === undefined || value === undefined ? [] : [{ aspect, node, written: text(node) ?? '', value: value ? 1 : 0, looserWhen: looser ? 'higher' : 'lower' }];
  };
  const whole = check('pandera', 'schema', undefined, undefined, root, flag('strict', get(root, 'strict'), false));
  return [
    whole,
    ...entries(get(root, 'columns')).map(({ key, value }) =>
      check('pandera', 'column', undefined, key, value, [...flag('nullable', get(value, 'nullable'), true), ...flag('required', get(value, 'required'), false), ...flag('unique', get(value, 'unique'), false), ...bounds(get(value, 'checks'))]),
    ),
  ];
}

function feast(root: DataNode): readonly DataCheck[] {
  return [...walk(get(root, 'data_quality_monitoring'))].flatMap((node) =>
    entries(node).filter(({ key, value }) => key === 'auto_baseline' && bool(value) !== undefined).map(({ value }) =>
      check('feast', 'data_quality_monitoring', undefined, undefined, value, [{ aspect: 'auto_baseline', node: value, written: text(value) ?? '', value: bool(value) === true ? 1 : 0, looserWhen: 'lower', absent: 1 }]),
    ),
  );
}

const READERS = [
  ['great-expectations-suite', expectations],
  ['dbt-properties', dbt],
  ['soda', soda],
  ['pandera', pandera],
  ['feast-store', feast],
] as const;

/** Every data check of a file, in the order of the file. A key that stands twice means two checks that cannot be told apart. */
export const dataChecks: (document: DataDocument) => readonly DataCheck[] = fact((document) =>
  READERS.flatMap(([format, read]) => (isFormat(document, format) ? document.roots.flatMap(read) : [])),
);
