import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { repositoryActor } from './actors/repository.ts';
import { issueToken } from './auth.ts';
import { type Context, GITHUB_LIMITS } from './context.ts';
import { createFaults } from './faults.ts';
import { tryLine } from './git.ts';
import { installationAt } from './installation.ts';
import { createHub } from './server.ts';
import { type App, account, iso, type Repository, type State, stamp } from './state.ts';
import type { AppOptions, Permissions, RepositoryActor, RepositoryOptions, Sandbox, SandboxOptions } from './types.ts';
import { send } from './webhooks.ts';
import { cloneRepository, createRepository, moveRef, writeCommit } from './write.ts';

/** What the panel asks for: github.md's contract of the App. */
export const PANEL_PERMISSIONS: Permissions = {
  metadata: 'read',
  contents: 'read',
  pull_requests: 'write',
  checks: 'write',
  merge_queues: 'read',
};

const PANEL_EVENTS = ['pull_request', 'check_run', 'check_suite', 'merge_group', 'pull_request_review_comment'];

/** Starts a small GitHub on localhost with one App and no repositories. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const root = await mkdtemp(join(tmpdir(), 'sandbox-github-'));
  let skew = 0;
  let target = options.webhook;
  let port = 0;
  const state = createState(options.app ?? {}, () => Date.now() + skew);
  const context: Context = {
    state,
    limits: { ...GITHUB_LIMITS, ...options.limits },
    url: () => `http://127.0.0.1:${port}`,
    target: () => target,
    underWay: new Set(),
  };
  const faults = createFaults();
  const server = createHub(context, faults);
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve),
  );
  port = (server.address() as AddressInfo).port;
  const { id, slug, privateKey } = state.app;
  return {
    url: context.url(),
    app: { id, slug, privateKey },
    requests: state.requests,
    violations: state.violations,
    deliveries: state.deliveries,
    writes: (route) =>
      state.requests.filter((seen) => seen.write && (route === undefined || seen.route === route)).length,
    addFault: faults.add,
    clearFaults: faults.clear,
    clock: {
      now: state.now,
      advance: (milliseconds) => {
        skew += milliseconds;
      },
    },
    deliverTo: (next) => {
      target = next;
    },
    settled: () => settled(context),
    redeliver: (delivery) => redeliver(context, delivery),
    repository: (name, more) => addRepository(context, root, name, more ?? {}),
    installationToken: (owner, permissions) =>
      issueToken(state, installationAt(context, account(state, owner)), permissions ?? granted(state), null).token,
    userToken: (login) => userToken(state, login),
    grant: (permissions) => {
      (state.app as { permissions: Permissions }).permissions = permissions;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await settled(context);
      await rm(root, { recursive: true, force: true });
    },
  };
}

function granted(state: State): Permissions {
  return { metadata: 'read', ...state.app.permissions };
}

async function settled(context: Context): Promise<void> {
  while (context.underWay.size > 0) await Promise.allSettled([...context.underWay]);
}

function redeliver(context: Context, id: number) {
  const found = context.state.deliveries.find((delivery) => delivery.id === id);
  if (found === undefined) throw new Error(`there is no delivery ${id}`);
  return send(context, { ...found, redelivery: true });
}

function userToken(state: State, login: string): string {
  const token = `ghp_${Buffer.from(`${login}:${state.nextId()}`).toString('hex')}`;
  state.tokens.set(token, {
    token,
    expiresAt: Number.POSITIVE_INFINITY,
    holder: { kind: 'user', user: account(state, login) },
  });
  return token;
}

function createState(options: AppOptions, now: () => number): State {
  let last = 1000;
  const nextId = () => {
    last += 1;
    return last;
  };
  const accounts: State['accounts'] = new Map();
  const partial = { accounts, nextId } as Pick<State, 'accounts' | 'nextId'>;
  const slug = options.slug ?? 'ml-review-panel';
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const app: App = {
    id: options.id ?? nextId(),
    clientId: 'Iv23sandbox',
    slug,
    name: options.name ?? 'ML Review Panel',
    owner: account(partial as State, 'panel-owner', 'Organization'),
    bot: account(partial as State, `${slug}[bot]`, 'Bot'),
    privateKey: pair.privateKey,
    publicKey: pair.publicKey,
    createdAt: iso(now()),
    permissions: options.permissions ?? PANEL_PERMISSIONS,
    events: options.events ?? PANEL_EVENTS,
  };
  return {
    app,
    accounts,
    repositories: [],
    installations: [],
    tokens: new Map(),
    requests: [],
    violations: [],
    deliveries: [],
    nextId,
    now,
  };
}

async function addRepository(
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
    private: options.private === true,
    defaultBranch,
    git,
    parent: null,
    createdAt: at,
    pushedAt: at,
    installed: options.installed !== false,
    nextNumber: 1,
    levels: new Map(),
    labels: new Map(),
    pulls: [],
    suites: [],
    runs: [],
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
