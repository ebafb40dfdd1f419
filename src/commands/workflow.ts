import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { createEngine } from '../engine.ts';
import { shutsGate } from '../panel/verdict.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { renderSarif } from '../report/sarif.ts';
import { deliver, thresholdNamed } from './check.ts';
import { ConfigurationError, EXIT } from './errors.ts';
import { renderReport } from './formats.ts';
import { reviewLocal } from './local.ts';

/** The parts of the event file that say what to compare. */
const pullRequestEvent = z.object({
  pull_request: z.object({ base: z.object({ sha: z.string() }), head: z.object({ sha: z.string() }) }),
});
const pushEvent = z.object({ before: z.string(), after: z.string() });
const groupEvent = z.object({ merge_group: z.object({ base_sha: z.string(), head_sha: z.string() }) });

interface Ends {
  readonly base: string;
  readonly head: string;
}

async function eventEnds(path: string | undefined): Promise<Ends> {
  if (path === undefined)
    throw new ConfigurationError('GITHUB_EVENT_PATH is not set; the Action runs in a GitHub workflow');
  const event: unknown = JSON.parse(await readFile(path, 'utf8'));
  const pull = pullRequestEvent.safeParse(event);
  if (pull.success) return { base: pull.data.pull_request.base.sha, head: pull.data.pull_request.head.sha };
  const group = groupEvent.safeParse(event);
  if (group.success) return { base: group.data.merge_group.base_sha, head: group.data.merge_group.head_sha };
  const push = pushEvent.safeParse(event);
  if (push.success) return { base: push.data.before, head: push.data.after };
  throw new ConfigurationError('this event names no change; run on pull_request, merge_group or push');
}

/** An input of `action.yml`; GitHub hands `fail-on` over as `INPUT_FAIL-ON`. Empty counts as absent. */
function input(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[`INPUT_${name.toUpperCase()}`];
  return value === undefined || value === '' ? undefined : value;
}

/**
 * The GitHub Action: annotations on standard output, the report in the step summary, SARIF where asked for. Needs the
 * commits of base and head in the checkout (`fetch-depth: 0`). Answers with the exit status.
 */
export async function runAction(env: NodeJS.ProcessEnv): Promise<number> {
  const { base, head } = await eventEnds(env['GITHUB_EVENT_PATH']);
  const failOn = thresholdNamed(input(env, 'fail-on'));
  const engine = await createEngine();
  const { report, effective } = await reviewLocal(
    engine,
    { repo: env['GITHUB_WORKSPACE'] ?? '.', base, head },
    failOn === undefined ? {} : { failOn },
  );
  await deliver(renderReport('github', report, engine, false), undefined);
  const summary = env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined) await appendFile(summary, `${renderMarkdown(report)}\n`);
  const sarif = input(env, 'sarif');
  if (sarif !== undefined) await writeFile(sarif, renderSarif(report, engine.panel.checks));
  return report.findings.some((finding) => shutsGate(finding, effective.settings.gate.failOn)) ? EXIT.shut : EXIT.open;
}
