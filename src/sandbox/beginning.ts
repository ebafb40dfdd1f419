import { generateKeyPairSync } from 'node:crypto';
import { account, iso } from './lookup.ts';
import type { App, State } from './state.ts';
import type { AppOptions, Permissions } from './types.ts';

/** What the panel asks for, and no more. */
const PANEL_PERMISSIONS: Permissions = {
  metadata: 'read',
  contents: 'read',
  pull_requests: 'write',
  checks: 'write',
  merge_queues: 'read',
};

const PANEL_EVENTS = [
  'pull_request',
  'check_run',
  'check_suite',
  'merge_group',
  'pull_request_review_comment',
  'repository',
];

/** A GitHub where nothing has happened, with one App. */
export function createState(options: AppOptions, now: () => number): State {
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
    moved: new Map(),
    installations: [],
    tokens: new Map(),
    requests: [],
    violations: [],
    deliveries: [],
    nextId,
    now,
  };
}
