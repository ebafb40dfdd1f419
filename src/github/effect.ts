import type { Annotation } from '../report/annotations.ts';
import type { Anchor } from './anchor.ts';

/** A comment that is to be posted. `fallback` is shown instead where GitHub refuses it. */
export interface Draft {
  readonly anchor: Anchor;
  readonly body: string;
  readonly fingerprints: readonly string[];
  /** Changed lines of its file; the larger, the likelier that GitHub takes no comment there. */
  readonly diffLines: number;
  readonly fallback: readonly Annotation[];
}

export const CONCLUSIONS = [
  'success',
  'failure',
  'neutral',
  'skipped',
  'action_required',
  'timed_out',
  'cancelled',
] as const;
export type Conclusion = (typeof CONCLUSIONS)[number];

/** How a check run ends. */
export interface Outcome {
  readonly conclusion: Conclusion;
  readonly title: string;
  readonly summary: string;
  /** Worst first. */
  readonly annotations: readonly Annotation[];
  readonly buttons: boolean;
}

/** What is to be written to GitHub, in this order. */
export type Effect =
  | { readonly kind: 'post-review'; readonly commit: string; readonly body: string; readonly drafts: readonly Draft[] }
  | { readonly kind: 'edit-comment'; readonly comment: number; readonly body: string }
  | { readonly kind: 'delete-comment'; readonly comment: number }
  | { readonly kind: 'resolve-thread'; readonly comment: number; readonly thread: string }
  | { readonly kind: 'reopen-thread'; readonly comment: number; readonly thread: string }
  | ({ readonly kind: 'complete-check' } & Outcome);
