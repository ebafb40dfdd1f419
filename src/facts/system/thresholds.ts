import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import { type DataDocument, type DataNode, entries, get, literal, number, text, walk } from '../../documents/data.ts';
import { numberAt } from '../formats/field.ts';
import { comparisonsOf, metricNames, seconds } from '../formats/promql.ts';
import { tokensOf } from '../paths.ts';
import { type Direction, directionOf, isPlain } from './directions.ts';

/** A number on which it depends whether a drift or quality alarm goes off. */
export interface Threshold {
  /** The same at base and at head; holds no value and no position. */
  readonly key: string;
  /** What the user calls it. */
  readonly name: string;
  readonly span: Span;
  /** The number to compare; durations in seconds. */
  readonly value: number;
  readonly written: string;
  /** The quantity, by which the direction is known. */
  readonly quantity: string;
  /** The failing side, where an operator stands beside the number. */
  readonly failsWhen: Direction['failsWhen'] | undefined;
}

const WATCHES = new Set(
  'drift drifted psi skew wasserstein jensenshannon hellinger stattest ks kolmogorov mmd tvd'.split(' '),
);

/** True when a name speaks of drift or of a distance between distributions. */
export const speaksOfDrift = (name: string): boolean =>
  tokensOf(name).some((token) => WATCHES.has(token)) ||
  /(data|model|prediction|label|feature|concept)[ _-]?(drift|skew|quality)/i.test(name);

const NAMED = ['alert', 'record', 'name', 'metric_name', 'id', 'column', 'feature', 'type'] as const;

/** Keys from the root; items of lists by their name, so that a new item before them changes nothing. */
export function addressOf(node: DataNode, names: readonly string[] = NAMED): readonly string[] {
  const address: string[] = [];
  for (let at: DataNode = node; at.parent !== undefined; at = at.parent) {
    const above: DataNode = at.parent;
    const own = at;
    if (above.kind === 'map') address.push(above.entries.find((each) => each.value === own)?.key ?? '');
    else if (above.kind === 'list') {
      const named = names.map((key) => literal(get(own, key))).find((each) => each !== undefined);
      address.push(named ?? `#${above.items.indexOf(own)}`);
    }
  }
  return address.reverse();
}

/** A number that a configuration names: directly, through the test beside it or through the keys above. */
function settingsIn(root: DataNode): readonly Threshold[] {
  return [...walk(root)].flatMap((node): readonly Threshold[] => {
    const value = node.kind === 'scalar' && !node.open ? number(node) : undefined;
    if (value === undefined) return [];
    const address = addressOf(node);
    const name = address.at(-1) ?? '';
    if (
      /^#\d/.test(name) ||
      (!address.some((each) => speaksOfDrift(each) || each === 'monitoring_signals') &&
        !/^p_?val(ue)?$|^drift_share$|^num_drifted/.test(name))
    )
      return [];
    const beside =
      literal(get(node.parent, name.replace(/_?threshold$/, ''))) ??
      literal(get(node.parent, 'stattest')) ??
      literal(get(node.parent, 'metric_name')) ??
      literal(get(node.parent, 'metric')) ??
      literal(get(node.parent, 'method'));
    const quantity = quantityOf(name, typeof beside === 'string' ? beside : undefined, address);
    if (quantity === undefined) return [];
    return [
      {
        key: address.join('\0'),
        name,
        span: node.span,
        value,
        written: text(node) ?? '',
        quantity,
        failsWhen: undefined,
      },
    ];
  });
}

/** What the number is compared with; undefined for numbers that are no thresholds at all. */
function quantityOf(name: string, beside: string | undefined, address: readonly string[]): string | undefined {
  const own = directionOf(name);
  if (own !== undefined) return own === 'not-a-gate' ? undefined : name;
  if (!/threshold|limit|alpha|tolerance|significance/i.test(name)) return undefined;
  if (beside !== undefined) return beside;
  const above = [...address]
    .reverse()
    .slice(1, isPlain(name) ? 4 : 3)
    .find((key) => typeof directionOf(key) === 'object');
  return above ?? name;
}

