import type { Bot } from './bot.ts';
import { at } from './bot.ts';
import { isRefusal, limitedForMs } from './failure.ts';
import type { Configuration, Layers } from './ports.ts';
import { type PullFacts, readFile } from './read.ts';

export const CONFIG_PATH = '.github/ml-review.yml';

/** The organisation's file lies in its `.github` repository; most have none, so the answer is kept for a while. */
const KEPT_MS = 300_000;
const kept = new WeakMap<object, Map<string, { readonly text: string | undefined; readonly at: number }>>();

async function organisationText({ gh, repo, ports }: Bot): Promise<string | undefined> {
  const byOwner = kept.get(ports) ?? new Map();
  kept.set(ports, byOwner);
  const known = byOwner.get(repo.owner);
  if (known !== undefined && ports.now() - known.at < KEPT_MS) return known.text;
  const text = await readFile(gh, { owner: repo.owner, name: '.github' }, CONFIG_PATH).catch((error: unknown) => {
    // Not installed there. An outage is no answer: without the organisation's file its locks would be open.
    if (isRefusal(error) && limitedForMs(error, ports.now()) === undefined) return undefined;
    throw error;
  });
  byOwner.set(repo.owner, { text, at: ports.now() });
  return text;
}

/** How many earlier versions of a broken file are tried. */
const LOOK_BACK = 5;

async function lastGood(
  bot: Bot,
  facts: PullFacts,
  organisation: Pick<Layers, 'organisation'>,
): Promise<Configuration | undefined> {
  const { gh, repo, ports } = bot;
  const { data } = await gh.rest.repos.listCommits({
    ...at(repo),
    sha: facts.baseRef,
    path: CONFIG_PATH,
    per_page: LOOK_BACK + 1,
  });
  for (const { sha } of data.slice(1)) {
    const repository = await readFile(gh, repo, CONFIG_PATH, sha);
    if (repository === undefined) continue;
    const candidate = ports.configure({ ...organisation, repository });
    if (!candidate.broken) return candidate;
  }
  return undefined;
}

/**
 * The configuration in force: always of the tip of the base branch, never of the pull request. A broken file leaves the
 * last good one in force; `problems` says what is broken.
 */
export async function readConfiguration(bot: Bot, facts: PullFacts): Promise<Configuration> {
  const [text, repository] = await Promise.all([
    organisationText(bot),
    readFile(bot.gh, bot.repo, CONFIG_PATH, facts.baseRef),
  ]);
  const organisation = text === undefined ? {} : { organisation: text };
  const current = bot.ports.configure({ ...organisation, ...(repository === undefined ? {} : { repository }) });
  if (!current.broken || repository === undefined) return current;
  const good = await lastGood(bot, facts, organisation);
  return good === undefined ? current : { ...good, problems: current.problems, broken: true };
}
