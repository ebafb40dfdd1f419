import { until } from '../stage.mjs';
import { judge, openPull, settled, source, world } from './world.mjs';

/** GitHub's clock and ours differ. */
export async function skew() {
  const results = [];
  for (const [name, seconds] of [
    ['45 s ahead of ours', 45],
    ['45 s behind ours', -45],
  ]) {
    const stage = await world({ roles: { receiver: 1, worker: 2 } });
    stage.sandbox.clock.advance(seconds * 1_000);
    const repository = await stage.sandbox.repository('acme/fraud');
    const pull = await openPull(repository, 'change', 0);
    const heads = [];
    for (let n = 1; n <= 5; n += 1)
      heads.push({ repository, sha: await pull.push({ files: { 'change.py': source(n) } }) });
    const late = await until('the head has its result', () => settled(pull), 60_000).catch((error) => error);
    const judged = await judge([pull], heads);
    const ok = judged.ok && !(late instanceof Error);
    await stage.end(!ok);
    const found = ok ? judged.found : `${judged.found}; logs in ${stage.folder}`;
    results.push({ done: `GitHub's clock is ${name}, 5 pushes`, held: 'as with the kills', ok, found });
  }
  return results;
}
