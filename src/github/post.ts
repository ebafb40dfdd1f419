import type { Bot } from './bot.ts';
import { at } from './bot.ts';
import type { Draft, Effect } from './effect.ts';
import { isOutage, isRefusal, limitedForMs, statusOf } from './failure.ts';
import { readPosted } from './threads.ts';

type Review = Extract<Effect, { kind: 'post-review' }>;

/** Times that a review is sent again when GitHub fails without saying whether it took it. */
const TRIES = 3;

/** Of the many reasons for a 422, those that concern one comment and not the review as a whole. */
const ONE_COMMENT = /\b(line|path|diff|hunk|position|side)\b/i;

function comment({ anchor, body }: Draft) {
  const { path, side, line, startLine } = anchor;
  return { path, side, line, body, ...(startLine === undefined ? {} : { start_line: startLine, start_side: side }) };
}

async function send({ gh, repo }: Bot, pull: number, review: Review, drafts: readonly Draft[]): Promise<void> {
  await gh.rest.pulls.createReview({
    ...at(repo),
    pull_number: pull,
    commit_id: review.commit,
    event: 'COMMENT',
    body: review.body,
    comments: drafts.map(comment),
    request: { retries: 0 },
  });
}

/** What GitHub does not show yet; a review that it made before it failed must not be made twice. */
async function missing(bot: Bot, pull: number, drafts: readonly Draft[]): Promise<readonly Draft[]> {
  const { comments } = await readPosted(bot, pull);
  const shown = new Set<string>(comments.flatMap(({ marker }) => marker.fingerprints));
  return drafts.filter(({ fingerprints }) => !fingerprints.every((print) => shown.has(print)));
}

async function halves(bot: Bot, pull: number, review: Review, drafts: readonly Draft[]): Promise<readonly Draft[]> {
  const middle = Math.ceil(drafts.length / 2);
  const first = await post(bot, pull, review, drafts.slice(0, middle));
  return [...first, ...(await post(bot, pull, review, drafts.slice(middle)))];
}

async function post(
  bot: Bot,
  pull: number,
  review: Review,
  drafts: readonly Draft[],
  tries = TRIES,
): Promise<readonly Draft[]> {
  if (drafts.length === 0) return [];
  try {
    await send(bot, pull, review, drafts);
    return [];
  } catch (error) {
    if (limitedForMs(error, bot.ports.now()) !== undefined) throw error;
    if (isOutage(error)) {
      const left = await missing(bot, pull, drafts);
      return tries > 1 ? post(bot, pull, review, left, tries - 1) : left;
    }
    const splits = statusOf(error) === 422 && drafts.length > 1 && ONE_COMMENT.test(String(error));
    if (splits) return halves(bot, pull, review, drafts);
    if (statusOf(error) === 422 || isRefusal(error)) return drafts;
    throw error;
  }
}

/**
 * Posts the comments as one review. Answers the drafts that GitHub would not take: a review is refused as a whole, so
 * it is halved until the offending comments stand alone.
 */
export async function postReview(bot: Bot, pull: number, review: Review): Promise<readonly Draft[]> {
  return post(bot, pull, review, review.drafts);
}
