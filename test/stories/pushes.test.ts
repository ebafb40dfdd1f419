import { aReviewed, check, panelComments, theStage } from './stage.ts';

const FLAWED = 'import os\nflaw("high", "split")\n';
const file = (text: string) => ({ files: { 'src/train.py': text } });

describe('across pushes', () => {
  const the = theStage();

  test('ten pushes that change nothing about the findings add no comment, at two writes each', async () => {
    const pull = await aReviewed(the(), FLAWED);
    the().count();
    for (let push = 0; push < 10; push += 1) {
      await pull.push({ files: { 'notes.md': `push ${push}\n` } });
      await the().quiet();
    }
    expect(await panelComments(pull, the())).toHaveLength(1);
    expect(pull.reviews()).toHaveLength(1);
    expect(the().spent('ten pushes without news').writes).toBe(20);
    expect(check(pull)?.conclusion).toBe('failure');
  }, 300_000);

  test('only what is new is said', async () => {
    const pull = await aReviewed(the(), FLAWED);
    await pull.push(file(`${FLAWED}flaw("medium", "seed")\n`));
    await the().quiet();
    expect((await panelComments(pull, the())).map(({ body }) => /`(\w+)` is flawed/.exec(body)?.[1])).toEqual([
      'split',
      'seed',
    ]);
    expect(pull.reviews()).toHaveLength(2);
  });

  test('a fixed finding is marked with the commit that fixed it', async () => {
    const pull = await aReviewed(the(), FLAWED);
    the().count();
    const head = await pull.push(file('import os\nx = 1\n'));
    await the().quiet();
    const [comment] = await panelComments(pull, the());
    expect(comment?.body).toContain(`✅ Fixed in ${head.slice(0, 7)}`);
    expect(check(pull)?.conclusion).toBe('success');
    expect(the().spent('a finding is fixed').writes).toBe(3);
    await pull.push({ files: { 'notes.md': 'later\n' } });
    await the().quiet();
    expect((await panelComments(pull, the()))[0]?.body).toBe(comment?.body);
  });

  test('a finding that comes back opens its old comment again', async () => {
    const pull = await aReviewed(the(), FLAWED);
    await pull.push(file('x = 1\n'));
    await the().quiet();
    await pull.push(file(FLAWED));
    await the().quiet();
    const comments = await panelComments(pull, the());
    expect(comments).toHaveLength(1);
    expect(comments[0]?.body).toContain('🟠 High');
    expect(comments[0]?.body).not.toContain('Fixed in');
  });

  test('a file that could not be read fixes nothing', async () => {
    const pull = await aReviewed(the(), FLAWED);
    await pull.push({ files: { 'src/train.py': new Uint8Array([0, 1, 2, 255, 254, 0, 7]) } });
    await the().quiet();
    expect((await panelComments(pull, the()))[0]?.body).not.toContain('Fixed in');
  });

  test('a rebase keeps the threads', async () => {
    const pull = await aReviewed(the(), FLAWED);
    await pull.repository.commit(pull.repository.defaultBranch, { files: { 'README.md': 'moved on\n' } });
    await pull.rebase();
    await the().quiet();
    expect(await panelComments(pull, the())).toHaveLength(1);
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('a force-push that says the same keeps the threads', async () => {
    const pull = await aReviewed(the(), FLAWED);
    await pull.repository.forcePush('change-1', file(`# rewritten\n${FLAWED}`));
    await the().quiet();
    expect(await panelComments(pull, the())).toHaveLength(1);
  });

  test('renaming the file and moving the line down keep the thread', async () => {
    const start = { 'src/fit.py': `${'y = 2\n'.repeat(30)}` };
    const pull = await aReviewed(the(), { 'src/fit.py': `${'y = 2\n'.repeat(30)}${FLAWED}` }, { start });
    await pull.push({ files: { 'src/fit.py': `${'y = 2\n'.repeat(30)}\n\n${FLAWED}` } });
    await the().quiet();
    await pull.push({ renames: { 'src/fit.py': 'src/model.py' } });
    await the().quiet();
    const comments = await panelComments(pull, the());
    expect(comments).toHaveLength(1);
    expect(comments[0]?.body).not.toContain('Fixed in');
  });
});

// A stage of its own: on a fast machine all these stories in one minute pass GitHub's limit of 80 writes.
describe('across pushes, with people about', () => {
  const the = theStage();

  test('a thread that a person answered is never touched and never repeated', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [comment] = await panelComments(pull, the());
    await pull.replyTo(comment?.id ?? 0, 'We know, it is on purpose.');
    await pull.push(file('x = 1\n'));
    await the().quiet();
    expect((await panelComments(pull, the()))[0]?.body).toBe(comment?.body);
    await pull.push(file(FLAWED));
    await the().quiet();
    expect(await panelComments(pull, the())).toHaveLength(1);
  });

  test('a thread that a person resolved stays quiet', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [comment] = await panelComments(pull, the());
    pull.resolveThread(comment?.id ?? 0);
    await pull.push({ files: { 'notes.md': 'more\n' } });
    await the().quiet();
    const after = await panelComments(pull, the());
    expect(after).toHaveLength(1);
    expect(after[0]?.resolved).toBe(true);
    expect(check(pull)?.annotations).toEqual([]);
    expect(check(pull)?.conclusion).toBe('failure');
    expect(check(pull)?.summary).toContain('1 finding above is in a thread that was resolved by hand');
  });

  test('a person who copies our marker is not mistaken for us', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [comment] = await panelComments(pull, the());
    const id = await pull.commentOnLine('src/train.py', 1, comment?.body ?? '');
    await pull.push(file('import os\nx = 1\n'));
    await the().quiet();
    const copied = (await pull.reviewComments()).find((each) => each.id === id);
    expect(copied?.body).toBe(comment?.body);
  });

  test('with the permission to do so, the thread of a fixed finding is resolved', async () => {
    const { github } = the();
    const before = {
      metadata: 'read',
      contents: 'read',
      pull_requests: 'write',
      checks: 'write',
      merge_queues: 'read',
    } as const;
    github.grant({ ...before, contents: 'write' });
    const pull = await aReviewed(the(), FLAWED, { owner: 'generous' });
    await pull.push(file('x = 1\n'));
    await the().quiet();
    expect(await panelComments(pull, the())).toMatchObject([{ resolved: true }]);
    await pull.push(file(FLAWED));
    await the().quiet();
    github.grant(before);
    expect(await panelComments(pull, the())).toMatchObject([{ resolved: false }]);
  });

  test('an answer that comes while the review runs is noticed: the comment is left alone', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [comment] = await panelComments(pull, the());
    the().interlude.beforePosting = async () => {
      await pull.replyTo(comment?.id ?? 0, 'Wait, is this really right?');
    };
    await pull.push(file('x = 1\n'));
    await the().quiet();
    expect((await panelComments(pull, the()))[0]?.body).toBe(comment?.body);
    expect(check(pull)?.conclusion).toBe('success');
  });

  test('a comment of a fixed finding whose file is gone says so too', async () => {
    const pull = await aReviewed(the(), { 'src/fit.py': FLAWED });
    const head = await pull.push({ deletes: ['src/fit.py'] });
    await the().quiet();
    expect((await panelComments(pull, the()))[0]?.body).toContain(`✅ Fixed in ${head.slice(0, 7)}`);
  });
});

