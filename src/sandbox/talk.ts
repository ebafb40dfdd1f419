import type { Context } from './context.ts';
import { label, stamp } from './lookup.ts';
import type { Shape } from './present/basics.ts';
import { labelShape } from './present/basics.ts';
import { issueCommentShape, reviewCommentShape } from './present/comments.ts';
import { issueShape, pullInList, pullShape } from './present/pulls.ts';
import type { Account, IssueComment, PullRequest, ReviewComment } from './state.ts';
import { tell } from './webhooks.ts';

/** Sends a `pull_request` event. */
export async function tellPull(
  context: Context,
  pull: PullRequest,
  action: string,
  sender: Account,
  more: Shape = {},
): Promise<void> {
  pull.updatedAt = stamp(context.state);
  const payload = { number: pull.number, pull_request: await pullShape(context, pull), ...more };
  await tell(context, { event: 'pull_request', action, repository: pull.repository, sender, payload });
}

/** Puts a label on or takes it off; nothing happens, and nobody is told, when it is so already. */
export async function setLabel(
  context: Context,
  pull: PullRequest,
  name: string,
  on: boolean,
  sender: Account,
): Promise<void> {
  const present = pull.labels.some((candidate) => candidate.name === name);
  if (present === on) return;
  const own = label(context.state, pull.repository, name);
  pull.labels = on ? [...pull.labels, own] : pull.labels.filter((candidate) => candidate.name !== name);
  await tellPull(context, pull, on ? 'labeled' : 'unlabeled', sender, {
    label: labelShape(context, pull.repository, own),
  });
}

/** Adds a comment to the conversation; `told` resolves when the App has been told. */
export function postComment(context: Context, pull: PullRequest, user: Account, byApp: boolean, body: string) {
  const at = stamp(context.state);
  const comment: IssueComment = {
    id: context.state.nextId(),
    pull,
    user,
    byApp,
    createdAt: at,
    updatedAt: at,
    body,
    minimized: null,
    reactions: [],
  };
  pull.conversation.push(comment);
  const payload = { comment: issueCommentShape(context, comment), issue: issueShape(context, pull) };
  const told = tell(context, {
    event: 'issue_comment',
    action: 'created',
    repository: pull.repository,
    sender: user,
    payload,
  });
  return { comment, told };
}

/** Tells of a review comment that was made. */
export async function tellComment(context: Context, comment: ReviewComment): Promise<void> {
  const { pull, user } = comment;
  const payload = { comment: await reviewCommentShape(context, comment), pull_request: pullInList(context, pull) };
  await tell(context, {
    event: 'pull_request_review_comment',
    action: 'created',
    repository: pull.repository,
    sender: user,
    payload,
  });
}
