import type { RepoPath } from '../../core/location.ts';

/** Something that serves, under a key that is the same at base and at head. */
interface Serving {
  readonly key: string;
  readonly document: { readonly path: RepoPath };
}

const placeOf = ({ key, document }: Serving): string => `${key}\0${document.path}`;

function grouped<T>(all: readonly T[], by: (each: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const group = groups.get(by(each));
    if (group === undefined) groups.set(by(each), [each]);
    else group.push(each);
  }
  return groups;
}

/**
 * What stood at base in the place of each at head: the one of its key in the same file, or the only one of its key whose
 * file holds it no longer. Samples, environments and the steps of a rollout share names: two files that both stay are
 * two things, and neither came before the other.
 */
export function predecessors<T extends Serving>(before: readonly T[], after: readonly T[]): (now: T) => T | undefined {
  const atBase = grouped(before, placeOf);
  const atHead = grouped(after, placeOf);
  const left = grouped(
    before.filter((each) => !atHead.has(placeOf(each))),
    ({ key }) => key,
  );
  return (now) => {
    const here = atBase.get(placeOf(now));
    if (here !== undefined) return here[atHead.get(placeOf(now))?.indexOf(now) ?? 0];
    const gone = left.get(now.key) ?? [];
    return gone.length === 1 ? gone[0] : undefined;
  };
}

const numbersIn = (said: string): readonly number[] =>
  [...said.matchAll(/\d{1,12}/g)].map(([digits]) => Number(digits));

/** True when the first number that differs is lower: `mlserver_1.2.4/m/8` after `mlserver_1.2.4/m/9`. */
export function stepsBack(then: string, now: string): boolean {
  const [before, after] = [numbersIn(then), numbersIn(now)];
  const at = before.findIndex((value, index) => value !== after[index]);
  return at !== -1 && before.length === after.length && (after[at] ?? 0) < (before[at] ?? 0);
}
