import type { Brand } from './brand.ts';
import type { Place, RepoPath } from './location.ts';
import type { Confidence, LifecycleStage, Mode, Placement, Severity } from './scale.ts';

/** `fit-before-split`: kebab-case, names the defect. */
export type CheckId = Brand<string, 'CheckId'>;
/** Hex digest of check, path lineage, normalised flagged text and ordinal. Holds no line number. */
export type Fingerprint = Brand<string, 'Fingerprint'>;

/** A second place that proves the finding. `line` is 1-based. */
export interface Evidence {
  readonly path: RepoPath;
  readonly line: number;
  readonly note: string;
}

/** Whole lines to put in place of `startLine..endLine` at head. */
export interface Suggestion {
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
}

/** What a check yields: here, this. It knows neither the diff nor its own severity. */
export interface Observation {
  readonly outcome: 'observed';
  readonly place: Place;
  /** Which side `place` is on; a removed guard is seen at base. */
  readonly side: 'base' | 'head';
  /** The flagged text, for the fingerprint. */
  readonly flagged: string;
  /** One present-tense sentence that names the user's own identifiers; no full stop. */
  readonly message: string;
  /** Names one of the check's declared grades; absent means the check's plain severity. */
  readonly grade?: string;
  readonly evidence: readonly Evidence[];
  readonly suggestion?: Suggestion;
  /** `organisation/name` on a model hub whose code is run; an organisation may be declared trusted. */
  readonly runsCodeOf?: string;
}

/** A check could not judge a place. Listed in the report and lowers the confidence; never read as a pass. */
export interface NotEvaluated {
  readonly outcome: 'not-evaluated';
  readonly path: RepoPath;
  readonly reason: string;
}

export type Outcome = Observation | NotEvaluated;

/** Why a finding does not count against the gate. `baseline` and `waiver` come from the base branch alone. */
export interface Allowance {
  readonly by: 'comment' | 'waiver' | 'baseline' | 'reply';
  readonly reason: string;
}

/** An observation as the panel says it. */
export interface Finding {
  readonly check: string;
  readonly persona: string;
  readonly alsoRaisedBy: readonly string[];
  /** `ml-review`, and `bandit:B301` for every tool that said the same. */
  readonly sources: readonly string[];
  readonly severity: Severity;
  /** Why the severity differs from the check's own, where it does. */
  readonly severityReason?: string;
  readonly confidence: Confidence;
  readonly stage: LifecycleStage;
  readonly mode: Exclude<Mode, 'off'>;
  /** The evaluate-for id of the persona. */
  readonly concern: string;
  readonly title: string;
  readonly message: string;
  readonly remedy: string;
  readonly docs: string;
  readonly path: RepoPath;
  readonly startLine: number;
  readonly endLine: number;
  readonly startColumn: number;
  readonly endColumn: number;
  readonly cell?: number;
  readonly cellLine?: number;
  readonly side: 'base' | 'head';
  readonly evidence: readonly Evidence[];
  readonly suggestion?: Suggestion;
  readonly placement: Placement;
  readonly introduced: boolean;
  readonly fingerprint: Fingerprint;
  readonly allowed?: Allowance;
}
