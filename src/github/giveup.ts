import { DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';
import type { Bot } from './bot.ts';
import { completeRun } from './checkrun.ts';
import { readConfiguration } from './configuration.ts';
import { failed, superseded } from './ending.ts';
import { readExternalId } from './identity.ts';
import { readPull, readRuns } from './read.ts';

/** Without an answer from GitHub the defaults hold, which keep the gate shut. */
async function settingsFor(bot: Bot, pull: number | undefined): Promise<Settings> {
  if (pull === undefined) return DEFAULT_SETTINGS;
  try {
    return (await readConfiguration(bot, await readPull(bot.gh, bot.repo, pull))).settings;
  } catch (error) {
    bot.ports.log.warn({ err: error, pull }, 'the configuration could not be read; the defaults hold');
    return DEFAULT_SETTINGS;
  }
}

/** Called when no attempt is left: whatever of ours is still open on the commit is ended with the reason. */
export async function giveUp(bot: Bot, head: string, reason: string): Promise<void> {
  // What was said in a conversation is about no commit.
  if (head === '') return;
  for (const run of (await readRuns(bot, head)).filter(({ completed }) => !completed)) {
    const settings = await settingsFor(bot, readExternalId(run.externalId)?.pull);
    await completeRun(bot, run.id, failed(new Error(reason), settings, String(run.id)));
  }
}

/** Ends what is open on commits that are no longer the head of the pull request; on the head a review takes it up. */
export async function closeLeft(bot: Bot, pull: number, left: readonly string[]): Promise<void> {
  const { headSha } = await readPull(bot.gh, bot.repo, pull);
  for (const sha of new Set(left)) {
    if (sha === headSha) continue;
    const open = (await readRuns(bot, sha)).filter(({ completed }) => !completed);
    for (const run of open.filter(({ externalId }) => readExternalId(externalId)?.pull === pull)) {
      await completeRun(bot, run.id, superseded(headSha));
    }
  }
}
