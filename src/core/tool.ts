import type { RepoPath } from './location.ts';
import type { Confidence, LifecycleStage, Severity } from './scale.ts';

/** What a tool of a participant said about a place at head, on the panel's own scales. */
export interface ToolObservation {
  /** `bandit`, as the persona file names it in lower case. */
  readonly tool: string;
  /** `B301`. */
  readonly rule: string;
  readonly path: RepoPath;
  /** 1-based; `endLine` is inclusive, columns are 1-based and `endColumn` exclusive. */
  readonly startLine: number;
  readonly endLine: number;
  readonly startColumn: number;
  readonly endColumn: number;
  /** One sentence without full stop. */
  readonly message: string;
  readonly title: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly persona: string;
  /** An evaluate-for id of the persona. */
  readonly concern: string;
  readonly stage: LifecycleStage;
  /** Address of the rule's page. */
  readonly docs: string;
  /** Checks of the panel that say the same; a finding of theirs on the same line takes the tool as a second source. */
  readonly sameAs: readonly string[];
  /** The author silenced the tool here (`# noqa`, `# nosec`); shown as allowed by the author. */
  readonly silencedBy?: string;
}
