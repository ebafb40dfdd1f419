import { aPullRequest, aRepository, aReviewed, check, panelComments, theStage } from './stage.ts';

const FLAWED = 'flaw("high", "split")\n';
const CONFIG = '.github/ml-review.yml';
const LABEL = { labels: ['ml-review'] };
const configured = (text: string) => ({ [CONFIG]: `version: 1\n${text}` });

describe('what asks for a review', () => {
  const the = theStage();

  test('a pull request that is opened again is reviewed then', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    await pull.close();
    await pull.addLabel('ml-review');
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('skipped');
    await pull.reopen();
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('where drafts are left out, the review waits for the pull request to be ready', async () => {
    const repository = await aRepository(the(), configured('review: { drafts: skip }\n'));
    const pull = await aPullRequest(repository, FLAWED, { ...LABEL, draft: true });
    await the().quiet();
    expect(check(pull)).toMatchObject({ conclusion: 'skipped', title: 'Not reviewed: a draft' });
    await pull.ready();
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('where drafts are treated like the rest, they get their comments', async () => {
    const repository = await aRepository(the(), configured('review: { drafts: full }\n'));
    const pull = await aPullRequest(repository, FLAWED, { ...LABEL, draft: true });
    await the().quiet();
    expect(await panelComments(pull, the())).toHaveLength(1);
  });

  test('turned back into a draft: what was said stays, and a push says nothing new until it is ready', async () => {
    const pull = await aReviewed(the(), FLAWED);
    await pull.toDraft();
    await pull.push({ files: { 'src/train.py': `${FLAWED}flaw1("high", "other")\n` } });
    await the().quiet();
    expect(await panelComments(pull, the())).toHaveLength(1);
    expect(check(pull)).toMatchObject({ conclusion: 'failure', annotations: [{ startLine: 2 }] });
    await pull.ready();
    await the().quiet();
    expect(await panelComments(pull, the())).toHaveLength(2);
    expect(check(pull)?.annotations).toEqual([]);
  });

  test('the label is the one that the configuration names, in whatever case it is written', async () => {
    const repository = await aRepository(the(), configured('label: panel\n'));
    const pull = await aPullRequest(repository, FLAWED, LABEL);
    await the().quiet();
    expect(check(pull)).toMatchObject({ conclusion: 'skipped' });
    expect(check(pull)?.summary).toContain('`panel`');
    await pull.addLabel('Panel');
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('a new title or text asks for nothing', async () => {
    const pull = await aReviewed(the(), FLAWED);
    the().count();
    await pull.edit({ title: 'Another title', body: 'More about it.' });
    await the().quiet();
    expect(the().spent('title and text').requests).toBe(0);
  });

  test('moved to a branch that is watched, it is reviewed', async () => {
    const repository = await aRepository(the(), configured('review: { base-branches: ["main"] }\n'));
    await repository.createBranch('side');
    const pull = await aPullRequest(repository, FLAWED, { ...LABEL, base: 'side' });
    await the().quiet();
    expect(check(pull)).toMatchObject({ name: 'ML Review Panel (side)', conclusion: 'skipped' });
    await pull.changeBase('main');
    await the().quiet();
    expect(check(pull)).toMatchObject({ name: 'ML Review Panel', conclusion: 'failure' });
  });

  test('ten pushes in a row: the last one counts, and no run is left open on any of them', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const { reviews } = the().interlude;
    const heads: string[] = [];
    const pushes = Array.from({ length: 10 }, (_, index) => ({ files: { 'notes.md': `push ${index}\n` } }));
    for (const push of pushes) heads.push(await pull.push(push));
    await the().quiet();
    expect(the().interlude.reviews - reviews).toBeLessThanOrEqual(10);
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'failure' });
    const runs = heads.flatMap((head) => pull.repository.checkRuns(head));
    expect(runs.filter(({ status }) => status !== 'completed')).toEqual([]);
    expect(await panelComments(pull, the())).toHaveLength(1);
  }, 300_000);

  test('label on, off and on again at once: the last state counts', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    await Promise.all([pull.addLabel('ml-review'), pull.removeLabel('ml-review')]);
    await pull.addLabel('ml-review');
    await the().quiet();
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(pull.reviews()).toHaveLength(1);
  });
});
