// npm run chaos: what goes wrong in years, in minutes. Prints a table; ends with status 1 when something did not hold.
//   --trials N    SIGKILLs (default 200)     --only a,b    of: kills faults redis hang disk skew
//   --seed N      of the dice (default 1)
import { parseArgs } from 'node:util';
import { disk } from './chaos/disk.mjs';
import { faults } from './chaos/faults.mjs';
import { hang } from './chaos/hang.mjs';
import { kills } from './chaos/kills.mjs';
import { redis } from './chaos/redis.mjs';
import { skew } from './chaos/skew.mjs';
import { table } from './stage.mjs';

const parts = { kills, faults, redis, hang, disk, skew };
const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: Object.keys(parts).join() },
  },
});

const rows = [['trial', 'what was done', 'what had to hold', 'result', 'seconds']];
let broken = 0;
for (const name of values.only.split(',')) {
  if (!Object.hasOwn(parts, name)) throw new Error(`there is no trial called ${name}`);
  const begun = Date.now();
  let results;
  try {
    results = await parts[name]({ trials: Number(values.trials), seed: Number(values.seed) });
  } catch (error) {
    results = [
      { done: 'did not come to its end', held: 'the trial ends', ok: false, found: String(error?.stack ?? error) },
    ];
  }
  for (const { done, held, ok, found } of results) {
    broken += ok ? 0 : 1;
    rows.push([
      name,
      done,
      held,
      ok ? `held (${found})` : `BROKEN: ${found}`,
      ((Date.now() - begun) / 1_000).toFixed(0),
    ]);
  }
  process.stderr.write(`${table([rows[0], ...rows.filter(([trial]) => trial === name)])}\n\n`);
}
process.stdout.write(`${table(rows)}\n\n${broken === 0 ? 'everything held' : `${broken} did not hold`}\n`);
process.exitCode = broken === 0 ? 0 : 1;
process.exit();
