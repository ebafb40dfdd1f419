import { EVENTS } from '../../src/github/events.ts';
import { aPullRequest, aRepository, aReviewed, check, panelComments, theStage } from './stage.ts';

const FLAWED = 'flaw("high", "split")\n';

/** With the optional permission on issues, the App hears the conversation as well. */
const LISTENING = {
  sandbox: {
    app: {
      permissions: {
        metadata: 'read',
        contents: 'read',
        pull_requests: 'write',
        checks: 'write',
        merge_queues: 'read',
        issues: 'write',
      },
      events: EVENTS,
    },
  },
} as const;

describe('words in the conversation', () => {
  const the = theStage(LISTENING);

  test('a maintainer asks for another run', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const { reviews } = the().interlude;
    await pull.comment('/ml-review', { by: 'acme' });
    await the().quiet();
    expect(the().interlude.reviews).toBe(reviews + 1);
    expect(pull.issueComments()).toMatchObject([{ reactions: ['eyes'] }]);
  });

  test('status is answered with one comment', async () => {
    const pull = await aReviewed(the(), FLAWED);
    await pull.comment('/ml-review status', { by: 'acme' });
    await the().quiet();
    expect(pull.issueComments().map(({ body }) => body)).toEqual([
      '/ml-review status',
      expect.stringContaining('failure: 1 high introduced'),
    ]);
  });

  test('accepting needs the thread of a finding', async () => {
    const pull = await aReviewed(the(), FLAWED);
    await pull.comment('/ml-review accept all of it', { by: 'acme' });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
    expect(pull.issueComments()).toMatchObject([{ reactions: ['confused'] }]);
  });

  test('ordinary talk is left alone', async () => {
    const pull = await aReviewed(the(), FLAWED);
    the().count();
    await pull.comment('What does /ml-review say about this?', { by: 'acme' });
    await pull.comment('/ml-reviewer please', { by: 'acme' });
    await the().quiet();
    expect(the().spent('ordinary talk').requests).toBe(0);
  });

  test('on a pull request without the label, asking brings nobody: the label decides', async () => {
    const pull = await aPullRequest(await aRepository(the()), FLAWED);
    await the().quiet();
    await pull.comment('/ml-review', { by: 'acme' });
    await the().quiet();
    expect(check(pull)).toMatchObject({ conclusion: 'skipped', title: 'Not requested' });
    expect(pull.reviews()).toEqual([]);
  });
});

describe('words and buttons, looked at closely', () => {
  const the = theStage();

  test('explain of an unknown check is not understood', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const [comment] = await panelComments(pull, the());
    const id = await pull.replyTo(comment?.id ?? 0, '/ml-review explain no-such-check', { by: 'acme' });
    await the().quiet();
    expect((await pull.reviewComments()).find((each) => each.id === id)?.reactions).toEqual(['confused']);
    expect(await panelComments(pull, the())).toHaveLength(1);
  });

  test("accepting in a person's own thread accepts nothing", async () => {
    const pull = await aReviewed(the(), FLAWED);
    const own = await pull.commentOnLine('src/train.py', 1, 'What is this?');
    const id = await pull.replyTo(own, '/ml-review accept it is fine', { by: 'acme' });
    await the().quiet();
    expect((await pull.reviewComments()).find((each) => each.id === id)?.reactions).toEqual(['confused']);
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('who lost the right to write is no longer obeyed', async () => {
    const pull = await aReviewed(the(), `${FLAWED}flaw1("high", "other")\n`);
    const [first, second] = await panelComments(pull, the());
    pull.repository.setPermission('mel', 'write');
    await pull.replyTo(first?.id ?? 0, '/ml-review accept retrained nightly', { by: 'mel' });
    await the().quiet();
    expect(check(pull)?.title).toContain('1 high');
    pull.repository.setPermission('mel', 'read');
    await pull.replyTo(second?.id ?? 0, '/ml-review accept this too', { by: 'mel' });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
    expect(check(pull)?.title).toContain('1 high');
  });

  test('the author may run again by the button, and nothing else', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const { reviews } = the().interlude;
    await pull.clickButton(check(pull)?.id ?? 0, 'rerun', { by: 'ana' });
    await the().quiet();
    expect(the().interlude.reviews).toBe(reviews + 1);
    await pull.clickButton(check(pull)?.id ?? 0, 'accept-baseline', { by: 'ana' });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
  });

  test('a button on a commit that is no longer the head does nothing', async () => {
    const pull = await aReviewed(the(), FLAWED);
    const old = check(pull)?.id ?? 0;
    await pull.push({ files: { 'src/train.py': `${FLAWED}flaw1("high", "later")\n` } });
    await the().quiet();
    await pull.clickButton(old, 'accept-baseline', { by: 'acme' });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
    expect(check(pull)?.title).toContain('2 high');
  });

  test('on a fork, its author is a guest: maintainers accept', async () => {
    const repository = await aRepository(the());
    const from = await repository.fork('visitor');
    const pull = await aPullRequest(repository, FLAWED, { labels: ['ml-review'], from, author: 'visitor' });
    await the().quiet();
    const [comment] = await panelComments(pull, the());
    await pull.replyTo(comment?.id ?? 0, '/ml-review accept mine', { by: 'visitor' });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('failure');
    await pull.replyTo(comment?.id ?? 0, '/ml-review accept looked at it', { by: 'acme' });
    await the().quiet();
    expect(check(pull)?.conclusion).toBe('success');
  });
});
