import type { CheckId, Outcome } from '../core/finding.ts';
import type { Confidence, LifecycleStage, Mode, Severity } from '../core/scale.ts';
import type { Document, DocumentKind, DocumentOf } from '../documents/kinds.ts';
import { mentionsAny } from '../documents/mentions.ts';
import type { Project } from '../documents/project.ts';
import type { PathClass } from '../facts/paths.ts';
import type { Example } from './example.ts';

/** What happens to a finding in a file of a certain class: not said, said as low, some steps down, or in full. */
export type Treatment = 'skip' | 'low' | 'one-down' | 'full';

/** A severity of its own for one of the situations that a check tells apart. */
export interface Grade {
  readonly severity: Severity;
  /** Completes "… when": "the bytes come from the network". */
  readonly when: string;
}

export interface CheckMeta {
  /** An evaluate-for id of the persona whose folder the check lives in. */
  readonly evaluates: string;
  readonly stage: LifecycleStage;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** `block` only after its precision was measured (docs/precision.md); absent means `comment`. */
  readonly mode?: Mode;
  /** The defect in a few words, under 72 characters, unique. */
  readonly title: string;
  /** The motive: what goes wrong in training or production. Markdown. */
  readonly why: string;
  /** Imperative: what to do instead. Markdown. */
  readonly fix: string;
  /** Primary sources, https. */
  readonly references: readonly string[];
  /** Situations with another severity, by the name that an observation cites. */
  readonly grades?: Readonly<Record<string, Grade>>;
  /** Differs from the defaults of `facts/paths.ts` for these classes. */
  readonly paths?: Partial<Readonly<Record<PathClass, Treatment>>>;
  /** The check can say nothing about a file whose text holds none of these; read before parsing. */
  readonly mentions?: readonly string[];
  readonly examples: readonly [Example, Example, ...Example[]];
}

/** Judges one document at head. A check that reads `python` also gets the joined code of notebooks. */
export interface FileCheck<Kind extends DocumentKind = DocumentKind> extends CheckMeta {
  readonly reads: Kind | readonly Kind[];
  readonly inspect: (document: DocumentOf<Kind>, project: Project) => Iterable<Outcome>;
}

export interface DocumentChange<Kind extends DocumentKind = DocumentKind> {
  readonly base: DocumentOf<Kind>;
  /** Undefined when the change deletes the file. */
  readonly head: DocumentOf<Kind> | undefined;
  readonly before: Project;
  readonly after: Project;
}

/** Judges what became of one document, which existed at base under the same path or the one it was renamed from. */
export interface ChangeCheck<Kind extends DocumentKind = DocumentKind> extends CheckMeta {
  readonly compares: Kind | readonly Kind[];
  readonly inspect: (change: DocumentChange<Kind>) => Iterable<Outcome>;
}

/** Judges the whole project. Called with the same project twice to learn what was there before the change. */
export interface ProjectCheck extends CheckMeta {
  readonly spans: 'project';
  readonly inspect: (after: Project, before: Project) => Iterable<Outcome>;
}

/** Any check, as the engine runs it: what it reads has been matched before `inspect` is called. */
export type Check = FileCheck | ChangeCheck | ProjectCheck;

export function defineCheck<const Kind extends DocumentKind>(check: FileCheck<Kind>): Check;
export function defineCheck<const Kind extends DocumentKind>(check: ChangeCheck<Kind>): Check;
export function defineCheck(check: ProjectCheck): Check;
export function defineCheck(check: unknown): Check {
  // The one cast: `reads` and `inspect` were checked against each other above and are only called together.
  return check as Check;
}

/** The kinds of document that a file or change check asks for; empty for a project check. */
export function kindsOf(check: Check): readonly DocumentKind[] {
  if ('reads' in check) return typeof check.reads === 'string' ? [check.reads] : check.reads;
  if ('compares' in check) return typeof check.compares === 'string' ? [check.compares] : check.compares;
  return [];
}

/** False when the text cannot interest the check. */
export function mayMention(check: Check, document: Pick<Document, 'text'>): boolean {
  return check.mentions === undefined || mentionsAny(document, check.mentions);
}

/** A check with its address: the folder is the persona, the file name is the id. */
export interface Listed {
  readonly id: CheckId;
  readonly persona: string;
  readonly check: Check;
}
