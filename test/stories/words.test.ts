import { aReviewed, check, panelComments, theStage } from './stage.ts';

const FLAWED = 'flaw("high", "split")\n';

describe('words and buttons', () => {
  const the = theStage();

  test('a maintainer accepts a finding with a reason: the gate opens at once and stays open', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [comment] = await panelComments(pull, the());
    const reply = await pull.replyTo(comment?.id ?? 0, '/ml-review accept we retrain nightly', { by: 'acme' });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('success');
    expect(check(pull)?.summary).toContain('we retrain nightly');
    expect(check(pull)?.title).not.toContain('introduced');
    expect(check(pull)?.summary).not.toContain('Take the flaw out');
    expect((await pull.reviewComments()).find(({ id }) => id === reply)?.reactions).toEqual(['+1']);
    await pull.push({ files: { 'notes.md': 'x\n' } });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('success');
    expect(await panelComments(pull, the())).toHaveLength(1);
  });

  test('the author alone cannot accept', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [comment] = await panelComments(pull, the());
    const reply = await pull.replyTo(comment?.id ?? 0, '/ml-review accept trust me', { by: 'ana' });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
    expect((await pull.reviewComments()).find(({ id }) => id === reply)?.reactions).toEqual(['-1']);
  });

  test('accepting needs a reason', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [comment] = await panelComments(pull, the());
    const reply = await pull.replyTo(comment?.id ?? 0, '/ml-review accept', { by: 'acme' });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
    expect((await pull.reviewComments()).find(({ id }) => id === reply)?.reactions).toEqual(['confused']);
  });

  test('the author may ask for another run', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [comment] = await panelComments(pull, the());
    const { reviews } = the().interlude;
    await pull.replyTo(comment?.id ?? 0, '/ml-review', { by: 'ana' });
    await the().quiet();
    expect(the().interlude.reviews).toBe(reviews + 1);
  });

  test('a passer-by is not obeyed', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [comment] = await panelComments(pull, the());
    const { reviews } = the().interlude;
    await pull.replyTo(comment?.id ?? 0, '/ml-review', { by: 'passer-by' });
    await the().quiet();
    expect(the().interlude.reviews).toBe(reviews);
  });

  test('explain answers in the thread', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [comment] = await panelComments(pull, the());
    await pull.replyTo(comment?.id ?? 0, '/ml-review explain flaw', { by: 'acme' });
    await the().quiet();
    const answer = (await panelComments(pull, the())).at(-1);
    expect(answer).toMatchObject({ inReplyTo: comment?.id });
    expect(answer?.body).toContain('Because a story needs it.');
  });

  test('status answers with the newest run', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [comment] = await panelComments(pull, the());
    await pull.replyTo(comment?.id ?? 0, '/ml-review status', { by: 'acme' });
    await the().quiet();
    expect((await panelComments(pull, the())).at(-1)?.body).toContain('failure');
  });

  test('Accept as baseline: what is open now no longer counts, what comes later does', async () => {
    const pull = await aReviewed(the(), `${FLAWED}flaw1("high", "other")\n`);
    await pull.clickButton(check(pull)?.id ?? 0, 'accept-baseline', { by: 'acme' });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('success');
    expect(pull.reviews().at(-1)?.body).toContain('acme accepted 2 findings');
    await pull.push({ files: { 'src/train.py': `${FLAWED}flaw1("high", "other")\nflaw2("high", "new")\n` } });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('buttons obey only those who may', async () => {
    const pull = await aReviewed(the(), FLAWED);
    await pull.clickButton(check(pull)?.id ?? 0, 'accept-baseline', { by: 'passer-by' });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('Explain gate says which rules hold', async () => {
    const pull = await aReviewed(the(), FLAWED);
    await pull.clickButton(check(pull)?.id ?? 0, 'explain-gate', { by: 'acme' });
    await the().quiet();
    expect(check(pull)?.text).toContain('gate.fail-on');
    expect(check(pull)?.conclusion).toBe('failure');
  });
});