describe('across pushes, with a list of findings', () => {
  const the = theStage();
  const flaws = (count: number) =>
    Array.from({ length: count }, (_, index) => `flaw("medium", "step ${index}")\n`).join('');

  test('the list is kept up to date until nothing is left of it', async () => {
    const pull = await aReviewed(the(), flaws(6));
    await pull.push(file(flaws(2)));
    await the().quiet();
    expect((await panelComments(pull, the())).map(({ body }) => body)).toEqual([
      expect.stringContaining('4 of 6 no longer count'),
    ]);
    the().count();
    await pull.push({ files: { 'notes.md': 'x\n' } });
    await the().quiet();
    expect(the().spent('a shortened list without news').writes).toBe(2);
    await pull.push(file('x = 1\n'));
    await the().quiet();
    expect((await panelComments(pull, the()))[0]?.body).toContain('✅ Fixed in');
  });
});

describe('across pushes, where comments of fixed findings are deleted', () => {
  const the = theStage();
  const start = { '.github/ml-review.yml': 'version: 1\nreview: { fixed: delete }\n' };

  test('nobody answered: the comment goes, in one write', async () => {
    const pull = await aReviewed(the(), FLAWED, { start });
    the().count();
    await pull.push(file('x = 1\n'));
    await the().quiet();
    expect(await panelComments(pull, the())).toEqual([]);
    expect(check(pull)?.conclusion).toBe('success');
    expect(the().spent('a comment is deleted').writes).toBe(3);
  });

  test('somebody answered: the comment stays as it was', async () => {
    const pull = await aReviewed(the(), FLAWED, { start });
    const [comment] = await panelComments(pull, the());
    await pull.replyTo(comment?.id ?? 0, 'Good catch, I mend it.');
    await pull.push(file('x = 1\n'));
    await the().quiet();
    expect((await panelComments(pull, the()))[0]?.body).toBe(comment?.body);
    expect(await pull.reviewComments()).toHaveLength(2);
  });

  test('the finding comes back after its comment was deleted: it is said again', async () => {
    const pull = await aReviewed(the(), FLAWED, { start });
    await pull.push(file('x = 1\n'));
    await the().quiet();
    await pull.push(file(FLAWED));
    await the().quiet();
    expect(await panelComments(pull, the())).toHaveLength(1);
    expect(check(pull)?.conclusion).toBe('failure');
  });
});
