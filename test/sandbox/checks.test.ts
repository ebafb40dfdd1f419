import type { PullRequestActor, RepositoryActor } from '../../src/sandbox/types.ts';
import { installationClient, refused, type Scene, scene } from './support.ts';

type Entry = Record<string, unknown>;

describe('the limits of check runs', () => {
  let stage: Scene;
  let repo: RepositoryActor;
  let pull: PullRequestActor;
  let client: Awaited<ReturnType<typeof installationClient>>;
  const at = { owner: 'acme', repo: 'fraud' };

  beforeAll(async () => {
    stage = await scene();
    repo = await stage.hub.repository('acme/fraud', { files: { 'a.py': 'one\n' } });
    await repo.commit('feature', { files: { 'a.py': 'two\n' } });
    pull = await repo.openPullRequest({ head: 'feature', author: 'alice' });
    client = await installationClient(stage.hub, 'acme');
  });
  afterAll(() => stage.close());

  const create = (more: Entry = {}) =>
    client.request('POST /repos/{owner}/{repo}/check-runs', {
      ...at,
      name: 'Panel',
      head_sha: pull.headSha(),
      ...more,
    } as never) as Promise<{ data: { id: number; pull_requests: unknown[]; check_suite: { id: number } } }>;
  const message = async (more: Entry) =>
    String((await refused(create(more))).body.message)
      .split('\n')
      .at(-1);
  const annotation = (more: Entry = {}) => ({
    path: 'a.py',
    start_line: 1,
    end_line: 1,
    annotation_level: 'warning',
    message: 'm',
    ...more,
  });
  const output = (more: Entry = {}) => ({ output: { title: 't', summary: 's', ...more } });

  test('each limit is a 422 with its reason', async () => {
    expect(await message(output({ annotations: Array.from({ length: 51 }, () => annotation()) }))).toBe(
      'No more than 50 items are allowed; 51 were supplied.',
    );
    expect(await message(output({ summary: 'x'.repeat(65_536) }))).toBe(
      'Only 65535 characters are allowed for summary; 65536 were supplied.',
    );
    expect(await message(output({ text: 'x'.repeat(65_536) }))).toBe(
      'Only 65535 characters are allowed for text; 65536 were supplied.',
    );
    expect(await message({ output: { title: 't' } })).toBe('"summary" wasn\'t supplied.');
    expect(await message(output({ annotations: [annotation({ title: 'x'.repeat(256) })] }))).toMatch(/255 characters/);
    expect(await message(output({ annotations: [annotation({ message: 'x'.repeat(65_537) })] }))).toMatch(/64 KB/);
    expect(await message(output({ annotations: [annotation({ end_line: 2, start_column: 1 })] }))).toMatch(/Columns/);
    expect(await message(output({ annotations: [annotation({ start_line: 2 })] }))).toMatch(/start_line/);
    const action = { label: 'l', description: 'd', identifier: 'i' };
    expect(await message({ actions: [action, action, action, action] })).toBe(
      'No more than 3 items are allowed; 4 were supplied.',
    );
    expect(await message({ actions: [{ ...action, label: 'x'.repeat(21) }] })).toMatch(
      /20 characters are allowed for label/,
    );
    expect(await message({ actions: [{ ...action, description: 'x'.repeat(41) }] })).toMatch(
      /40 characters are allowed for description/,
    );
    expect(await message({ actions: [{ ...action, identifier: 'x'.repeat(21) }] })).toMatch(
      /20 characters are allowed for identifier/,
    );
    expect(await message({ status: 'completed' })).toBe('"conclusion" wasn\'t supplied.');
    expect(await message({ conclusion: 'stale', status: 'completed' })).toMatch(/stale/);
    expect(await message({ conclusion: 'success', status: 'in_progress' })).toMatch(/completed/);
    expect(await message({ head_sha: 'f'.repeat(40) })).toMatch(/No commit found for SHA/);
    expect(pull.checkRuns()).toEqual([]);
    expect(stage.hub.violations).toEqual([]);
  });

  test('annotations are added by every update, never replaced', async () => {
    const { data } = await create({
      status: 'in_progress',
      ...output({ annotations: Array.from({ length: 50 }, () => annotation()) }),
    });
    const more = {
      ...at,
      check_run_id: data.id,
      output: { title: 't', summary: 'next', annotations: [annotation({ end_line: 3 })] },
    };
    await client.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', more as never);
    await client.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', more as never);
    const all = await client.paginate(client.rest.checks.listAnnotations, {
      ...at,
      check_run_id: data.id,
      per_page: 50,
    });
    expect(all).toHaveLength(52);
    expect(pull.checkRuns()[0]).toMatchObject({ summary: 'next', status: 'in_progress' });
  });

  test('runs of a ref: the newest of each name, or all', async () => {
    const { data: first } = await create({ conclusion: 'failure', status: 'completed' });
    const { data: second } = await create({ conclusion: 'success', status: 'completed', external_id: 'two' });
    await create({ name: 'Other' });
    const list = async (more: Entry) =>
      (await client.rest.checks.listForRef({ ...at, ref: pull.headSha(), ...more })).data.check_runs.map(
        (run) => run.id,
      );
    expect(await list({ check_name: 'Panel' })).toEqual([second.id]);
    expect(await list({ check_name: 'Panel', filter: 'all' })).toEqual(expect.arrayContaining([first.id, second.id]));
    expect(await list({ app_id: 1, filter: 'all' })).toEqual([]);
    expect(await list({ app_id: stage.hub.app.id })).toHaveLength(2);
    const { data } = await client.rest.checks.listSuitesForRef({ ...at, ref: pull.headSha() });
    expect(data.check_suites).toHaveLength(1);
    expect(second.pull_requests).toHaveLength(1);
  });

  test('a run of a fork names no pull request, and its suite no branch', async () => {
    const fork = await repo.fork('mallory');
    await fork.commit('evil', { files: { 'a.py': 'three\n' }, by: 'mallory' });
    const theirs = await repo.openPullRequest({ head: 'evil', from: fork });
    const { data } = await create({ head_sha: theirs.headSha() });
    expect(data.pull_requests).toEqual([]);
    const { data: suite } = await client.rest.checks.getSuite({ ...at, check_suite_id: data.check_suite.id });
    expect([suite.head_branch, suite.pull_requests]).toEqual([null, []]);
    const { data: pulls } = await client.rest.repos.listPullRequestsAssociatedWithCommit({
      ...at,
      commit_sha: theirs.headSha(),
    });
    expect(pulls).toEqual([]);
    const { data: open } = await client.rest.pulls.list({ ...at, state: 'open' });
    expect(open.filter(({ head }) => head.sha === theirs.headSha()).map(({ number }) => number)).toEqual([
      theirs.number,
    ]);
    expect(stage.hub.violations).toEqual([]);
  });

  test('a merge group is built on the one before, and takes check runs', async () => {
    await repo.commit('second', { files: { 'b.py': 'b\n' } });
    const other = await repo.openPullRequest({ head: 'second' });
    const [one, two] = await repo.enqueue([pull, other]);
    expect(two?.baseSha).toBe(one?.headSha);
    expect(one?.ref).toBe(`refs/heads/gh-readonly-queue/main/pr-1-${await repo.tip('main')}`);
    await create({ head_sha: two?.headSha, conclusion: 'success', status: 'completed' });
    expect(two?.checkRuns()).toHaveLength(1);
    await one?.destroy('merged');
    expect(await repo.tip('main')).toBe(one?.headSha);
    expect(stage.hub.violations).toEqual([]);
  });
});
