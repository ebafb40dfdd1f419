import { fact } from '../../core/fact.ts';
import {
  bool,
  type DataDocument,
  type DataNode,
  entries,
  get,
  items,
  keys,
  literal,
  text,
  walk,
} from '../../documents/data.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { bounds, check, type DataCheck, type Limit, limit } from './data-check.ts';
import { dbt } from './data-checks-dbt.ts';
import { pythonDataChecks } from './data-checks-python.ts';
import { isFormat } from './recognise.ts';

export type { DataCheck, Limit } from './data-check.ts';

function expectations(root: DataNode): readonly DataCheck[] {
  const suite = literal(get(root, 'expectation_suite_name')) ?? literal(get(root, 'name'));
  return items(get(root, 'expectations')).flatMap((node) => {
    const test = literal(get(node, 'expectation_type')) ?? literal(get(node, 'type'));
    const kwargs = get(node, 'kwargs');
    const column = literal(get(kwargs, 'column')) ?? literal(get(kwargs, 'column_A'));
    return test === undefined
      ? []
      : [
          check('ge', test, suite, column, node, [
            ...limit('mostly', get(kwargs, 'mostly'), 'lower', 1),
            ...bounds(kwargs),
          ]),
        ];
  });
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
  const limits: readonly Limit[] =
    operator === '!=' ? [] : [{ aspect: 'bound', node, written: said, value, looserWhen }];
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
      const level = ['warn', 'fail']
        .flatMap((name, rank) =>
          get(pair?.value, name) === undefined ? [] : [{ name, rank, node: get(pair?.value, name) ?? node }],
        )
        .at(-1);
      const severity: readonly Limit[] =
        level === undefined
          ? []
          : [
              {
                aspect: 'level',
                node: level.node,
                written: level.name,
                value: level.rank,
                looserWhen: 'lower',
                absent: 1,
              },
            ];
      return [check('soda', test, table, undefined, node, [...limits, ...severity])];
    });
  });
}

function pandera(root: DataNode): readonly DataCheck[] {
  const flag = (aspect: string, node: DataNode | undefined, looser: boolean): readonly Limit[] => {
    const value = node?.open === false ? bool(node) : undefined;
    return node === undefined || value === undefined
      ? []
      : [{ aspect, node, written: text(node) ?? '', value: value ? 1 : 0, looserWhen: looser ? 'higher' : 'lower' }];
  };
  const whole = check('pandera', 'schema', undefined, undefined, root, flag('strict', get(root, 'strict'), false));
  return [
    whole,
    ...entries(get(root, 'columns')).map(({ key, value }) =>
      check('pandera', 'column', undefined, key, value, [
        ...flag('nullable', get(value, 'nullable'), true),
        ...flag('required', get(value, 'required'), false),
        ...flag('unique', get(value, 'unique'), false),
        ...bounds(get(value, 'checks')),
      ]),
    ),
  ];
}

function feast(root: DataNode): readonly DataCheck[] {
  return [...walk(get(root, 'data_quality_monitoring'))].flatMap((node) =>
    entries(node)
      .filter(({ key, value }) => key === 'auto_baseline' && bool(value) !== undefined)
      .map(({ value }) =>
        check('feast', 'data_quality_monitoring', undefined, undefined, value, [
          {
            aspect: 'auto_baseline',
            node: value,
            written: text(value) ?? '',
            value: bool(value) === true ? 1 : 0,
            looserWhen: 'lower',
            absent: 1,
          },
        ]),
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

/** The same for files of any kind that can hold data checks. */
export const checksIn = (document: DataDocument | PythonDocument): readonly DataCheck[] =>
  document.kind === 'python' ? pythonDataChecks(document) : dataChecks(document);
