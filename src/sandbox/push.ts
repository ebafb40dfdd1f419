import type { Context } from './context.ts';
import { gitLine, resolveCommit } from './git.ts';
import { stamp } from './lookup.ts';
import type { Account, PullRequest, Repository } from './state.ts';
import { suiteOf, tellSuite } from './suites.ts';
import { tellPull } from './talk.ts';
import { bring, moveRef } from './write.ts';

/** What happened to a branch. */
export interface Push {
  readonly repository: Repository;
  readonly branch: string;
  readonly before: string | null;
  readonly after: string;
  readonly sender: Account;
}

/** Moves the branch and tells everybody: the App's suite, and every open pull request that the branch is the head of. */
export async function push(context: Context, push: Push): Promise<void> {
  const { repository, branch, before, after, sender } = push;
  await moveRef(repository.git, `refs/heads/${branch}`, after);
  repository.pushedAt = stamp(context.state);
  if (repository.installed) {
    await tellSuite(context, suiteOf(context, repository, after, branch, before), 'requested', sender);
  }
  for (const pull of pullsOf(context, repository, branch)) await synchronize(context, pull, push);
}

function pullsOf(context: Context, repository: Repository, branch: string): readonly PullRequest[] {
  const all = context.state.repositories.flatMap((other) => other.pulls);
  return all.filter((pull) => pull.state === 'open' && pull.head.repository === repository && pull.head.ref === branch);
}

async function synchronize(context: Context, pull: PullRequest, { after, sender }: Push): Promise<void> {
  const before = pull.headSha;
  await bringHead(pull, after);
  pull.headSha = after;
  pull.baseSha = (await resolveCommit(pull.repository.git, `refs/heads/${pull.baseRef}`)) ?? pull.baseSha;
  await tellPull(context, pull, 'synchronize', sender, { before, after });
}

/** Makes a commit of the head repository known to the base repository, as `refs/pull/N/head`. */
export async function bringHead(pull: Pick<PullRequest, 'repository' | 'head' | 'number'>, sha: string): Promise<void> {
  await bring(pull.repository.git, pull.head.repository.git, sha, `refs/pull/${pull.number}/head`);
}

/** The tip of a branch; throws when there is no such branch (a mistake of the story). */
export async function tipOf(repository: Repository, branch: string): Promise<string> {
  return gitLine(repository.git, ['rev-parse', '--verify', `refs/heads/${branch}`]);
}
