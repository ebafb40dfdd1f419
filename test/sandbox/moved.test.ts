import type { PullRequestActor } from '../../src/sandbox/types.ts';
import { installationClient, refused, type Scene, scene } from './support.ts';

describe('a repository that is renamed or archived', () => {
  let stage: Scene;
  let pull: PullRequestActor;
  const old = { owner: 'acme', repo: 'fraud' };

  beforeAll(async () => {
    stage = await scene();
    const repo = await stage.hub.repository('acme/fraud', { files: { 'a.py': 'one\n' } });
    await repo.commit('feature', { files: { 'a.py': 'two\n' } });
    pull = await repo.openPullRequest({ head: 'feature' });
    await repo.rename('models');
  });
  afterAll(() => stage.close());

  const plain = (path: string, method: string, init: RequestInit = {}) =>
    fetch(`${stage.hub.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { authorization: `token ${stage.hub.installationToken('acme')}`, 'user-agent': 'test' },
      ...init,
    });

  test('reading under the old name answers 301, writing 307, both with the address by number', async () => {
    const path = `/repos/acme/fraud/pulls/${pull.number}`;
    const read = await plain(`${path}?x=1`, 'GET');
    expect(read.status).toBe(301);
    expect(read.headers.get('location')).toBe(
      `${stage.hub.url}/repositories/${pull.repository.id}/pulls/${pull.number}?x=1`,
    );
    expect(await read.json()).toMatchObject({ message: 'Moved Permanently' });
    expect((await plain(`${path}/reviews`, 'POST', { body: '{}' })).status).toBe(307);
  });

  test('who may not see the repository is not told where it went', async () => {
    const token = stage.hub.installationToken('strangers');
    const headers = { authorization: `token ${token}`, 'user-agent': 'test' };
    expect((await plain('/repos/acme/fraud', 'GET', { headers })).status).toBe(404);
  });

  test('a client that follows gets what it asked for', async () => {
    const client = await installationClient(stage.hub, 'acme');
    const { data } = await client.rest.pulls.get({ ...old, pull_number: pull.number });
    expect(data.base.repo.full_name).toBe('acme/models');
    const query =
      'query ($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { nameWithOwner } }';
    expect(await client.graphql(query, { owner: 'acme', name: 'fraud' })).toEqual({
      repository: { nameWithOwner: 'acme/models' },
    });
  });

  test('a new repository under the old name is the one that is meant', async () => {
    const again = await stage.hub.repository('acme/old', { files: { 'a.py': 'one\n' } });
    await again.rename('new');
    const other = await stage.hub.repository('acme/old', { files: { 'b.py': 'one\n' } });
    const client = await installationClient(stage.hub, 'acme');
    const { data } = await client.rest.repos.get({ owner: 'acme', repo: 'old' });
    expect(data.id).toBe(other.id);
  });

  test('while archived it may be read and not written', async () => {
    const names = { owner: 'acme', repo: 'models' };
    const client = await installationClient(stage.hub, 'acme');
    await pull.repository.archive(true);
    const { data } = await client.rest.pulls.get({ ...names, pull_number: pull.number });
    expect(data.base.repo.archived).toBe(true);
    const create = () => client.rest.checks.create({ ...names, name: 'Panel', head_sha: pull.headSha() });
    expect(await refused(create())).toMatchObject({ status: 403 });
    await pull.repository.archive(false);
    expect((await create()).status).toBe(201);
  });
});
