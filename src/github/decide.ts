import picomatch from 'picomatch';
import type { Settings } from '../core/settings.ts';
import type { Outcome } from './effect.ts';
import type { PullFacts } from './read.ts';

/** What the present state of a pull request asks for. */
export type Decision =
  | { readonly kind: 'review'; readonly comments: boolean }
  | { readonly kind: 'no-review'; readonly outcome: Outcome };

function noReview(conclusion: Outcome['conclusion'], title: string, summary: string): Decision {
  return { kind: 'no-review', outcome: { conclusion, title, summary, annotations: [], buttons: false } };
}

function isWatched(baseRef: string, globs: readonly string[]): boolean {
  return globs.length === 0 || picomatch.isMatch(baseRef, [...globs]);
}

/** Decides by the present set of labels, never by the event that brought us here. */
export function decide(facts: Pick<PullFacts, 'labels' | 'draft' | 'baseRef'>, settings: Settings): Decision {
  const { label, gate, review } = settings;
  const labelled = facts.labels.some((name) => name.toLowerCase() === label.toLowerCase());
  if (!isWatched(facts.baseRef, review.baseBranches)) {
    return noReview(
      'skipped',
      'Not reviewed: another base branch',
      `Reviews are asked for on ${review.baseBranches.map((glob) => `\`${glob}\``).join(', ')} only.`,
    );
  }
  if (!labelled && gate.requireLabel) {
    return noReview(
      'action_required',
      `The label ${label} is required`,
      `Add the label \`${label}\` to have this change reviewed; this repository requires it.`,
    );
  }
  if (!labelled)
    return noReview('skipped', 'Not requested', `Add the label \`${label}\` to have the panel review this change.`);
  if (facts.draft && review.drafts === 'skip') {
    return noReview('skipped', 'Not reviewed: a draft', 'The review starts when this pull request is ready.');
  }
  return { kind: 'review', comments: !facts.draft || review.drafts === 'full' };
}
