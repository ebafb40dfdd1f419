import type { Report } from '../core/report.ts';
import { withAcceptances } from './accept.ts';
import type { Bot } from './bot.ts';
import type { Effect } from './effect.ts';
import { footerOf, noticesOf } from './footer.ts';
import { plan } from './plan.ts';
import type { Configuration } from './ports.ts';
import type { Posted } from './posted.ts';
import { lineUrl, type PullFacts } from './read.ts';
import { installationToken } from './token.ts';

/** What is to be judged, and everything known about it before. */
export interface Case {
  readonly facts: PullFacts;
  /** Commits to compare; those of the pull request, or of a merge group that holds it. */
  readonly base: string;
  readonly head: string;
  readonly configuration: Configuration;
  readonly posted: Posted;
  /** False when the conversation is to be left alone. */
  readonly comments: boolean;
  readonly runId: string;
  readonly signal: AbortSignal;
}

export interface Judgement {
  readonly report: Report;
  /** What to write so that GitHub shows the report. */
  readonly effects: readonly Effect[];
}

/** Has a change reviewed and plans what to say. Writes nothing. */
export async function judge(bot: Bot, { facts, base, head, configuration, posted, ...rest }: Case): Promise<Judgement> {
  const { repo, ports } = bot;
  const { settings } = configuration;
  const {
    report: found,
    changes,
    proposed: text,
  } = await ports.reviewer.review({
    repo,
    cloneUrl: facts.cloneUrl,
    token: () => installationToken(bot),
    base,
    head,
    settings,
    conversation: { number: facts.number, title: facts.title, author: facts.author, labels: facts.labels },
    signal: rest.signal,
  });
  const proposed = text === undefined ? undefined : ports.configure({ repository: text });
  const report = withAcceptances(found, posted.accepted, settings);
  const compared = { baseRef: facts.baseRef, baseSha: base, headSha: head };
  const effects = plan({
    report,
    settings,
    changes,
    posted,
    fileUrl: lineUrl(facts, head),
    comments: rest.comments,
    footer: footerOf({ facts: compared, configuration, proposed, runId: rest.runId }),
    notices: noticesOf(proposed),
  });
  return { report, effects };
}
