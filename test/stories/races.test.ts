import type { PullRequestActor } from '../../src/sandbox/types.ts';
import { aPullRequest, aRepository, aReviewed, check, panelComments, theStage } from './stage.ts';

const FLAWED = 'flaw("high", "split")\n';

describe('races and failures', () => {
  const the = theStage();

  test('a push during the review: nothing is said about the old commit, the new one is reviewed', async () => {
    const { interlude } = the();
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    const old = pull.headSha();
    interlude.beforePosting = async () => {
      await pull.push({ files: { 'src/train.py': 'smell("new")\n' } });
    };
    await pull.addLabel('ml-review');
    await the().quiet();
    const [first] = pull.repository.checkRuns(old);
    expect(first).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    expect(first?.title).toContain(pull.headSha().slice(0, 7));
    expect(check(pull)?.conclusion).toBe('neutral');
    expect((await panelComments(pull, the())).map(({ body }) => body.includes('`new` smells'))).toEqual([true]);
  });

  test('the label is taken away during the review: skipped, without a word', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    the().interlude.beforePosting = () => pull.removeLabel('ml-review');
    await pull.addLabel('ml-review');
    await the().quiet();
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'skipped' });
    expect(pull.reviews()).toEqual([]);
  });

  test('closed during the review: cancelled', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    the().interlude.beforePosting = () => pull.close();
    await pull.addLabel('ml-review');
    await the().quiet();
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    expect(pull.reviews()).toEqual([]);
  });

  test('the base branch changes during the review: the old run is cancelled, the new base is reviewed', async () => {
    const repository = await aRepository(the());
    await repository.createBranch('release');
    const pull = await aPullRequest(repository, FLAWED);
    await the().quiet();
    the().interlude.beforePosting = () => pull.changeBase('release');
    await pull.addLabel('ml-review');
    await the().quiet();
    const runs = pull.checkRuns();
    expect(runs[0]).toMatchObject({ name: 'ML Review Panel (release)', conclusion: 'failure' });
    expect(runs.every(({ status }) => status === 'completed')).toBe(true);
  });

  test('uninstalled during the review: nothing more is written, and the queue is free again', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    the().interlude.beforePosting = () => pull.repository.install(false);
    await pull.addLabel('ml-review');
    await the().quiet();
    expect(pull.reviews()).toEqual([]);
    expect(await the().serving.queue.stats()).toMatchObject({ waiting: 0, running: 0 });
    await pull.repository.install(true);
  });

  test('a failure of our own shuts the gate and names the run; the button starts it again', async () => {
    the().interlude.failure = new Error('a secret detail');
    const pull = await aReviewed(the(), FLAWED);
    expect(check(pull)).toMatchObject({ conclusion: 'failure', title: 'The panel failed' });
    expect(check(pull)?.summary).toMatch(/Run [0-9a-f]{8}/);
    expect(check(pull)?.summary).not.toContain('secret detail');
    expect(the().logged.some((line) => line.includes('a secret detail'))).toBe(true);
    await pull.clickButton(check(pull)?.id ?? 0, 'rerun');
    await the().quiet();
    expect(check(pull)?.title).toContain('1 high');
  });

  test('where the configuration says so, a failure of our own leaves the gate open', async () => {
    the().interlude.failure = new Error('broken');
    const pull = await aReviewed(the(), FLAWED, {
      start: { '.github/ml-review.yml': 'version: 1\ngate: { on-error: neutral }\n' },
    });
    expect(check(pull)).toMatchObject({ conclusion: 'neutral', title: 'The panel failed' });
  });

  test('GitHub takes the review and answers 502: it is not posted twice', async () => {
    the().github.addFault({
      match: ({ route }) => route.startsWith('POST') && route.endsWith('/reviews'),
      times: 1,
      kind: 'commit-then-502',
    });
    const pull = await aReviewed(the(), FLAWED);
    expect(pull.reviews()).toHaveLength(1);
    expect(check(pull)).toMatchObject({ conclusion: 'failure', annotations: [] });
  });

  test('GitHub makes the check run and answers 502: there is one run', async () => {
    the().github.addFault({
      match: ({ route }) => route === 'POST /repos/{owner}/{repo}/check-runs',
      times: 1,
      kind: 'commit-then-502',
    });
    const pull = await aReviewed(the(), FLAWED);
    expect(pull.checkRuns()).toHaveLength(1);
    expect(check(pull)?.status).toBe('completed');
  });

  test('GitHub ends the check run and answers 502: the annotations are there once', async () => {
    the().github.addFault({
      match: ({ method, route }) => method === 'PATCH' && route.includes('/check-runs/'),
      times: 1,
      kind: 'commit-then-502',
    });
    const pull = await aReviewed(the(), FLAWED, { draft: true });
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(check(pull)?.annotations).toHaveLength(1);
  });

  test('GitHub is down for a moment: the job is tried again', async () => {
    the().github.addFault({
      match: ({ method, route }) => method === 'GET' && route.endsWith('/pulls/{pull_number}'),
      times: 1,
      kind: 'status',
      status: 503,
    });
    const pull = await aReviewed(the(), FLAWED);
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('a secondary limit is waited for', async () => {
    the().github.addFault({
      match: ({ route }) => route.startsWith('POST') && route.endsWith('/reviews'),
      times: 1,
      kind: 'secondary',
      retryAfter: 1,
    });
    const pull = await aReviewed(the(), FLAWED);
    expect(pull.reviews()).toHaveLength(1);
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'failure' });
  });

  test('without GraphQL the threads are known all the same', async () => {
    the().github.addFault({ match: ({ route }) => route === 'POST /graphql', times: 100, kind: 'status', status: 404 });
    const pull = await aReviewed(the(), FLAWED);
    await pull.push({ files: { 'notes.md': 'x\n' } });
    await the().quiet();
    expect(await panelComments(pull, the())).toHaveLength(1);
  });

  test('without the permission to comment, the findings are annotations', async () => {
    const { github } = the();
    github.grant({ metadata: 'read', contents: 'read', pull_requests: 'read', checks: 'write', merge_queues: 'read' });
    const pull = await aReviewed(the(), FLAWED, { owner: 'careful' });
    github.grant({ metadata: 'read', contents: 'read', pull_requests: 'write', checks: 'write', merge_queues: 'read' });
    expect(check(pull)).toMatchObject({ conclusion: 'failure', annotations: [{ path: 'src/train.py' }] });
  });

  test('the same delivery twice is one review', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const delivery = the()
      .github.deliveries.filter(({ event }) => event === 'pull_request')
      .at(-1);
    const { reviews } = the().interlude;
    await the().github.redeliver(delivery?.id ?? 0);
    await the().quiet();
    expect(the().interlude.reviews).toBe(reviews);
    expect(pull.reviews()).toHaveLength(1);
  });

  test('the base branch is force-pushed during the review: the run ends all the same', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    the().interlude.beforePosting = async () => {
      await pull.repository.forcePush('main', { files: { 'README.md': 'history rewritten\n' } });
    };
    await pull.addLabel('ml-review');
    await the().quiet();
    expect(pull.checkRuns().every(({ status }) => status === 'completed')).toBe(true);
    expect(check(pull)?.conclusion).toBe('failure');
  });
});

