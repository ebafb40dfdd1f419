import { authorOf, repositoryOf } from '../auth.ts';
import { type Answer, forbidden, notFound, Refusal } from '../http.ts';
import { stamp } from '../lookup.ts';
import { reviewCommentShape } from '../present/comments.ts';
import type { Call, Route } from '../router.ts';
import type { PullRequest, ReviewComment } from '../state.ts';
import { tellComment } from '../talk.ts';
import { addComment, addReply, addReview, firstOf, placeComment, published, refusalOf } from '../threads.ts';
import { later } from '../webhooks.ts';
import { checkBody, one, page, pullOf } from './common.ts';
import { checkOpen, commitOfPull, draftOf } from './reviews.ts';

async function create(call: Call): Promise<Answer> {
  const pull = pullOf(call);
  checkOpen(pull, call.caller.kind === 'installation');
  const replyTo = call.body.in_reply_to;
  if (typeof replyTo === 'number') return reply(call, pull, replyTo);
  const commit = await commitOfPull(pull, call.body.commit_id);
  const placing = await placeComment(call.context, pull, commit, draftOf(call.body, call.body.subject_type === 'file'));
  if ('refused' in placing) {
    const message = refusalOf(placing.refused);
    const error = {
      resource: 'PullRequestReviewComment',
      code: 'custom',
      field: 'pull_request_review_thread.line',
      message,
    };
    throw new Refusal(422, 'Validation Failed', { errors: [error] });
  }
  const review = addReview(call.context, pull, who(call), 'COMMENTED', '', commit);
  return announce(call, await addComment(call.context, review, placing.place));
}

function who(call: Call) {
  return { user: authorOf(call.context.state, call.caller), byApp: call.caller.kind === 'installation' };
}

function reply(call: Call, pull: PullRequest, id: number): Promise<Answer> {
  const parent = pull.comments.find((comment) => comment.id === id);
  if (parent === undefined) throw notFound();
  const review = addReview(call.context, pull, who(call), 'COMMENTED', '', pull.headSha);
  return announce(call, addReply(call.context, review, firstOf(parent), String(call.body.body)));
}

async function announce(call: Call, comment: ReviewComment): Promise<Answer> {
  const body = await reviewCommentShape(call.context, comment);
  later(call.context, tellComment(call.context, comment));
  return { status: 201, body, headers: { location: String(body.url) } };
}

/** The comment of `comment_id`, wherever in the repository it is. */
export function reviewCommentOf(call: Call): ReviewComment {
  const id = Number(call.path.comment_id);
  for (const pull of repositoryOf(call).pulls) {
    const found = pull.comments.find((comment) => comment.id === id);
    if (found !== undefined) return found;
  }
  throw notFound();
}

/** An App may change only what it wrote itself. */
export function checkOwn(call: Call, userId: number): void {
  if (authorOf(call.context.state, call.caller).id !== userId) throw forbidden();
}

async function update(call: Call): Promise<Answer> {
  const comment = reviewCommentOf(call);
  checkOwn(call, comment.user.id);
  comment.body = String(call.body.body);
  comment.updatedAt = stamp(call.context.state);
  return { status: 200, body: await reviewCommentShape(call.context, comment) };
}

/** Removing the first comment leaves its replies, as at GitHub. */
function remove(call: Call): Answer {
  const comment = reviewCommentOf(call);
  checkOwn(call, comment.user.id);
  comment.pull.comments = comment.pull.comments.filter((candidate) => candidate !== comment);
  return { status: 204 };
}

function list(call: Call, comments: readonly ReviewComment[]): Promise<Answer> {
  const ordered = one(call, 'direction') === 'desc' ? [...comments].reverse() : comments;
  return page(call, ordered, (comment) => reviewCommentShape(call.context, comment));
}

const READ = [['pull_requests', 'read']] as const;
const WRITE = [['pull_requests', 'write']] as const;
const PULL = '/repos/{owner}/{repo}/pulls/{pull_number}/comments';
const COMMENT = '/repos/{owner}/{repo}/pulls/comments/{comment_id}';
const limits = (call: Call) => checkBody(call.body.body, 'PullRequestReviewComment');

/** Review comments: on lines, on files, in reply. */
export const reviewCommentRoutes: readonly Route[] = [
  { route: `GET ${PULL}`, needs: READ, answer: (call) => list(call, published(pullOf(call))) },
  { route: `POST ${PULL}`, needs: WRITE, limits, answer: create },
  {
    route: `POST ${PULL}/{comment_id}/replies`,
    needs: WRITE,
    limits,
    answer: (call) => reply(call, pullOf(call), Number(call.path.comment_id)),
  },
  {
    route: 'GET /repos/{owner}/{repo}/pulls/comments',
    needs: READ,
    answer: (call) => list(call, repositoryOf(call).pulls.flatMap(published)),
  },
  {
    route: `GET ${COMMENT}`,
    needs: READ,
    answer: async (call) => ({ status: 200, body: await reviewCommentShape(call.context, reviewCommentOf(call)) }),
  },
  { route: `PATCH ${COMMENT}`, needs: WRITE, limits, answer: update },
  { route: `DELETE ${COMMENT}`, needs: WRITE, answer: remove },
];
