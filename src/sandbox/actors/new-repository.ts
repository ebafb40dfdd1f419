import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../context.ts';
import { tryLine } from '../git.ts';
import { installationAt } from '../installation.ts';
import { account, stamp } from '../lookup.ts';
import { type Repository, untouched } from '../state.ts';
import type { RepositoryActor, RepositoryOptions } from '../types.ts';
import { cloneRepository, createRepository, moveRef, writeCommit } from '../write.ts';
import { repositoryActor } from './repository.ts';

/** Makes a repository `owner/name` with a first commit, or as a copy of a local one, under the folder `root`. */
export async function addRepository(
  context: Context,
  root: string,
  name: string,
  options: RepositoryOptions,
): Promise<RepositoryActor> {
  const { state } = context;
  const [login = '', short = ''] = name.split('/');
  const owner = account(state, login, 'Organization');
  const git = join(root, owner.login, `${short}.git`);
  await mkdir(dirname(git), { recursive: true });
  const defaultBranch = await create(context, git, options);
  const at = stamp(state);
  const repository: Repository = {
    id: state.nextId(),
    owner,
    name: short,
    archived: false,
    private: options.private === true,
    defaultBranch,
    git,
    parent: null,
    createdAt: at,
    pushedAt: at,
    installed: options.installed !== false,
    ...untouched(),
  };
  state.repositories.push(repository);
  if (repository.installed) installationAt(context, owner);
  return repositoryActor({ context, repository, root });
}

async function create(context: Context, git: string, options: RepositoryOptions): Promise<string> {
  if (options.cloneFrom !== undefined) {
    await cloneRepository(options.cloneFrom, git);
    return options.defaultBranch ?? (await tryLine(git, ['symbolic-ref', '--short', 'HEAD'])) ?? 'main';
  }
  const branch = options.defaultBranch ?? 'main';
  await createRepository(git, branch);
  const change = { files: options.files ?? { 'README.md': '' }, message: 'first commit' };
  const seconds = Math.floor(context.state.now() / 1000);
  await moveRef(
    git,
    `refs/heads/${branch}`,
    await writeCommit(git, { change, parent: undefined, author: 'owner', seconds }),
  );
  return branch;
}
