import type { Bot } from './bot.ts';
import { at } from './bot.ts';
import { isRefusal, limitedForMs } from './failure.ts';
import type { Repo } from './job.ts';
import type { Configuration } from './ports.ts';
import { type PullFacts, readFile } from './read.ts';

export const CONFIG_PATH = '.github/ml-review.yml';

/** How many earlier versions of a broken file are tried. */
const LOOK_BACK = 5;

/** The newest earlier version of the file that reads well by itself; undefined where there is none. */
async function earlierGood({ gh, ports }: Bot, repo: Repo, ref?: string): Promise<string | undefined> {
  const branch = ref === undefined ? {} : { sha: ref };
  const { data } = await gh.rest.repos.listCommits({
    ...at(repo),
    ...branch,
    path: CONFIG_PATH,
    per_page: LOOK_BACK + 1,
  });
  for (const { sha } of data.slice(1)) {
    const text = await readFile(gh, repo, CONFIG_PATH, sha);
    if (text !== undefined && !ports.configure({ repository: text }).broken) return text;
  }
  return undefined;
}

/** A configuration file: the text in force, and the broken one where the last good one holds instead. */
interface Source {
  readonly text?: string;
  readonly broken?: string;
}

async function source(bot: Bot, repo: Repo, ref?: string): Promise<Source> {
  const text = await readFile(bot.gh, repo, CONFIG_PATH, ref);
  if (text === undefined) return {};
  if (!bot.ports.configure({ repository: text }).broken) return { text };
  const good = await earlierGood(bot, repo, ref);
  return { broken: text, ...(good === undefined ? {} : { text: good }) };
}

/** The organisation's file lies in its `.github` repository; most have none, so the answer is kept for a while. */
const KEPT_MS = 300_000;
const kept = new WeakMap<object, Map<string, { readonly found: Source; readonly at: number }>>();

async function organisationSource(bot: Bot): Promise<Source> {
  const { repo, ports } = bot;
  const byOwner = kept.get(ports) ?? new Map();
  kept.set(ports, byOwner);
  const known = byOwner.get(repo.owner);
  if (known !== undefined && ports.now() - known.at < KEPT_MS) return known.found;
  const found = await source(bot, { owner: repo.owner, name: '.github' }).catch((error: unknown): Source => {
    // Not installed there. An outage is no answer: without the organisation's file its locks would be open.
    if (isRefusal(error) && limitedForMs(error, ports.now()) === undefined) return {};
    throw error;
  });
  byOwner.set(repo.owner, { found, at: ports.now() });
  return found;
}

function mistakesIn({ broken, text }: Source, whose: string, { configure }: Bot['ports']): Configuration['problems'] {
  if (broken === undefined) return [];
  const holds = text === undefined ? 'what is built in holds instead' : 'its last good version holds instead';
  const { problems } = configure({ repository: broken });
  return [{ message: `The configuration of ${whose} has mistakes; ${holds}.` }, ...problems];
}

/**
 * The configuration in force: always of the tip of the base branch, never of the pull request. A broken file leaves its
 * last good version in force; `problems` says what is broken.
 */
export async function readConfiguration(bot: Bot, facts: PullFacts): Promise<Configuration> {
  const { repo, ports } = bot;
  const [above, own] = await Promise.all([organisationSource(bot), source(bot, repo, facts.baseRef)]);
  const current = ports.configure({
    ...(above.text === undefined ? {} : { organisation: above.text }),
    ...(own.text === undefined ? {} : { repository: own.text }),
  });
  const mistakes = [
    ...mistakesIn(above, 'the organisation', ports),
    ...mistakesIn(own, `the branch ${facts.baseRef}`, ports),
  ];
  return { ...current, problems: [...mistakes, ...current.problems] };
}
