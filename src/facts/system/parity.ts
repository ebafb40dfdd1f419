import { type DataNode, entries, get, items, text } from '../../documents/data.ts';
import { boolAt, numberAt } from '../formats/field.ts';
import { tokensOf } from '../paths.ts';

/** Switches that guard: off in production and on elsewhere is never meant. */
const GUARDS = new Set(
  'monitoring monitor monitors validation validate drift alert alerts alerting auth authentication authorization tls ssl encryption encrypt gate canary backup backups audit rbac capture probe probes'.split(
    ' ',
  ),
);
const COUNTS =
  /^(replicas|min_?replicas|replica_?count|min_?replica_?count|min_?capacity|instance_?count|min_?instances|initial_?instance_?count|num_?replicas)$/i;

const guards = (name: string): boolean => tokensOf(name).some((token) => GUARDS.has(token));

const INCLUDES = ['resources', 'components', 'include', 'includes'] as const;

/** Files that guard, which the second side includes and the first, which includes others, does not. */
export function missingIncludes(prod: DataNode, other: DataNode): readonly Weaker[] {
  return INCLUDES.flatMap((key) => {
    const own = get(prod, key);
    if (own?.kind !== 'list' || own.open) return [];
    const named = new Set(own.items.map((item) => baseName(text(item) ?? '')));
    return items(get(other, key)).flatMap((item) => {
      const said = text(item) ?? '';
      return guards(baseName(said)) && !named.has(baseName(said))
        ? [{ prod: own, other: item, says: `\`${said}\` is not included in production` }]
        : [];
    });
  });
}

const baseName = (path: string): string => path.replace(/\/+$/, '').replace(/^.*\//, '');

/** A setting that guards less on the first side. */
export interface Weaker {
  readonly prod: DataNode;
  readonly other: DataNode;
  readonly says: string;
}

/** Switches and counts that are weaker in the first tree than in the second; what one side lacks is not compared. */
export function weakerIn(prod: DataNode, other: DataNode): readonly Weaker[] {
  const left: { readonly a: DataNode; readonly b: DataNode; readonly path: readonly string[] }[] = [
    { a: prod, b: other, path: [] },
  ];
  const found: Weaker[] = [];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const { key, value } of entries(next.a)) {
      const against = get(next.b, key);
      if (against === undefined) continue;
      const path = [...next.path, key];
      left.push({ a: value, b: against, path });
      const [on, off] = [boolAt(against)?.value, boolAt(value)?.value];
      const named =
        path.slice(-2).some(guards) &&
        !tokensOf(key).some((token) => /^(disable|disabled|skip|ignore|debug|no)$/.test(token));
      if (on === true && off === false && named)
        found.push({ prod: value, other: against, says: `\`${path.join('.')}\` is off in production` });
      const inverse = tokensOf(key).some((token) => /^(disable|disabled|skip)$/.test(token));
      if (on === false && off === true && inverse && path.slice(-2).some(guards))
        found.push({ prod: value, other: against, says: `\`${path.join('.')}\` is on in production` });
      const [many, few] = [numberAt(against)?.value, numberAt(value)?.value];
      if (COUNTS.test(key) && many !== undefined && few !== undefined && few < many)
        found.push({ prod: value, other: against, says: `\`${path.join('.')}\` is ${few} in production` });
    }
  }
  return found;
}
