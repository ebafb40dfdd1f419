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

  test('the label brings inline comments and a failed check in three writes', async () => {
    const repository = await aRepository(stage);
    const pull = await aPullRequest(repository, 'import os\nflaw("high", "split")\nsmell("names")\n');
    await stage.quiet();
    const before = stage.github.writes();
    await pull.addLabel('ml-review');
    await stage.quiet();
    const comments = await panelComments(pull, stage);
    expect(comments.map(({ path, line, side }) => ({ path, line, side }))).toEqual([
      { path: 'src/train.py', line: 2, side: 'RIGHT' },
      { path: 'src/train.py', line: 3, side: 'RIGHT' },
    ]);
    expect(comments[0]?.body).toContain('🟠 High');
    expect(check(pull)).toMatchObject({ name: 'ML Review Panel', status: 'completed', conclusion: 'failure', annotations: [] });
    expect(check(pull)?.title).toContain('1 high');
    expect(stage.github.writes() - before).toBe(3);
  });
});
