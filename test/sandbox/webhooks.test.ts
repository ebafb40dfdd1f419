import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { EVENTS } from '../../src/github/events.ts';
import { describe as description, type Json } from '../../src/sandbox/schema.ts';
import type { PullRequestActor, RepositoryActor } from '../../src/sandbox/types.ts';
import { appClient, installationClient, type Scene, SECRET, scene } from './support.ts';

const events = description(
  JSON.parse(
    readFileSync(
      createRequire(import.meta.url).resolve('@octokit/openapi-webhooks/generated/api.github.com.json'),
      'utf8',
    ),
  ) as Json,
);
const schemas = (events.document.components as { schemas: Record<string, Json> }).schemas;

/** What GitHub's own description says against a payload. */
function fault(event: string, payload: Record<string, unknown>): string | undefined {
  const name = `webhook-${event}-${payload.action}`.replaceAll('_', '-');
  if (schemas[name] === undefined) return `there is no ${name}`;
  return events.shape({ $ref: `#/components/schemas/${name}` })(payload);
}

describe('webhooks', () => {
  let stage: Scene;
  let repo: RepositoryActor;
  let pull: PullRequestActor;

  beforeAll(async () => {
    const permissions = {
      contents: 'read',
      pull_requests: 'write',
      checks: 'write',
      merge_queues: 'read',
      issues: 'write',
    } as const;
    stage = await scene({ app: { permissions, events: EVENTS } });
    repo = await stage.hub.repository('acme/fraud', { files: { 'a.py': 'one\ntwo\nthree\n' } });
    await repo.createBranch('release');
    await repo.commit('feature', { files: { 'a.py': 'one\n2\nthree\n' }, by: 'alice' });
    pull = await repo.openPullRequest({ head: 'feature', author: 'alice', draft: true, labels: ['ml-review'] });
  });
  afterAll(() => stage.close());

  test('every kind has the shape that GitHub describes', async () => {
    await pull.addLabel('other', { by: 'bob' });
    await pull.removeLabel('other', { by: 'bob' });
    await pull.ready();
    await pull.toDraft();
    await pull.ready();
    await pull.edit({ title: 'new' });
    await pull.changeBase('release');
    await pull.changeBase('main');
    await pull.push({ files: { 'b.py': 'b\n' } });
    await pull.comment('hello');
    const id = await pull.commentOnLine('a.py', 2, 'why?');
    await pull.replyTo(id, 'because');
    await pull.close();
    await pull.reopen();
    const client = await installationClient(stage.hub, 'acme');
    const actions = [{ label: 'Re-run', description: 'Again', identifier: 'rerun' }];
    const output = { title: 't', summary: 's' };
    const { data } = await client.rest.checks.create({
      owner: 'acme',
      repo: 'fraud',
      name: 'Panel',
      head_sha: pull.headSha(),
      conclusion: 'failure',
      status: 'completed',
      output,
      actions,
    });
    await pull.rerequest(data.id);
    await pull.clickButton(data.id, 'rerun', { by: 'bob' });
    await pull.rerequestSuite();
    const [group] = await repo.enqueue([pull]);
    await group?.destroy('dequeued');
    await repo.rename('fraud-models');
    await repo.archive(true);
    await repo.archive(false);
    await repo.install(false);
    await repo.install(true);
    await stage.hub.settled();
    const seen = stage.arrived.map(({ headers, payload }) => ({
      name: `${headers['x-github-event']}.${payload.action}`,
      fault: fault(String(headers['x-github-event']), payload),
    }));
    expect(seen.filter((entry) => entry.fault !== undefined)).toEqual([]);
    expect([...new Set(seen.map((entry) => entry.name))].sort()).toEqual([
      'check_run.completed',
      'check_run.created',
      'check_run.requested_action',
      'check_run.rerequested',
      'check_suite.requested',
      'check_suite.rerequested',
      'installation.created',
      'installation.deleted',
      'issue_comment.created',
      'merge_group.checks_requested',
      'merge_group.destroyed',
      'pull_request.closed',
      'pull_request.converted_to_draft',
      'pull_request.edited',
      'pull_request.labeled',
      'pull_request.opened',
      'pull_request.ready_for_review',
      'pull_request.reopened',
      'pull_request.synchronize',
      'pull_request.unlabeled',
      'pull_request_review_comment.created',
      'repository.archived',
      'repository.renamed',
      'repository.unarchived',
    ]);
    expect(stage.hub.violations).toEqual([]);
  }, 60_000);

  test('a base change says what the base was', () => {
    const edited = stage.arrived.find(
      ({ payload }) => payload.action === 'edited' && 'base' in (payload.changes as object),
    );
    expect(edited?.payload.changes).toMatchObject({ base: { ref: { from: 'main' } } });
  });

  test('the signature is that of the body under the secret', () => {
    for (const { headers, text } of stage.arrived) {
      expect(headers['x-hub-signature-256']).toBe(`sha256=${createHmac('sha256', SECRET).update(text).digest('hex')}`);
    }
  });

  test('a failed delivery is recorded, not retried, and can be sent again under its GUID', async () => {
    stage.answer(503);
    const before = stage.arrived.length;
    await pull.addLabel('late');
    stage.answer(200);
    expect(stage.arrived).toHaveLength(before + 1);
    const client = appClient(stage.hub);
    const { data } = await client.rest.apps.listWebhookDeliveries({ status: 'failure' });
    expect(data.map(({ status_code, event }) => [status_code, event])).toEqual([[503, 'pull_request']]);
    await client.rest.apps.redeliverWebhookDelivery({ delivery_id: data[0]?.id ?? 0 });
    await stage.hub.settled();
    expect(stage.arrived).toHaveLength(before + 2);
    expect(stage.arrived.at(-1)?.headers['x-github-delivery']).toBe(stage.arrived.at(-2)?.headers['x-github-delivery']);
    expect(stage.hub.deliveries.at(-1)).toMatchObject({ redelivery: true, statusCode: 200 });
  });

  test('nobody listening is a delivery with status 0', async () => {
    stage.hub.deliverTo({ url: 'http://127.0.0.1:9/', secret: SECRET });
    await pull.removeLabel('late');
    expect(stage.hub.deliveries.at(-1)).toMatchObject({ statusCode: 0, action: 'unlabeled' });
  });
});

test('an App without the permission of an event is not told of it', async () => {
  const stage = await scene({ app: { permissions: { pull_requests: 'read', contents: 'read' }, events: EVENTS } });
  const repo = await stage.hub.repository('acme/fraud', { files: { 'a.py': 'one\n' } });
  await repo.commit('feature', { files: { 'a.py': 'two\n' } });
  const pull = await repo.openPullRequest({ head: 'feature' });
  await repo.enqueue([pull]);
  await pull.comment('hello');
  expect(stage.arrived.map(({ headers }) => headers['x-github-event'])).toEqual(['pull_request']);
  await stage.close();
});
