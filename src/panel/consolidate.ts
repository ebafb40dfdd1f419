import type { Evidence, Finding } from '../core/finding.ts';
import type { Consolidation, LifecycleGap, LifecycleRow, Opinion, Readiness } from '../core/report.ts';

/** What the readiness and conflict rooms made of the project, handed in so that this file only arranges. */
export interface Assessment {
  readonly lifecycle: Consolidation['lifecycle'];
  readonly constraints: Consolidation['constraints'];
  readonly readiness: Readiness;
  readonly conflicts: Consolidation['conflicts'];
}

const SECURITY = 'security-auditor';

function fingerprints(findings: readonly Finding[], belongs: (finding: Finding) => boolean): readonly string[] {
  return findings.filter(belongs).map((finding) => finding.fingerprint);
}

/** Sorts the open findings under the contract's headings; each stands under the first heading that fits. */
export function consolidate(findings: readonly Finding[], opinions: readonly Opinion[], assessment: Assessment): Consolidation {
  const open = findings.filter((finding) => finding.introduced && finding.allowed === undefined);
  const security = (finding: Finding): boolean => finding.persona === SECURITY || finding.alsoRaisedBy.includes(SECURITY);
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

const ROWS: Readonly<Record<LifecycleRow, (finding: Finding) => boolean>> = {
  data: (finding) => finding.stage === 'data',
  training: (finding) => finding.stage === 'training',
  validation: (finding) => finding.stage === 'validation',
  deployment: (finding) => finding.stage === 'deployment',
  'monitoring-health': () => false,
  'monitoring-drift': (finding) => finding.stage === 'monitoring',
};

/** The findings that speak against a stage, as evidence. */
export function contradictionsOf(findings: readonly Finding[]): Readonly<Record<LifecycleRow, readonly Evidence[]>> {
  const entries = Object.entries(ROWS).map(([row, belongs]) => [
    row,
    findings
      .filter((finding) => finding.allowed === undefined && finding.severity !== 'low' && belongs(finding))
      .map((finding) => ({ path: finding.path, line: finding.startLine, note: finding.message })),
  ]);
  return Object.fromEntries(entries) as Readonly<Record<LifecycleRow, readonly Evidence[]>>;
}

/** A row of the lifecycle table from what speaks for and against it. */
export function gapOf(evidence: readonly Evidence[], contradictions: readonly Evidence[], wouldCount: readonly string[]): LifecycleGap {
  if (contradictions.length > 0) return { status: 'contradicted', evidence, contradictions, wouldCount };
  if (evidence.length > 0) return { status: 'evidenced', evidence, contradictions, wouldCount: [] };
  return { status: 'not evidenced', evidence, contradictions, wouldCount };
}
