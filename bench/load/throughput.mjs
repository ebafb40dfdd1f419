import { finished, openPull, QUICK, world } from '../chaos/world.mjs';
import { until } from '../stage.mjs';

const REVIEWS = 40;

/** Reviews a minute with one and with two workers of one review at a time, and what a review asks of GitHub. */
export async function throughput() {
  const rows = [
    [
      'workers',
      'reviews',
      'seconds',
      'reviews a minute',
      'API requests a review',
      'of them writes',
      'git requests a review',
    ],
  ];
  const faults = [];
  for (const workers of [1, 2]) {
    const tuning = { ...QUICK, lockMs: 30_000, reconcileMs: 3_600_000 };
    const stage = await world({ roles: { receiver: 1, worker: workers }, tuning, env: { ML_REVIEW_CONCURRENCY: '1' } });
    const repository = await stage.sandbox.repository('acme/fraud');
    const pulls = [];
    // One first, so that the clone is there and the programs are warm.
    const first = await openPull(repository, 'first', 0);
    await until('the first is reviewed', () => done([first]));
    const before = stage.sandbox.requests.length;
    const begun = performance.now();
    for (let n = 0; n < REVIEWS; n += 1) pulls.push(await openPull(repository, `change-${n}`, n));
    await until('all are reviewed', () => done(pulls), 600_000).catch((error) => faults.push(error.message));
    const seconds = (performance.now() - begun) / 1_000;
    const requests = stage.sandbox.requests.slice(before);
    const git = requests.filter(({ route }) => route === 'GIT').length;
    const writes = requests.filter(({ write, route }) => write && route !== 'GIT').length;
    const each = (count) => (count / REVIEWS).toFixed(1);
    rows.push([
      workers,
      REVIEWS,
      seconds.toFixed(0),
      ((REVIEWS * 60) / seconds).toFixed(0),
      each(requests.length - git),
      each(writes),
      each(git),
    ]);
    await stage.end();
  }
  return { rows, faults };
}

const done = (pulls) => pulls.every((pull) => finished(pull.checkRuns()).length > 0);
