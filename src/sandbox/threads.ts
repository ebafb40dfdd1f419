import { baseAt } from './anchor.ts';
import type { Context } from './context.ts';
import { diffOf } from './diff.ts';
import { findLine, findPosition, type Hunk, hunkDownTo, parsePatch, refusals, sentenceOf } from './hunks.ts';
import { stamp } from './lookup.ts';
import type { Account, PullRequest, Review, ReviewComment, Side } from './state.ts';

/** A comment as somebody asks for it, before it is known to be possible. */
export interface DraftComment {
  readonly path: string;
  readonly body: string;
  readonly line: number | undefined;
  readonly side: Side;
  readonly startLine: number | undefined;
  readonly startSide: Side | undefined;
  readonly position: number | undefined;
  readonly file: boolean;
}

/** Where a comment goes, or why it cannot in GitHub's words. */
export type Placing = { readonly refused: readonly string[] } | { readonly place: Place };

export interface Place {
  readonly draft: DraftComment;
  readonly line: number | null;
  readonly side: Side;
  readonly position: number;
  readonly diffHunk: string;
}

/** Decides on one comment against what the pull request changed at a commit of it. */
export async function placeComment(
  context: Context,
  pull: PullRequest,
  commit: string,
  draft: DraftComment,
): Promise<Placing> {
  const { files } = await diffOf(pull.repository.git, await baseAt(pull, commit), commit, context.limits);
  const file = files.find((candidate) => candidate.path === draft.path);
  const blank = "Pull request review thread diff hunk can't be blank";
  if (file === undefined) return { refused: ['Pull request review thread path is invalid', blank] };
  if (file.tooLarge) return { refused: ['Pull request review thread path diff too large', blank] };
  if (draft.file)
    return { place: { draft, line: null, side: 'RIGHT', position: 1, diffHunk: file.patch?.split('\n')[0] ?? '' } };
  return placeOnLine(parsePatch(file.patch ?? ''), draft);
}

function placeOnLine(hunks: readonly Hunk[], draft: DraftComment): Placing {
  const byPosition =
    draft.line === undefined && draft.position !== undefined ? findPosition(hunks, draft.position) : undefined;
  const side = byPosition === undefined ? draft.side : byPosition.line.right === null ? 'LEFT' : 'RIGHT';
  const line = draft.line ?? byPosition?.line.right ?? byPosition?.line.left ?? 0;
  const refused = refusals(hunks, { side, line, startSide: draft.startSide ?? side, startLine: draft.startLine });
  const found = findLine(hunks, side, line);
  if (refused.length > 0 || found === undefined) return { refused };
  return { place: { draft, line, side, position: found.line.position, diffHunk: hunkDownTo(found.hunk, found.line) } };
}

/** GitHub's sentence for a refused comment. */
export function refusalOf(refused: readonly string[]): string {
  return sentenceOf(refused);
}

/** Adds a review without comments. */
export function addReview(
  context: Context,
  pull: PullRequest,
  who: { readonly user: Account; readonly byApp: boolean },
  state: Review['state'],
  body: string,
  commitId: string,
): Review {
  const review: Review = {
    id: context.state.nextId(),
    pull,
    ...who,
    state,
    commitId,
    submittedAt: stamp(context.state),
    body,
  };
  pull.reviews.push(review);
  return review;
}

/** Adds a placed comment that opens a thread. */
export async function addComment(context: Context, review: Review, place: Place): Promise<ReviewComment> {
  const { pull } = review;
  const { draft } = place;
  const at = stamp(context.state);
  const comment: ReviewComment = {
    id: context.state.nextId(),
    pull,
    reviewId: review.id,
    path: draft.path,
    subject: draft.file ? 'file' : 'line',
    side: place.side,
    startSide: draft.startLine === undefined ? null : (draft.startSide ?? place.side),
    originalLine: place.line,
    originalStartLine: draft.startLine ?? null,
    originalPosition: place.position,
    originalCommit: review.commitId,
    originalBase: await baseAt(pull, review.commitId),
    diffHunk: place.diffHunk,
    inReplyTo: null,
    user: review.user,
    byApp: review.byApp,
    createdAt: at,
    updatedAt: at,
    body: draft.body,
    minimized: null,
    reactions: [],
  };
  pull.comments.push(comment);
  return comment;
}

/** Adds a reply at the end of a thread; the reply stands where the thread's first comment does. */
export function addReply(context: Context, review: Review, first: ReviewComment, body: string): ReviewComment {
  const at = stamp(context.state);
  const comment: ReviewComment = {
    ...first,
    id: context.state.nextId(),
    reviewId: review.id,
    user: review.user,
    byApp: review.byApp,
    inReplyTo: first.id,
    createdAt: at,
    updatedAt: at,
    body,
    minimized: null,
    reactions: [],
  };
  first.pull.comments.push(comment);
  return comment;
}

/** The comment that opened the thread which a comment is in. */
export function firstOf(comment: ReviewComment): ReviewComment {
  if (comment.inReplyTo === null) return comment;
  return comment.pull.comments.find((candidate) => candidate.id === comment.inReplyTo) ?? comment;
}

/** The comments that everybody sees: all but those of reviews that were never submitted. */
export function published(pull: PullRequest): readonly ReviewComment[] {
  const pending = new Set(pull.reviews.filter((review) => review.state === 'PENDING').map((review) => review.id));
  return pull.comments.filter((comment) => !pending.has(comment.reviewId));
}
