import type { Finding } from '../core/finding.ts';

/** What somebody who may do so decided in the conversation about findings of this pull request. */
export interface Decision {
  readonly fingerprints: readonly string[];
  /** Why, and who. */
  readonly reason: string;
}

/** The findings with what was decided about them: such a finding stays listed and no longer counts. */
export function withDecisions(findings: readonly Finding[], decisions: readonly Decision[]): readonly Finding[] {
  if (decisions.length === 0) return findings;
  const reasons = new Map(
    decisions.flatMap(({ fingerprints, reason }) => fingerprints.map((print) => [print, reason] as const)),
  );
  return findings.map((finding) => {
    const reason = finding.allowed === undefined ? reasons.get(finding.fingerprint) : undefined;
    return reason === undefined ? finding : { ...finding, allowed: { by: 'reply', reason } };
  });
}
