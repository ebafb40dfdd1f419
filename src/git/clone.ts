import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommitSha } from '../core/snapshot.ts';
import { gitProblem, isGitProblem } from './errors.ts';
import { underLock } from './lock.ts';
import { type CloneSource, cleanUrl, fetchBlobs, fetchCommits, joinPacks, prepareClone, sweepPacks } from './remote.ts';
import { openRepository, type Repository } from './repository.ts';

export type { CloneSource } from './remote.ts';

/** A folder of bare clones without blobs, shared by any number of processes. */
export interface CloneCache {
  readonly dir: string;
  /** Bytes of all clones together beyond which the one unused for longest is removed. */
  readonly limit: number;
  /** Milliseconds to wait for another reader of the same repository; ten minutes by default. */
  readonly wait?: number;
  /** Packs that a clone may consist of before they are joined; 40 by default. */
  readonly packs?: number;
  /** Milliseconds without a word from the server after which a fetch is given up; two minutes by default. */
  readonly silence?: number;
}

const WAIT = 600_000;
const PACKS = 40;
const CLONE = /^[0-9a-f]{40}$/;
const USED = 'last-used';

function nameOf(url: URL): string {
  return createHash('sha1').update(url.href.toLowerCase()).digest('hex');
}

function lockOf(cache: CloneCache, name: string): string {
  return join(cache.dir, `${name}.lock`);
}

/** Moved away first, so that nobody ever finds half a clone under its name. */
async function discard(cache: CloneCache, name: string): Promise<void> {
  const aside = join(cache.dir, `removed-${name}-${process.pid}-${Date.now()}`);
  try {
    await rename(join(cache.dir, name), aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

async function markUsed(dir: string): Promise<void> {
  const file = join(dir, USED);
  const now = new Date();
  await utimes(file, now, now).catch(() => writeFile(file, ''));
}

async function bytesIn(dir: string): Promise<number> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  let total = 0;
  for (const entry of entries) {
    if (entry.isFile())
      total += await stat(join(entry.parentPath, entry.name)).then(
        (stats) => stats.size,
        () => 0,
      );
  }
  return total;
}

async function lastUsed(dir: string): Promise<number> {
  return stat(join(dir, USED)).then(
    (stats) => stats.mtimeMs,
    () => 0,
  );
}

/** Removes the clones unused for longest until the rest fits. One that is being read is left alone. */
export async function trimClones(cache: CloneCache): Promise<readonly string[]> {
  const names = (await readdir(cache.dir)).filter((name) => CLONE.test(name));
  const clones = await Promise.all(
    names.map(async (name) => {
      const dir = join(cache.dir, name);
      return { name, bytes: await bytesIn(dir), used: await lastUsed(dir) };
    }),
  );
  let total = clones.reduce((sum, clone) => sum + clone.bytes, 0);
  const removed: string[] = [];
  for (const clone of clones.sort((a, b) => a.used - b.used)) {
    if (total <= cache.limit) break;
    const done = await underLock(lockOf(cache, clone.name), { wait: 0 }, () => discard(cache, clone.name));
    if (done === undefined) continue;
    total -= clone.bytes;
    removed.push(clone.name);
  }
  return removed;
}

async function read<Result>(
  cache: CloneCache,
  source: CloneSource,
  commits: readonly CommitSha[],
  use: (repo: Repository) => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const url = cleanUrl(source);
  const dir = join(cache.dir, nameOf(url));
  await mkdir(dir, { recursive: true });
  await prepareClone(dir, url);
  await sweepPacks(dir);
  await markUsed(dir);
  const fetching = { dir, source, signal, silence: cache.silence };
  await fetchCommits(fetching, commits);
  const repo = await openRepository(dir, (wanted) => fetchBlobs(fetching, wanted), signal);
  try {
    const result = await use(repo);
    await joinPacks(fetching, cache.packs ?? PACKS);
    return result;
  } finally {
    await repo.close();
  }
}

/** Git says it in words, Node by a code. */
function isFull(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || /no space left|disk quota exceeded/i.test(message ?? '');
}

/** What a failure leaves is cleared away, room is made where there was none, and it is tried once more. */
async function again<Result>(
  cache: CloneCache,
  name: string,
  error: unknown,
  attempt: () => Promise<Result>,
): Promise<Result> {
  const full = isFull(error);
  if (!full && !(isGitProblem(error) && error.kind === 'git-failed')) throw error;
  await discard(cache, name);
  if (full) await trimClones({ ...cache, limit: 0 });
  try {
    return await attempt();
  } catch (second) {
    // Half of what does not fit must not keep the next repository out.
    if (isFull(second)) await discard(cache, name);
    throw second;
  }
}

/**
 * Opens a clone of the repository that holds the given commits with their history, and hands it to `use`. Blobs are
 * fetched, many at a time, when `use` reads them. A clone that turns out to be damaged is deleted and made anew, and
 * `use` is called once more. One reader per repository at a time. Throws a GitProblem: `unreachable`, `unknown-ref`,
 * `no-git`, whatever `use` throws, and the reason of `signal`, which ends everything at once, wherever it stands.
 */
export async function withClone<Result>(
  cache: CloneCache,
  source: CloneSource,
  commits: readonly CommitSha[],
  use: (repo: Repository) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const name = nameOf(cleanUrl(source));
  await mkdir(cache.dir, { recursive: true });
  const done = await underLock(lockOf(cache, name), { wait: cache.wait ?? WAIT, signal }, async () => {
    const attempt = (): Promise<Result> => read(cache, source, commits, use, signal);
    return attempt().catch((error: unknown) => again(cache, name, error, attempt));
  });
  if (done === undefined)
    throw gitProblem('unreachable', 'The clone of this repository is in use by another review; try again later.');
  await trimClones(cache);
  return done.result;
}
