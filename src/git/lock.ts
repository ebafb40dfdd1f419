import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** A holder touches its lock this often; one that was not touched for `STALE` milliseconds belongs to nobody. */
const HEARTBEAT = 5_000;
const STALE = 60_000;
const POLL = 50;

export interface LockOptions {
  /** Milliseconds to wait for another holder; 0 tries once. */
  readonly wait: number;
  /** Ends the waiting, which then rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
}

async function tryCreate(file: string, mine: string): Promise<boolean> {
  try {
    await writeFile(file, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function holder(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

async function age(file: string): Promise<number> {
  return stat(file).then(
    (stats) => Date.now() - stats.mtimeMs,
    () => 0,
  );
}

/**
 * Takes away a lock whose holder died. Only who made the guard file may do it, and looks again before: otherwise a
 * second one could take away the lock that the first one's successor has just made.
 */
async function breakStale(file: string): Promise<void> {
  if ((await age(file)) < STALE) return;
  const guard = `${file}.breaking`;
  if (!(await tryCreate(guard, ''))) {
    if ((await age(guard)) >= STALE) await rm(guard, { force: true });
    return;
  }
  try {
    if ((await age(file)) >= STALE) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

async function acquire(file: string, mine: string, { wait, signal }: LockOptions): Promise<boolean> {
  const deadline = Date.now() + wait;
  for (;;) {
    signal?.throwIfAborted();
    if (await tryCreate(file, mine)) return true;
    await breakStale(file);
    if (Date.now() >= deadline) return false;
    await pause(POLL + Math.random() * POLL);
  }
}

/**
 * Runs `work` while no other holder of the same lock file runs, in this process or another one on a file system that
 * creates files atomically. Returns undefined, without having run it, when the lock is not free in time.
 */
export async function underLock<Result>(
  file: string,
  options: LockOptions,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result } | undefined> {
  const mine = `${process.pid} ${randomUUID()}`;
  if (!(await acquire(file, mine, options))) return undefined;
  const beat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, HEARTBEAT);
  beat.unref();
  try {
    return { result: await work() };
  } finally {
    clearInterval(beat);
    if ((await holder(file)) === mine) await rm(file, { force: true });
  }
}
