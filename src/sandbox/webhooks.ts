import { createHmac, randomUUID } from 'node:crypto';
import { grants } from './auth.ts';
import type { Context } from './context.ts';
import { installationShape } from './present/app.ts';
import { accountShape, repositoryForWebhook } from './present/basics.ts';
import type { Account, Repository } from './state.ts';
import type { Delivery } from './types.ts';

/** What an event needs of the App's permissions. `installation` always comes. */
const NEEDS: Readonly<Record<string, string>> = {
  pull_request: 'pull_requests',
  pull_request_review: 'pull_requests',
  pull_request_review_comment: 'pull_requests',
  check_run: 'checks',
  check_suite: 'checks',
  merge_group: 'merge_queues',
  issue_comment: 'issues',
  repository: 'metadata',
};

export interface Happening {
  readonly event: string;
  readonly action: string;
  readonly repository: Repository;
  readonly sender: Account;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Sends an event to the App when it is installed there, has the permission and has subscribed; resolves when it was answered. */
export async function tell(context: Context, happening: Happening): Promise<void> {
  const { app, installations } = context.state;
  const { event, action, repository, sender } = happening;
  const installation = installations.find((candidate) => candidate.account.id === repository.owner.id);
  const need = NEEDS[event];
  const wanted = need === undefined || (app.events.includes(event) && grants(app.permissions, need, 'read'));
  if (!repository.installed || installation === undefined || !wanted) return;
  const { owner } = repository;
  const payload = {
    action,
    ...happening.payload,
    repository: repositoryForWebhook(context, repository),
    ...(owner.type === 'Organization' ? { organization: organizationShape(context, owner) } : {}),
    sender: accountShape(context, sender),
    installation: { id: installation.id, node_id: installationShape(context, installation).node_id },
  };
  await send(context, {
    event,
    action,
    payload,
    guid: randomUUID(),
    redelivery: false,
    repositoryId: repository.id,
    installationId: installation.id,
  });
}

function organizationShape(context: Context, owner: Account): Readonly<Record<string, unknown>> {
  const shape = accountShape(context, owner);
  const url = `${context.url()}/orgs/${owner.login}`;
  const paths = ['repos', 'events', 'hooks', 'issues'].map((word) => [`${word}_url`, `${url}/${word}`]);
  return {
    login: owner.login,
    id: owner.id,
    node_id: shape.node_id,
    url,
    ...Object.fromEntries(paths),
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: shape.avatar_url,
    description: '',
  };
}

type Outgoing = Pick<
  Delivery,
  'event' | 'action' | 'payload' | 'guid' | 'redelivery' | 'repositoryId' | 'installationId'
>;

/** Sends one signed webhook, once, and records how it went. GitHub never retries by itself. */
export function send(context: Context, outgoing: Outgoing): Promise<Delivery> {
  const sending = attempt(context, outgoing);
  context.underWay.add(sending);
  return sending.finally(() => context.underWay.delete(sending));
}

async function attempt(context: Context, outgoing: Outgoing): Promise<Delivery> {
  const { state } = context;
  const id = state.nextId();
  const at = state.now();
  const started = process.hrtime.bigint();
  const { statusCode, status } = await post(context, outgoing);
  const duration = Number(process.hrtime.bigint() - started) / 1e9;
  const delivery: Delivery = { id, ...outgoing, statusCode, status, at, duration };
  state.deliveries.push(delivery);
  return delivery;
}

async function post(
  context: Context,
  outgoing: Outgoing,
): Promise<{ readonly statusCode: number; readonly status: string }> {
  const target = context.target();
  if (target === undefined) return { statusCode: 0, status: 'failed to connect to host' };
  const body = JSON.stringify(outgoing.payload);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/sandbox',
    'x-github-event': outgoing.event,
    'x-github-delivery': outgoing.guid,
    'x-github-hook-id': '1',
    'x-github-hook-installation-target-id': String(context.state.app.id),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature-256': `sha256=${createHmac('sha256', target.secret).update(body).digest('hex')}`,
  };
  try {
    const signal = AbortSignal.timeout(context.limits.webhookMs);
    const answer = await fetch(target.url, { method: 'POST', body, headers, signal });
    await answer.arrayBuffer();
    return { statusCode: answer.status, status: answer.ok ? 'OK' : answer.statusText || 'Invalid HTTP Response' };
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    return { statusCode: 0, status: late ? 'timed out' : 'failed to connect to host' };
  }
}

/** Lets work go on after the answer; `settled` waits for it, and a failure of it is a violation of ours. */
export function later(context: Context, work: Promise<unknown>): void {
  const watched: Promise<unknown> = work
    .catch((error: unknown) => {
      context.state.violations.push({
        side: 'answer',
        route: 'webhook',
        sentence: String(error instanceof Error ? error.stack : error),
      });
    })
    .finally(() => context.underWay.delete(watched));
  context.underWay.add(watched);
}
