import { createHash } from 'node:crypto';
import type { Fingerprint, Observation } from '../core/finding.ts';
import type { RepoPath } from '../core/location.ts';

/** What makes two observations the same one in different versions of a file; holds no line number. */
export function identityOf(check: string, path: RepoPath, flagged: string): string {
  return `${check}\0${path}\0${flagged.replace(/\s+/g, ' ').trim()}`;
}

/** 24 hex digits of SHA-256 over identity and ordinal. */
export function fingerprintOf(identity: string, ordinal: number): Fingerprint {
  return createHash('sha256').update(`${identity}\0${ordinal}`).digest('hex').slice(0, 24) as Fingerprint;
}

/** An observation with its identity, before it is known whether it is new. */
export interface Identified {
  readonly observation: Observation;
  readonly identity: string;
  readonly touched: boolean;
}

export interface Dated extends Identified {
  readonly fingerprint: Fingerprint;
  readonly introduced: boolean;
}

/**
 * Gives ordinals in file order, and says which observations the change brought: of n alike at head and m at base,
 * n - m are new, those on touched lines first.
 */
export function dateAll(found: readonly Identified[], countAtBase: (identity: string) => number): readonly Dated[] {
  const groups = new Map<string, Identified[]>();
  for (const each of found) {
    const group = groups.get(each.identity);
    if (group === undefined) groups.set(each.identity, [each]);
    else group.push(each);
  }
  const dated: Dated[] = [];
  for (const [identity, group] of groups) {
    const fresh = Math.max(0, group.length - countAtBase(identity));
    const order = [...group].sort((a, b) => Number(b.touched) - Number(a.touched));
    const introduced = new Set(order.slice(0, fresh));
    group.forEach((each, ordinal) => {
      dated.push({ ...each, fingerprint: fingerprintOf(identity, ordinal), introduced: introduced.has(each) });
    });
  }
  return dated;
}
