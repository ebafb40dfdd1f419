/** Ordered, worst first. Critical: production-breaking, data loss or exploit. High: fix before merge. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Ordered, surest first. Low confidence never blocks and never exceeds medium severity. */
export const CONFIDENCES = ['high', 'medium', 'low'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** Ordered as a model travels them. */
export const LIFECYCLE_STAGES = ['data', 'training', 'validation', 'deployment', 'monitoring'] as const;
export type LifecycleStage = (typeof LIFECYCLE_STAGES)[number];

/** The five participants that come with the product; a repository may add its own. */
export const PERSONAS = ['ml-engineer', 'data-engineer', 'data-architect', 'sre', 'security-auditor'] as const;
export type PersonaId = (typeof PERSONAS)[number];

/** What a check may do: shut the gate, comment, only be listed, or not run. */
export const MODES = ['block', 'comment', 'monitor', 'off'] as const;
export type Mode = (typeof MODES)[number];

/** Where a finding stands in relation to the diff, nearest first. */
export const PLACEMENTS = ['added-line', 'hunk', 'changed-file', 'elsewhere'] as const;
export type Placement = (typeof PLACEMENTS)[number];

/** Negative when `a` comes before `b` in its ordered list. */
export function compareOn<T>(scale: readonly T[], a: T, b: T): number {
  return scale.indexOf(a) - scale.indexOf(b);
}

/** True when `severity` is as bad as `threshold` or worse. */
export function atLeast(severity: Severity, threshold: Severity): boolean {
  return compareOn(SEVERITIES, severity, threshold) <= 0;
}

/** One step down the severity scale per `steps`, ending at low. */
export function lowered(severity: Severity, steps: number): Severity {
  const index = Math.min(SEVERITIES.length - 1, SEVERITIES.indexOf(severity) + steps);
  return SEVERITIES[index] ?? 'low';
}
