import type { Report } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import { verdictOf } from '../panel/verdict.ts';
import type { Acceptance } from './marker.ts';

/** The report with what people accepted in the conversation: such a finding stays listed and no longer counts. */
export function withAcceptances(report: Report, accepted: readonly Acceptance[], settings: Settings): Report {
  if (accepted.length === 0) return report;
  const byPrint = new Map(accepted.flatMap((each) => each.fingerprints.map((print) => [print, each] as const)));
  const findings = report.findings.map((finding) => {
    const acceptance = finding.allowed === undefined ? byPrint.get(finding.fingerprint) : undefined;
    if (acceptance === undefined) return finding;
    return { ...finding, allowed: { by: 'reply' as const, reason: `${acceptance.reason} (${acceptance.login})` } };
  });
  return { ...report, ...verdictOf(findings, report.incidents, settings), findings };
}
