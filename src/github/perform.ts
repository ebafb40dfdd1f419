import type { Bot } from './bot.ts';
import { completeRun } from './checkrun.ts';
import type { Draft, Effect, Outcome } from './effect.ts';
import { postReview } from './post.ts';
import { tidier } from './tidy.ts';

/** Where effects are performed. */
export interface Stage {
  readonly pull: number;
  /** The check run that was opened for this review. */
  readonly run: number;
  /** How the run ends instead, when the pull request is no longer what was reviewed. */
  readonly overtaken: () => Promise<Outcome | undefined>;
}

function refusedNote(refused: readonly Draft[]): string {
  if (refused.length === 0) return '';
  const what = refused.length === 1 ? 'One comment was' : `${refused.length} comments were`;
  return `\n\n${what} not taken by GitHub at its line; the findings are marked as annotations instead.`;
}

/** What GitHub refused is shown in the check run; nothing is silently lost. */
function withRefused(outcome: Outcome, refused: readonly Draft[]): Outcome {
  return {
    ...outcome,
    annotations: [...refused.flatMap(({ fallback }) => fallback), ...outcome.annotations],
    summary: outcome.summary + refusedNote(refused),
  };
}

/**
 * Writes what was planned, in order. The head is looked at again before anything is said and before the run ends, so that
 * a result is never shown for a commit that is no longer the head. Answers how the run ended.
 */
export async function perform(bot: Bot, effects: readonly Effect[], stage: Stage): Promise<Outcome> {
  const { publishing = (write) => write() } = bot.ports;
  return publishing(() => performAll(bot, effects, stage));
}

async function performAll(bot: Bot, effects: readonly Effect[], stage: Stage): Promise<Outcome> {
  let refused: readonly Draft[] = [];
  let looked = false;
  const tidy = tidier(bot, stage.pull);
  for (const effect of effects) {
    const instead = looked ? undefined : await stage.overtaken();
    if (instead !== undefined) {
      await completeRun(bot, stage.run, instead);
      return instead;
    }
    // One look is enough for what is written in one go; posting a review takes long enough for a push.
    looked = effect.kind !== 'post-review';
    if (effect.kind === 'post-review') refused = await postReview(bot, stage.pull, effect);
    else if (effect.kind !== 'complete-check') await tidy(effect);
    else {
      const outcome = withRefused(effect, refused);
      await completeRun(bot, stage.run, outcome);
      return outcome;
    }
  }
  throw new Error('a plan ends with the end of the check run');
}
