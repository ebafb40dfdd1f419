import { finished, openPull, QUICK, source, world } from '../chaos/world.mjs';
import { until } from '../stage.mjs';

const PULLS = 10;
const EVERY = 100;
/** Of so many reviews of a pull request one is of a new commit; the others were asked for again. GitHub is here the slower part. */
const PUSHES = 5;
/** Growth of the second half that is still noise of the garbage collector. */
const NOISE = 1.15;
const HEADS = ['reviews', 'seconds', 'resident MB', 'heap MB', 'outside the heap MB'];

/**
 * Memory of one process over many reviews, always after its garbage was collected. The first half may grow, the second
 * half must not. Every hundred reviews are told at once; after `minutes` it ends with what it has, and says so.
 */
export async function memory({ reviews, minutes }) {
  const tuning = { ...QUICK, reconcileMs: 3_600_000, queue: { ...QUICK.queue, debounceMs: 0 } };
  const stage = await world({ roles: { all: 1 }, withRedis: false, tuning });
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1_000;
  const samples = [];
  const count = { begun: 0, done: 0 };
  let sampling = Promise.resolve();
  const counted = () => {
    count.done += 1;
    if (count.done % EVERY === 0) sampling = sampling.then(() => sample(stage, samples, count.done, seconds()));
  };
  const more = () => {
    if (count.begun >= reviews || seconds() > minutes * 60) return false;
    count.begun += 1;
    return true;
  };
  await Promise.all(Array.from({ length: PULLS }, (_, n) => reviewOften(stage, n, more, counted)));
  await sampling;
  await stage.end();
  return { rows: [HEADS, ...samples.map(shown)], faults: faultsOf(samples, count.done, { reviews, minutes }) };
}

/** Has one pull request, of a repository of its own, reviewed again and again. */
async function reviewOften({ sandbox }, number, more, counted) {
  if (!more()) return;
  const pull = await openPull(await sandbox.repository(`acme/fraud-${number}`), 'change', 0);
  let wanted = 1;
  for (let n = 1; ; n += 1) {
    await until('the next is reviewed', () => finished(pull.checkRuns()).length >= wanted, 600_000);
    counted();
    if (!more()) return;
    if (n % PUSHES === 0) {
      wanted = 1;
      await pull.push({ files: { 'change.py': source(n) } });
    } else {
      wanted = finished(pull.checkRuns()).length + 1;
      await pull.rerequest(finished(pull.checkRuns())[0].id);
    }
  }
}

async function sample({ processes: [app] }, samples, reviews, seconds) {
  const held = await app.memory();
  samples.push({ reviews, seconds, ...held });
  const [, ...cells] = shown(samples.at(-1));
  process.stderr.write(`${reviews} reviews: ${cells.map((cell, index) => `${HEADS[index + 1]} ${cell}`).join(', ')}\n`);
}

const inMb = (bytes) => (bytes / 2 ** 20).toFixed(0);

function shown({ reviews, seconds, rss, heapUsed, external }) {
  return [reviews, seconds.toFixed(0), inMb(rss), inMb(heapUsed), inMb(external)];
}

function faultsOf(samples, done, { reviews, minutes }) {
  const short = done < reviews ? [`only ${done} of ${reviews} reviews were done in ${minutes} minutes`] : [];
  const half = Math.floor(samples.length / 2);
  const grown = ['rss', 'heapUsed'].flatMap((name) => {
    const values = samples.map((each) => each[name]);
    const [early, late] = [values.slice(Math.floor(half / 2), half), values.slice(half)].map((part) =>
      Math.max(...part),
    );
    const what = name === 'rss' ? 'resident' : 'of heap';
    return late > early * NOISE
      ? [`the second half holds ${inMb(late)} MB ${what}, the first held ${inMb(early)} MB`]
      : [];
  });
  return [...short, ...(samples.length < 4 ? ['too few reviews to tell anything'] : grown)];
}
