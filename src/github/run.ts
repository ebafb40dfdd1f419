import { randomUUID } from 'node:crypto';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import type { Bot, Turn } from './bot.ts';
import { closedRun, completeRun, openRun, type RunSeed } from './checkrun.ts';
import { readConfiguration } from './configuration.ts';
import { type Decision, decide } from './decide.ts';
import { digestOf } from './digest.ts';
import type { Outcome } from './effect.ts';
import { cancelled, failed, superseded } from './ending.ts';
import { tryLater } from './failure.ts';
import { checkNameFor, externalIdOf, readExternalId } from './identity.ts';
import { judge } from './judge.ts';
import { perform } from './perform.ts';
import type { Configuration } from './ports.ts';
import type { Posted } from './posted.ts';
import { type OwnRun, type PullFacts, readPull, readRuns } from './read.ts';
import { endOfTurn, recover, stopBeforeOpening, worthAnotherTry } from './recover.ts';
import { readPosted } from './threads.ts';

/** Everything known before the review begins. */
interface Scene {
  readonly bot: Bot;
  readonly turn: Turn;
  readonly facts: PullFacts;
  readonly configuration: Configuration;
  readonly decision: Decision;
  readonly posted: Posted;
  readonly runs: readonly OwnRun[];
  readonly seed: RunSeed;
  readonly runId: string;
}

async function setScene(bot: Bot, facts: PullFacts, turn: Turn): Promise<Scene> {
  const pull = facts.number;
  const [configuration, posted, runs] = await Promise.all([
    readConfiguration(bot, facts),
    readPosted(bot, pull),
    readRuns(bot, facts.headSha),
  ]);
  const seed = {
    name: checkNameFor(facts.baseRef, facts.defaultBranch),
    head: facts.headSha,
    externalId: externalIdOf({
      pull,
      base: facts.baseSha,
      head: facts.headSha,
      config: digestOf(configuration, facts, posted.accepted),
    }),
  };
  const decision = decide(facts, configuration.settings);
  return { bot, turn, facts, configuration, decision, posted, runs, seed, runId: randomUUID().slice(0, 8) };
}

/** How the run must end when the world moved on since the scene was set. */
async function overtaken({ bot, turn, facts, configuration, runId }: Scene): Promise<Outcome | undefined> {
  const abandoned = endOfTurn(turn, runId);
  if (abandoned !== undefined) return abandoned;
  const now = await readPull(bot.gh, bot.repo, facts.number);
  await turn.confirm?.();
  if (now.archived) return cancelled('the repository was archived');
  if (!now.open) return cancelled('the pull request was closed');
  if (now.headSha !== facts.headSha) return superseded(now.headSha);
  if (now.baseRef !== facts.baseRef) return cancelled('the base branch was changed');
  const decision = decide(now, configuration.settings);
  return decision.kind === 'no-review' ? decision.outcome : undefined;
}

async function answer(scene: Scene, run: number, comments: boolean): Promise<Outcome> {
  const { bot, turn, facts, configuration, posted, runId } = scene;
  const compared = { base: facts.baseSha, head: facts.headSha };
  const { effects } = await judge(bot, {
    ...compared,
    facts,
    configuration,
    posted,
    comments,
    preview: true,
    runId,
    signal: turn.signal,
  });
  return perform(bot, effects, { pull: facts.number, run, overtaken: () => overtaken(scene) });
}

async function runReview(scene: Scene, comments: boolean, forced: boolean): Promise<Outcome | undefined> {
  const { bot, seed, runs } = scene;
  const latest = runs.find(({ name }) => name === seed.name);
  const own = latest?.externalId === seed.externalId ? latest : undefined;
  const done =
    own?.completed === true &&
    (own.conclusion === 'success' || own.conclusion === 'failure' || own.conclusion === 'neutral');
  if (done && !forced) return undefined;
  // A run left open by an attempt that died is taken up again.
  const left = own !== undefined && !own.completed ? own.id : undefined;
  if (left === undefined) stopBeforeOpening(scene.turn);
  const run = left ?? (await openRun(bot, seed));
  try {
    return await answer(scene, run, comments);
  } catch (error) {
    return recover(bot, scene.turn, { id: run, runId: scene.runId, settings: scene.configuration.settings }, error);
  }
}

