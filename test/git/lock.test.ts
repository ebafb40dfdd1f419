import { execFile } from 'node:child_process';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transformFile } from '@swc/core';
import { underLock } from '../../src/git/lock.ts';
import { cleanUp, folder } from './temporary.ts';

afterEach(cleanUp);

const COUNTING = `
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { underLock } from './lock.mjs';
const [lock, counter] = process.argv.slice(2);
for (let round = 0; round < 10; round += 1) {
  await underLock(lock, { wait: 60_000 }, async () => {
    const seen = Number(readFileSync(counter, 'utf8'));
    await pause(2);
    writeFileSync(counter, String(seen + 1));
  });
}
`;

test('processes take turns', async () => {
  const dir = folder();
  const compiled = await transformFile('src/git/lock.ts', {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  });
  writeFileSync(join(dir, 'lock.mjs'), compiled.code);
  writeFileSync(join(dir, 'count.mjs'), COUNTING);
  writeFileSync(join(dir, 'counter'), '0');
  const run = () => promisify(execFile)(process.execPath, ['count.mjs', 'the.lock', 'counter'], { cwd: dir });
  await Promise.all([run(), run(), run()]);
  expect(readFileSync(join(dir, 'counter'), 'utf8')).toBe('30');
  expect(existsSync(join(dir, 'the.lock'))).toBe(false);
});

test('a lock is given back when the work throws, and refused while it is held', async () => {
  const lock = join(folder(), 'lock');
  await expect(
    underLock(lock, { wait: 0 }, async () => {
      expect(await underLock(lock, { wait: 0 }, async () => 'inner')).toBeUndefined();
      throw new Error('broken');
    }),
  ).rejects.toThrow('broken');
  expect(await underLock(lock, { wait: 0 }, async () => 'free')).toEqual({ result: 'free' });
});

test('of several that find a dead lock, one at a time gets it', async () => {
  const lock = join(folder(), 'lock');
  writeFileSync(lock, '1 dead');
  const past = new Date(Date.now() - 120_000);
  utimesSync(lock, past, past);
  let inside = 0;
  const most: number[] = [];
  const work = async () => {
    inside += 1;
    most.push(inside);
    await new Promise((done) => setImmediate(done));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => underLock(lock, { wait: 30_000 }, work)));
  expect(most).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
});
