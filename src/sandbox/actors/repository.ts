import { join } from 'node:path';
import type { Context } from '../context.ts';
import { tryLine } from '../git.ts';
import { tellInstallation } from '../installation.ts';
import { account, fullName, label, stamp } from '../lookup.ts';
import { webOf } from '../present/basics.ts';
import { bringHead, push, tipOf } from '../push.ts';
import { type Account, type PullRequest, type Repository, untouched } from '../state.ts';
import { suiteOf } from '../suites.ts';
import type { CommitChange, PullRequestActor, PullRequestOptions, RepositoryActor } from '../types.ts';
import { tell } from '../webhooks.ts';
import { cloneRepository, writeCommit } from '../write.ts';
import { enqueue, enqueueTogether } from './merge-queue.ts';
import { pullRequestActor, tellOpened } from './pull-request.ts';
import { seenRuns } from './seen.ts';

interface Stage {
  readonly context: Context;
  readonly repository: Repository;
  /** Where repositories are kept. */
  readonly root: string;
}

/** Puts a repository into the hands of people. */
export function repositoryActor(stage: Stage): RepositoryActor {
  const { context, repository } = stage;
  const actor: RepositoryActor = {
    id: repository.id,
    get fullName() {
      return fullName(repository);
    },
    defaultBranch: repository.defaultBranch,
    gitDirectory: repository.git,
    get cloneUrl() {
      return `${webOf(context, repository)}.git`;
    },
    tip: (branch) => tryLine(repository.git, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`]),
    createBranch: async (name, from) => {
      const after = await tipOf(repository, from ?? repository.defaultBranch);
      await push(context, { repository, branch: name, before: null, after, sender: repository.owner });
      return after;
    },
    commit: (branch, change) => commit(stage, branch, change),
    forcePush: (branch, change, onto) => commit(stage, branch, change, onto ?? repository.defaultBranch),
    fork: (owner) => fork(stage, owner),
    openPullRequest: (options) => open(stage, actor, options),
    setPermission: (login, level) => {
      account(context.state, login);
      repository.levels.set(login.toLowerCase(), level);
    },
    enqueue: (pulls) => enqueue(context, repository, pulls),
    enqueueTogether: (pulls) => enqueueTogether(context, repository, pulls),
    pullRequests: () => repository.pulls.map((pull) => pullRequestActor(context, pull, actor)),
    checkRuns: (sha) => seenRuns(repository, sha),
    rename: (name) => rename(stage, name),
    archive: async (archived) => {
      repository.archived = archived;
      await tellRepository(stage, archived ? 'archived' : 'unarchived', {});
    },
    install: async (installed) => {
      repository.installed = true;
      await tellInstallation(context, repository, installed ? 'created' : 'deleted');
      repository.installed = installed;
    },
  };
  return actor;
}

async function rename(stage: Stage, name: string): Promise<void> {
  const { context, repository } = stage;
  const from = repository.name;
  context.state.moved.set(fullName(repository).toLowerCase(), repository);
  repository.name = name;
  await tellRepository(stage, 'renamed', { changes: { repository: { name: { from } } } });
}

function tellRepository({ context, repository }: Stage, action: string, more: Readonly<Record<string, unknown>>) {
  return tell(context, { event: 'repository', action, repository, sender: repository.owner, payload: more });
}

async function commit(stage: Stage, branch: string, change: CommitChange, onto?: string): Promise<string> {
  const { context, repository } = stage;
  const before = await tryLine(repository.git, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`]);
  const start = onto ?? (before === undefined ? repository.defaultBranch : branch);
  const parent =
    (await tryLine(repository.git, ['rev-parse', '--verify', '--quiet', `${start}^{commit}`])) ?? undefined;
  const sender = senderOf(stage, change.by);
  const seconds = Math.floor(context.state.now() / 1000);
  const after = await writeCommit(repository.git, {
    change,
    parent: parent === '' ? undefined : parent,
    author: sender.login,
    seconds,
  });
  await push(context, { repository, branch, before: before ?? null, after, sender });
  return after;
}

function senderOf({ context, repository }: Stage, by: string | undefined): Account {
  return by === undefined ? repository.owner : account(context.state, by);
}

async function fork(stage: Stage, owner: string): Promise<RepositoryActor> {
  const { context, repository, root } = stage;
  const user = account(context.state, owner);
  const git = join(root, user.login, `${repository.name}.git`);
  await cloneRepository(repository.git, git);
  const at = stamp(context.state);
  const copy: Repository = {
    ...repository,
    id: context.state.nextId(),
    owner: user,
    git,
    parent: repository,
    createdAt: at,
    pushedAt: at,
    installed: false,
    ...untouched(),
  };
  context.state.repositories.push(copy);
  return repositoryActor({ ...stage, repository: copy });
}

/** The issue of a pull request has the id after its own. */
function pairOfIds(context: Context): number {
  const id = context.state.nextId();
  context.state.nextId();
  return id;
}

async function open(stage: Stage, actor: RepositoryActor, options: PullRequestOptions): Promise<PullRequestActor> {
  const { context, repository } = stage;
  const source = context.state.repositories.find((other) => other.id === (options.from ?? actor).id) ?? repository;
  const baseRef = options.base ?? repository.defaultBranch;
  const headSha = await tipOf(source, options.head);
  const at = stamp(context.state);
  const number = repository.nextNumber;
  repository.nextNumber += 1;
  const head = { repository: source, ref: options.head };
  await bringHead({ repository, head, number }, headSha);
  const pull: PullRequest = {
    id: pairOfIds(context),
    number,
    repository,
    head,
    author: account(context.state, options.author ?? source.owner.login),
    createdAt: at,
    headSha,
    baseRef,
    baseSha: await tipOf(repository, baseRef),
    title: options.title ?? options.head,
    body: options.body ?? null,
    draft: options.draft === true,
    state: 'open',
    locked: false,
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    closedAt: null,
    updatedAt: at,
    labels: [],
    reviews: [],
    comments: [],
    conversation: [],
    resolved: new Map(),
  };
  repository.pulls.push(pull);
  if (repository.installed) suiteOf(context, repository, headSha, source === repository ? options.head : null, null);
  pull.labels = (options.labels ?? []).map((name) => label(context.state, repository, name));
  await tellOpened(context, pull);
  return pullRequestActor(context, pull, actor);
}
