import type { Context } from '../context.ts';
import { gitLine, NO_COMMIT } from '../git.ts';
import { stamp } from '../lookup.ts';
import { readCommit, simpleCommit } from '../present/commits.ts';
import { push, tipOf } from '../push.ts';
import type { MergeGroup, PullRequest, Repository } from '../state.ts';
import { suiteOf, tellSuite } from '../suites.ts';
import type { MergeGroupActor, PullRequestActor } from '../types.ts';
import { tell } from '../webhooks.ts';
import { mergeCommits, moveRef } from '../write.ts';
import { seenRuns } from './seen.ts';

function pullsOf(repository: Repository, actors: readonly PullRequestActor[]): readonly PullRequest[] {
  return actors.map(({ number }) => {
    const pull = repository.pulls.find((candidate) => candidate.number === number);
    if (pull === undefined) throw new Error(`there is no pull request ${number} in this repository`);
    return pull;
  });
}

/** Puts pull requests of one base into one group, which bears the name of the last. */
export async function enqueueTogether(
  context: Context,
  repository: Repository,
  actors: readonly PullRequestActor[],
): Promise<MergeGroupActor> {
  const pulls = pullsOf(repository, actors);
  const last = pulls.at(-1);
  if (last === undefined) throw new Error('a group holds a pull request');
  const base = await tipOf(repository, last.baseRef);
  let below = base;
  for (const { headSha, number } of pulls.slice(0, -1))
    below = await mergeCommits(repository.git, below, headSha, `Merge pull request #${number}`);
  const group = { ...(await groupOf(context, last, below)), baseSha: base };
  await announce(context, group, 'checks_requested', {});
  return actorOf(context, group, last);
}

/** Puts pull requests into the merge queue: one group each, every group built on the one before. */
export async function enqueue(
  context: Context,
  repository: Repository,
  actors: readonly PullRequestActor[],
): Promise<readonly MergeGroupActor[]> {
  const groups: MergeGroupActor[] = [];
  const tips = new Map<string, string>();
  for (const pull of pullsOf(repository, actors)) {
    const base = tips.get(pull.baseRef) ?? (await tipOf(repository, pull.baseRef));
    const group = await groupOf(context, pull, base);
    tips.set(pull.baseRef, group.headSha);
    await announce(context, group, 'checks_requested', {});
    groups.push(actorOf(context, group, pull));
  }
  return groups;
}

async function groupOf(context: Context, pull: PullRequest, base: string): Promise<MergeGroup> {
  const { repository } = pull;
  const sha = await mergeCommits(repository.git, base, pull.headSha, `Merge pull request #${pull.number}`);
  const ref = `refs/heads/gh-readonly-queue/${pull.baseRef}/pr-${pull.number}-${base}`;
  await moveRef(repository.git, ref, sha);
  const suite = suiteOf(context, repository, sha, ref.slice('refs/heads/'.length), NO_COMMIT);
  await tellSuite(context, suite, 'requested', pull.author);
  return { repository, headSha: sha, headRef: ref, baseSha: base, baseRef: `refs/heads/${pull.baseRef}` };
}

async function announce(
  context: Context,
  group: MergeGroup,
  action: string,
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { repository, headSha, headRef, baseSha, baseRef } = group;
  const commit = simpleCommit(await readCommit(repository, headSha));
  const merge_group = {
    head_sha: headSha,
    head_ref: headRef,
    base_sha: baseSha,
    base_ref: baseRef,
    head_commit: commit,
  };
  await tell(context, {
    event: 'merge_group',
    action,
    repository,
    sender: repository.owner,
    payload: { merge_group, ...more },
  });
}

function actorOf(context: Context, group: MergeGroup, pull: PullRequest): MergeGroupActor {
  const { repository, headSha, headRef, baseSha } = group;
  return {
    ref: headRef,
    headSha,
    baseSha,
    checkRuns: () => seenRuns(repository, headSha),
    destroy: async (reason) => {
      await moveRef(repository.git, headRef, NO_COMMIT);
      if (reason === 'merged') await land(context, pull, group);
      await announce(context, group, 'destroyed', { reason });
    },
  };
}

async function land(context: Context, pull: PullRequest, group: MergeGroup): Promise<void> {
  const at = stamp(context.state);
  const before = await gitLine(pull.repository.git, ['rev-parse', `refs/heads/${pull.baseRef}`]);
  Object.assign(pull, {
    state: 'closed',
    mergedAt: at,
    closedAt: at,
    mergeCommit: group.headSha,
    mergedBy: pull.repository.owner,
  });
  await push(context, {
    repository: pull.repository,
    branch: pull.baseRef,
    before,
    after: group.headSha,
    sender: pull.repository.owner,
  });
}
