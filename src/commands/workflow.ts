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
const groupEvent = z.object({ merge_group: z.object({ base_sha: z.string(), head_sha: z.string() }) });
const pushEvent = z.object({
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  repository: z.object({ default_branch: z.string() }),
});

interface Ends {
  readonly base: string;
  readonly head: string;
}

/** GitHub's id for the side on which a branch does not exist. */
const NOWHERE = /^0+$/;
/** Git's id of a tree without files, which stands for what was there before the first commit. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** A new branch is compared with the default branch, a new default branch with nothing. Undefined for a deleted branch. */
function pushEnds({ ref, before, after, repository }: z.infer<typeof pushEvent>): Ends | undefined {
  if (NOWHERE.test(after)) return undefined;
  if (!NOWHERE.test(before)) return { base: before, head: after };
  const first = ref === `refs/heads/${repository.default_branch}`;
  return { base: first ? EMPTY_TREE : `refs/remotes/origin/${repository.default_branch}`, head: after };
}

async function eventEnds(path: string | undefined): Promise<Ends | undefined> {
  if (path === undefined)
    throw new ConfigurationError('GITHUB_EVENT_PATH is not set; the Action runs in a GitHub workflow');
  const event: unknown = JSON.parse(await readFile(path, 'utf8'));
  const pull = pullRequestEvent.safeParse(event);
  if (pull.success) return { base: pull.data.pull_request.base.sha, head: pull.data.pull_request.head.sha };
  const group = groupEvent.safeParse(event);
  if (group.success) return { base: group.data.merge_group.base_sha, head: group.data.merge_group.head_sha };
  const push = pushEvent.safeParse(event);
  if (push.success) return pushEnds(push.data);
  throw new ConfigurationError('this event names no change; run on pull_request, merge_group or push');
}

/** An input of `action.yml`; GitHub hands `fail-on` over as `INPUT_FAIL-ON`. Empty counts as absent. */
function input(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[`INPUT_${name.toUpperCase()}`];
  return value === undefined || value === '' ? undefined : value;
}

/**
 * The GitHub Action: annotations on standard output, the report in the step summary, gate and verdict as outputs, SARIF
 * where asked for. Needs the commits of base and head in the checkout (`fetch-depth: 0`). Answers with the exit status.
 */
export async function runAction(env: NodeJS.ProcessEnv): Promise<number> {
  const ends = await eventEnds(env['GITHUB_EVENT_PATH']);
  const failOn = thresholdNamed(input(env, 'fail-on'));
  if (ends === undefined) {
    process.stdout.write('::notice::the branch is gone, so there is nothing to review\n');
    return EXIT.open;
  }
  const engine = await createEngine();
  const { report, effective } = await reviewLocal(
    engine,
    { repo: env['GITHUB_WORKSPACE'] ?? '.', ...ends },
    failOn === undefined ? {} : { failOn },
  );
  await deliver(renderReport('github', report, engine, false), undefined);
  const shut = report.findings.some((finding) => shutsGate(finding, effective.settings.gate.failOn));
  await append(env['GITHUB_STEP_SUMMARY'], `${renderMarkdown(report)}\n`);
  await append(env['GITHUB_OUTPUT'], `gate=${shut ? 'shut' : 'open'}\nverdict=${report.verdict}\n`);
  const sarif = input(env, 'sarif');
  if (sarif !== undefined) await writeFile(sarif, renderSarif(report, engine.panel.checks));
  return shut ? EXIT.shut : EXIT.open;
}

/** One of the files in which a step leaves something for GitHub; there is none outside of a workflow. */
async function append(file: string | undefined, text: string): Promise<void> {
  if (file !== undefined && file !== '') await appendFile(file, text);
}
