import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { scratch, until } from '../stage.mjs';
import { finished, openPull, QUICK, settled, unfinished, world } from './world.mjs';

const SMALL = 2 * 2 ** 20;

/** The clone cache runs full: the review ends with a reason, the process goes on, and small repositories are still reviewed. */
export async function disk() {
  const place = await smallDisk();
  const stage = await world({
    roles: { all: 1 },
    withRedis: false,
    tuning: { ...QUICK, queue: { ...QUICK.queue, attempts: 2 } },
    env: place.env,
    wrap: place.wrap,
  });
  const large = await stage.sandbox.repository('acme/large');
  await large.commit('big', {
    files: { 'notes.md': randomBytes(4 * SMALL).toString('base64'), 'train.py': 'x = 1\n' },
  });
  const big = await large.openPullRequest({ head: 'big', labels: ['ml-review'] });
  const told = await until(
    'the large one has an end',
    () => big.checkRuns().some(({ status, conclusion }) => status === 'completed' && conclusion !== 'skipped'),
    60_000,
  ).then(
    () => true,
    () => false,
  );
  const [run] = big.checkRuns();
  const small = await openPull(await stage.sandbox.repository('acme/small'), 'change', 0);
  const served = await until('the small one is reviewed', () => settled(small), 60_000).then(
    () => finished(small.checkRuns())[0]?.title,
    () => undefined,
  );
  const ok = told && unfinished(big.checkRuns()).length === 0 && /introduced/.test(served ?? '');
  const found = `large: ${run?.conclusion} "${run?.title}"; then a small one: "${served}"`;
  await stage.end(!ok);
  await place.remove();
  return [
    {
      done: `a repository of ${(4 * SMALL) / 2 ** 20} MB into a clone cache that takes ${SMALL / 2 ** 20} MB (${place.how})`,
      held: 'the run ends with a reason, the next repository is reviewed',
      ok,
      found: ok ? found : `${found}; logs in ${stage.folder}`,
    },
  ];
}

/** A disk of that size where one may be mounted; else no file may grow larger than that. */
async function smallDisk() {
  const { folder, remove } = await scratch();
  const dir = join(folder, 'clones');
  await mkdir(dir);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL}`, 'tmpfs', dir]).status === 0;
  if (!mounted) {
    const wrap = ['prlimit', `--fsize=${SMALL}`];
    return { how: 'a limit on file sizes', env: {}, wrap, remove };
  }
  const unmount = async () => {
    spawnSync('umount', [dir]);
    await remove();
  };
  return { how: 'tmpfs', env: { ML_REVIEW_CACHE_DIR: dir }, wrap: [], remove: unmount };
}
