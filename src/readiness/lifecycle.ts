import type { Evidence, Finding } from '../core/finding.ts';
import type { LifecycleGap, LifecycleRow, ReadinessTest } from '../core/report.ts';
import type { Project } from '../documents/project.ts';
import { RUBRIC } from './score.ts';
import { servingEvidence, trainingEvidence } from './tests-infrastructure.ts';
import { healthEvidence } from './tests-monitoring.ts';

interface Row {
  /** Findings that speak against it. */
  readonly against: (finding: Finding) => boolean;
  /** Tests whose evidence speaks for it; the first one's remedy is what would count. */
  readonly tests: readonly string[];
  readonly evidence: (project: Project) => readonly Evidence[];
}

const nothing = (): readonly Evidence[] => [];
const ofStage =
  (stage: Finding['stage']) =>
  (finding: Finding): boolean =>
    finding.stage === stage;

/** Alerts and objectives of the service itself; what is wrong with them is health, everything else about monitoring is drift. */
const HEALTH_CHECKS = new Set([
  'online-endpoint-without-slo',
  'alert-metric-never-emitted',
  'alert-target-orphaned',
  'monitor-exception-swallowed',
  'schedule-no-failure-alert',
  'region-literal-mismatch',
  'promtool:check-rules',
]);

const ROWS: Readonly<Record<LifecycleRow, Row>> = {
  data: { against: ofStage('data'), tests: ['D1', 'D7'], evidence: nothing },
  training: { against: ofStage('training'), tests: ['I1', 'I2', 'I3'], evidence: trainingEvidence },
  validation: { against: ofStage('validation'), tests: ['I4', 'M6', 'M7'], evidence: nothing },
  deployment: { against: ofStage('deployment'), tests: ['I7', 'I6'], evidence: servingEvidence },
  'monitoring-health': {
    against: ({ stage, check }) => stage === 'monitoring' && HEALTH_CHECKS.has(check),
    tests: ['O6'],
    evidence: healthEvidence,
  },
  // Health never satisfies this row: none of its sources is asked.
  'monitoring-drift': {
    against: ({ stage, check }) => stage === 'monitoring' && !HEALTH_CHECKS.has(check),
    tests: ['O2', 'O7'],
    evidence: nothing,
  },
};

function unique(evidence: readonly Evidence[]): readonly Evidence[] {
  const seen = new Set<string>();
  return evidence.filter(({ path, line }) => {
    const key = `${path}:${line}`;
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}

function gapOf(
  row: Row,
  project: Project,
  findings: readonly Finding[],
  tests: readonly ReadinessTest[],
): LifecycleGap {
  const mine = row.tests.flatMap((id) => tests.find((test) => test.id === id) ?? []);
  const contradictions = findings
    .filter((finding) => finding.allowed === undefined && finding.severity !== 'low' && row.against(finding))
    .map(({ path, startLine, message }) => ({ path, line: startLine, note: message }));
  // A lock file alone speaks for no training where nothing is trained.
  const arises = mine.some(({ state }) => state !== 'not-applicable');
  const evidence = unique([
    ...mine.filter(({ state }) => state === 'automated' || state === 'documented').flatMap((test) => test.evidence),
    ...(arises ? row.evidence(project) : []),
  ]).slice(0, 4);
  const wouldCount = row.tests.slice(0, 1).flatMap((id) => RUBRIC.find((test) => test.id === id)?.wouldCount ?? []);
  if (contradictions.length > 0) return { status: 'contradicted', evidence, contradictions, wouldCount: [] };
  if (evidence.length > 0) return { status: 'evidenced', evidence, contradictions, wouldCount: [] };
  if (!arises) return { status: 'not applicable', evidence, contradictions, wouldCount: [] };
  return { status: 'not evidenced', evidence, contradictions, wouldCount };
}

/** The lifecycle table: data, training, validation, deployment, and monitoring in its two rows. */
export function lifecycleOf(
  project: Project,
  findings: readonly Finding[],
  tests: readonly ReadinessTest[],
): Readonly<Record<LifecycleRow, LifecycleGap>> {
  const rows = Object.entries(ROWS).map(([name, row]) => [name, gapOf(row, project, findings, tests)]);
  return Object.fromEntries(rows) as Readonly<Record<LifecycleRow, LifecycleGap>>;
}
