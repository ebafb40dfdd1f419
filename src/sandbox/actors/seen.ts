import { anchorOf } from '../anchor.ts';
import type { Context } from '../context.ts';
import type { CheckRun, IssueComment, PullRequest, Repository, Review, ReviewComment } from '../state.ts';
import { firstOf } from '../threads.ts';
import type { SeenCheckRun, SeenComment, SeenReview } from '../types.ts';

/** A review comment as it is seen now. */
export async function seenComment(context: Context, comment: ReviewComment): Promise<SeenComment> {
  const anchor = await anchorOf(comment, context.limits);
  return {
    id: comment.id,
    path: anchor.path,
    line: anchor.line,
    startLine: anchor.startLine,
    side: comment.side,
    body: comment.body,
    author: comment.user.login,
    inReplyTo: comment.inReplyTo,
    outdated: anchor.outdated,
    resolved: comment.pull.resolved.has(firstOf(comment).id),
    minimized: comment.minimized,
    reactions: comment.reactions.map((reaction) => reaction.content),
  };
}

/** A conversation comment as it is seen. */
export function seenIssueComment(comment: IssueComment) {
  const { id, body, user, reactions } = comment;
  return { id, body, author: user.login, reactions: reactions.map((reaction) => reaction.content) };
}

/** A review as it is seen. */
export function seenReview(review: Review): SeenReview {
  const { id, state, body, user, commitId, pull } = review;
  const own = pull.comments.filter((comment) => comment.reviewId === id);
  return { id, state, body, author: user.login, commitId, commentIds: own.map((comment) => comment.id) };
}

function seenRun(run: CheckRun): SeenCheckRun {
  const { id, name, headSha, externalId, status, conclusion, title, summary, text, annotations, actions } = run;
  return {
    id,
    name,
    headSha,
    externalId,
    status,
    conclusion,
    title,
    summary,
    text,
    annotations: [...annotations],
    actions,
  };
}

/** Check runs of a commit, newest first. */
export function seenRuns(repository: Repository, sha: string): readonly SeenCheckRun[] {
  return repository.runs
    .filter((run) => run.headSha === sha)
    .map(seenRun)
    .reverse();
}

/** The comment of that id; throws when the pull request has none. */
export function commentWithId(pull: PullRequest, id: number): ReviewComment {
  const found = pull.comments.find((comment) => comment.id === id);
  if (found === undefined) throw new Error(`pull request ${pull.number} has no review comment ${id}`);
  return found;
}
