import type { Settings } from '../core/settings.ts';
import { prose } from '../report/escape.ts';
import { at, type Bot } from './bot.ts';
import { askedReview } from './command.ts';
import { readConfiguration } from './configuration.ts';
import { readExternalId } from './identity.ts';
import type { Task } from './job.ts';
import { writeAcceptance } from './marker.ts';
import { openFingerprints } from './openlist.ts';
import { mayWrite, type OwnRun, type PullFacts, readPull, readRuns } from './read.ts';

type Click = Extract<Task, { kind: 'button' }>;

/** Records in the conversation, for everybody to see, that what is open now no longer counts on this pull request. */
async function acceptAll({ gh, repo }: Bot, facts: PullFacts, run: OwnRun, login: string): Promise<boolean> {
  const fingerprints = openFingerprints(run.summary);
  if (fingerprints.length === 0) return false;
  const count = fingerprints.length === 1 ? 'one finding' : `${fingerprints.length} findings`;
  const body = `☑️ ${prose(login)} accepted ${count} of ${run.externalId === '' ? 'this commit' : facts.headSha.slice(0, 7)} as the baseline of this pull request.`;
  const decision = writeAcceptance({ fingerprints, login, reason: 'accepted as the baseline of this pull request' });
  await gh.rest.pulls.createReview({
    ...at(repo),
    pull_number: facts.number,
    commit_id: facts.headSha,
    event: 'COMMENT',
    body: `${body}\n${decision}`,
    request: { retries: 0 },
  });
  return true;
}

function gateText({ gate, label }: Settings, run: OwnRun): string {
  const threshold =
    gate.failOn === 'never'
      ? 'The gate is never shut by a finding (`gate.fail-on: never`).'
      : `The gate is shut by findings of severity ${gate.failOn} or worse that this change introduces, whose check may block and that nobody allowed (\`gate.fail-on\`).`;
  return [
    `**Now**: ${run.conclusion ?? 'under way'} (${run.title})`,
    threshold,
    'Findings that were there before are listed and never block.',
    gate.requireLabel
      ? `The label \`${label}\` is required.`
      : `Without the label \`${label}\` nothing is reviewed and nothing is blocked.`,
    gate.onError === 'fail'
      ? 'When the panel itself fails, the gate stays shut.'
      : 'When the panel itself fails, the gate stays open.',
    'These rules are those of the base branch; a change to them in this pull request takes effect after merge.',
  ].join('\n\n');
}

async function explainGate(bot: Bot, facts: PullFacts, run: OwnRun): Promise<void> {
  const { settings } = await readConfiguration(bot, facts);
  const { title, summary } = run;
  const output = { title, summary, text: gateText(settings, run) };
  await bot.gh.rest.checks.update({ ...at(bot.repo), check_run_id: run.id, output });
}

/** Does what a button of the check run says, after looking up what the person who clicked may do now. */
export async function onButton(bot: Bot, click: Click): Promise<void> {
  const { gh, repo, ports } = bot;
  if (click.pull === undefined) return;
  const facts = await readPull(gh, repo, click.pull);
  const run = (await readRuns(bot, click.sha)).find(
    ({ externalId }) => readExternalId(externalId)?.pull === click.pull,
  );
  const allowed = (await mayWrite(bot, click.login)) || (click.identifier === 'rerun' && facts.author === click.login);
  if (!allowed || run === undefined || facts.headSha !== click.sha) return;
  if (click.identifier === 'explain-gate') return explainGate(bot, facts, run);
  const again =
    click.identifier === 'rerun' ||
    (click.identifier === 'accept-baseline' && (await acceptAll(bot, facts, run, click.login)));
  if (again)
    await ports.enqueue(askedReview(bot, facts.number, facts.headSha, `${click.login} clicked ${click.identifier}`));
}
