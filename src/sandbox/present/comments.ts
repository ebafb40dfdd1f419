import { anchorOf } from '../anchor.ts';
import type { Context } from '../context.ts';
import { nodeId } from '../lookup.ts';
import type { IssueComment, PullRequest, Review, ReviewComment } from '../state.ts';
import { appShape } from './app.ts';
import { accountShape, apiOf, association, rollup, type Shape, webOf } from './basics.ts';

function pullUrls(context: Context, pull: PullRequest): { readonly api: string; readonly web: string } {
  return {
    api: `${apiOf(context, pull.repository)}/pulls/${pull.number}`,
    web: `${webOf(context, pull.repository)}/pull/${pull.number}`,
  };
}

/** `pull-request-review`. */
export function reviewShape(context: Context, review: Review): Shape {
  const { api, web } = pullUrls(context, review.pull);
  const html = `${web}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId('PRR', review.id),
    user: accountShape(context, review.user),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: api,
    author_association: association(review.pull.repository, review.user),
    _links: { html: { href: html }, pull_request: { href: api } },
    submitted_at: review.submittedAt,
    commit_id: review.commitId,
  };
}

/** `pull-request-review-comment`, anchored at the present head. */
export async function reviewCommentShape(context: Context, comment: ReviewComment): Promise<Shape> {
  const { pull } = comment;
  const anchor = await anchorOf(comment, context.limits);
  const { api, web } = pullUrls(context, pull);
  const url = `${apiOf(context, pull.repository)}/pulls/comments/${comment.id}`;
  const html = `${web}#discussion_r${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId('PRRC', comment.id),
    url,
    pull_request_review_id: comment.reviewId,
    diff_hunk: comment.diffHunk,
    path: anchor.outdated ? comment.path : anchor.path,
    commit_id: anchor.outdated ? comment.originalCommit : pull.headSha,
    original_commit_id: comment.originalCommit,
    user: accountShape(context, comment.user),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    html_url: html,
    pull_request_url: api,
    author_association: association(pull.repository, comment.user),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: api } },
    reactions: rollup(url, comment.reactions),
    ...(comment.inReplyTo === null ? {} : { in_reply_to_id: comment.inReplyTo }),
    ...lines(comment, anchor),
  };
}

function lines(comment: ReviewComment, anchor: Awaited<ReturnType<typeof anchorOf>>): Shape {
  const outdated = {
    position: anchor.position,
    original_position: comment.originalPosition,
    subject_type: comment.subject,
  };
  // A file comment has its lines as null, so that readers which only know numbers are not misled.
  if (comment.subject === 'file')
    return {
      ...outdated,
      line: null,
      original_line: null,
      start_line: null,
      original_start_line: null,
      start_side: null,
      side: 'RIGHT',
    };
  return {
    ...outdated,
    line: anchor.line,
    original_line: comment.originalLine,
    side: comment.side,
    start_line: anchor.startLine,
    original_start_line: comment.originalStartLine,
    start_side: comment.startSide,
  };
}

/** `issue-comment`: a comment in the conversation. */
export function issueCommentShape(context: Context, comment: IssueComment): Shape {
  const { pull } = comment;
  const api = apiOf(context, pull.repository);
  const url = `${api}/issues/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    url,
    html_url: `${pullUrls(context, pull).web}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${pull.number}`,
    user: accountShape(context, comment.user),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: association(pull.repository, comment.user),
    reactions: rollup(url, comment.reactions),
    performed_via_github_app: comment.byApp ? appShape(context) : null,
  };
}
