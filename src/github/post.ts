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
const TOO_LARGE = /diff too large/i;

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

type Parts = readonly (readonly Draft[])[];

/** Two parts to be sent alone: a file that GitHub finds too large is most likely the largest, else one half and the other. */
function partsOf(drafts: readonly Draft[], tooLarge: boolean): Parts {
  const middle = Math.ceil(drafts.length / 2);
  if (!tooLarge) return [drafts.slice(0, middle), drafts.slice(middle)];
  const largest = [...drafts].sort((a, b) => b.diffLines - a.diffLines)[0]?.anchor.path;
  return [
    drafts.filter(({ anchor }) => anchor.path !== largest),
    drafts.filter(({ anchor }) => anchor.path === largest),
  ];
}

async function each(bot: Bot, pull: number, review: Review, parts: Parts): Promise<readonly Draft[]> {
  const refused: Draft[] = [];
  for (const part of parts) refused.push(...(await post(bot, pull, review, part)));
  return refused;
}

/** One file is too large for all its comments alike; anything else that GitHub refuses is found by sending parts. */
async function apart(
  bot: Bot,
  pull: number,
  review: Review,
  drafts: readonly Draft[],
  said: string,
): Promise<readonly Draft[]> {
  const tooLarge = TOO_LARGE.test(said);
  const files = new Set(drafts.map(({ anchor }) => anchor.path)).size;
  const hopeless = drafts.length === 1 || !ONE_COMMENT.test(said) || (tooLarge && files === 1);
  return hopeless ? drafts : each(bot, pull, review, partsOf(drafts, tooLarge));
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
    if (statusOf(error) === 422) return apart(bot, pull, review, drafts, String(error));
    if (isRefusal(error)) return drafts;
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
