import type { Span } from '../core/location.ts';
import { type DataDocument, type DataNode, get, items, keys, literal, type Path } from '../documents/data.ts';

/** Values from strict to lax, and what holds where nothing is written. */
interface Scale {
  readonly path: Path;
  readonly order: readonly string[];
  readonly builtIn: string;
}

const MODES = ['block', 'comment', 'monitor', 'off'];
const GATE: readonly Scale[] = [
  { path: ['gate', 'fail-on'], order: ['low', 'medium', 'high', 'critical', 'never'], builtIn: 'high' },
  { path: ['gate', 'require-label'], order: ['true', 'false'], builtIn: 'false' },
  { path: ['gate', 'on-error'], order: ['fail', 'neutral'], builtIn: 'fail' },
];
const GROWING: readonly Path[] = [['waivers'], ['baseline'], ['paths', 'ignore']];
const PANEL = ['ml-engineer', 'data-engineer', 'data-architect', 'sre', 'security-auditor'];

/** A place at which the configuration of this very review asks for less than before. */
export interface Loosening {
  readonly side: 'base' | 'head';
  readonly span: Span;
  readonly message: string;
  /** What was written there before, at base. */
  readonly before?: { readonly span: Span; readonly value: string };
}

/** The configuration before and after a change; undefined where there is none. */
export interface Sides {
  readonly base: DataDocument | undefined;
  readonly head: DataDocument | undefined;
}

const rootOf = (document: DataDocument | undefined): DataNode | undefined => document?.roots[0];

function scalesOf({ base, head }: Sides): readonly Scale[] {
  const ids = new Set([base, head].flatMap((side) => keys(get(rootOf(side), 'checks'))));
  const checks = [...ids].flatMap((id): readonly Scale[] => [
    { path: ['checks', id], order: MODES, builtIn: 'comment' },
    { path: ['checks', id, 'mode'], order: MODES, builtIn: 'comment' },
    { path: ['checks', id, 'severity'], order: ['critical', 'high', 'medium', 'low'], builtIn: 'medium' },
  ]);
  return [...GATE, ...checks];
}

function* loosenedScales({ base, head }: Sides): Generator<Loosening> {
  for (const { path, order, builtIn } of scalesOf({ base, head })) {
    const [was, is] = [get(rootOf(base), ...path), get(rootOf(head), ...path)];
    const [then, now] = [literal(was) ?? builtIn, literal(is) ?? builtIn];
    if (!order.includes(then) || order.indexOf(now) <= order.indexOf(then)) continue;
    const message = `\`${path.join('.')}\` goes from \`${then}\` to \`${now}\``;
    if (is !== undefined && head !== undefined) {
      yield {
        side: 'head',
        span: is.span,
        message,
        ...(was === undefined ? {} : { before: { span: was.span, value: then } }),
      };
    } else if (was !== undefined && base !== undefined) yield { side: 'base', span: was.span, message };
  }
}

function* grownLists({ base, head }: Sides): Generator<Loosening> {
  if (head === undefined) return;
  for (const path of GROWING) {
    const known = new Set(items(get(rootOf(base), ...path)).map(({ span }) => base?.text.slice(span.start, span.end)));
    const fresh = items(get(rootOf(head), ...path)).filter(
      ({ span }) => !known.has(head.text.slice(span.start, span.end)),
    );
    const [first] = fresh;
    const count = fresh.length === 1 ? 'one entry' : `${fresh.length} entries`;
    if (first !== undefined) yield { side: 'head', span: first.span, message: `\`${path.join('.')}\` gains ${count}` };
  }
}

function* shrunkLists({ base, head }: Sides): Generator<Loosening> {
  const named = (side: DataDocument | undefined, path: Path, builtIn: readonly string[]): readonly string[] => {
    const list = get(rootOf(side), ...path);
    return list === undefined ? builtIn : items(list).flatMap((item) => literal(item) ?? []);
  };
  for (const [path, builtIn] of [
    [['panel', 'participants'], PANEL],
    [['review', 'base-branches'], ['**']],
  ] as const) {
    const list = get(rootOf(head), ...path);
    if (list === undefined || head === undefined) continue;
    const left = new Set(named(head, path, builtIn));
    const gone = named(base, path, builtIn).filter((name) => !left.has(name));
    const names = gone.map((name) => `\`${name}\``).join(', ');
    if (gone.length > 0 && left.size > 0)
      yield { side: 'head', span: list.span, message: `\`${path.join('.')}\` no longer holds ${names}` };
  }
}

/** Where a configuration of the review lets more through than before; values that cannot be compared are passed over. */
export function* loosenings(sides: Sides): Generator<Loosening> {
  yield* loosenedScales(sides);
  yield* grownLists(sides);
  yield* shrunkLists(sides);
}
