import { createHash } from 'node:crypto';
import type { Acceptance } from './marker.ts';
import type { Configuration } from './ports.ts';
import type { PullFacts } from './read.ts';

/** Everything beside the two commits that decides a result: configuration, base branch, draft, and what people accepted. */
export function digestOf(
  configuration: Pick<Configuration, 'digest'>,
  facts: Pick<PullFacts, 'baseRef' | 'draft'>,
  accepted: readonly Acceptance[],
): string {
  const decided = accepted.flatMap(({ fingerprints }) => fingerprints).sort();
  const parts = [configuration.digest, facts.baseRef, String(facts.draft), ...decided];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
