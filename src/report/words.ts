import type { Finding } from '../core/finding.ts';
import type { EvidenceState, Incident, LifecycleRow, Opinion, Report, Verdict } from '../core/report.ts';
import { SEVERITIES, type Severity } from '../core/scale.ts';

export const MARKS: Readonly<Record<Severity, string>> = { critical: '🔴', high: '🟠', medium: '🟡', low: '🔵' };

export const SEVERITY_NAMES: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
};

export const VERDICT_NAMES: Readonly<Record<Verdict, string>> = {
  pass: 'Pass',
  advise: 'Advice',
  block: 'Blocked',
  incomplete: 'Incomplete',
};

/** Rows of the lifecycle table, in order. */
export const ROW_NAMES: Readonly<Record<LifecycleRow, string>> = {
  data: 'Data',
  training: 'Training',
  validation: 'Validation',
  deployment: 'Deployment',
  'monitoring-health': 'Monitoring: health',
  'monitoring-drift': 'Monitoring: model drift',
};

export const LIFECYCLE_ROWS = Object.keys(ROW_NAMES) as readonly LifecycleRow[];

export const STATE_MARKS: Readonly<Record<EvidenceState, string>> = {
  evidenced: '✅',
  contradicted: '❌',
  'not evidenced': '➖',
  'not applicable': '·',
};

export type Participants = readonly Pick<Opinion, 'persona' | 'name' | 'concerns'>[];

/** The participant's name as its file gives it; its id in words where it is not seated. */
export function personaName(participants: Participants, id: string): string {
  return participants.find((each) => each.persona === id)?.name ?? inWords(id);
}

/** `ML Engineer with SRE` */
export function voices(participants: Participants, finding: Pick<Finding, 'persona' | 'alsoRaisedBy'>): string {
  const first = personaName(participants, finding.persona);
  const others = finding.alsoRaisedBy.map((id) => personaName(participants, id));
  return others.length === 0 ? first : `${first} with ${others.join(', ')}`;
}

export function concernName(participants: Participants, finding: Pick<Finding, 'persona' | 'concern'>): string {
  const concerns = participants.find((each) => each.persona === finding.persona)?.concerns ?? [];
  return concerns.find((each) => each.concern === finding.concern)?.title ?? inWords(finding.concern);
}

/** `data-leakage` to `Data leakage` */
function inWords(id: string): string {
  const text = id.replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `train.py:42`, or `train.ipynb cell 3:7` */
export function whereOf(finding: Pick<Finding, 'path' | 'startLine' | 'cell' | 'cellLine'>): string {
  if (finding.cell === undefined) return `${finding.path}:${finding.startLine}`;
  return `${finding.path} cell ${finding.cell}:${finding.cellLine ?? 1}`;
}

/** Counts against the change. */
export function isOpen(finding: Pick<Finding, 'introduced' | 'allowed'>): boolean {
  return finding.introduced && finding.allowed === undefined;
}

/** `2 high, 1 medium`; empty when there is none. */
export function countBySeverity(findings: readonly Pick<Finding, 'severity'>[]): string {
  return SEVERITIES.map((severity) => [findings.filter((each) => each.severity === severity).length, severity] as const)
    .filter(([count]) => count > 0)
    .map(([count, severity]) => `${count} ${severity}`)
    .join(', ');
}

export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `5 of 6 changed files read`, or shorter where all were. */
export function coverageText({ files, read }: Report['coverage']): string {
  const changed = plural(files, 'changed file', 'changed files');
  return read === files ? `${changed} read` : `${read} of ${changed} read`;
}

/** Ends a sentence that was written without its full stop. */
export function sentence(text: string): string {
  return /[.!?:…]$/.test(text) ? text : `${text}.`;
}

/** With a capital, unless it starts with something that is not a word. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Where an incident stands, unless its message names the file itself. */
export function incidentPlace({ path, line, message }: Incident): string {
  if (path === undefined || message.includes(path)) return '';
  return line === undefined ? path : `${path}:${line}`;
}

/** Nothing to tell anyone about this change beyond that it was read. */
export function isHealthy(report: Report): boolean {
  return (
    report.verdict === 'pass' &&
    !report.findings.some((finding) => finding.introduced) &&
    report.consolidation.conflicts.length === 0 &&
    report.notEvaluated.length === 0 &&
    !report.incidents.some((incident) => incident.clouds)
  );
}

/** The whole report of a healthy change, without full stop. */
export function healthyLine(report: Report): string {
  const older = report.findings.filter((finding) => !finding.introduced && finding.allowed === undefined).length;
  const degraded = report.participants.filter((each) => each.degraded).map((each) => each.name);
  return [
    `nothing to raise in ${plural(report.coverage.read, 'changed file', 'changed files')}`,
    ...(older === 0 ? [] : [`${plural(older, 'older finding stands', 'older findings stand')} in the repository`]),
    ...(degraded.length === 0 ? [] : [`${degraded.join(', ')} degraded for want of required tools`]),
  ].join('; ');
}
