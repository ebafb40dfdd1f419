import { createHmac } from 'node:crypto';
import { pino } from 'pino';
import { serve } from '../../src/app.ts';
import { aReviewed, check, openStage, panelComments, theStage } from './stage.ts';

describe('the door', () => {
  const the = theStage();
  const post = (body: string, headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(the().serving.app.webhookUrl, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'x-github-event': 'ping', 'x-github-delivery': 'a', ...headers },
    });
  const signed = (body: string, secret: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

  test('a webhook with a wrong signature is refused, and nothing of it is logged', async () => {
    const body = JSON.stringify({ zen: 'a payload nobody should see' });
    const answers = await Promise.all([
      post(body, {}),
      post(body, { 'x-hub-signature-256': signed(body, 'development') }),
      post(body, { 'x-hub-signature-256': 'sha256=short' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(the().logged.some((line) => line.includes('nobody should see'))).toBe(false);
  });

  test('a webhook with the right signature is taken', async () => {
    const body = JSON.stringify({ zen: 'ok', hook_id: 1 });
    const answer = await post(body, { 'x-hub-signature-256': signed(body, the().secret) });
    expect(answer.status).toBe(200);
  });

  test('a body larger than GitHub ever sends is turned away unread', async () => {
    const body = 'x'.repeat(26 * 1024 * 1024);
    const answer = await post(body, { 'x-hub-signature-256': signed(body, the().secret) }).then(
      ({ status }) => status,
      () => 'cut off',
    );
    expect([413, 'cut off']).toContain(answer);
  });

  test('/healthz answers', async () => {
    const answer = await fetch(new URL('/healthz', the().serving.app.webhookUrl));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ ok: true, waiting: 0 });
  });

  test.each([
    ['none', ''],
    ['the one everybody knows', 'development'],
    ['a short one', 'abc'],
  ])('it does not open with a bad secret: %s', async (_name, secret) => {
    const opening = serve({
      app: { appId: 1, privateKey: the().github.app.privateKey, secret },
      host: '127.0.0.1',
      port: 0,
      engine: {
        panel: { checks: [], personas: [], conflicts: [] },
        review: () => {
          throw new Error('never asked');
        },
      },
      clones: { dir: '.', limit: 1 },
      queue: { concurrency: 1, debounceMs: 1, attempts: 1, backoff: { firstMs: 1, capMs: 1 }, turnMs: 1, graceMs: 1 },
      log: pino({ level: 'silent' }),
    });
    await expect(opening).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringContaining('WEBHOOK_SECRET'),
    });
  });
});

describe('GitHub Enterprise Server', () => {
  test('REST is below /api/v3 and GraphQL at /api/graphql', async () => {
    const stage = await openStage({ enterprise: true });
    try {
      const pull = await aReviewed(stage, 'flaw("high", "split")\n');
      await pull.push({ files: { 'notes.md': 'x\n' } });
      await stage.quiet();
      expect(await panelComments(pull, stage)).toHaveLength(1);
      expect(check(pull)?.conclusion).toBe('failure');
      const urls = stage.github.requests
        .filter(({ route }) => route !== 'GIT' && route !== 'PAGE')
        .map(({ url }) => url);
      expect(urls.filter((url) => !url.startsWith('/api/v3/') && url !== '/api/graphql')).toEqual([]);
      expect(urls).toContain('/api/graphql');
      const shown = `${check(pull)?.summary}${(await panelComments(pull, stage))[0]?.body}`;
      expect(shown).toContain(`${stage.github.url}/acme/`);
      expect(shown).not.toContain('github.com');
    } finally {
      await stage.close();
    }
  });
});
