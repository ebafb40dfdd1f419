import { at, type Bot, type Turn } from './bot.ts';
import { closedRun, openRun, type RunSeed } from './checkrun.ts';
import { readConfiguration } from './configuration.ts';
import { decide } from './decide.ts';
import { digestOf } from './digest.ts';
import type { Outcome } from './effect.ts';
import { checkNameFor, externalIdOf, readExternalId } from './identity.ts';
import type { Task } from './job.ts';
import { judge } from './judge.ts';
import { perform } from './perform.ts';
import { NOTHING_POSTED } from './posted.ts';
import { type OwnRun, type PullFacts, readPull, readRuns } from './read.ts';
import { endOfTurn, recover } from './recover.ts';
import { readPosted } from './threads.ts';

type Group = Extract<Task, { kind: 'merge-group' }>;

const QUEUE_REF = /gh-readonly-queue\/(.{1,255})\/pr-(\d{1,10})-[0-9a-f]{7,64}$/;

/** The last pull request of a group, which its ref names. */
export function pullOfQueueRef(ref: string): number | undefined {
  const match = QUEUE_REF.exec(ref);
  return match === null ? undefined : Number(match[2]);
}

/** The compare API lists no more files than this. */
const MOST_COMPARED = 300;

interface RawFile {
  readonly filename: string;
  readonly status: string;
  readonly sha: string | null;
  readonly previous_filename?: string;
  readonly patch?: string;
}

function contentOf(files: readonly RawFile[]): string {
  const lines = files.map(({ filename, status, sha, previous_filename, patch }) =>
    JSON.stringify([filename, status, sha, previous_filename, patch]),
  );
  return lines.sort().join('\n');
}

/** True when the group brings exactly the change that was reviewed: the same files with the same bytes and hunks. */
async function isSameChange({ gh, repo }: Bot, group: Group, pull: number): Promise<boolean> {
  const basehead = `${group.baseSha}...${group.headSha}`;
  const { data } = await gh.rest.repos.compareCommitsWithBasehead({ ...at(repo), basehead });
  const together = data.files ?? [];
  if (together.length >= MOST_COMPARED) return false;
  const alone = await gh.paginate(gh.rest.pulls.listFiles, { ...at(repo), pull_number: pull, per_page: 100 });
  return together.length === alone.length && contentOf(together) === contentOf(alone);
}

function inherited(run: OwnRun, pull: number): Outcome | undefined {
  const { conclusion, title, summary } = run;
  if (!run.completed || conclusion === null || conclusion === 'cancelled' || conclusion === 'timed_out')
    return undefined;
  return {
    conclusion,
    title: `#${pull}: ${title}`.slice(0, 250),
    summary: `The result of #${pull}, whose change this group brings unaltered.\n\n${summary}`.slice(0, 65_000),
    annotations: [],
    buttons: false,
  };
}

async function byInheritance(bot: Bot, group: Group, facts: PullFacts, name: string): Promise<Outcome | undefined> {
  const runs = await readRuns(bot, facts.headSha);
  const latest = runs.find((run) => run.name === name && readExternalId(run.externalId)?.pull === facts.number);
  const outcome = latest === undefined ? undefined : inherited(latest, facts.number);
  if (outcome === undefined || outcome.conclusion === 'skipped' || outcome.conclusion === 'action_required')
    return outcome;
  return (await isSameChange(bot, group, facts.number)) ? outcome : undefined;
}

async function byReview(bot: Bot, group: Group, facts: PullFacts, seed: RunSeed, turn: Turn): Promise<void> {
  const configuration = await readConfiguration(bot, facts);
  const { settings } = configuration;
  const decision = decide(facts, settings);
  if (decision.kind === 'no-review') {
    await closedRun(bot, seed, decision.outcome);
    return;
  }
  // A run left open by an attempt that failed is taken up again.
  const left = (await readRuns(bot, group.headSha)).find(
    ({ externalId, completed }) => externalId === seed.externalId && !completed,
  );
  const run = left?.id ?? (await openRun(bot, seed));
  const runId = String(run);
  try {
    const { accepted } = await readPosted(bot, facts.number);
    const compared = { base: group.baseSha, head: group.headSha };
    const posted = { ...NOTHING_POSTED, accepted };
    const { effects } = await judge(bot, {
      ...compared,
      facts,
      configuration,
      posted,
      comments: false,
      preview: false,
      runId,
      signal: turn.signal,
    });
    await perform(bot, effects, { pull: facts.number, run, overtaken: async () => endOfTurn(turn, runId) });
  } catch (error) {
    await recover(bot, turn, { id: run, runId, settings }, error);
  }
}

/**
 * Answers a merge group, which holds up everybody behind it: by the result of its pull request where the group brings
 * the same change, else by a review of what the group changes.
 */
export async function answerMergeGroup(bot: Bot, group: Group, turn: Turn): Promise<void> {
  const number = pullOfQueueRef(group.headRef);
  if (number === undefined)
    throw Object.assign(new Error(`not a merge queue ref: ${group.headRef}`), { permanent: true });
  const facts = await readPull(bot.gh, bot.repo, number);
  const name = checkNameFor(facts.baseRef, facts.defaultBranch);
  const config = digestOf({ digest: group.headRef }, facts, []);
  const seed = {
    name,
    head: group.headSha,
    externalId: externalIdOf({ pull: number, base: group.baseSha, head: group.headSha, config }),
  };
  const outcome = await byInheritance(bot, group, facts, name);
  if (outcome === undefined) await byReview(bot, group, facts, seed, turn);
  else await closedRun(bot, seed, outcome);
}
