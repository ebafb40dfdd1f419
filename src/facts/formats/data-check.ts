import { type DataNode, entries, literal, number, text } from '../../documents/data.ts';

/** A place in a file; open where a substitution may hide some of it. */
export type Located = Pick<DataNode, 'span' | 'open'>;

/** Something about a data check that can be stricter or looser. */
export interface Limit {
  /** `mostly`, `max_value`, `severity`… */
  readonly aspect: string;
  readonly node: Located;
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
  readonly node: Located;
  readonly limits: readonly Limit[];
}

export function limit(
  aspect: string,
  node: DataNode | undefined,
  looserWhen: Limit['looserWhen'],
  absent?: number,
): readonly Limit[] {
  const value = node?.open === false ? (number(node) ?? quoted(text(node))) : undefined;
  return node === undefined || value === undefined
    ? []
    : [{ aspect, node, written: text(node) ?? '', value, looserWhen, ...(absent === undefined ? {} : { absent }) }];
}

export const quoted = (said: string | undefined): number | undefined =>
  said !== undefined && /^-?\d{1,15}(\.\d{1,15})?$/.test(said) ? Number(said) : undefined;

/** An order of words, strictest last: `warn` 0, `error` 1. */
export function ranked(
  aspect: string,
  node: DataNode | undefined,
  order: readonly string[],
  absent?: number,
): readonly Limit[] {
  const value = order.indexOf((literal(node) ?? '').toLowerCase());
  return node === undefined || value < 0
    ? []
    : [
        {
          aspect,
          node,
          written: literal(node) ?? '',
          value,
          looserWhen: 'lower',
          ...(absent === undefined ? {} : { absent }),
        },
      ];
}

/** Names of lower bounds. */
export const LOW = /^(min|min_value|min_length|minimum|gt|ge|greater_than\w*|lower_bound|str_min)$/;
/** Names of upper bounds. */
export const HIGH = /^(max|max_value|max_length|maximum|lt|le|less_than\w*|upper_bound|str_max)$/;

/** Bounds of a range among the arguments of a check. */
export function bounds(node: DataNode | undefined): readonly Limit[] {
  return entries(node).flatMap(({ key, value }) => {
    if (LOW.test(key)) return limit(key, value, 'lower');
    if (HIGH.test(key)) return limit(key, value, 'higher');
    return value.kind === 'map'
      ? entries(value).flatMap((inner) =>
          LOW.test(inner.key)
            ? limit(`${key}.${inner.key}`, inner.value, 'lower')
            : HIGH.test(inner.key)
              ? limit(`${key}.${inner.key}`, inner.value, 'higher')
              : [],
        )
      : [];
  });
}

export const named = (test: string, table: string | undefined, column: string | undefined): string => {
  const owner = [table, column].filter((part) => part !== undefined).join('.');
  return owner === '' ? `\`${test}\`` : `\`${test}\` of \`${owner}\``;
};

export function check(
  kind: string,
  test: string,
  table: string | undefined,
  column: string | undefined,
  node: Located,
  limits: readonly Limit[],
): DataCheck {
  return {
    key: [kind, table ?? '', column ?? '', test].join('\0'),
    name: named(test, table, column),
    table,
    column,
    node,
    limits,
  };
}
