import { setTimeout as pause } from 'node:timers/promises';
import { dice, until } from '../stage.mjs';
import { judge, openPull, settled, source, world } from './world.mjs';

/** Pushes keep coming while processes are killed at any moment and started again. */
export async function kills({ trials, seed }) {
  const stage = await world({ roles: { receiver: 1, worker: 2 } });
  const roll = dice(seed);
  const heads = [];
  const pulls = [];
  for (const owner of ['acme', 'other']) {
    const repository = await stage.sandbox.repository(`${owner}/fraud`);
    for (let n = 1; n <= 4; n += 1) pulls.push(await openPull(repository, `change-${n}`, 0));
  }
  const killed = { receiver: 0, worker: 0 };
  const starting = new Map();
  for (let trial = 1; trial <= trials; trial += 1) {
    const pull = pulls[Math.floor(roll() * pulls.length)];
    const pushed = pull.push({ files: { [`change-${((pull.number - 1) % 4) + 1}.py`]: source(trial) } });
    await pause(roll() * 1_500);
    const victim = stage.processes[Math.floor(roll() * stage.processes.length)];
    await starting.get(victim);
    await victim.kill();
    killed[victim.role] += 1;
    starting.set(victim, victim.start());
    heads.push({ repository: pull.repository, sha: await pushed });
    if (trial % 20 === 0) process.stderr.write(`${trial} killed\n`);
  }
  await Promise.all(starting.values());
  const late = await until('every head has its result', () => pulls.every(settled), 180_000).catch((error) => error);
  await pause(3_000);
  const { ok, found } = await judge(pulls, heads);
  await stage.end(!ok);
  const broken = late instanceof Error ? `${found}; ${late.message}; logs in ${stage.folder}` : found;
  return [
    {
      done: `${trials} SIGKILLs (${killed.receiver} receiver, ${killed.worker} workers) during ${heads.length} pushes`,
      held: 'one completed run on every head, no comment twice, none lost',
      ok,
      found: ok ? found : `${broken}; logs in ${stage.folder}`,
    },
  ];
}
