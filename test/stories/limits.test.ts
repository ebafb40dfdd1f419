import { aRepository, aReviewed, check, panelComments, theStage } from './stage.ts';

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');

describe('limits', () => {
  const the = theStage({ sandbox: { limits: { patchLines: 60 } } });

  test('five findings of one check are one comment with a list', async () => {
    const pull = await aReviewed(
      the(),
      lines(6, (index) => `flaw("medium", "step ${index}")`),
    );
    const comments = await panelComments(pull, the());
    expect(comments).toHaveLength(1);
    expect(comments[0]?.body).toContain('6 places');
  });

  test('more than twenty comments become twenty, the rest annotations, still in three writes', async () => {
    the().count();
    const flaws = lines(32, (index) => `flaw${(index % 8) + 1}("${index < 4 ? 'high' : 'medium'}", "step ${index}")`);
    const pull = await aReviewed(the(), flaws);
    const comments = await panelComments(pull, the());
    expect(comments).toHaveLength(20);
    expect(comments.slice(0, 4).every(({ body }) => body.includes('🟠 High'))).toBe(true);
    expect(check(pull)?.annotations).toHaveLength(12);
    expect(the().spent('32 findings').writes).toBe(3);
  });

  test('findings outside the diff become annotations, fifty in a request', async () => {
    const old = lines(120, (index) => `legacy("call ${index}")`);
    the().count();
    const pull = await aReviewed(the(), `# strict\n\n\n\n\n${old}`, { start: { 'src/train.py': `\n\n\n\n${old}` } });
    expect(check(pull)?.annotations).toHaveLength(120);
    expect(await panelComments(pull, the())).toEqual([]);
    expect(the().spent('120 findings outside the diff').writes).toBe(4);
  });

  test('in a file too large for comments the findings are annotations; comments elsewhere are not lost', async () => {
    const { length } = the().github.requests;
    const big = `${lines(100, (index) => `value_${index} = ${index}`)}flaw("high", "too far")\nsmell("too far")\n`;
    const pull = await aReviewed(the(), { 'src/big.py': big, 'src/train.py': 'flaw("high", "near")\nsmell("near")\n' });
    expect((await panelComments(pull, the())).map(({ path }) => path)).toEqual(['src/train.py', 'src/train.py']);
    expect(check(pull)).toMatchObject({
      conclusion: 'failure',
      annotations: [
        { path: 'src/big.py', startLine: 101, level: 'failure' },
        { path: 'src/big.py', startLine: 102, level: 'warning' },
      ],
    });
    expect(check(pull)?.summary).toContain('2 comments were not taken by GitHub');
    expect(check(pull)?.summary).toContain('`too far` is flawed');
    // Refused as a whole, then without the largest file, then that file alone: no guessing, comment by comment.
    const posts = the()
      .github.requests.slice(length)
      .filter(({ route }) => route.startsWith('POST') && route.endsWith('/reviews'));
    expect(posts.map(({ status }) => status)).toEqual([422, 200, 422]);
  });

  test('a further push still marks them in the new check run', async () => {
    const big = lines(100, (index) => `value_${index} = ${index}`);
    const pull = await aReviewed(the(), { 'src/big.py': `${big}flaw("high", "too far")\n` });
    await pull.push({ files: { 'notes.md': 'x\n' } });
    await the().quiet();
    expect(await panelComments(pull, the())).toEqual([]);
    expect(check(pull)?.annotations).toHaveLength(1);
  });

  test('what was removed is commented on the left, also in a file that is gone', async () => {
    const start = { 'src/train.py': 'x = 1\nguard()\ny = 2\n', 'src/gone.py': 'guard()\n' };
    const repository = await aRepository(the(), start);
    await repository.commit('change-1', { files: { 'src/train.py': 'x = 1\ny = 2\n' }, deletes: ['src/gone.py'] });
    const pull = await repository.openPullRequest({ head: 'change-1', author: 'ana', labels: ['ml-review'] });
    await the().quiet();
    expect(await panelComments(pull, the())).toMatchObject([
      { path: 'src/gone.py', side: 'LEFT', line: 1 },
      { path: 'src/train.py', side: 'LEFT', line: 2 },
    ]);
  });

  test('a renamed file is commented under its new name', async () => {
    const body = lines(30, (index) => `value_${index} = ${index}`);
    const pull = await aReviewed(the(), {}, { start: { 'src/old.py': body } });
    await pull.push({ renames: { 'src/old.py': 'src/new.py' } });
    await pull.push({ files: { 'src/new.py': `${body}flaw("high", "late")\n` } });
    await the().quiet();
    expect(await panelComments(pull, the())).toMatchObject([{ path: 'src/new.py', line: 31 }]);
  });
});