describe('when the repository itself changes under a review', () => {
  const the = theStage();
  const labelled = async (during: (pull: PullRequestActor) => Promise<void>): Promise<PullRequestActor> => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    the().interlude.beforePosting = () => during(pull);
    await pull.addLabel('ml-review');
    await the().quiet();
    return pull;
  };

  test('renamed: GitHub leads on to the new name, and the review ends as if nothing had happened', async () => {
    const pull = await labelled(({ repository }) => repository.rename('renamed'));
    expect(pull.repository.fullName).toBe('acme/renamed');
    expect(await panelComments(pull, the())).toHaveLength(1);
    expect(pull.reviews()).toHaveLength(1);
    expect(pull.checkRuns()[0]).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(pull.checkRuns().every(({ status }) => status === 'completed')).toBe(true);
    const moved = the().github.requests.filter(({ status }) => status === 301 || status === 307);
    expect(new Set(moved.map(({ method }) => method))).toEqual(new Set(['GET', 'POST', 'PATCH']));
  });

  test('renamed, and pushed to under the new name: the thread is known again', async () => {
    const pull = await labelled(({ repository }) => repository.rename('renamed-again'));
    await pull.push({ files: { 'src/train.py': 'x = 1\n' } });
    await the().quiet();
    expect((await panelComments(pull, the())).map(({ body }) => body.includes('✅ Fixed in'))).toEqual([true]);
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'success' });
  });

  test('archived: nothing can be said, the queue goes on; opened again, the review is done at once', async () => {
    const pull = await labelled(({ repository }) => repository.archive(true));
    expect(pull.reviews()).toEqual([]);
    expect(await the().serving.queue.stats()).toMatchObject({ waiting: 0, running: 0 });
    expect(the().logged.some((line) => line.includes('GitHub refuses'))).toBe(true);
    await pull.repository.archive(false);
    await the().quiet();
    expect(pull.checkRuns().map(({ status, conclusion }) => [status, conclusion])).toEqual([
      ['completed', 'failure'],
      ['completed', 'skipped'],
    ]);
    expect(await panelComments(pull, the())).toHaveLength(1);
  });

  test('archived before: nothing is reviewed and nothing is tried', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    await pull.repository.archive(true);
    const { reviews } = the().interlude;
    const { length } = the().github.requests;
    await pull.addLabel('ml-review');
    await the().quiet();
    expect(the().interlude.reviews).toBe(reviews);
    expect(
      the()
        .github.requests.slice(length)
        .filter(({ write }) => write),
    ).toEqual([]);
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'skipped' });
  });

  test('taken out of the installation by a move to another owner: nothing more is written, the queue is free', async () => {
    const pull = await labelled(async ({ repository }) => {
      await repository.rename('moved-away');
      await repository.install(false);
    });
    expect(pull.reviews()).toEqual([]);
    expect(await the().serving.queue.stats()).toMatchObject({ waiting: 0, running: 0 });
    await pull.repository.install(true);
  });
});

