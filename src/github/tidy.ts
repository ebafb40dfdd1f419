import { at, type Bot } from './bot.ts';
import type { Effect } from './effect.ts';
import { isRefusal, statusOf } from './failure.ts';
import { readPosted } from './threads.ts';

/** What is done to a comment that stands already. */
export type Tidying = Exclude<Effect, { readonly kind: 'post-review' | 'complete-check' }>;

const THREAD = 'ReviewThread(input: { threadId: $thread }) { thread { isResolved } } }';
const RESOLVE = `mutation ($thread: ID!) { resolve${THREAD}`;
const REOPEN = `mutation ($thread: ID!) { unresolve${THREAD}`;

/** Deleted by somebody meanwhile, or locked: there is nothing left to keep up to date. */
async function ifThere(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isRefusal(error) && statusOf(error) !== 422) throw error;
  }
}

async function mark({ gh, ports }: Bot, mutation: string, thread: string): Promise<void> {
  try {
    await gh.graphql(mutation, { thread });
  } catch (error) {
    ports.log.warn({ err: error }, 'a thread stays as it is: GitHub did not change it');
  }
}

async function tidy(bot: Bot, doing: Tidying): Promise<void> {
  const { pulls } = bot.gh.rest;
  const target = { ...at(bot.repo), comment_id: doing.comment };
  if (doing.kind === 'edit-comment') await ifThere(pulls.updateReviewComment({ ...target, body: doing.body }));
  else if (doing.kind === 'delete-comment') await ifThere(pulls.deleteReviewComment(target));
  else await mark(bot, doing.kind === 'resolve-thread' ? RESOLVE : REOPEN, doing.thread);
}

/**
 * Keeps our comments up to date. A review takes long enough for somebody to answer, so the threads are read once more
 * before the first of them is touched; one with an answer is left alone.
 */
export function tidier(bot: Bot, pull: number): (doing: Tidying) => Promise<void> {
  let answered: Promise<ReadonlySet<number>> | undefined;
  return async (doing) => {
    answered ??= readPosted(bot, pull).then(
      ({ comments }) => new Set(comments.filter((comment) => comment.answered).map(({ id }) => id)),
    );
    if (!(await answered).has(doing.comment)) await tidy(bot, doing);
  };
}
