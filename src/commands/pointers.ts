import { join } from 'node:path';
import type { PullRequestSnapshot } from '../core/snapshot.ts';
import type { Document } from '../documents/kinds.ts';
import { remoteAddress } from '../git/address.ts';
import { isGitProblem } from '../git/errors.ts';
import { openRepository, type Repository } from '../git/repository.ts';
import { describeFetched } from '../tools/fetch/describe.ts';
import { lfsUrl } from '../tools/fetch/lfs.ts';
import { fetchPointed, type Origin, type Pointing, pointersIn } from '../tools/fetch/pointed.ts';
import { type FetchSettings, fetchSettings } from '../tools/fetch/settings.ts';
import { ConfigurationError } from './errors.ts';

/** Whether and how far models behind pointers are fetched; the environment's word, or the command line's. */
export function fetchingAllowed(asked: boolean | undefined): FetchSettings | undefined {
  try {
    return fetchSettings(process.env, asked === true);
  } catch (error) {
    throw new ConfigurationError(error instanceof Error ? error.message : 'the settings for fetching cannot be read');
  }
}

/** The host of GitHub as the environment names it, to which alone `GITHUB_TOKEN` belongs. */
function gitHubHost(): string {
  const said = process.env['GITHUB_SERVER_URL'] ?? '';
  return URL.canParse(said) ? new URL(said).host : 'github.com';
}

/** A local repository: its own store, and the remote it was cloned from. */
async function originOf(repo: Repository): Promise<Origin> {
  const remote = await remoteAddress(repo);
  const token = process.env['GITHUB_TOKEN'] ?? '';
  const host = gitHubHost();
  const fits = remote !== undefined && lfsUrl(remote)?.host === host;
  return {
    host,
    lfsFolder: join(repo.commonDir, 'lfs'),
    ...(remote === undefined ? {} : { remote }),
    ...(fits && token !== '' ? { token } : {}),
  };
}

async function described(pointers: readonly Pointing[], origin: Origin, allowed: FetchSettings) {
  const { files, close } = await fetchPointed(pointers, origin, allowed);
  try {
    return describeFetched(files);
  } finally {
    await close();
  }
}

/** What the pointers of a local change stand for, as documents; none where the operator allows nothing. */
export async function localPointed(
  repo: Repository | undefined,
  snapshot: PullRequestSnapshot,
  allowed: FetchSettings | undefined,
): Promise<readonly Document[]> {
  const pointers = allowed === undefined ? [] : pointersIn(snapshot);
  if (allowed === undefined || pointers.length === 0) return [];
  return described(pointers, repo === undefined ? {} : await originOf(repo), allowed);
}

/** The same for pointers that a scan found; the folder need not lie in a repository. */
export async function folderPointed(
  path: string,
  pointers: readonly Pointing[],
  allowed: FetchSettings,
): Promise<readonly Document[]> {
  const repo = await openRepository(path).catch((error: unknown) => {
    if (isGitProblem(error)) return undefined;
    throw error;
  });
  try {
    return await described(pointers, repo === undefined ? {} : await originOf(repo), allowed);
  } finally {
    await repo?.close();
  }
}
