import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../stage.mjs';
import { doubled, openPull, QUICK, settled, source, unfinished, world } from './world.mjs';

/** A silent git server is given up after a third of the turn. Little time for the API's answers, so that the silence of GitHub does not take half a minute each time. */
const tuning = {
  ...QUICK,
  patience: 5_000,
  reconcileMs: 3_600_000,
  queue: { ...QUICK.queue, debounceMs: 50, turnMs: 90_000 },
};

const KINDS = [
  { kind: 'status', status: 500, name: '500' },
  { kind: 'commit-then-502', name: '502 after it was done' },
  { kind: 'secondary', retryAfter: 1, name: '403 secondary limit' },
  { kind: '429', retryAfter: 1, name: '429' },
  { kind: 'timeout', name: 'no answer' },
  { kind: 'reset', name: 'connection reset' },
];

const ABREAST = 3;

/** Every call of a review and of the review after a push fails once, in every way; the end must be that without faults. */
export async function faults() {
  const stage = await world({ roles: { all: 1 }, withRedis: false, tuning });
  const routes = new Set();
  let number = 0;
  const another = () => {
    number += 1;
    return number;
  };
  const calm = await story(stage, another(), (request) => void routes.add(request.route));
  // BENCH_ROUTES: a pattern, to try a part again.
  const wanted = new RegExp(process.env.BENCH_ROUTES ?? '');
  const cases = [...routes]
    .filter((route) => wanted.test(route))
    .flatMap((route) => KINDS.map((kind) => ({ route, kind })));
  const results = [];
  const next = async () => {
    for (let one = cases.shift(); one !== undefined; one = cases.shift()) {
      let hit = false;
      const seen = await story(stage, another(), (request) => {
        if (hit || request.route !== one.route) return undefined;
        hit = true;
        return one.kind;
      }).catch((error) => String(error));
      results.push({ ...one, hit, same: JSON.stringify(seen) === JSON.stringify(calm), seen });
      if (results.length % 20 === 0) process.stderr.write(`${results.length} faults\n`);
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, next));
  const wrong = results.filter(({ same }) => !same);
  await stage.end(wrong.length > 0);
  if (process.env.BENCH_VERBOSE) process.stderr.write(`${JSON.stringify({ calm, wrong }, null, 1)}\n`);
  return KINDS.map((kind) => {
    const of = results.filter((each) => each.kind === kind && each.hit);
    const bad = of.filter(({ same }) => !same).map(({ route }) => route);
    return {
      done: `each of ${of.length} kinds of calls failed once: ${kind.name}`,
      held: 'the end is that without faults',
      ok: bad.length === 0 && of.length > 0,
      found:
        bad.length === 0
          ? `${of.length} of ${of.length} the same`
          : `another end after: ${bad.join('; ')}; logs in ${stage.folder}`,
    };
  });
}

/** A labelled pull request is opened, reviewed, mended in part and reviewed again. `decide` may name a fault for a request. */
async function story(stage, number, decide) {
  const name = `story-${number}`;
  const of = (request) => `${request.url} ${JSON.stringify(request.body ?? '')}`.includes(name);
  let chosen;
  const fault = (kind) => ({
    ...kind,
    times: 1,
    match: (request) => chosen?.kind === kind && chosen.request === request,
  });
  const watching = {
    kind: 'status',
    status: 500,
    times: Number.POSITIVE_INFINITY,
    match: (request) => {
      if (of(request)) {
        const kind = decide(request);
        if (kind !== undefined) chosen = { kind, request };
      }
      return false;
    },
  };
  stage.sandbox.addFault(watching);
  for (const kind of KINDS) stage.sandbox.addFault(fault(kind));
  // An owner of its own, so that its token is asked for anew.
  const repository = await stage.sandbox.repository(`${name}/${name}`);
  const pull = await openPull(repository, 'change', 0);
  await until(`${name} is reviewed`, () => settled(pull), 400_000);
  await pull.push({ files: { 'change.py': source(1).replace('torch.load("model.pt", weights_only=False)', 'None') } });
  await until(`${name} is reviewed again`, () => settled(pull), 400_000);
  await pause(300);
  watching.match = () => false;
  return outcome(pull);
}

async function outcome(pull) {
  const comments = await pull.reviewComments();
  return {
    run: pull
      .checkRuns()
      .map(({ conclusion, title, annotations }) => [conclusion, title, annotations.length])
      .at(0),
    running: unfinished(pull.checkRuns()).length,
    comments: comments
      .map(({ path, line, body }) => [path, line, body.split('\n')[0].replace(/\b[0-9a-f]{7}\b/, 'a commit')])
      .sort(),
    doubled: await doubled(pull),
  };
}
