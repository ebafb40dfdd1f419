import { aPullRequest, aRepository, aReviewed, check, panelComments, theStage } from './stage.ts';

const FLAWED = 'flaw("high", "split")\n';
const lines = (count: number): string => Array.from({ length: count }, (_, index) => `value_${index} = 1\n`).join('');

describe('where findings are shown', () => {
  const the = theStage();

  test('a finding of several lines hangs on all of them', async () => {
    const pull = await aReviewed(the(), 'import os\nbegin()\nx = 1\nend()\n');
    expect(await panelComments(pull, the())).toMatchObject([{ startLine: 2, line: 4, side: 'RIGHT' }]);
  });

  test('where the change touches only a part of it, it hangs on the line that was touched', async () => {
    const before = `begin()\n${lines(40)}end()\n`;
    const after = before.replace('value_20 = 1', 'value_20 = 2').replace('begin()\n', 'begin()  # now\n');
    const pull = await aReviewed(the(), after, { start: { 'src/train.py': before.replace('begin()', 'start()') } });
    expect(await panelComments(pull, the())).toMatchObject([{ startLine: null, line: 1, side: 'RIGHT' }]);
  });

  test('names that a stranger chose mention nobody and break nothing', async () => {
    const path = 'src/@acme-team #1 <img src=x> `.py';
    const pull = await aReviewed(the(), { [path]: `${FLAWED}legacy("strict")\n` });
    const [comment] = await panelComments(pull, the());
    const shown = `${check(pull)?.summary}${check(pull)?.title}${comment?.body}`;
    expect(comment?.path).toBe(path);
    expect(check(pull)?.summary).toContain('@acme-team');
    // What is left when everything that GitHub shows literally is taken away.
    const live = shown.replace(/(`+)[^`](?:.*?[^`])?\1(?!`)/g, '');
    expect(live).not.toMatch(/@acme-team|<img|(^|\s)#1\b/);
  });

  test('a change of more files than GitHub shows in one diff is read as a whole', async () => {
    const files = Object.fromEntries(Array.from({ length: 320 }, (_, index) => [`src/part_${index}.py`, 'x = 1\n']));
    const pull = await aReviewed(the(), { ...files, 'src/part_319.py': FLAWED });
    expect(await panelComments(pull, the())).toMatchObject([{ path: 'src/part_319.py', line: 1 }]);
    expect(check(pull)?.summary).not.toContain('of 320 changed files');
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('in a conversation that is locked, the findings are annotations', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    pull.lock();
    await pull.addLabel('ml-review');
    await the().quiet();
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(await panelComments(pull, the())).toEqual([]);
    expect(check(pull)?.annotations).toHaveLength(1);
  });

  test('a change of nothing but names and modes is green and silent', async () => {
    const repository = await aRepository(the(), { 'src/old.py': FLAWED });
    await repository.commit('change-1', { renames: { 'src/old.py': 'src/new.py' } });
    const pull = await repository.openPullRequest({ head: 'change-1', author: 'ana', labels: ['ml-review'] });
    await the().quiet();
    expect(check(pull)).toMatchObject({ conclusion: 'success', annotations: [] });
    expect(pull.reviews()).toEqual([]);
  });

  test('a file that is not text is counted as such and does not stop the rest', async () => {
    const repository = await aRepository(the());
    await repository.commit('change-1', {
      files: { 'weights.bin': new Uint8Array([0, 1, 2, 255]), 'src/train.py': FLAWED },
    });
    const pull = await repository.openPullRequest({ head: 'change-1', author: 'ana', labels: ['ml-review'] });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
    expect(await panelComments(pull, the())).toHaveLength(1);
  });
});
