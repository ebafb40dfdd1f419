import type { PullRequestActor, RepositoryActor } from '../../src/sandbox/types.ts';
import { installationClient, numbered, refused, type Scene, scene } from './support.ts';

describe('a pull request from opening to a review', () => {
  let stage: Scene;
  let repo: RepositoryActor;
  let pull: PullRequestActor;

  beforeAll(async () => {
    stage = await scene();
    repo = await stage.hub.repository('acme/fraud', { files: { 'train.py': numbered(60), 'old.py': 'a\nb\nc\nd\n' } });
    await repo.commit('feature', {
      files: { 'train.py': numbered(60).replace('line 30\n', 'line thirty\nline more\n') },
      renames: { 'old.py': 'new.py' },
      by: 'alice',
    });
    pull = await repo.openPullRequest({ head: 'feature', title: 'Train', author: 'alice' });
    await pull.addLabel('ml-review', { by: 'bob' });
  });
  afterAll(() => stage.close());

  test('webhooks arrive in order and signed', () => {
    const seen = stage.arrived.map(({ headers, payload }) => `${headers['x-github-event']}.${payload.action}`);
    expect(seen).toEqual(['check_suite.requested', 'pull_request.opened', 'pull_request.labeled']);
  });

  test('the App reads it, reviews it and completes a check run', async () => {
    const client = await installationClient(stage.hub, 'acme');
    const at = { owner: 'acme', repo: 'fraud' };
    const { data: read } = await client.rest.pulls.get({ ...at, pull_number: pull.number });
    expect(read.changed_files).toBe(2);
    const { data: files } = await client.rest.pulls.listFiles({ ...at, pull_number: pull.number });
    expect(files.map(({ filename, status, patch }) => [filename, status, patch !== undefined])).toEqual([
      ['new.py', 'renamed', false],
      ['train.py', 'modified', true],
    ]);
    await client.rest.pulls.createReview({
      ...at,
      pull_number: pull.number,
      event: 'COMMENT',
      body: 'two findings',
      commit_id: pull.headSha(),
      comments: [{ path: 'train.py', line: 30, side: 'RIGHT', body: 'here' }],
    });
    const { data: run } = await client.rest.checks.create({
      ...at,
      name: 'ML Review Panel',
      head_sha: pull.headSha(),
      status: 'in_progress',
    });
    await client.rest.checks.update({
      ...at,
      check_run_id: run.id,
      conclusion: 'success',
      output: { title: 'ok', summary: 'fine' },
    });
    expect(pull.checkRuns().map(({ conclusion, title }) => [conclusion, title])).toEqual([['success', 'ok']]);
    const [comment] = await pull.reviewComments();
    expect(comment).toMatchObject({ path: 'train.py', line: 30, outdated: false, author: 'ml-review-panel[bot]' });
    expect(stage.hub.violations).toEqual([]);
  });

  test('a line outside of the hunks rejects the whole review', async () => {
    const client = await installationClient(stage.hub, 'acme');
    const comments = [
      { path: 'train.py', line: 30, side: 'RIGHT', body: 'good' },
      { path: 'train.py', line: 2, side: 'RIGHT', body: 'bad' },
    ];
    const answer = await refused(
      client.rest.pulls.createReview({
        owner: 'acme',
        repo: 'fraud',
        pull_number: pull.number,
        event: 'COMMENT',
        body: 'x',
        comments,
      }),
    );
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([
      "Pull request review thread line must be part of the diff and Pull request review thread diff hunk can't be blank",
    ]);
    expect(await pull.reviewComments()).toHaveLength(1);
  });

  test('after a push the comment moves with its line', async () => {
    await pull.push({
      files: { 'train.py': `first\n${numbered(60).replace('line 30\n', 'line thirty\nline more\n')}` },
    });
    expect((await pull.reviewComments())[0]).toMatchObject({ line: 31, outdated: false });
    await pull.push({ files: { 'train.py': numbered(60) } });
    expect((await pull.reviewComments())[0]).toMatchObject({ line: null, outdated: true });
  });
});

