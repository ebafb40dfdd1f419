import { once } from 'node:events';
import { aPullRequest, aRepository, check, openStage, type Stage, theStage } from './stage.ts';

const FLAWED = 'flaw("high", "split")\n';

/** From now on GitHub takes one request of git and never answers it; resolves when it has come. */
async function gitSilentOnce({ github }: Stage): Promise<void> {
  const events = new EventTarget();
  github.addFault({
    kind: 'timeout',
    times: 1,
    match: ({ route }) => {
      if (route !== 'GIT') return false;
      events.dispatchEvent(new Event('came'));
      return true;
    },
  });
  await once(events, 'came');
}

async function aHangingReview(stage: Stage) {
  const pull = await aPullRequest(await aRepository(stage), FLAWED);
  await stage.quiet();
  const hanging = gitSilentOnce(stage);
  await pull.addLabel('ml-review');
  await hanging;
  return pull;
}

describe('while a git server does not answer', () => {
  const the = theStage({ queue: { turnMs: 600_000 } });

  test('a push ends the fetch, and the new commit is reviewed', async () => {
    const pull = await aHangingReview(the());
    const old = pull.headSha();
    await pull.push({ files: { 'src/train.py': `${FLAWED}x = 1\n` } });
    await the().quiet();
    expect(pull.repository.checkRuns(old)[0]).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'failure' });
  });

  test('taking the label away ends the fetch and the run', async () => {
    const pull = await aHangingReview(the());
    await pull.removeLabel('ml-review');
    await the().quiet();
    const skipped = { status: 'completed', conclusion: 'skipped', title: 'Not requested' };
    expect(check(pull)).toMatchObject(skipped);
    expect(pull.checkRuns().every(({ status }) => status === 'completed')).toBe(true);
  });
});

test('the turn is over when its time is', async () => {
  const stage = await openStage({ queue: { turnMs: 2_000 } });
  const pull = await aHangingReview(stage);
  await stage.quiet();
  expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'timed_out' });
  await stage.close();
});

test('a shutdown ends the fetch and hands the review back', async () => {
  const stage = await openStage({ queue: { turnMs: 600_000 } });
  const pull = await aHangingReview(stage);
  const left = await stage.serving.queue.close({ timeoutMs: 0 });
  expect(left.map(({ head }) => head)).toEqual([pull.headSha()]);
  expect(check(pull)).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
  await stage.close();
});
