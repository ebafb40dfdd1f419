import { createSign } from 'node:crypto';
import type { PullRequestActor } from '../../src/sandbox/types.ts';
import { appClient, installationClient, refused, type Scene, scene, tokenClient } from './support.ts';

const HOUR = 3_600_000;

describe('tokens, permissions and limits', () => {
  let stage: Scene;
  let pull: PullRequestActor;
  const names = { owner: 'acme', repo: 'fraud' };

  beforeAll(async () => {
    stage = await scene();
    const repo = await stage.hub.repository('acme/fraud', { files: { 'a.py': 'one\n' } });
    await stage.hub.repository('acme/other');
    await stage.hub.repository('acme/away', { installed: false });
    await repo.commit('feature', { files: { 'a.py': 'two\n' } });
    pull = await repo.openPullRequest({ head: 'feature' });
  });
  afterAll(() => stage.close());

  const installationId = async () => (await appClient(stage.hub).rest.apps.getRepoInstallation(names)).data.id;
  const jwt = (claims: Record<string, unknown>, alg = 'RS256') => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg, typ: 'JWT' })}.${part(claims)}`;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(stage.hub.app.privateKey, 'base64url')}`;
  };
  const asApp = async (token: string) => {
    const answer = await fetch(`${stage.hub.url}/app`, {
      headers: { authorization: `bearer ${token}`, 'user-agent': 'test' },
    });
    return [answer.status, ((await answer.json()) as { message?: string }).message];
  };

  test('the JWT of the App is checked: form, signature, issuer, times', async () => {
    const now = Math.floor(Date.now() / 1000);
    const good = { iat: now - 30, exp: now + 500, iss: stage.hub.app.id };
    expect((await asApp(jwt(good)))[0]).toBe(200);
    expect(await asApp('nonsense')).toEqual([401, 'A JSON web token could not be decoded']);
    expect(await asApp(jwt(good, 'HS256'))).toEqual([401, 'A JSON web token could not be decoded']);
    expect(await asApp(`${jwt(good).slice(0, -8)}AAAAAAAA`)).toEqual([401, 'A JSON web token could not be decoded']);
    expect((await asApp(jwt({ ...good, iss: 1 })))[0]).toBe(404);
    expect((await asApp(jwt({ ...good, exp: now - 1 })))[1]).toMatch(/Expiration time/);
    expect((await asApp(jwt({ ...good, exp: now + 4000 })))[1]).toMatch(/too far in the future/);
    expect((await asApp(jwt({ ...good, iat: now + 900 })))[1]).toMatch(/Issued at/);
    expect((await appClient(stage.hub).rest.apps.getAuthenticated()).data?.slug).toBe('ml-review-panel');
  });

  test('an installation token is long, and can be narrowed', async () => {
    const client = appClient(stage.hub);
    const installation_id = await installationId();
    const { data } = await client.rest.apps.createInstallationAccessToken({
      installation_id,
      repositories: ['fraud'],
      permissions: { checks: 'read' },
    });
    expect(data.token).toMatch(new RegExp(`^ghs_${stage.hub.app.id}_[\\w-]+\\.[\\w-]+\\.[\\w-]+$`));
    expect(data.token.length).toBeGreaterThan(200);
    expect(data).toMatchObject({ repository_selection: 'selected', permissions: { checks: 'read' } });
    const narrow = tokenClient(stage.hub, data.token);
    expect((await narrow.rest.checks.listForRef({ ...names, ref: 'feature' })).status).toBe(200);
    expect((await refused(narrow.rest.pulls.get({ ...names, pull_number: 1 }))).body.message).toBe(
      'Resource not accessible by integration',
    );
    expect((await refused(narrow.rest.repos.get({ owner: 'acme', repo: 'other' }))).status).toBe(404);
    const ask = (more: Record<string, unknown>) =>
      client.rest.apps.createInstallationAccessToken({ installation_id, ...more });
    expect((await refused(ask({ permissions: { contents: 'write' } }))).status).toBe(422);
    expect((await refused(ask({ repositories: ['away'] }))).status).toBe(422);
    expect((await refused(client.rest.apps.createInstallationAccessToken({ installation_id: 1 }))).status).toBe(404);
  });

  test('what was not granted is a 403, what is not seen a 404, nobody a 401', async () => {
    const client = await installationClient(stage.hub, 'acme');
    expect((await refused(client.rest.repos.get({ owner: 'acme', repo: 'away' }))).status).toBe(404);
    expect((await refused(client.rest.issues.createLabel({ ...names, name: 'x' }))).status).toBe(403);
    const reader = tokenClient(
      stage.hub,
      stage.hub.installationToken('acme', { pull_requests: 'read', checks: 'read' }),
    );
    expect((await refused(reader.rest.checks.create({ ...names, name: 'x', head_sha: pull.headSha() }))).status).toBe(
      403,
    );
    expect(
      (await refused(reader.rest.pulls.createReview({ ...names, pull_number: 1, event: 'COMMENT', body: 'x' }))).status,
    ).toBe(403);
    expect((await refused(reader.rest.repos.getContent({ ...names, path: 'a.py' }))).status).toBe(403);
    expect((await fetch(`${stage.hub.url}/repos/acme/fraud`, { headers: { 'user-agent': 'x' } })).status).toBe(401);
    expect((await refused(reader.rest.apps.getAuthenticated())).status).toBe(401);
  });

  test('a token dies after an hour', async () => {
    const client = tokenClient(stage.hub, stage.hub.installationToken('acme'));
    await client.rest.repos.get(names);
    stage.hub.clock.advance(HOUR + 1000);
    const { status, body } = await refused(client.rest.repos.get(names));
    expect([status, body.message]).toEqual([401, 'Bad credentials']);
  });

  test('requests and answers that the description forbids are violations', async () => {
    expect(stage.hub.violations).toEqual([]);
    const client = tokenClient(stage.hub, stage.hub.installationToken('acme'));
    const bad = client.request('GET /repos/{owner}/{repo}/pulls', { ...names, state: 'sideways' } as never);
    expect((await refused(bad)).status).toBe(500);
    const worse = client.request('POST /repos/{owner}/{repo}/check-runs', {
      ...names,
      name: 7,
      head_sha: pull.headSha(),
    } as never);
    expect((await refused(worse)).status).toBe(500);
    expect(stage.hub.violations.map(({ side, sentence }) => [side, sentence])).toEqual([
      ['request', 'query: /state must be equal to one of the allowed values ["open","closed","all"]'],
      ['request', 'body: /name must be string'],
    ]);
  });

  test('both rate limits answer 403 and say when to come back', async () => {
    const limited = await scene({ limits: { writesPerMinute: 2, requestsPerHour: 8 } });
    const repo = await limited.hub.repository('acme/fraud');
    const client = tokenClient(limited.hub, limited.hub.installationToken('acme'));
    const { headers } = await client.rest.repos.get(names);
    expect([headers['x-ratelimit-limit'], headers['x-ratelimit-remaining'], headers['x-ratelimit-resource']]).toEqual([
      '8',
      '7',
      'core',
    ]);
    const write = async () =>
      client.rest.checks.create({ ...names, name: 'x', head_sha: (await repo.tip('main')) ?? '' });
    await write();
    await write();
    const secondary = await refused(write());
    expect([
      secondary.status,
      Number(secondary.headers['retry-after']) > 0,
      String(secondary.body.message).includes('secondary rate limit'),
    ]).toEqual([403, true, true]);
    limited.hub.clock.advance(61_000);
    await write();
    for (let i = 0; i < 3; i += 1) await client.rest.repos.get(names);
    const primary = await refused(client.rest.repos.get(names));
    expect([primary.status, primary.headers['x-ratelimit-remaining']]).toEqual([403, '0']);
    await limited.close();
  });
});
