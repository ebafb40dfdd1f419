import { finished, openPull, QUICK, source, world } from '../chaos/world.mjs';
import { until } from '../stage.mjs';

const PULLS = 10;
/** Growth of the second half that is still noise of the garbage collector. */
const NOISE = 1.15;

/** Memory of one process over many reviews. The first half may grow, the second half must not. */
export async function memory({ reviews }) {
  const tuning = { ...QUICK, reconcileMs: 3_600_000, queue: { ...QUICK.queue, debounceMs: 0 } };
  const stage = await world({ roles: { all: 1 }, withRedis: false, tuning });
  const [app] = stage.processes;
  const repository = await stage.sandbox.repository('acme/fraud');
  const pulls = [];
  for (let n = 0; n < PULLS; n += 1) pulls.push(await openPull(repository, `change-${n}`, 0));
  const samples = [];
  const rounds = Math.ceil(reviews / PULLS);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [n, pull] of pulls.entries()) await pull.push({ files: { [`change-${n}.py`]: source(round) } });
    await until('the round is reviewed', () => pulls.every((pull) => finished(pull.checkRuns()).length > 0));
    samples.push((await app.metric('ml_review_process_resident_memory_bytes ')) / 2 ** 20);
  }
  await stage.end();
  const highest = (part) => Math.max(...part);
  const half = Math.floor(samples.length / 2);
  const [early, late] = [highest(samples.slice(Math.floor(half / 2), half)), highest(samples.slice(half))];
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  const shown = samples.filter((_sample, index) => (index + 1) % tenth === 0);
  return {
    rows: [
      ['reviews', ...shown.map((_sample, index) => (index + 1) * tenth * PULLS)],
      ['resident MB', ...shown.map((sample) => sample.toFixed(0))],
    ],
    faults:
      late > early * NOISE
        ? [`the second half holds ${late.toFixed(0)} MB, the first held ${early.toFixed(0)} MB`]
        : [],
  };
}