describe('when permissions and people change under a review', () => {
  const the = theStage();
  const granted = { metadata: 'read', contents: 'read', pull_requests: 'write', merge_queues: 'read' } as const;

  test('without the permission for checks nothing is said, the reason is logged and the queue is free', async () => {
    the().github.grant({ ...granted, checks: 'read' });
    const pull = await aReviewed(the(), FLAWED, { owner: 'hesitant' });
    the().github.grant({ ...granted, checks: 'write' });
    expect(pull.checkRuns()).toEqual([]);
    expect(pull.reviews()).toEqual([]);
    expect(the().logged.some((line) => line.includes('not permitted'))).toBe(true);
    expect(await the().serving.queue.stats()).toMatchObject({ waiting: 0, running: 0 });
  });

  test('without the permission to read, the check says that nothing was judged, and the gate stays shut', async () => {
    const { contents: _contents, ...rest } = granted;
    the().github.grant({ ...rest, checks: 'write' });
    const pull = await aReviewed(the(), FLAWED, { owner: 'secretive' });
    the().github.grant({ ...granted, checks: 'write' });
    expect(pull.checkRuns()).toMatchObject([{ status: 'completed', conclusion: 'failure', title: 'The panel failed' }]);
    expect(pull.reviews()).toEqual([]);
  });

  test('git and then everything else fails: the run that was opened is ended all the same', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    const down = { times: 99, kind: 'status', status: 503 } as const;
    the().github.addFault({ match: ({ route }) => route === 'GIT', ...down });
    let asked = 0;
    the().github.addFault({
      match: ({ route }) => route.includes('/contents/') && ++asked > 1,
      ...down,
    });
    await pull.addLabel('ml-review');
    await the().quiet();
    expect(pull.checkRuns().filter(({ status }) => status !== 'completed')).toEqual([]);
    expect(check(pull)).toMatchObject({ conclusion: 'failure', title: 'The panel failed' });
  });

  test('merged during the review: the run is cancelled, nothing is said', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    the().interlude.beforePosting = () => pull.merge();
    await pull.addLabel('ml-review');
    await the().quiet();
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    expect(pull.reviews()).toEqual([]);
  });

  test('uninstalled and installed again: the next look ends the run that was left', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    the().interlude.beforePosting = () => pull.repository.install(false);
    await pull.addLabel('ml-review');
    await the().quiet();
    await pull.repository.install(true);
    await pull.addLabel('bug');
    await the().quiet();
    expect(pull.checkRuns().filter(({ status }) => status !== 'completed')).toEqual([]);
    expect(check(pull)?.conclusion).toBe('failure');
    expect(await panelComments(pull, the())).toHaveLength(1);
  });

  test('force-pushed away during the review: the commit that was reviewed is not spoken of', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    const old = pull.headSha();
    the().interlude.beforePosting = async () => {
      await pull.repository.forcePush('change-1', { files: { 'src/train.py': 'x = 1\n' } });
    };
    await pull.addLabel('ml-review');
    await the().quiet();
    expect(pull.repository.checkRuns(old)[0]).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    expect(check(pull)?.conclusion).toBe('success');
    expect(pull.reviews()).toEqual([]);
  });

  test('the base branch moves on during the review: the result stands, for what was compared', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    const base = pull.baseSha();
    the().interlude.beforePosting = async () => {
      await pull.repository.commit('main', { files: { 'README.md': 'moved on\n' } });
    };
    await pull.addLabel('ml-review');
    await the().quiet();
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(check(pull)?.summary).toContain(base.slice(0, 7));
  });

  test('the gate becomes stricter during the review: the next look judges by it', async () => {
    const start = { '.github/ml-review.yml': 'version: 1\ngate: { fail-on: never }\n' };
    const pull = await aReviewed(the(), FLAWED, { start });
    expect(check(pull)?.conclusion).toBe('neutral');
    await pull.repository.commit('main', { files: { '.github/ml-review.yml': 'version: 1\n' } });
    await pull.addLabel('bug');
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('git does not answer for a moment: the job is tried again', async () => {
    the().github.addFault({ match: ({ route }) => route === 'GIT', times: 1, kind: 'status', status: 503 });
    const pull = await aReviewed(the(), FLAWED);
    expect(pull.checkRuns()).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
  });

  test('GitHub stays down for all attempts: once it is back, the check says that the panel failed', async () => {
    const down = { match: ({ route }: { readonly route: string }) => route === 'GIT', times: 99 } as const;
    the().github.addFault({ ...down, kind: 'status', status: 503 });
    const pull = await aReviewed(the(), FLAWED);
    expect(pull.checkRuns()).toMatchObject([{ status: 'completed', conclusion: 'failure', title: 'The panel failed' }]);
  });
});

