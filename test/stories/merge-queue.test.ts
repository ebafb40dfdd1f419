import { aPullRequest, aRepository, aReviewed, check, theStage } from './stage.ts';

const FLAWED = 'flaw("high", "split")\n';
const SOUND = 'x = 1\n';

describe('the merge queue', () => {
  const the = theStage();

  test('a group that brings the reviewed change inherits its result in one write', async () => {
    const pull = await aReviewed(the(), SOUND);
    const { reviews } = the().interlude;
    the().count();
    const [group] = await pull.repository.enqueue([pull]);
    await the().quiet();
    expect(group?.checkRuns()).toMatchObject([{ name: 'ML Review Panel', status: 'completed', conclusion: 'success' }]);
    expect(the().interlude.reviews).toBe(reviews);
    expect(the().spent('merge group by inheritance').writes).toBe(1);
  });

  test('a shut gate stays shut in the queue', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [group] = await pull.repository.enqueue([pull]);
    await the().quiet();
    expect(group?.checkRuns()[0]).toMatchObject({ conclusion: 'failure' });
  });

  test('without the label a group is skipped as its pull request was', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    const [group] = await pull.repository.enqueue([pull]);
    await the().quiet();
    expect(group?.checkRuns()[0]).toMatchObject({ conclusion: 'skipped' });
  });

  test('chained groups of two pull requests are answered each', async () => {
    const repository = await aRepository(the());
    const first = await aPullRequest(repository, { 'src/a.py': SOUND }, { labels: ['ml-review'] });
    const second = await aPullRequest(repository, { 'src/b.py': FLAWED }, { labels: ['ml-review'] });
    await the().quiet();
    const groups = await repository.enqueue([first, second]);
    await the().quiet();
    expect(groups.map((group) => group.checkRuns()[0]?.conclusion)).toEqual(['success', 'failure']);
  });

  test('a group whose change is another one is reviewed itself', async () => {
    const text = `a = 1\n${'b = 2\n'.repeat(20)}`;
    const repository = await aRepository(the(), { 'src/train.py': text });
    const first = await aPullRequest(repository, `a = 2\n${'b = 2\n'.repeat(20)}`, { labels: ['ml-review'] });
    const second = await aPullRequest(repository, `${text}${FLAWED}`, { labels: ['ml-review'] });
    await the().quiet();
    const { reviews } = the().interlude;
    const groups = await repository.enqueue([first, second]);
    await the().quiet();
    expect(the().interlude.reviews).toBe(reviews + 1);
    expect(groups[1]?.checkRuns()[0]).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(second.reviews()).toHaveLength(1);
  });

  test('a group that arrives before its pull request was reviewed is reviewed', async () => {
    const pull = await aReviewed(the(), FLAWED);
    the().github.deliverTo(undefined);
    await pull.push({ files: { 'src/train.py': 'smell("b")\n' } });
    the().github.deliverTo({ url: the().serving.app.webhookUrl, secret: the().secret });
    const [group] = await pull.repository.enqueue([pull]);
    await the().quiet();
    expect(group?.checkRuns()[0]).toMatchObject({ status: 'completed', conclusion: 'neutral' });
    expect(check(pull)).toBeUndefined();
  });

  test('one group of several pull requests is reviewed as the change that it is', async () => {
    const repository = await aRepository(the());
    const first = await aPullRequest(repository, { 'src/a.py': FLAWED }, { labels: ['ml-review'] });
    const second = await aPullRequest(repository, { 'src/b.py': SOUND }, { labels: ['ml-review'] });
    await the().quiet();
    expect([check(first)?.conclusion, check(second)?.conclusion]).toEqual(['failure', 'success']);
    const { reviews } = the().interlude;
    const group = await repository.enqueueTogether([first, second]);
    await the().quiet();
    expect(the().interlude.reviews).toBe(reviews + 1);
    expect(group.checkRuns()).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
    expect(group.checkRuns()[0]?.summary).toContain('src/a.py:1');
  });

  test('one group of several, all of them sound, is let through', async () => {
    const repository = await aRepository(the());
    const first = await aPullRequest(repository, { 'src/a.py': SOUND }, { labels: ['ml-review'] });
    const second = await aPullRequest(repository, { 'src/b.py': SOUND }, { labels: ['ml-review'] });
    await the().quiet();
    const group = await repository.enqueueTogether([first, second]);
    await the().quiet();
    expect(group.checkRuns()).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
  });
});

describe('the merge queue, in other circumstances', () => {
  const the = theStage();

  test('what was accepted on the pull request is accepted in a group that has to be reviewed', async () => {
    const text = `a = 1\n${'b = 2\n'.repeat(20)}`;
    const repository = await aRepository(the(), { 'src/train.py': text });
    const first = await aPullRequest(repository, `a = 2\n${'b = 2\n'.repeat(20)}`, { labels: ['ml-review'] });
    const second = await aPullRequest(repository, `${text}${FLAWED}`, { labels: ['ml-review'] });
    await the().quiet();
    await second.clickButton(check(second)?.id ?? 0, 'accept-baseline', { by: 'acme' });
    await the().quiet();
    const groups = await repository.enqueue([first, second]);
    await the().quiet();
    expect(groups[1]?.checkRuns()[0]).toMatchObject({ status: 'completed', conclusion: 'success' });
  });

  test('a queue before another branch has the name of that branch', async () => {
    const repository = await aRepository(the());
    await repository.createBranch('release');
    const pull = await aPullRequest(repository, SOUND, { labels: ['ml-review'], base: 'release' });
    await the().quiet();
    const [group] = await repository.enqueue([pull]);
    await the().quiet();
    expect(group?.checkRuns()).toMatchObject([{ name: 'ML Review Panel (release)', conclusion: 'success' }]);
  });

  test('a group that is taken apart asks for nothing more', async () => {
    const pull = await aReviewed(the(), SOUND);
    const [group] = await pull.repository.enqueue([pull]);
    await the().quiet();
    the().count();
    await group?.destroy('dequeued');
    await the().quiet();
    expect(the().spent('merge group taken apart').requests).toBe(0);
  });

  test('GitHub takes the answer to a group and answers 502: it is there once', async () => {
    const pull = await aReviewed(the(), SOUND);
    the().github.addFault({
      match: ({ route }) => route === 'POST /repos/{owner}/{repo}/check-runs',
      times: 1,
      kind: 'commit-then-502',
    });
    const [group] = await pull.repository.enqueue([pull]);
    await the().quiet();
    expect(group?.checkRuns()).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
  });

  test('where the label is missing but required, the group waits for it as the pull request does', async () => {
    const start = { '.github/ml-review.yml': 'version: 1\ngate: { require-label: true }\n' };
    const pull = await aPullRequest(await aRepository(the(), start), SOUND);
    await the().quiet();
    const [group] = await pull.repository.enqueue([pull]);
    await the().quiet();
    expect(group?.checkRuns()).toMatchObject([{ status: 'completed', conclusion: 'action_required' }]);
  });
});
