import { homedir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { createEngine } from '../engine.ts';
import type { Bot } from '../github/bot.ts';
import type { Effect } from '../github/effect.ts';
import { decisionsOf } from '../github/judge.ts';
import { plan } from '../github/plan.ts';
import { postReview } from '../github/post.ts';
import { NOTHING_POSTED } from '../github/posted.ts';
import { lineUrl, readFile, readPull } from '../github/read.ts';
import { readPosted } from '../github/threads.ts';
import { shutsGate } from '../panel/verdict.ts';
import { configureFor } from './app-ports.ts';
import { deliver, type OutputOptions, progress, wantsColour } from './check.ts';
import { ConfigurationError, EXIT } from './errors.ts';
import { formatNamed, renderReport } from './formats.ts';
import { fetchingAllowed } from './pointers.ts';
import { reviewerFor } from './reviewer.ts';
import { CONFIGURATION_PATH } from './settings.ts';
import { type FetchingTask, reviewTask } from './task.ts';

export interface PullOptions extends OutputOptions {
  readonly post?: boolean;
  readonly fetchModels?: boolean;
}

const CACHE_LIMIT = 4 * 2 ** 30;

/** `OWNER/REPO#N`. */
function addressOf(text: string): { readonly owner: string; readonly name: string; readonly number: number } {
  const match = /^([\w.-]+)\/([\w.-]+)#(\d+)$/.exec(text);
  if (match === null) throw new ConfigurationError(`a pull request is named as OWNER/REPO#NUMBER, not ${text}`);
  return { owner: match[1] ?? '', name: match[2] ?? '', number: Number(match[3]) };
}

/** A person's token speaks for that person: what carries our marker and is theirs counts as posted. */
function botWith(token: string, repo: { readonly owner: string; readonly name: string }): Bot {
  const gh = new Octokit({
    auth: token,
    userAgent: 'ml-review',
    ...(process.env['GITHUB_API_URL'] === undefined ? {} : { baseUrl: process.env['GITHUB_API_URL'] }),
  });
  const silent = (): void => {};
  const log = { info: silent, warn: silent, error: silent };
  // The bot needs of octokit only what both flavours have; the other ports are for the App alone.
  return { gh, self: { appId: 0, login: '' }, repo, installation: 0, ports: { log, now: Date.now } } as unknown as Bot;
}

function described(effects: readonly Effect[]): string {
  return effects
    .map((effect) => {
      if (effect.kind === 'post-review') {
        return effect.drafts
          .map(({ anchor, body }) => `comment on ${anchor.path}:${anchor.line}\n${body.replace(/^/gm, '  ')}`)
          .join('\n\n');
      }
      if (effect.kind === 'complete-check')
        return `check run: ${effect.conclusion}, ${effect.title}\n${effect.summary.replace(/^/gm, '  ')}`;
      return `${effect.kind} ${effect.comment}`;
    })
    .join('\n\n');
}

/** `ml-review pr OWNER/REPO#N`: prints what would be posted; `--post` posts the review. */
export async function reviewPullRequest(address: string, options: PullOptions): Promise<number> {
  const { number, ...repo } = addressOf(address);
  const token = process.env['GITHUB_TOKEN'];
  if (token === undefined || token === '')
    throw new ConfigurationError('GITHUB_TOKEN is not set; a token that may read the repository is needed');
  const bot = botWith(token, repo);
  const pull = await readPull(bot.gh, repo, number).catch((error: Error) => {
    throw new ConfigurationError(`${address} cannot be read: ${error.message}`);
  });
  const engine = await createEngine();
  progress(`reading ${address}`);
  const configuration = await readFile(bot.gh, repo, CONFIGURATION_PATH, pull.baseSha);
  const { settings } = configureFor(engine)(configuration === undefined ? {} : { repository: configuration });
  const clones = { dir: join(homedir(), '.cache', 'ml-review', 'clones'), limit: CACHE_LIMIT };
  const analyst = { review: (task: FetchingTask) => reviewTask(engine, task) };
  const reviewer = reviewerFor(analyst, clones, { fetching: fetchingAllowed(options.fetchModels) });
  const posted = options.post === true ? await readPosted(bot, number) : NOTHING_POSTED;
  const { report, changes } = await reviewer.review({
    repo,
    cloneUrl: pull.cloneUrl,
    token: async () => token,
    base: pull.baseSha,
    head: pull.headSha,
    settings,
    decisions: decisionsOf(posted.accepted),
    signal: new AbortController().signal,
  });
  const effects = plan({
    report,
    settings,
    changes,
    posted,
    fileUrl: lineUrl(pull, pull.headSha),
    comments: true,
    footer: '',
    notices: [],
  });
  if (options.post === true) {
    for (const effect of effects) if (effect.kind === 'post-review') await postReview(bot, number, effect);
  }
  const format = formatNamed(options.format);
  const text =
    format === 'terminal' ? described(effects) : renderReport(format, report, engine, wantsColour(options.output));
  await deliver(text, options.output);
  return report.findings.some((finding) => shutsGate(finding, settings.gate.failOn)) ? EXIT.shut : EXIT.open;
}
