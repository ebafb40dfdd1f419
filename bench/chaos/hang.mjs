import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../stage.mjs';
import { judge, openPull, settled, source, world } from './world.mjs';

/**
 * A worker stops in the middle of its work for longer than its lock lasts, then goes on as if nothing had been. A request
 * that was on its way when it stopped may make a second run, which then gets the same result.
 */
export async function hang() {
  const stage = await world({ roles: { receiver: 1, worker: 2 } });
  const repository = await stage.sandbox.repository('acme/fraud');
  const pulls = [];
  for (let n = 1; n <= 3; n += 1) pulls.push(await openPull(repository, `change-${n}`, 0));
  const heads = [];
  const workers = stage.processes.filter(({ role }) => role === 'worker');
  const times = 8;
  for (let n = 0; n < times; n += 1) {
    const [index, pull] = [...pulls.entries()][n % pulls.length];
    const sha = await pull.push({ files: { [`change-${index + 1}.py`]: source(n + 1) } });
    heads.push({ repository, sha });
    await pause(300 + n * 150);
    const worker = workers[n % workers.length];
    worker.signal('SIGSTOP');
    const other = await until('the other worker does it', () => settled(pull), 40_000).catch((error) => error);
    worker.signal('SIGCONT');
    if (other instanceof Error) break;
    await pause(500);
  }
  await until('every head has its result', () => pulls.every(settled)).catch(() => {});
  await pause(2_000);
  const { ok, found } = await judge(pulls, heads, { again: true });
  await stage.end(!ok);
  return [
    {
      done: `${times} times a worker hung until the other had done its work, then woke`,
      held: 'every head has its result and no other, no comment twice, none lost',
      ok,
      found: ok ? found : `${found}; logs in ${stage.folder}`,
    },
  ];
}
