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
});
