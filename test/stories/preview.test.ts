import { aPullRequest, aRepository, aReviewed, check, panelComments, theStage } from './stage.ts';

const CONFIG = '.github/ml-review.yml';
const FLAWED = 'flaw("high", "split")\nsmell("names")\n';
const START = { [CONFIG]: 'version: 1\n' };

describe('the effect of a proposed configuration', () => {
  const the = theStage();
  const proposing = async (text: string, start: Readonly<Record<string, string>> = START) => {
    const pull = await aReviewed(the(), { 'src/train.py': FLAWED, [CONFIG]: text }, { start });
    expect(check(pull)?.conclusion).toBe('failure');
    expect(await panelComments(pull, the())).toHaveLength(2);
    return check(pull)?.summary;
  };

  test('checks that are switched off: which findings go, and what the gate would say', async () => {
    expect(await proposing('version: 1\nchecks: { flaw: off, smell: off }\n')).toContain(
      'With the proposed configuration: 2 findings fewer (`flaw`, `smell`), conclusion success instead of failure.',
    );
  });

  test('a severity that is changed', async () => {
    expect(await proposing('version: 1\nchecks: { flaw: { severity: low } }\n')).toContain(
      'With the proposed configuration: 1 finding rated otherwise (`flaw`), conclusion neutral instead of failure.',
    );
  });

  test('a waiver', async () => {
    const waiver = '{ check: flaw, path: "src/**", reason: shadow only, owner: "@acme/ml", expires: 2026-12-31 }';
    expect(await proposing(`version: 1\nwaivers: [${waiver}]\n`)).toContain('1 finding fewer (`flaw`)');
  });

  test('a change that concerns other things', async () => {
    expect(await proposing('version: 1\nreview: { max-comments: 10 }\n')).toContain(
      'With the proposed configuration nothing changes for this pull request.',
    );
  });

  test('a file that only reads otherwise is not judged twice', async () => {
    const { reviews } = the().interlude;
    expect(await proposing('# what we agreed on\nversion: 1\n')).toContain('nothing changes for this pull request');
    expect(the().interlude.reviews).toBe(reviews + 1);
  });

  test('another label: there would be no review', async () => {
    expect(await proposing('version: 1\nlabel: panel\n')).toContain(
      'no review of this pull request (Not requested), conclusion skipped instead of failure',
    );
  });

  test('a configuration that goes away', async () => {
    const start = { 'src/train.py': 'x = 1\n', [CONFIG]: 'version: 1\nchecks: { flaw: off }\n' };
    const pull = await aReviewed(the(), { 'src/train.py': FLAWED }, { start });
    await pull.push({ deletes: [CONFIG] });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('neutral');
    expect(check(pull)?.summary).toContain('1 finding more (`flaw`), conclusion failure instead of neutral');
  });

  test('what the organisation locks is locked in the preview, too', async () => {
    await the().github.repository('strict/.github', {
      files: { [CONFIG]: 'version: 1\ngate: { fail-on: high }\nlock: [gate.fail-on]\n' },
    });
    const files = { 'src/train.py': FLAWED, [CONFIG]: 'version: 1\ngate: { fail-on: never }\n' };
    const pull = await aReviewed(the(), files, { owner: 'strict' });
    expect(check(pull)?.conclusion).toBe('failure');
    expect(check(pull)?.summary).toContain('nothing changes for this pull request');
    expect(check(pull)?.summary).toContain('locked by the organisation');
  });

  test('in the merge queue nobody waits for it', async () => {
    const repository = await aRepository(the(), { 'src/train.py': 'x = 1\n', ...START });
    const first = await aPullRequest(repository, { 'src/a.py': 'x = 1\n' }, { labels: ['ml-review'] });
    const files = { 'src/b.py': 'smell("names")\n', [CONFIG]: 'version: 1\nchecks: { smell: off }\n' };
    const second = await aPullRequest(repository, files, { labels: ['ml-review'] });
    await the().quiet();
    expect(check(second)?.summary).toContain('1 finding fewer (`smell`)');
    const { reviews } = the().interlude;
    const group = await repository.enqueueTogether([first, second]);
    await the().quiet();
    expect(the().interlude.reviews).toBe(reviews + 1);
    expect(group.checkRuns()).toMatchObject([{ status: 'completed', conclusion: 'neutral' }]);
    expect(group.checkRuns()[0]?.summary).not.toContain('With the proposed configuration');
  });
});
