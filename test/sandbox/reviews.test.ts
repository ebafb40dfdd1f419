import type { PullRequestActor, RepositoryActor } from '../../src/sandbox/types.ts';
import { installationClient, numbered, refused, type Scene, scene } from './support.ts';

const BLANK = "Pull request review thread diff hunk can't be blank";
type Client = Awaited<ReturnType<typeof installationClient>>;

describe('the limits of reviews and their comments', () => {
  let stage: Scene;
  let repo: RepositoryActor;
  let pull: PullRequestActor;
  let client: Client;
  const at = { owner: 'acme', repo: 'fraud', pull_number: 1 } as const;
  const head = numbered(100).replace('line 20\n', 'twenty\nnew\n').replace('line 70\n', '');

  beforeAll(async () => {
    stage = await scene();
    const files = {
      'a.py': numbered(100),
      'big.ipynb': numbered(10),
      'x.bin': new Uint8Array([0, 1]),
      'moved.py': numbered(30),
    };
    repo = await stage.hub.repository('acme/fraud', { files });
    await repo.commit('feature', {
      files: { 'a.py': head, 'big.ipynb': numbered(3000), 'x.bin': new Uint8Array([0, 2]), 'added.py': numbered(3) },
      renames: { 'moved.py': 'here.py' },
    });
    pull = await repo.openPullRequest({ head: 'feature', author: 'alice' });
    client = await installationClient(stage.hub, 'acme');
  });
  afterAll(() => stage.close());

  const review = (comments: readonly Record<string, unknown>[], more: Record<string, unknown> = {}) =>
    client.request('POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
      ...at,
      event: 'COMMENT',
      body: 'words',
      comments,
      ...more,
    } as never);
  const errors = async (...comments: readonly Record<string, unknown>[]) =>
    (await refused(review(comments))).body.errors;

  test('context lines of a hunk take comments, on either side', async () => {
    await review([
      { path: 'a.py', line: 17, side: 'RIGHT', body: 'first line of context' },
      { path: 'a.py', line: 24, side: 'RIGHT', body: 'last line of context' },
      { path: 'a.py', line: 70, side: 'LEFT', body: 'the removed line' },
      { path: 'a.py', start_line: 20, line: 21, side: 'RIGHT', body: 'both new lines' },
    ]);
    const seen = await pull.reviewComments();
    expect(seen.map(({ line, startLine, side }) => [line, startLine, side])).toEqual([
      [17, null, 'RIGHT'],
      [24, null, 'RIGHT'],
      [70, null, 'LEFT'],
      [21, 20, 'RIGHT'],
    ]);
  });

  test('everything else is refused in GitHub words, and nothing of the review stays', async () => {
    const before = (await pull.reviewComments()).length;
    const one = (comment: Record<string, unknown>) => ({ path: 'a.py', side: 'RIGHT', body: 'x', ...comment });
    expect(await errors(one({ line: 16 }))).toEqual([
      `Pull request review thread line must be part of the diff and ${BLANK}`,
    ]);
    expect(await errors(one({ line: 25 }))).toEqual([
      `Pull request review thread line must be part of the diff and ${BLANK}`,
    ]);
    expect(await errors(one({ line: 21, start_line: 69 }))).toEqual([
      'Pull request review thread start line must be part of the same hunk as the line.',
    ]);
    expect(await errors(one({ line: 21, start_line: 21 }))).toEqual([
      'Pull request review thread start line must precede the end line.',
    ]);
    expect(await errors(one({ line: 500, start_line: 20 }))).toEqual([
      `Pull request review thread line must be part of the diff, Pull request review thread start line must be part of the same hunk as the line., and ${BLANK}`,
    ]);
    expect(await errors(one({ path: 'nowhere.py', line: 1 }))).toEqual([
      `Pull request review thread path is invalid and ${BLANK}`,
    ]);
    expect(await errors(one({ path: 'big.ipynb', line: 20 }))).toEqual([
      `Pull request review thread path diff too large and ${BLANK}`,
    ]);
    expect(await errors(one({ path: 'x.bin', line: 1 }))).toEqual([
      `Pull request review thread line must be part of the diff and ${BLANK}`,
    ]);
    expect(await errors(one({ path: 'here.py', line: 1 }))).toEqual([
      `Pull request review thread line must be part of the diff and ${BLANK}`,
    ]);
    expect(await errors(one({ line: 20 }), one({ line: 1 }))).toBeDefined();
    expect(await pull.reviewComments()).toHaveLength(before);
    expect(pull.reviews()).toHaveLength(1);
  });

  test('a COMMENT review needs words, an unknown commit is refused, a blank event is pending', async () => {
    expect((await refused(review([], { body: '' }))).status).toBe(422);
    expect((await refused(review([], { commit_id: 'f'.repeat(40) }))).status).toBe(422);
    await review([], { event: undefined });
    expect(pull.reviews().at(-1)?.state).toBe('PENDING');
  });

  test('bodies over 65,536 characters are refused', async () => {
    const answer = await refused(
      client.rest.pulls.createReviewComment({
        ...at,
        commit_id: pull.headSha(),
        path: 'a.py',
        line: 20,
        body: 'x'.repeat(65_537),
      }),
    );
    expect(answer.status).toBe(422);
    expect(
      (await refused(client.rest.issues.createComment({ owner: 'acme', repo: 'fraud', issue_number: 1, body: ' ' })))
        .status,
    ).toBe(422);
  });

  test('a file comment is a request of its own, and is refused on a file that is too large', async () => {
    const make = (path: string) =>
      client.rest.pulls.createReviewComment({
        ...at,
        commit_id: pull.headSha(),
        path,
        subject_type: 'file',
        body: 'whole',
      } as never);
    const { data } = await make('here.py');
    expect(data).toMatchObject({ path: 'here.py', subject_type: 'file', line: null });
    const { status, body } = await refused(make('big.ipynb'));
    expect([status, JSON.stringify(body).includes('diff too large')]).toEqual([422, true]);
  });

  test('replies, edits, deletion: only of its own', async () => {
    const theirs = await pull.commentOnLine('a.py', 20, 'mine', { by: 'bob' });
    const names = { owner: 'acme', repo: 'fraud' };
    expect(
      (await refused(client.rest.pulls.updateReviewComment({ ...names, comment_id: theirs, body: 'stolen' }))).status,
    ).toBe(403);
    expect((await refused(client.rest.pulls.deleteReviewComment({ ...names, comment_id: theirs }))).status).toBe(403);
    const { data } = await client.rest.pulls.createReplyForReviewComment({ ...at, comment_id: theirs, body: 'answer' });
    expect(data.in_reply_to_id).toBe(theirs);
    await client.rest.pulls.updateReviewComment({ ...names, comment_id: data.id, body: 'better answer' });
    await client.rest.reactions.createForPullRequestReviewComment({ ...names, comment_id: theirs, content: 'eyes' });
    expect((await pull.reviewComments()).slice(-2)).toMatchObject([
      { author: 'bob', reactions: ['eyes'] },
      { body: 'better answer', inReplyTo: theirs },
    ]);
    await client.rest.pulls.deleteReviewComment({ ...names, comment_id: data.id });
    expect((await pull.reviewComments()).at(-1)?.id).toBe(theirs);
  });

  test('lists come in pages with links', async () => {
    const { data, headers } = await client.rest.pulls.listReviewComments({ ...at, per_page: 2, page: 2 });
    expect(data).toHaveLength(2);
    expect(headers.link).toMatch(/page=3>; rel="next"/);
    const all = await client.paginate(client.rest.pulls.listReviewComments, { ...at, per_page: 2 });
    expect(all).toHaveLength((await pull.reviewComments()).length);
  });

  test('after pushes: lines move, changed lines and vanished files are outdated, a rebase keeps them', async () => {
    await pull.push({ files: { 'a.py': `zero\n${head}` } });
    const moved = await pull.reviewComments();
    expect(moved.slice(0, 4).map(({ line, startLine }) => [line, startLine])).toEqual([
      [18, null],
      [25, null],
      [70, null],
      [22, 21],
    ]);
    const { data } = await client.rest.pulls.getReviewComment({
      owner: 'acme',
      repo: 'fraud',
      comment_id: moved[3]?.id ?? 0,
    });
    expect(data.commit_id).toBe(pull.headSha());
    expect(data.original_line).toBe(21);
    await repo.commit('main', { files: { 'other.py': 'x\n' } });
    const before = pull.headSha();
    expect(await pull.rebase()).not.toBe(before);
    expect((await pull.reviewComments()).slice(0, 4).map(({ line }) => line)).toEqual([18, 25, 70, 22]);
    await pull.push({ files: { 'a.py': `zero\n${head.replace('new\n', 'newer\n')}` } });
    expect((await pull.reviewComments()).slice(0, 4).map(({ line, outdated }) => [line, outdated])).toEqual([
      [18, false],
      [25, false],
      [70, false],
      [null, true],
    ]);
    await pull.push({ deletes: ['a.py'] });
    expect((await pull.reviewComments())[0]).toMatchObject({ line: null, outdated: true });
  }, 60_000);

  test('a locked conversation takes nothing from the App', async () => {
    pull.lock();
    expect((await refused(review([]))).status).toBe(422);
    expect(
      (await refused(client.rest.issues.createComment({ owner: 'acme', repo: 'fraud', issue_number: 1, body: 'hm' })))
        .status,
    ).toBe(403);
    expect(stage.hub.violations).toEqual([]);
  });
});
