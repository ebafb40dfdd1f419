import { authorOf } from '../auth.ts';
import { resolveCommit } from '../git.ts';
import { type Answer, invalid, Refusal, unprocessable } from '../http.ts';
import { reviewCommentShape, reviewShape } from '../present/comments.ts';
import type { Call, Route } from '../router.ts';
import type { PullRequest, Review, Side } from '../state.ts';
import { tellComment } from '../talk.ts';
import { addComment, addReview, type DraftComment, type Place, placeComment, refusalOf } from '../threads.ts';
import { later } from '../webhooks.ts';
import { checkBody, page, pullOf } from './common.ts';

const STATES = { COMMENT: 'COMMENTED', APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED' } as const;

/** The comment that a request describes, alone or in the list of a review. */
export function draftOf(entry: Readonly<Record<string, unknown>>, file: boolean): DraftComment {
  return {
    path: String(entry.path),
    body: String(entry.body),
    line: entry.line as number | undefined,
    side: (entry.side ?? 'RIGHT') as Side,
    startLine: entry.start_line as number | undefined,
    startSide: entry.start_side as Side | undefined,
    position: entry.position as number | undefined,
    file,
  };
}

function draftsOf(call: Call): readonly DraftComment[] {
  const listed = (call.body.comments ?? []) as readonly Readonly<Record<string, unknown>>[];
  return listed.map((entry) => draftOf(entry, false));
}

/** A comment on a pull request that is closed to it, or one not made at its head. */
export function checkOpen(pull: PullRequest, byApp: boolean): void {
  if (pull.locked && byApp) throw unprocessable('lock prevents review');
}

/** All or nothing: one comment that cannot be placed rejects the whole review. */
async function create(call: Call): Promise<Answer> {
  const pull = pullOf(call);
  const { context } = call;
  const byApp = call.caller.kind === 'installation';
  checkOpen(pull, byApp);
  const event = call.body.event as keyof typeof STATES | undefined;
  const body = String(call.body.body ?? '');
  const commit = await commitOfPull(pull, call.body.commit_id);
  if ((event === 'COMMENT' || event === 'REQUEST_CHANGES') && body.trim() === '')
    throw unprocessable(`Review body is required for ${event}`);
  if (event === 'APPROVE' && pull.author.id === authorOf(context.state, call.caller).id)
    throw unprocessable('Can not approve your own pull request');
  const places = await placeAll(call, pull, commit);
  const review = addReview(
    context,
    pull,
    { user: authorOf(context.state, call.caller), byApp },
    event === undefined ? 'PENDING' : STATES[event],
    body,
    commit,
  );
  for (const place of places) await addComment(context, review, place);
  announce(call, review);
  return { status: 200, body: reviewShape(context, review) };
}

async function placeAll(call: Call, pull: PullRequest, commit: string): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const draft of draftsOf(call)) {
    checkBody(draft.body, 'PullRequestReviewComment');
    const placing = await placeComment(call.context, pull, commit, draft);
    if ('refused' in placing) throw unprocessable(refusalOf(placing.refused));
    places.push(placing.place);
  }
  return places;
}

/** GitHub tells the App about its own reviews too; nobody waits for that. */
function announce(call: Call, review: Review): void {
  // A review without an event waits, unseen, to be submitted.
  if (review.state === 'PENDING') return;
  for (const comment of review.pull.comments) {
    if (comment.reviewId === review.id) later(call.context, tellComment(call.context, comment));
  }
}

/** The commit that somebody reviews: the head unless named; one that the repository does not have is refused. */
export async function commitOfPull(pull: PullRequest, named: unknown): Promise<string> {
  if (typeof named !== 'string') return pull.headSha;
  const known = /^[0-9a-f]{40}$/.test(named) ? await resolveCommit(pull.repository.git, named) : undefined;
  if (known === undefined) throw unprocessable('Commit is not part of the pull request');
  return known;
}

function reviewOf(call: Call): Review {
  const found = pullOf(call).reviews.find((review) => review.id === Number(call.path.review_id));
  if (found === undefined) throw new Refusal(404, 'Not Found');
  return found;
}

function checkCreate(call: Call): void {
  checkBody(call.body.body === '' ? undefined : call.body.body, 'PullRequestReview');
  for (const draft of draftsOf(call))
    if (draft.line === undefined && draft.position === undefined)
      throw invalid('PullRequestReviewComment', 'line', 'missing_field');
}

const READ = [['pull_requests', 'read']] as const;
const WRITE = [['pull_requests', 'write']] as const;
const REVIEWS = '/repos/{owner}/{repo}/pulls/{pull_number}/reviews';

/** Reviews of a pull request. */
export const reviewRoutes: readonly Route[] = [
  {
    route: `GET ${REVIEWS}`,
    needs: READ,
    answer: (call) => page(call, pullOf(call).reviews, (review) => reviewShape(call.context, review)),
  },
  { route: `POST ${REVIEWS}`, needs: WRITE, limits: checkCreate, answer: create },
  {
    route: `GET ${REVIEWS}/{review_id}`,
    needs: READ,
    answer: (call) => ({ status: 200, body: reviewShape(call.context, reviewOf(call)) }),
  },
  {
    route: `PUT ${REVIEWS}/{review_id}`,
    needs: WRITE,
    answer: (call) => {
      const review = reviewOf(call);
      review.body = String(call.body.body);
      return { status: 200, body: reviewShape(call.context, review) };
    },
  },
  {
    route: `GET ${REVIEWS}/{review_id}/comments`,
    needs: READ,
    answer: (call) => {
      const { id, pull } = reviewOf(call);
      return page(
        call,
        pull.comments.filter((comment) => comment.reviewId === id),
        (comment) => reviewCommentShape(call.context, comment),
      );
    },
  },
];
