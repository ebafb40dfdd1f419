// npm run load: how much it carries on this machine. The small GitHub runs on the same processors, so these are lower bounds.
//   --rate N --seconds N   webhooks (default 100 a second, 60 seconds)
//   --reviews N            reviews of the memory trial (default 1000)
//   --minutes N            after which the memory trial ends with what it has (default 8)
//   --only a,b             of: webhooks throughput memory
import { parseArgs } from 'node:util';
import { memory } from './load/memory.mjs';
import { throughput } from './load/throughput.mjs';
import { webhooks } from './load/webhooks.mjs';
import { table } from './stage.mjs';

const parts = { webhooks, throughput, memory };
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '60' },
    reviews: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '8' },
    only: { type: 'string', default: Object.keys(parts).join() },
  },
});

let broken = 0;
for (const name of values.only.split(',')) {
  if (!Object.hasOwn(parts, name)) throw new Error(`there is no trial called ${name}`);
  const { rows, faults } = await parts[name]({
    rate: Number(values.rate),
    seconds: Number(values.seconds),
    reviews: Number(values.reviews),
    minutes: Number(values.minutes),
  });
  broken += faults.length;
  process.stdout.write(`${table(rows)}\n${faults.map((fault) => `BROKEN: ${fault}\n`).join('')}\n`);
}
process.exitCode = broken === 0 ? 0 : 1;
process.exit();
