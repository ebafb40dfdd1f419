import { anchorOf } from '../anchor.ts';
import type { Context } from '../context.ts';
import type { Answer } from '../http.ts';
import type { Account, IssueComment, PullRequest, Reaction, Review } from '../state.ts';
import { firstOf } from '../threads.ts';
import { act, talkBox } from './act.ts';
import { type Html, html } from './html.ts';
import { face, name, state, time } from './layout.ts';
import { renderComment } from './markdown.ts';
import { latestRuns, pathOf, pullPage } from './pull.ts';
import { reactions, threadCard } from './thread.ts';

/** The conversation: what was said, in the order in which it was said, and the checks at its end. */
export async function conversation(context: Context, pull: PullRequest): Promise<Answer> {
  const submitted = pull.reviews.filter((review) => review.state !== 'PENDING');
  const reviews = await Promise.all(submitted.map((review) => reviewCard(context, review)));
  const entries = [
    ...pull.conversation.map((comment) => ({ id: comment.id, card: commentCard(comment) })),
    ...submitted.map((review, at) => ({ id: review.id, card: reviews[at] ?? html`` })),
  ].sort((a, b) => a.id - b.id);
  const opening = {
    user: pull.author,
    createdAt: pull.createdAt,
    body: pull.body ?? '*No description.*',
    reactions: [],
  };
  return pullPage(
    context,
    pull,
    'conversation',
    html`${said(opening)}${entries.map(({ card }) => card)}${mergeBox(pull)}`,
  );
}

function commentCard(comment: IssueComment): Html {
  if (comment.minimized === null) return said(comment);
  return html`<details class="card"><summary class="quiet">hidden: ${comment.minimized.toLowerCase()}</summary>${said(comment)}</details>`;
}

interface Said {
  /** What was done, beside the name; nothing for a plain comment. */
  readonly did?: Html;
  readonly user: Account;
  readonly createdAt: string;
  readonly body: string;
  readonly reactions: readonly Reaction[];
}

function said({ user, createdAt, body, reactions: given, did }: Said): Html {
  return html`<article class="card">
<header>${face(user)} ${name(user)} ${did} ${time(createdAt)}</header>
<div class="body prose">${renderComment(body)}${reactions(given)}</div>
</article>`;
}

const VERBS = {
  COMMENTED: 'reviewed',
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'requested changes',
  PENDING: 'has not submitted',
  DISMISSED: 'reviewed',
};

async function reviewCard(context: Context, review: Review): Promise<Html> {
  const own = review.pull.comments.filter((comment) => comment.reviewId === review.id && firstOf(comment) === comment);
  const threads = await Promise.all(
    own.map(async (first) => threadCard(first, await anchorOf(first, context.limits), true)),
  );
  const silent = review.body.trim() === '';
  // A reply makes a review without words and without threads of its own; it is shown in its thread.
  if (silent && threads.length === 0 && review.state === 'COMMENTED') return html``;
  const did = html`<span class="quiet">${VERBS[review.state]} <code>${review.commitId.slice(0, 7)}</code></span>`;
  const { user, submittedAt: createdAt, body } = review;
  const head = silent
    ? html`<p class="event">${face(user)} ${name(user)} ${did} ${time(createdAt)}</p>`
    : said({ user, createdAt, body, reactions: [], did });
  return html`<section aria-label="Review by ${user.login}">${head}${threads}</section>`;
}

function mergeBox(pull: PullRequest): Html {
  const runs = latestRuns(pull);
  const rows = runs.map(
    (run) =>
      html`<p>${state(run.conclusion ?? run.status)} <a href="${pathOf(pull)}/checks#run-${run.id}">${run.name}</a> <span class="quiet">${run.title ?? ''}</span></p>`,
  );
  const labelled = pull.labels.some((own) => own.name === 'ml-review');
  const button = labelled
    ? act(pull, { act: 'unlabel', label: 'ml-review' }, 'Remove label ml-review')
    : act(pull, { act: 'label', label: 'ml-review' }, 'Add label ml-review');
  return html`<section class="card" aria-label="Checks">
<header><h3>Checks at <code>${pull.headSha.slice(0, 7)}</code></h3></header>
<div class="body">${rows.length === 0 ? html`<p class="quiet">No check has reported.</p>` : rows}
<div class="actions">${pull.state === 'open' ? button : ''}</div></div>
</section>${talkBox(pull, { act: 'comment' }, 'Comment')}`;
}