describe('what people do', () => {
  let stage: Scene;
  let repo: RepositoryActor;
  const at = { owner: 'acme', repo: 'fraud' };

  beforeAll(async () => {
    stage = await scene();
    repo = await stage.hub.repository('acme/fraud', { files: { 'a.py': numbered(20) } });
  });
  afterAll(() => stage.close());

  const seen = () =>
    stage.arrived.filter(({ headers }) => headers['x-github-event'] === 'pull_request').map(({ payload }) => payload);

  test('labels at opening come with `opened` and once more as `labeled`', async () => {
    await repo.commit('one', { files: { 'a.py': numbered(21) } });
    const pull = await repo.openPullRequest({ head: 'one', labels: ['ml-review', 'bug'], draft: true });
    expect(seen().map(({ action }) => action)).toEqual(['opened', 'labeled', 'labeled']);
    expect(seen()[0]?.pull_request).toMatchObject({ draft: true, labels: [{ name: 'ml-review' }, { name: 'bug' }] });
    await pull.addLabel('bug');
    expect(seen()).toHaveLength(3);
  });

  test('a force-push says what was there before, and a comment finds its line again', async () => {
    await repo.commit('two', { files: { 'a.py': numbered(20).replace('line 9\n', 'nine\n') } });
    const pull = await repo.openPullRequest({ head: 'two' });
    const before = pull.headSha();
    await pull.commentOnLine('a.py', 9, 'why?');
    const after = await repo.forcePush('two', {
      files: { 'a.py': `zero\n${numbered(20).replace('line 9\n', 'nine\n')}` },
    });
    expect(seen().at(-1)).toMatchObject({ action: 'synchronize', before, after });
    expect(pull.headSha()).toBe(after);
    expect((await pull.reviewComments())[0]).toMatchObject({ line: 10, outdated: false });
  });

  test('another base is another difference', async () => {
    await repo.commit('release', { files: { 'b.py': 'b\n' } });
    await repo.commit('three', { files: { 'c.py': 'c\n' } });
    const pull = await repo.openPullRequest({ head: 'three', base: 'release' });
    const client = await installationClient(stage.hub, 'acme');
    const files = async () =>
      (await client.rest.pulls.listFiles({ ...at, pull_number: pull.number })).data.map(({ filename }) => filename);
    expect(await files()).toEqual(['c.py']);
    await repo.commit('main', { files: { 'd.py': 'd\n' } });
    await pull.changeBase('main');
    expect([await files(), pull.baseSha()]).toEqual([['c.py'], await repo.tip('main')]);
  });

  test('merged is closed, with the commit on the base branch', async () => {
    await repo.commit('four', { files: { 'e.py': 'e\n' } });
    const pull = await repo.openPullRequest({ head: 'four' });
    await pull.merge({ by: 'bob' });
    expect(seen().at(-1)).toMatchObject({
      action: 'closed',
      pull_request: { merged: true, merge_commit_sha: await repo.tip('main') },
    });
  });

  test('a review without an event is not seen', async () => {
    await repo.commit('five', { files: { 'f.py': 'f\n' } });
    const pull = await repo.openPullRequest({ head: 'five' });
    const client = await installationClient(stage.hub, 'acme');
    const comments = [{ path: 'f.py', line: 1, body: 'x' }];
    await client.rest.pulls.createReview({ ...at, pull_number: pull.number, comments });
    expect((await client.rest.pulls.listReviewComments({ ...at, pull_number: pull.number })).data).toEqual([]);
    expect(await pull.reviewComments()).toEqual([]);
  });

  test('where the App is taken away it sees nothing and hears nothing', async () => {
    const away = await stage.hub.repository('acme/away', { files: { 'a.py': 'x\n' } });
    await away.install(false);
    const before = stage.arrived.length;
    await away.commit('x', { files: { 'a.py': 'y\n' } });
    await away.openPullRequest({ head: 'x' });
    expect(stage.arrived).toHaveLength(before);
    const client = await installationClient(stage.hub, 'acme');
    expect((await refused(client.rest.pulls.list({ owner: 'acme', repo: 'away' }))).status).toBe(404);
    expect(stage.hub.violations).toEqual([]);
  });

  test('a local repository can be taken over, with its history', async () => {
    const copy = await stage.hub.repository('acme/copy', { cloneFrom: repo.gitDirectory });
    expect([copy.defaultBranch, await copy.tip('main')]).toEqual(['main', await repo.tip('main')]);
  });
});
