import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { expect, test } from '@jest/globals';
import type { IntakeOptions, Webhook } from '../../src/service/intake.ts';
import { createIntake } from '../../src/service/intake.ts';
import { serving } from './http.ts';

const OLD = 'the secret until yesterday';
const NEW = 'the secret from now on';
const BODY = JSON.stringify({ action: 'labeled', number: 1 });

function headers(body: string, secret: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-github-event': 'pull_request',
    'x-github-delivery': 'd-1',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    ...more,
  };
}

async function intake(
  use: (
    post: (body: string, headers: Record<string, string>, path?: string) => Promise<Response>,
    url: string,
  ) => Promise<void>,
  more: Partial<IntakeOptions> = {},
): Promise<{ readonly taken: Webhook[]; readonly refused: string[] }> {
  const taken: Webhook[] = [];
  const refused: string[] = [];
  const listener = createIntake({
    path: '/api/github/webhooks',
    secrets: [NEW, OLD],
    maxBytes: 1_000,
    bodyMs: 5_000,
    receive: async (webhook) => void taken.push(webhook),
    onRefused: (status, reason) => void refused.push(`${status} ${reason}`),
    onFault: () => {},
    ...more,
  });
  await serving(
    (request, response) => {
      if (!listener(request, response)) response.writeHead(404).end();
    },
    (url) =>
      use(
        (body, given, path = '/api/github/webhooks') =>
          fetch(`${url}${path}`, { method: 'POST', body, headers: given }),
        url,
      ),
  );
  return { taken, refused };
}

test('a signed webhook is taken, also with the secret that is being replaced', async () => {
  const { taken } = await intake(async (post) => {
    expect((await post(BODY, headers(BODY, NEW))).status).toBe(202);
    expect((await post(BODY, headers(BODY, OLD))).status).toBe(202);
  });
  const webhook = { name: 'pull_request', delivery: 'd-1', payload: { action: 'labeled', number: 1 } };
  expect(taken).toEqual([webhook, webhook]);
});

test('what is not signed is refused before it is parsed, and its text is told to nobody', async () => {
  const { taken, refused } = await intake(async (post) => {
    expect((await post(BODY, headers(BODY, 'development'))).status).toBe(401);
    expect((await post(`${BODY} `, headers(BODY, NEW))).status).toBe(401);
    expect((await post('{', headers(BODY, NEW, { 'x-hub-signature-256': 'sha256=' }))).status).toBe(401);
    expect((await post(BODY, headers(BODY, NEW, { 'x-hub-signature-256': '' }))).status).toBe(400);
    expect((await post(BODY, headers(BODY, NEW, { 'content-type': 'text/plain' }))).status).toBe(415);
    expect((await post('{', headers('{', NEW))).status).toBe(400);
    expect((await post(BODY, headers(BODY, NEW), '/elsewhere')).status).toBe(404);
  });
  expect(taken).toEqual([]);
  expect(refused).toHaveLength(6);
  expect(refused.join()).not.toContain('labeled');
});

test('a body over the limit is refused by its length, and by its bytes when it hides its length', async () => {
  const large = 'x'.repeat(2_000);
  const { refused } = await intake(async (post, url) => {
    expect((await post(large, headers(large, NEW))).status).toBe(413);
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${url}/api/github/webhooks`, { method: 'POST', headers: headers(large, NEW) });
      request.on('response', ({ statusCode }) => resolve(statusCode));
      request.on('error', reject);
      request.flushHeaders();
      request.write(large.slice(0, 600));
      request.write(large.slice(0, 600));
    });
    expect(status).toBe(413);
  });
  expect(refused).toEqual(['413 more than 1000 bytes', '413 more than 1000 bytes']);
});

test('a body that does not arrive is not waited for', async () => {
  const { refused } = await intake(
    async (_post, url) => {
      const status = await new Promise((resolve, reject) => {
        const request = httpRequest(`${url}/api/github/webhooks`, { method: 'POST', headers: headers(BODY, NEW) });
        request.on('response', ({ statusCode }) => resolve(statusCode));
        request.on('error', reject);
        request.flushHeaders();
      });
      expect(status).toBe(408);
    },
    { bodyMs: 20 },
  );
  expect(refused).toEqual(['408 the body did not arrive in time']);
});

test('a webhook that could not be queued counts as failed at GitHub', async () => {
  const faults: unknown[] = [];
  await intake(
    async (post) => {
      const answer = await post(BODY, headers(BODY, NEW));
      expect([answer.status, await answer.text()]).toEqual([503, 'not taken; deliver again\n']);
    },
    {
      receive: async () => {
        throw new Error('Redis is away');
      },
      onFault: (error) => void faults.push(error),
    },
  );
  expect(faults).toHaveLength(1);
});
