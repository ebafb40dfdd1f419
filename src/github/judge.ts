import type { Report } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { Bot } from './bot.ts';
import { decide } from './decide.ts';
import type { Effect } from './effect.ts';
import { footerOf, noticesOf } from './footer.ts';
import type { Acceptance } from './marker.ts';
import { plan } from './plan.ts';
import type { Configuration, Reviewed, ReviewRequest } from './ports.ts';
import type { Posted } from './posted.ts';
import type { Proposal } from './proposal.ts';
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
  /** False where a queue waits: what a proposed configuration would do was told on the pull request. */
  readonly preview: boolean;
  readonly runId: string;
  readonly signal: AbortSignal;
}

export interface Judgement {
  readonly report: Report;
  /** What to write so that GitHub shows the report. */
  readonly effects: readonly Effect[];
}

/** What people accepted, as the panel hears it. */
export function decisionsOf(accepted: readonly Acceptance[]): ReviewRequest['decisions'] {
  return accepted.map(({ fingerprints, login, reason }) => ({ fingerprints, reason: `${reason} (${login})` }));
}

/** The proposed file is laid over the same organisation's file as the one in force, so that its locks hold there too. */
function proposedBy(text: string, { configuration }: Case, bot: Bot): Configuration {
  return bot.ports.configure({ ...configuration.layers, repository: text });
}

function otherSettings(text: string, input: Case, bot: Bot): Settings | undefined {
  const { broken, digest, settings } = proposedBy(text, input, bot);
  return broken || digest === input.configuration.digest ? undefined : settings;
}

function proposalOf({ proposed }: Reviewed, input: Case, bot: Bot): Proposal | undefined {
  if (proposed === undefined) return undefined;
  const configuration = proposedBy(proposed.text, input, bot);
  const { report } = proposed;
  return {
    configuration,
    decision: decide(input.facts, configuration.settings),
    ...(report === undefined ? {} : { report }),
  };
}

/** Has a change reviewed and plans what to say. Writes nothing. */
export async function judge(bot: Bot, input: Case): Promise<Judgement> {
  const { facts, base, head, configuration, posted, comments, runId, signal } = input;
  const { settings } = configuration;
  const reviewed = await bot.ports.reviewer.review({
    repo: bot.repo,
    cloneUrl: facts.cloneUrl,
    token: () => installationToken(bot),
    base,
    head,
    settings,
    decisions: decisionsOf(posted.accepted),
    conversation: { number: facts.number, title: facts.title, author: facts.author, labels: facts.labels },
    ...(input.preview ? { preview: (text: string) => otherSettings(text, input, bot) } : {}),
    signal,
  });
  const { report, changes } = reviewed;
  const proposal = input.preview ? proposalOf(reviewed, input, bot) : undefined;
  const compared = { baseRef: facts.baseRef, baseSha: base, headSha: head };
  const effects = plan({
    report,
    settings,
    changes,
    posted,
    fileUrl: lineUrl(facts, head),
    comments,
    footer: footerOf({ facts: compared, report, posted, configuration, proposal, runId }),
    notices: noticesOf(proposal?.configuration),
  });
  return { report, effects };
}
