import type { Context } from './context.ts';
import { stamp } from './lookup.ts';
import { checkRunForWebhook, checkSuiteShape } from './present/checks.ts';
import { readCommit, simpleCommit } from './present/commits.ts';
import type { Account, CheckRun, CheckSuite, Repository } from './state.ts';
import { tell } from './webhooks.ts';

/** The App's suite of a commit, made on first use. `branch` is null for commits that came from a fork. */
export function suiteOf(
  context: Context,
  repository: Repository,
  sha: string,
  branch: string | null,
  before: string | null,
): CheckSuite {
  const known = repository.suites.find((suite) => suite.headSha === sha);
  if (known !== undefined) return known;
  const at = stamp(context.state);
  const made: CheckSuite = {
    id: context.state.nextId(),
    repository,
    headSha: sha,
    headBranch: branch,
    before,
    createdAt: at,
    updatedAt: at,
  };
  repository.suites.push(made);
  return made;
}

/** The branch of this repository that has the commit at its head, as check payloads name it. */
export function branchOf(repository: Repository, sha: string): string | null {
  const pull = repository.pulls.find(
    (candidate) => candidate.headSha === sha && candidate.head.repository === repository,
  );
  return pull?.head.ref ?? null;
}

/** Sends a `check_suite` event. */
export async function tellSuite(context: Context, suite: CheckSuite, action: string, sender: Account): Promise<void> {
  const { repository } = suite;
  const commit = simpleCommit(await readCommit(repository, suite.headSha));
  const shape = checkSuiteShape(context, suite, commit);
  const app = shape.app as Readonly<Record<string, unknown>>;
  // The description of this one payload does not know the event yet.
  const events = context.state.app.events.filter((name) => name !== 'merge_group');
  const payload = { check_suite: { ...shape, app: { ...app, events } } };
  await tell(context, { event: 'check_suite', action, repository, sender, payload });
}

/** Sends a `check_run` event. */
export async function tellRun(
  context: Context,
  run: CheckRun,
  action: string,
  sender: Account,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const payload = { check_run: checkRunForWebhook(context, run), ...more };
  await tell(context, { event: 'check_run', action, repository: run.repository, sender, payload });
}
