import type { Finding } from '../core/finding.ts';
import type { Assessment, Consolidation, Opinion } from '../core/report.ts';

const SECURITY = 'security-auditor';

function fingerprints(findings: readonly Finding[], belongs: (finding: Finding) => boolean): readonly string[] {
  return findings.filter(belongs).map((finding) => finding.fingerprint);
}

/** Sorts the open findings under the contract's headings; each stands under the first heading that fits. */
export function consolidate(
  findings: readonly Finding[],
  opinions: readonly Opinion[],
  assessment: Assessment,
): Consolidation {
  const open = findings.filter((finding) => finding.introduced && finding.allowed === undefined);
  const security = (finding: Finding): boolean =>
    finding.persona === SECURITY || finding.alsoRaisedBy.includes(SECURITY);
  const data = (finding: Finding): boolean => !security(finding) && finding.stage === 'data';
  const serving = (finding: Finding): boolean => !security(finding) && finding.stage === 'deployment';
  return {
    ...assessment,
    dataQuality: fingerprints(open, data),
    serving: fingerprints(open, serving),
    securityAndPrivacy: fingerprints(open, security),
    recommendations: [...new Set(opinions.flatMap((opinion) => opinion.recommendations))],
  };
}
