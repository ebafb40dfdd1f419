import type { Evidence, Finding } from '../core/finding.ts';
import type { LifecycleGap, LifecycleRow } from '../core/report.ts';

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
export function gapOf(
  evidence: readonly Evidence[],
  contradictions: readonly Evidence[],
  wouldCount: readonly string[],
): LifecycleGap {
  if (contradictions.length > 0) return { status: 'contradicted', evidence, contradictions, wouldCount };
  if (evidence.length > 0) return { status: 'evidenced', evidence, contradictions, wouldCount: [] };
  return { status: 'not evidenced', evidence, contradictions, wouldCount };
}
