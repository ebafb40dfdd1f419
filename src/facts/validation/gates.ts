import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import { bool, type DataDocument, type DataNode, get, literal, walk } from '../../documents/data.ts';
import { numberAt } from '../formats/field.ts';
import { spanWithin } from '../formats/written.ts';
import { tokensOf } from '../paths.ts';
import { type Direction, directionOf, type Loosening, loosens, loosensWhen } from '../system/directions.ts';
import { addressOf, speaksOfDrift } from '../system/thresholds.ts';

/** A number that a model must reach, or must not pass, before it is used. */
export interface GateNumber {
  /** The same at base and at head; holds no value and no position. */
  readonly key: string;
  /** What the user calls it: `min_accuracy`, `threshold of rmse`. */
  readonly name: string;
  readonly quantity: string;
  readonly about: 'quality' | 'fairness' | 'unknown';
  readonly failsWhen: Direction['failsWhen'] | undefined;
  readonly span: Span;
  readonly value: number;
  readonly written: string;
}

const NAMES = ['metric', 'metric_name', 'name', 'id', 'slice', 'group'] as const;
const BOUND = new Set(
  'min max minimum maximum threshold thresholds required limit floor ceiling tolerance bar gate lower upper'.split(' '),
);
const CONTEXT = new Set(
  'gate gates gating criteria criterion acceptance promotion requirements quality validation evaluation evaluate fairness policy thresholds'.split(
    ' ',
  ),
);
/** Settings of training, of the model's own decisions and of data checks, which stop no model. */
const ELSEWHERE = new Set(
  'early stopping scheduler pruner pruning optimizer plateau callback callbacks bicleaner nms iou prediction decision probability confidence augmentation sampler smoothing loss_fn null missing data dataset split model_params hyperparameters search'.split(
    ' ',
  ),
);

/** What a bound is about; undefined for a number that is no gate. */
export function aboutOf(name: string, quantity: string, above: readonly string[]): GateNumber['about'] | undefined {
  const around = above.flatMap(tokensOf);
  if ([...above, name, quantity].some(speaksOfDrift) || around.some((token) => ELSEWHERE.has(token))) return undefined;
  const direction = directionOf(quantity);
  const own = tokensOf(name);
  const gated = around.some((token) => CONTEXT.has(token));
  if (direction === 'not-a-gate' || own.some((token) => ELSEWHERE.has(token))) return undefined;
  if (direction === undefined)
    return gated && own.some((token) => BOUND.has(token)) && !own.includes('max') && !own.includes('min')
      ? 'unknown'
      : undefined;
  if (!gated && !own.some((token) => BOUND.has(token))) return undefined;
  if (direction.kind === 'fairness-difference' || direction.kind === 'fairness-ratio') return 'fairness';
  return direction.kind === 'quality' || direction.kind === 'error' ? 'quality' : undefined;
}

function failsBy(node: DataNode | undefined): Direction['failsWhen'] | undefined {
  const greater = bool(get(node, 'greater_is_better')) ?? bool(get(node, 'higher_is_better'));
  return greater === undefined ? undefined : greater ? 'below' : 'above';
}

function settingsIn(root: DataNode): readonly GateNumber[] {
  return [...walk(root)].flatMap((node): readonly GateNumber[] => {
    const field = node.kind === 'scalar' && !node.open ? numberAt(node) : undefined;
    if (field?.value === undefined) return [];
    const address = addressOf(node, NAMES);
    const name = address.at(-1) ?? '';
    const beside = NAMES.slice(0, 3)
      .map((key) => literal(get(node.parent, key)))
      .find((each) => each !== undefined);
    const own = typeof directionOf(name) === 'object' ? name : undefined;
    const parent = address.at(-2) ?? '';
    const quantity = own ?? beside ?? (typeof directionOf(parent) === 'object' ? parent : name);
    const about = aboutOf(name, quantity, address.slice(0, -1));
    if (about === undefined || name.startsWith('#')) return [];
    const said = quantity === name ? name : `${name} of ${quantity}`;
    return [
      {
        key: address.join('\0'),
        name: said,
        quantity,
        about,
        failsWhen: failsBy(node.parent),
        span: node.span,
        value: field.value,
        written: field.text ?? '',
      },
    ];
  });
}

const FLAG = /--([a-z][\w-]{2,60})[= ]["']?(\d{1,12}(?:\.\d{1,12})?)(?![\w.])/g;

/** `--min-accuracy 0.8` in the commands of stages and steps. */
function flagsIn(root: DataNode): readonly GateNumber[] {
  return [...walk(root)].flatMap((node) => {
    const said = literal(node) ?? '';
    if (!said.includes('--')) return [];
    return [...said.matchAll(FLAG)].flatMap(([whole, flag = '', written = '']): readonly GateNumber[] => {
      const about = aboutOf(flag, flag, []);
      if (about === undefined || about === 'unknown') return [];
      const { start, end } = spanWithin(node, whole);
      return [
        {
          key: `${addressOf(node, NAMES).join('\0')}\0--${flag}`,
          name: `--${flag}`,
          quantity: flag,
          about,
          failsWhen: undefined,
          span: { start, end },
          value: Number(written),
          written,
        },
      ];
    });
  });
}

/** Every gate that a data file holds as a number. */
export const gatesIn: (document: DataDocument) => readonly GateNumber[] = fact((document) =>
  document.roots.flatMap((root) => [...settingsIn(root), ...flagsIn(root)]),
);

/** Whether less fails after the change; a gate whose operator or metric is another one now has no known direction. */
export function gateLoosening(before: GateNumber, after: GateNumber): Loosening {
  if (before.failsWhen !== after.failsWhen || before.quantity !== after.quantity) return 'unknown';
  return after.failsWhen === undefined
    ? loosens(after.quantity, before.value, after.value)
    : loosensWhen(after.failsWhen, before.value, after.value);
}
