import { aPullRequest, aRepository, check, openStage, panelComments, type Stage } from './stage.ts';

describe('a first review', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());
  afterEach(() => {
    expect(stage.github.violations).toEqual([]);
  });

  test('the label brings inline comments and a shut gate, in three writes', async () => {
    const pull = await aPullRequest(await aRepository(stage), 'import os\nflaw("high", "split")\nsmell("names")\n');
    await stage.quiet();
    stage.count();
    await pull.addLabel('ml-review');
    await stage.quiet();
    const comments = await panelComments(pull, stage);
    expect(comments.map(({ path, line, side }) => ({ path, line, side }))).toEqual([
      { path: 'src/train.py', line: 2, side: 'RIGHT' },
      { path: 'src/train.py', line: 3, side: 'RIGHT' },
    ]);
    expect(comments[0]?.body).toContain('🟠 High');
    expect(check(pull)).toMatchObject({
      name: 'ML Review Panel',
      status: 'completed',
      conclusion: 'failure',
      annotations: [],
    });
    expect(check(pull)?.title).toContain('1 high');
    expect(stage.spent('first review with two comments').writes).toBe(3);
  });

  test('without the label the check is there at once and says that no review was requested', async () => {
    stage.count();
    const pull = await aPullRequest(await aRepository(stage), 'flaw("high", "split")\n');
    await stage.quiet();
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'skipped', title: 'Not requested' });
    expect(await panelComments(pull, stage)).toEqual([]);
    expect(stage.spent('no label').writes).toBe(1);
  });

  test('a healthy change gets a green check and not a word', async () => {
    stage.count();
    const pull = await aPullRequest(await aRepository(stage), 'x = 1\n', { labels: ['ml-review'] });
    await stage.quiet();
    expect(check(pull)).toMatchObject({ conclusion: 'success', annotations: [] });
    expect(pull.reviews()).toEqual([]);
    expect(stage.spent('healthy change').writes).toBe(2);
  });

  test('opened with five labels is one review', async () => {
    const before = stage.interlude.reviews;
    const labels = ['ml-review', 'bug', 'docs', 'good first issue', 'help wanted'];
    const pull = await aPullRequest(await aRepository(stage), 'flaw("high", "split")\n', { labels });
    await stage.quiet();
    expect(stage.interlude.reviews - before).toBe(1);
    expect(pull.reviews()).toHaveLength(1);
    expect(pull.checkRuns()).toHaveLength(1);
  });

  test('an unrelated label changes nothing', async () => {
    const pull = await aPullRequest(await aRepository(stage), 'flaw("high", "split")\n', { labels: ['ml-review'] });
    await stage.quiet();
    stage.count();
    await pull.addLabel('bug');
    await pull.removeLabel('bug');
    await stage.quiet();
    expect(stage.spent('unrelated labels').writes).toBe(0);
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('taking the label away turns the check to skipped; putting it back reviews again', async () => {
    const pull = await aPullRequest(await aRepository(stage), 'flaw("high", "split")\n', { labels: ['ml-review'] });
    await stage.quiet();
    await pull.removeLabel('ml-review');
    await stage.quiet();
    expect(check(pull)?.conclusion).toBe('skipped');
    await pull.addLabel('ml-review');
    await stage.quiet();
    expect(check(pull)?.conclusion).toBe('failure');
    expect(await panelComments(pull, stage)).toHaveLength(1);
  });

  test('low findings are in the summary only, medium ones do not shut the gate', async () => {
    const pull = await aPullRequest(await aRepository(stage), 'flaw("low", "a")\nflaw("medium", "b")\n', {
      labels: ['ml-review'],
    });
    await stage.quiet();
    expect((await panelComments(pull, stage)).map(({ line }) => line)).toEqual([2]);
    expect(check(pull)?.conclusion).toBe('neutral');
    expect(check(pull)?.summary).toContain('`a` is flawed');
  });

  test('a draft is checked without a comment, and gets its comments when it is ready', async () => {
    const pull = await aPullRequest(await aRepository(stage), 'flaw("high", "split")\n', {
      labels: ['ml-review'],
      draft: true,
    });
    await stage.quiet();
    expect(check(pull)).toMatchObject({ conclusion: 'failure', annotations: [{ path: 'src/train.py', startLine: 1 }] });
    expect(await panelComments(pull, stage)).toEqual([]);
    await pull.ready();
    await stage.quiet();
    expect(await panelComments(pull, stage)).toHaveLength(1);
    expect(check(pull)?.annotations).toEqual([]);
  });

  test('a branch that the configuration leaves out is not reviewed', async () => {
    const config = 'version: 1\nreview: { base-branches: ["release/*"] }\n';
    const repository = await aRepository(stage, { '.github/ml-review.yml': config });
    const pull = await aPullRequest(repository, 'flaw("high", "split")\n', { labels: ['ml-review'] });
    await stage.quiet();
    expect(check(pull)).toMatchObject({ conclusion: 'skipped', title: 'Not reviewed: another base branch' });
  });

  test('a required label that is missing asks for action', async () => {
    const repository = await aRepository(stage, {
      '.github/ml-review.yml': 'version: 1\ngate: { require-label: true }\n',
    });
    const pull = await aPullRequest(repository, 'x = 1\n');
    await stage.quiet();
    expect(check(pull)).toMatchObject({ conclusion: 'action_required' });
  });

  test('a fix that fits its lines is offered as a suggestion', async () => {
    const pull = await aPullRequest(await aRepository(stage), 'flaw("high", "split", "sound")\n', {
      labels: ['ml-review'],
    });
    await stage.quiet();
    expect((await panelComments(pull, stage))[0]?.body).toContain('```suggestion\nsound\n```');
  });

  test('a person who closed the pull request hears nothing', async () => {
    const pull = await aPullRequest(await aRepository(stage), 'flaw("high", "split")\n');
    await stage.quiet();
    await pull.close();
    stage.count();
    await pull.addLabel('ml-review');
    await stage.quiet();
    expect(stage.spent('closed pull request').writes).toBe(0);
  });
});
