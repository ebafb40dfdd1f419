import { aPullRequest, aRepository, aReviewed, check, panelComments, theStage } from './stage.ts';

const CONFIG = '.github/ml-review.yml';
const FLAWED = 'flaw("high", "split")\n';

describe('the gate', () => {
  const the = theStage();

  test('what was there before is listed and does not block', async () => {
    const start = { 'src/train.py': `${FLAWED}\n\n\n\n\n\n\n\n\nx = 1\n` };
    const pull = await aReviewed(the(), `${FLAWED}\n\n\n\n\n\n\n\n\nx = 2\n`, { start });
    expect(check(pull)?.conclusion).toBe('success');
    expect(await panelComments(pull, the())).toEqual([]);
  });

  test('an allow comment with a reason opens the gate and is listed', async () => {
    const pull = await aReviewed(
      the(),
      '# ml-review: allow[flaw] refit on everything by design\nflaw("high", "split")\n',
    );
    expect(check(pull)).toMatchObject({ conclusion: 'success' });
    expect(check(pull)?.summary).toContain('refit on everything by design');
  });

  test('allowing a finding later settles its comment', async () => {
    const pull = await aReviewed(the(), FLAWED);
    await pull.push({ files: { 'src/train.py': `# ml-review: allow[flaw] by design\n${FLAWED}` } });
    await the().quiet();
    expect((await panelComments(pull, the()))[0]?.body).toContain('allowed by a comment');
    expect(check(pull)?.conclusion).toBe('success');
  });

  test('a pull request cannot loosen its own gate; what it would do is told', async () => {
    const files = { 'src/train.py': FLAWED, [CONFIG]: 'version: 1\ngate: { fail-on: never }\n' };
    const pull = await aReviewed(the(), files);
    expect(check(pull)?.conclusion).toBe('failure');
    expect(check(pull)?.summary).toContain('takes effect after merge');
    expect(check(pull)?.summary).toContain('With the proposed configuration: conclusion neutral instead of failure.');
  });

  test('a mistake in a proposed configuration stands on its line', async () => {
    const pull = await aReviewed(the(), { [CONFIG]: 'version: 1\ngate:\n  fail-on: sometimes\n' });
    expect(check(pull)?.annotations).toContainEqual(expect.objectContaining({ path: CONFIG, startLine: 3 }));
  });

  test('a broken configuration leaves the last good one in force and says so', async () => {
    const repository = await aRepository(the(), { [CONFIG]: 'version: 1\nlabel: panel\n' });
    await repository.commit('main', { files: { [CONFIG]: 'version: 1\nlabel: [panel\n' } });
    const pull = await aPullRequest(repository, FLAWED, { labels: ['panel'] });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
    expect(check(pull)?.summary).toContain(
      'The configuration of the branch main has mistakes; its last good version holds',
    );
    expect(check(pull)?.summary).toContain('line 3: this is not valid YAML');
  });

  test('a configuration that never was good leaves what is built in and says so', async () => {
    const pull = await aReviewed(the(), FLAWED, { start: { [CONFIG]: 'version: 1\ngate: { fail-on: sometimes }\n' } });
    expect(check(pull)?.conclusion).toBe('failure');
    expect(check(pull)?.summary).toContain('what is built in holds instead');
  });

  test("a mistake in the organisation's file does not open its locks", async () => {
    const good = 'version: 1\ngate: { fail-on: high }\nlock: [gate.fail-on]\n';
    const organisation = await the().github.repository('hasty/.github', { files: { [CONFIG]: good } });
    await organisation.commit('main', { files: { [CONFIG]: good.replace('high', 'hihg') } });
    const pull = await aReviewed(the(), FLAWED, {
      owner: 'hasty',
      start: { [CONFIG]: 'version: 1\ngate: { fail-on: never }\n' },
    });
    expect(check(pull)?.conclusion).toBe('failure');
    expect(check(pull)?.summary).toContain('The configuration of the organisation has mistakes; its last good version');
    expect(check(pull)?.summary).toContain('locked by the organisation');
  });

  test('the threshold of the base branch holds', async () => {
    const pull = await aReviewed(the(), FLAWED, { start: { [CONFIG]: 'version: 1\ngate: { fail-on: critical }\n' } });
    expect(check(pull)?.conclusion).toBe('neutral');
  });

  test('a waiver of the base branch lets a finding pass until it expires', async () => {
    const waiver = (day: string) =>
      `version: 1\nwaivers:\n  - { check: flaw, path: "src/**", reason: shadow only, owner: "@acme/ml", expires: ${day} }\n`;
    const waived = await aReviewed(the(), FLAWED, { start: { [CONFIG]: waiver('2026-12-31') } });
    const expired = await aReviewed(the(), FLAWED, { start: { [CONFIG]: waiver('2026-01-31') } });
    expect([check(waived)?.conclusion, check(expired)?.conclusion]).toEqual(['success', 'failure']);
  });

  test('the organisation decides what the repository leaves open, and may lock it', async () => {
    const org = await the().github.repository('locked/.github', {
      files: { [CONFIG]: 'version: 1\ngate: { fail-on: critical }\nlock: [gate.fail-on]\n' },
    });
    expect(org.fullName).toBe('locked/.github');
    const repository = await the().github.repository('locked/models', {
      files: { 'src/train.py': 'x = 1\n', [CONFIG]: 'version: 1\ngate: { fail-on: medium }\n' },
    });
    const pull = await aPullRequest(repository, FLAWED, { labels: ['ml-review'] });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('neutral');
    expect(check(pull)?.summary).toContain('locked by the organisation');
  });

  test('a pass earned against another branch does not count for the default branch', async () => {
    const repository = await aRepository(the());
    await repository.createBranch('lax');
    await repository.commit('lax', { files: { [CONFIG]: 'version: 1\ngate: { fail-on: never }\n' } });
    const pull = await aPullRequest(repository, FLAWED, { labels: ['ml-review'], base: 'lax' });
    await the().quiet();
    expect(check(pull)).toMatchObject({ name: 'ML Review Panel (lax)', conclusion: 'neutral' });
    await pull.changeBase('main');
    await the().quiet();
    expect(check(pull)).toMatchObject({ name: 'ML Review Panel', conclusion: 'failure' });
  });
});