async function noReview(scene: Scene, outcome: Outcome): Promise<Outcome | undefined> {
  const { bot, seed, runs } = scene;
  const latest = runs.find(({ name }) => name === seed.name);
  if (latest !== undefined && !latest.completed) await completeRun(bot, latest.id, outcome);
  else if (latest?.conclusion === outcome.conclusion && latest.title === outcome.title) return undefined;
  else await closedRun(bot, seed, outcome);
  return outcome;
}

/** Our runs for this pull request that are still open; another pull request may have the same commit. */
function openRuns({ runs, facts }: Pick<Scene, 'runs' | 'facts'>): readonly OwnRun[] {
  return runs.filter(({ completed, externalId }) => !completed && readExternalId(externalId)?.pull === facts.number);
}

/** Runs that nothing works on any more: their process died or lost its turn, or they were for another base. */
async function closeStale(scene: Scene): Promise<void> {
  const { seed, runs } = scene;
  const latest = runs.find(({ name }) => name === seed.name);
  const stale = openRuns(scene).filter(({ id, externalId }) => externalId !== seed.externalId || id !== latest?.id);
  for (const run of stale) {
    await completeRun(scene.bot, run.id, cancelled('a newer run took its place'));
  }
}

/** Nobody waits for the check of a closed pull request, but none is left running. */
async function closeAll(scene: Scene): Promise<undefined> {
  for (const run of openRuns(scene)) await completeRun(scene.bot, run.id, cancelled('the pull request was closed'));
}

/** Not even the configuration could be read: the check says so, with the defaults, which keep the gate shut. */
async function withoutScene(bot: Bot, facts: PullFacts, turn: Turn, error: unknown): Promise<undefined> {
  const { log, now } = bot.ports;
  if (!turn.lastAttempt && worthAnotherTry(error, now())) throw tryLater(error, now());
  const runId = randomUUID().slice(0, 8);
  log.error({ err: error, run: runId }, 'a pull request could not be looked at');
  const { number: pull, headSha: head, baseSha: base } = facts;
  const name = checkNameFor(facts.baseRef, facts.defaultBranch);
  const seed = { name, head, externalId: externalIdOf({ pull, base, head, config: '0' }) };
  const runs = await readRuns(bot, head);
  const open = openRuns({ runs, facts });
  const outcome = failed(error, DEFAULT_SETTINGS, runId);
  for (const run of open) await completeRun(bot, run.id, outcome);
  const said = runs.some((run) => run.externalId === seed.externalId && run.title === outcome.title);
  if (open.length === 0 && !said) await closedRun(bot, seed, outcome);
}

/**
 * Brings the check run and the comments of a pull request up to its present state. Every way through it ends in a
 * completed run, except an error that asks for another attempt. Answers how the run ended; undefined when nothing had
 * to be done.
 */
export async function reviewPull(bot: Bot, pull: number, forced: boolean, turn: Turn): Promise<Outcome | undefined> {
  const facts = await readPull(bot.gh, bot.repo, pull);
  if (facts.archived) {
    bot.ports.log.info({ repo: bot.repo, pull }, 'nothing can be written: the repository is archived');
    return undefined;
  }
  const scene = await setScene(bot, facts, turn).catch((error: unknown) => withoutScene(bot, facts, turn, error));
  if (scene === undefined) return undefined;
  if (!scene.facts.open) return closeAll(scene);
  await closeStale(scene);
  const { decision } = scene;
  const outcome =
    decision.kind === 'review'
      ? await runReview(scene, decision.comments, forced)
      : await noReview(scene, decision.outcome);
  bot.ports.log.info(
    {
      run: scene.runId,
      repo: bot.repo,
      pull,
      head: scene.facts.headSha,
      conclusion: outcome?.conclusion ?? 'unchanged',
    },
    'a pull request was looked at',
  );
  return outcome;
}