function rulesIn(root: DataNode): readonly Threshold[] {
  return [...walk(root)].flatMap((node): readonly Threshold[] => {
    const alert = literal(get(node, 'alert'));
    const expression = get(node, 'expr');
    const said = literal(expression);
    if (alert === undefined || expression === undefined || said === undefined || !metricNames(said).some(speaksOfDrift))
      return [];
    const compared = comparisonsOf(said).map(
      (each, index): Threshold => ({
        key: `${alert}\0expr\0${index}`,
        name: alert,
        span: expression.span,
        value: each.value,
        written: `${each.operator} ${each.value}`,
        quantity: metricNames(said).join(' '),
        failsWhen: each.operator.startsWith('<') ? 'below' : 'above',
      }),
    );
    const duration = get(node, 'for');
    const held = seconds(literal(duration) ?? '');
    if (duration === undefined || held === undefined) return compared;
    return [
      ...compared,
      {
        key: `${alert}\0for`,
        name: `for of ${alert}`,
        span: duration.span,
        value: held,
        written: text(duration) ?? '',
        quantity: 'for',
        failsWhen: 'above',
      },
    ];
  });
}

/** Alarms of CloudWatch on what SageMaker's monitors report. */
function alarmsIn(root: DataNode): readonly Threshold[] {
  return entries(get(root, 'Resources')).flatMap(({ key, value }): readonly Threshold[] => {
    const at = get(value, 'Properties');
    if (text(get(value, 'Type')) !== 'AWS::CloudWatch::Alarm') return [];
    if (
      !/data-metrics|model-metrics/.test(text(get(at, 'Namespace')) ?? '') &&
      !speaksOfDrift(`${key} ${text(get(at, 'MetricName')) ?? ''}`)
    )
      return [];
    const failsWhen = /^Less/.test(text(get(at, 'ComparisonOperator')) ?? '') ? ('below' as const) : ('above' as const);
    return (['Threshold', 'EvaluationPeriods', 'DatapointsToAlarm'] as const).flatMap((name) => {
      const field = numberAt(at, name);
      if (field?.value === undefined) return [];
      return [
        {
          key: `${key}\0${name}`,
          name: `${name} of ${key}`,
          span: field.node.span,
          value: field.value,
          written: field.text ?? '',
          quantity: name,
          failsWhen: name === 'Threshold' ? failsWhen : ('above' as const),
        },
      ];
    });
  });
}

/** Every threshold of drift and data quality alarms in a data file. */
export const thresholdsIn: (document: DataDocument) => readonly Threshold[] = fact((document) =>
  document.roots.flatMap((root) => {
    const rules = rulesIn(root);
    const alarms = alarmsIn(root);
    const taken = [...rules, ...alarms];
    return [
      ...taken,
      ...settingsIn(root).filter(
        (each) => !taken.some(({ span }) => span.start <= each.span.start && each.span.end <= span.end),
      ),
    ];
  }),
);

const STATISTICS = /^(stattest|\w+_stattest|metric_name|method|statistic|test)$/;

/** The statistics that thresholds belong to, by address: a changed one changes what the number means. */
export const statisticsIn: (
  document: DataDocument,
) => ReadonlyMap<string, { readonly span: Span; readonly text: string }> = fact(
  (document) =>
    new Map(
      document.roots.flatMap((root) =>
        [...walk(root)].flatMap((node) =>
          entries(node).flatMap(({ key, value }) => {
            const said = STATISTICS.test(key) ? literal(value) : undefined;
            const address = said === undefined ? [] : addressOf(value);
            if (
              said === undefined ||
              typeof directionOf(said) !== 'object' ||
              !(address.some(speaksOfDrift) || speaksOfDrift(said))
            )
              return [];
            return [[address.join('\0'), { span: value.span, text: said }] as const];
          }),
        ),
      ),
    ),
);
