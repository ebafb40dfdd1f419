import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addRepository } from './actors/new-repository.ts';
import { issueToken } from './auth.ts';
import { createState } from './beginning.ts';
import { type Context, GITHUB_LIMITS } from './context.ts';
import { createFaults } from './faults.ts';
import { installationAt } from './installation.ts';
import { account } from './lookup.ts';
import { createHub } from './server.ts';
import type { State } from './state.ts';
import type { Permissions, Sandbox, SandboxOptions } from './types.ts';
import { send } from './webhooks.ts';

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
  return {
    url: context.url(),
    ...observed(state),
    ...acts(context, root),
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
    close: () => close(context, server, root),
  };
}

function observed(state: State): Pick<Sandbox, 'app' | 'requests' | 'violations' | 'deliveries' | 'writes'> {
  const { id, slug, privateKey } = state.app;
  const { requests, violations, deliveries } = state;
  return {
    app: { id, slug, privateKey },
    requests,
    violations,
    deliveries,
    writes: (route) => requests.filter((seen) => seen.write && (route === undefined || seen.route === route)).length,
  };
}

type Acts = 'settled' | 'redeliver' | 'repository' | 'installationToken' | 'userToken' | 'grant';

function acts(context: Context, root: string): Pick<Sandbox, Acts> {
  const { state } = context;
  const granted = (): Permissions => ({ metadata: 'read', ...state.app.permissions });
  return {
    settled: () => settled(context),
    redeliver: (delivery) => redeliver(context, delivery),
    repository: (name, options) => addRepository(context, root, name, options ?? {}),
    installationToken: (owner, permissions) =>
      issueToken(state, installationAt(context, account(state, owner)), permissions ?? granted(), null).token,
    userToken: (login) => userToken(state, login),
    grant: (permissions) => {
      state.app.permissions = permissions;
    },
  };
}

async function close(context: Context, server: Server, root: string): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await settled(context);
  await rm(root, { recursive: true, force: true });
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
