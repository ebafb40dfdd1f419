import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../stage.mjs';
import { judge, openPull, settled, source, world } from './world.mjs';

/** Redis is killed and started again, and is cut off, while pushes come in. */
export async function redis() {
  const stage = await world({ roles: { receiver: 1, worker: 2 } });
  const repository = await stage.sandbox.repository('acme/fraud');
  const pulls = [];
  for (let n = 1; n <= 4; n += 1) pulls.push(await openPull(repository, `change-${n}`, 0));
  const heads = [];
  const results = [];
  const round = async (done, disturb, rounds) => {
    for (let n = 1; n <= rounds; n += 1) {
      const disturbed = disturb();
      for (const [index, pull] of pulls.entries()) {
        const sha = await pull.push({ files: { [`change-${index + 1}.py`]: source(`${done.length}_000_${n}`) } });
        heads.push({ repository, sha });
        await pause(150);
      }
      await disturbed;
    }
    const late = await until('every head has its result', () => pulls.every(settled)).catch((error) => error);
    const judged = await judge(pulls, heads);
    const ok = judged.ok && !(late instanceof Error);
    results.push({
      done,
      held: 'as with the kills',
      ok,
      found: ok ? judged.found : `${judged.found}; logs in ${stage.folder}`,
    });
  };
  await round('Redis killed and restarted 10 times', () => pause(200).then(stage.redis.restart), 10);
  await round('Redis cut off 5 times for 5 s', () => pause(200).then(() => stage.redis.cutOff(5_000)), 5);
  await stage.end(results.some(({ ok }) => !ok));
  return results;
}
