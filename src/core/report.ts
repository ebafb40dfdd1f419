import type { Evidence, Finding } from './finding.ts';
import type { RepoPath } from './location.ts';
import type { LifecycleStage, Severity } from './scale.ts';

export const VERDICTS = ['pass', 'advise', 'block', 'incomplete'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Something the panel could not do. Reported, never swallowed, never fatal. */
export interface Incident {
  readonly kind:
    | 'unparsable'
    | 'withheld'
    | 'check-crashed'
    | 'budget-exceeded'
    | 'configuration'
    | 'tool-failed'
    | 'unread';
  /** Absent where the incident concerns no single file. */
  readonly path?: RepoPath;
  /** 1-based. */
  readonly line?: number;
  /** One sentence, with what to do where something can be done. */
  readonly message: string;
  readonly check?: string;
  /** False when the incident says nothing about the change (a broken file that the change did not touch). */
  readonly clouds: boolean;
}

export interface ToolStatus {
  readonly name: string;
  readonly status: 'ok' | 'missing' | 'failed' | 'not-run';
  readonly version?: string;
  /** The installed version is none of those that its adapter knows. */
  readonly outside?: true;
  readonly required: boolean;
  readonly note: string;
}

/** One participant's view. `concerns` holds the evaluate-for titles that have open findings, worst first. */
export interface Opinion {
  readonly persona: string;
  readonly name: string;
  readonly concerns: readonly {
    readonly concern: string;
    readonly title: string;
    readonly severity: Severity;
    readonly findings: number;
  }[];
  readonly risk: { readonly level: Severity | 'none'; readonly why: string };
  readonly recommendations: readonly string[];
  readonly notAssessed: readonly { readonly concern: string; readonly why: string }[];
  readonly tools: readonly ToolStatus[];
  readonly degraded: boolean;
}

export const EVIDENCE_STATES = ['evidenced', 'contradicted', 'not evidenced', 'not applicable'] as const;
export type EvidenceState = (typeof EVIDENCE_STATES)[number];

/** Rows of the lifecycle table; monitoring is split, and health never satisfies drift. */
export type LifecycleRow = Exclude<LifecycleStage, 'monitoring'> | 'monitoring-health' | 'monitoring-drift';

export interface LifecycleGap {
  readonly status: EvidenceState;
  readonly evidence: readonly Evidence[];
  readonly contradictions: readonly Evidence[];
  readonly wouldCount: readonly string[];
}

export interface Constraint {
  readonly id: 'reproducible' | 'rollback' | 'fairness' | 'drift';
  readonly question: string;
  readonly status: EvidenceState;
  readonly answer: string;
  readonly evidence: readonly Evidence[];
}

export interface ReadinessTest {
  readonly id: string;
  readonly title: string;
  readonly state: 'automated' | 'documented' | 'contradicted' | 'not-evidenced' | 'not-applicable';
  readonly score: number;
  readonly evidence: readonly Evidence[];
  readonly reason: string;
}

export const READINESS_LEVELS = ['insufficient evidence', 'low', 'moderate', 'high'] as const;
export type ReadinessLevel = (typeof READINESS_LEVELS)[number];

export interface Readiness {
  readonly confidence: ReadinessLevel;
  /** Why this level and not the next. */
  readonly why: string;
  readonly score: {
    readonly data: number;
    readonly model: number;
    readonly infrastructure: number;
    readonly monitoring: number;
    /** Minimum of the four. */
    readonly total: number;
  };
  /** Share of applicable tests with evidence or contradiction, 0 to 1. */
  readonly coverage: number;
  readonly tests: readonly ReadinessTest[];
  readonly wouldRaise: readonly string[];
  /** The level at base, where the base was read as well. */
  readonly before?: ReadinessLevel;
}

export interface Position {
  readonly persona: string;
  readonly says: string;
  readonly evidence: readonly Evidence[];
}

export interface Conflict {
  readonly id: string;
  readonly positions: readonly [Position, Position];
  readonly tradeOff: string;
  readonly resolution: string;
  readonly why: string;
  readonly escalate?: { readonly question: string; readonly options: readonly string[] };
  /** A human's earlier decision in the configuration; cited, not reopened. */
  readonly decided?: string;
}

/** What is judged beyond single findings. */
export interface Assessment {
  readonly lifecycle: Readonly<Record<LifecycleRow, LifecycleGap>>;
  readonly constraints: readonly Constraint[];
  readonly readiness: Readiness;
  readonly conflicts: readonly Conflict[];
}

/** Lists of fingerprints where findings are meant, so that nothing stands twice in the report. */
export interface Consolidation {
  readonly lifecycle: Readonly<Record<LifecycleRow, LifecycleGap>>;
  readonly constraints: readonly Constraint[];
  readonly dataQuality: readonly string[];
  readonly serving: readonly string[];
  readonly securityAndPrivacy: readonly string[];
  readonly recommendations: readonly string[];
  readonly readiness: Readiness;
  readonly conflicts: readonly Conflict[];
}

/** Node and edge of the described ML system; `id` is unique in its map. */
export interface SystemNode {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly environment?: string;
  readonly path: RepoPath;
  readonly line: number;
  readonly wired?: { readonly holds: readonly string[]; readonly fails: readonly string[] };
}

export interface SystemEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly path: RepoPath;
  readonly line: number;
  /** Percent of the requests that go this way, where the file says so. */
  readonly traffic?: number;
}

export interface Report {
  readonly schemaVersion: 1;
  readonly version: string;
  readonly base: string;
  readonly head: string;
  readonly verdict: Verdict;
  /** One sentence. */
  readonly why: string;
  /** Worst first; introduced before pre-existing. */
  readonly findings: readonly Finding[];
  readonly participants: readonly Opinion[];
  readonly consolidation: Consolidation;
  readonly system: { readonly nodes: readonly SystemNode[]; readonly edges: readonly SystemEdge[] };
  readonly incidents: readonly Incident[];
  readonly notEvaluated: readonly { readonly path: RepoPath; readonly reason: string; readonly check?: string }[];
  /** Changed files, and how many of them were read. */
  readonly coverage: { readonly files: number; readonly read: number };
}
