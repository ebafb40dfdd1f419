import { bool, type DataNode, entries, get, items, literal, number, text } from '../../documents/data.ts';
import { bounds, check, type DataCheck, type Limit, limit, ranked } from './data-check.ts';

const THRESHOLD = /^\s*(>=?|<=?|=|!=)\s*(-?\d{1,15}(?:\.\d{1,15})?)%?/;

/** `error_if: ">10"`: the number above which it fails. */
function failsAbove(aspect: string, node: DataNode | undefined): readonly Limit[] {
  const match = THRESHOLD.exec(literal(node) ?? '');
  if (node === undefined || match === null || !/^(>=?|!=)$/.test(match[1] ?? '')) return [];
  return [
    {
      aspect,
      node,
      written: literal(node) ?? '',
      value: match[1] === '!=' ? 0 : Number(match[2]) + (match[1] === '>=' ? -0.5 : 0),
      looserWhen: 'higher',
      absent: 0,
    },
  ];
}

function enabled(node: DataNode | undefined): readonly Limit[] {
  const value = node?.open === false ? bool(node) : undefined;
  return node === undefined || value === undefined
    ? []
    : [{ aspect: 'enabled', node, written: text(node) ?? '', value: value ? 1 : 0, looserWhen: 'lower', absent: 1 }];
}

function dbtLimits(item: DataNode, body: DataNode | undefined): readonly Limit[] {
  const setting = (key: string): DataNode | undefined =>
    get(body, 'config', key) ?? get(body, key) ?? get(item, 'config', key) ?? get(item, key);
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
      return [
        check(
          'dbt',
          name === undefined ? test : `${test} ${name}`,
          table,
          column,
          item,
          dbtLimits(item, item.kind === 'map' ? body : undefined),
        ),
      ];
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
    return window === undefined || Number.isNaN(value)
      ? []
      : [
          {
            aspect,
            node: window,
            written: `${count} ${literal(get(window, 'period')) ?? ''}s`,
            value,
            looserWhen: 'higher',
          },
        ];
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

/** Tests, freshness and their severity in the property files of dbt. */
export function dbt(root: DataNode): readonly DataCheck[] {
  return [
    ...['models', 'seeds', 'snapshots'].flatMap((section) =>
      items(get(root, section)).flatMap((node) => dbtTable(node)),
    ),
    ...items(get(root, 'sources')).flatMap((source) => {
      const name = literal(get(source, 'name')) ?? '';
      return [
        ...freshness(source, name),
        ...items(get(source, 'tables')).flatMap((node) => dbtTable(node, `${name}.`)),
      ];
    }),
  ];
}