describe('with little time for a review', () => {
  const the = theStage({ queue: { turnMs: 1_000, graceMs: 20_000 } });

  test('one that takes longer is timed out and says so; nothing is posted, and the button starts it again', async () => {
    // Every time, since an event that comes after the first turn has begun is a turn of its own.
    const slow = async (): Promise<void> => {
      the().interlude.beforePosting = slow;
      await new Promise((resolve) => setTimeout(resolve, 1_100));
    };
    the().interlude.beforePosting = slow;
    const pull = await aReviewed(the(), FLAWED);
    const runs = pull.checkRuns();
    expect(runs.every(({ status }) => status === 'completed')).toBe(true);
    const late = runs.find(({ conclusion }) => conclusion === 'timed_out');
    expect(late).toMatchObject({ title: 'Timed out' });
    expect(late?.actions.map(({ identifier }) => identifier)).toContain('rerun');
    expect(pull.reviews()).toEqual([]);
  });
});

describe('with the throttling of production', () => {
  const the = theStage({ throttle: true });

  test('a secondary limit is sat out inside the run, as GitHub asks', async () => {
    the().github.addFault({
      match: ({ route }) => route.startsWith('POST') && route.endsWith('/reviews'),
      times: 1,
      kind: 'secondary',
      retryAfter: 2,
    });
    const pull = await aReviewed(the(), FLAWED);
    const posts = the().github.requests.filter(({ route }) => route.startsWith('POST') && route.endsWith('/reviews'));
    expect(posts.map(({ status }) => status)).toEqual([403, 200]);
    expect((posts[1]?.at ?? 0) - (posts[0]?.at ?? 0)).toBeGreaterThanOrEqual(1_900);
    expect(pull.reviews()).toHaveLength(1);
    expect(pull.checkRuns()).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
  });
});
