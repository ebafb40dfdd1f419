import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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
