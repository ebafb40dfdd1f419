import { aPullRequest, aRepository, check, panelComments, theStage } from './stage.ts';

const FLAWED = 'flaw("high", "split")\n';
const LABEL = { labels: ['ml-review'] };

describe('forks and re-requests', () => {
  const the = theStage();

  test('a pull request from a fork is reviewed like any other', async () => {
    const repository = await aRepository(the());
    const from = await repository.fork('visitor');
    const pull = await aPullRequest(repository, FLAWED, { ...LABEL, from, author: 'visitor' });
    await the().quiet();
    expect(await panelComments(pull, the())).toHaveLength(1);
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('its check can be run again, although GitHub does not say which pull request it belongs to', async () => {
    const repository = await aRepository(the());
    const from = await repository.fork('guest');
    const pull = await aPullRequest(repository, FLAWED, { ...LABEL, from, author: 'guest' });
    await the().quiet();
    const { reviews } = the().interlude;
    await pull.rerequest(check(pull)?.id ?? 0);
    await the().quiet();
    expect(the().interlude.reviews).toBe(reviews + 1);
    expect(pull.checkRuns()).toHaveLength(2);
    await pull.rerequestSuite();
    await the().quiet();
    expect(the().interlude.reviews).toBe(reviews + 2);
    expect(await panelComments(pull, the())).toHaveLength(1);
  });

  test('a re-run without news costs two writes', async () => {
    const repository = await aRepository(the());
    const pull = await aPullRequest(repository, FLAWED, LABEL);
    await the().quiet();
    the().count();
    await pull.rerequest(check(pull)?.id ?? 0);
    await the().quiet();
    expect(the().spent('re-run without news').writes).toBe(2);
  });

  test('a commit that two pull requests have is refused, not guessed', async () => {
    const repository = await aRepository(the());
    await repository.createBranch('release');
    const first = await aPullRequest(repository, FLAWED, { ...LABEL, head: 'shared' });
    const second = await repository.openPullRequest({
      head: 'shared',
      base: 'release',
      author: 'ana',
      labels: ['ml-review'],
    });
    await the().quiet();
    expect(first.headSha()).toBe(second.headSha());
    const { reviews } = the().interlude;
    await first.rerequestSuite();
    await the().quiet();
    expect(the().interlude.reviews).toBe(reviews);
    expect(check(first)).toMatchObject({
      conclusion: 'action_required',
      title: 'More than one pull request has this commit',
    });
  });
});
