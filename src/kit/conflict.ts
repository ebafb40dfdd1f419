import type { Evidence, Finding } from '../core/finding.ts';
import type { Conversation } from '../core/snapshot.ts';
import type { Project } from '../documents/project.ts';
import type { Example } from './example.ts';

/** What a conflict may look at: the findings of all participants and the project they stand in. */
export interface ConflictScene {
  /** Introduced ones and those that were there before; allowed ones are left out. */
  readonly findings: readonly Finding[];
  readonly project: Project;
  readonly conversation: Conversation | undefined;
}

/** One side, in the words of a participant. */
export interface Side {
  readonly says: string;
  readonly evidence: readonly [Evidence, ...Evidence[]];
}

/** Both sides are there. With one side alone there is only a finding. */
export interface Clash {
  readonly first: Side;
  readonly second: Side;
  /** A fact that no file holds and on which the resolution depends. */
  readonly escalate?: { readonly question: string; readonly options: readonly [string, string, ...string[]] };
}

/** Two participants who are both right. One file, `src/conflicts/<id>.ts`; the file name is the id. */
export interface ConflictRule {
  readonly title: string;
  /** Personas of the first and the second side. */
  readonly between: readonly [string, string];
  readonly tradeOff: string;
  readonly resolution: string;
  /** Why this way and not the other. */
  readonly why: string;
  readonly references: readonly string[];
  /** `bad` examples hold the conflict, `good` ones do not; run with the whole catalogue. */
  readonly examples: readonly [Example, Example, ...Example[]];
  readonly clash: (scene: ConflictScene) => Clash | undefined;
}

export interface ListedConflict {
  readonly id: string;
  readonly rule: ConflictRule;
}

export const defineConflict = (rule: ConflictRule): ConflictRule => rule;

/** The open findings of these checks. */
export const raised = ({ findings }: ConflictScene, ...checks: readonly string[]): readonly Finding[] =>
  findings.filter(({ check }) => checks.includes(check));

/** A finding as evidence of a side. */
export const asEvidence = ({ path, startLine, message }: Finding): Evidence => ({
  path,
  line: startLine,
  note: message,
});

/** All of them as evidence; undefined when there is none. */
export function evidenceOf(findings: readonly Finding[]): readonly [Evidence, ...Evidence[]] | undefined {
  const [first, ...rest] = findings;
  return first === undefined ? undefined : [asEvidence(first), ...rest.slice(0, 3).map(asEvidence)];
}
