import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobId, CommitSha } from '../core/snapshot.ts';
import { type GitPlace, gitOutcome, gitText, HARMLESS } from './command.ts';
import { gitProblem, isGitProblem } from './errors.ts';
import { gitGroup } from './group.ts';

/** A repository on a server, and the token that may read it. The token is never written to disk. */
export interface CloneSource {
  /** `https://host/owner/name.git`; plain http is taken from this machine only. */
  readonly url: string;
  readonly token?: string;
}

/** A fetch into a clone. */
export interface Fetching {
  /** The bare clone. */
  readonly dir: string;
  readonly source: CloneSource;
  /** Milliseconds without a word from the server after which it is given up; two minutes by default. */
  readonly silence?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const SILENCE = 120_000;
/** The same for joining packs, which says nothing until it is done. */
const REPACK_SILENCE = 1_800_000;
const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The address without anything that could be a secret. Throws a GitProblem `unreachable` on other protocols. */
export function cleanUrl(source: CloneSource): URL {
  const url = URL.canParse(source.url) ? new URL(source.url) : undefined;
  const fine = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOCAL.has(url.hostname));
  if (url === undefined || !fine) {
    throw gitProblem(
      'unreachable',
      'A repository is cloned over https only; check the address of the GitHub instance.',
    );
  }
  url.username = '';
  url.password = '';
  url.hash = '';
  url.search = '';
  return url;
}

function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&').replace(/[\r\n\0]/g, '')}"`;
}

/** Writes everything a bare clone consists of before its first fetch. Harmless on one that exists. */
export async function prepareClone(dir: string, url: URL): Promise<void> {
  for (const part of ['objects/info', 'objects/pack', 'refs']) await mkdir(join(dir, part), { recursive: true });
  const remote = `[remote "origin"]\n\turl = ${quoted(url.href)}\n\tpromisor = true\n\tpartialCloneFilter = blob:none\n`;
  const core = '[core]\n\trepositoryFormatVersion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n';
  await writeFile(join(dir, 'config'), `${core}${remote}`);
  await writeFile(join(dir, 'HEAD'), 'ref: refs/heads/none\n');
}

/**
 * The token travels as a header in the environment of the one process, bound to the server's address, and
 * redirections are refused, so that it cannot follow one to another host.
 */
function place({
  dir,
  source,
  silence = SILENCE,
  signal,
}: Fetching): GitPlace & { readonly config: readonly string[] } {
  const url = cleanUrl(source);
  const credential = Buffer.from(`x-access-token:${source.token ?? ''}`).toString('base64');
  const header = {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${url.origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${credential}`,
  };
  const authority = process.env.GIT_SSL_CAINFO;
  return {
    cwd: dir,
    env: {
      GIT_DIR: dir,
      GIT_ALLOW_PROTOCOL: url.protocol.slice(0, -1),
      GIT_NO_LAZY_FETCH: '0',
      ...(source.token === undefined ? {} : header),
      ...(authority === undefined ? {} : { GIT_SSL_CAINFO: authority }),
    },
    config: [
      ...HARMLESS.filter((setting) => !setting.startsWith('protocol.')),
      'http.followRedirects=false',
      // Should this process die meanwhile, its git does not wait for ever either.
      'http.lowSpeedLimit=1',
      `http.lowSpeedTime=${Math.ceil(silence / 1_000)}`,
    ],
    signal,
  };
}

const ELSEWHERE =
  /unable to access|could not resolve|could not connect|connection|returned error|not found|RPC failed|hung up|early EOF|timeout|redirect|SSL|certificate|HTTP/i;
const REFUSED = /askpass|terminal prompts|could not read Username|authentication failed|error: 40[13]/i;
const UNKNOWN_OBJECT = /not our ref|no such remote ref|couldn't find remote ref/i;

function scrubbed(message: string, source: CloneSource): string {
  if (source.token === undefined || source.token === '') return message;
  const encoded = Buffer.from(`x-access-token:${source.token}`).toString('base64');
  return message.replaceAll(source.token, '***').replaceAll(encoded, '***');
}

async function fetch(
  fetching: Fetching,
  args: readonly string[],
  blobs?: readonly BlobId[],
): Promise<'done' | 'unknown'> {
  const { source, silence = SILENCE } = fetching;
  const always = [
    'fetch',
    // Otherwise nothing at all is heard of a large repository until it is here.
    '--progress',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    '--no-recurse-submodules',
  ];
  try {
    // Blobs need no negotiation: they are asked for because they are not here.
    const config = blobs === undefined ? [] : ['fetch.negotiationAlgorithm=noop'];
    const from = place(fetching);
    const input = blobs === undefined ? undefined : `${blobs.join('\n')}\n`;
    await gitGroup({ ...from, config: [...from.config, ...config] }, [...always, '--filter=blob:none', ...args], {
      input,
      silence,
    });
    return 'done';
  } catch (error) {
    if (!isGitProblem(error)) throw error;
    const message = scrubbed(error.message, source);
    if (UNKNOWN_OBJECT.test(message)) return 'unknown';
    if (REFUSED.test(message)) {
      throw gitProblem(
        'unreachable',
        'The server refused the token; check that the installation may read the contents of this repository.',
      );
    }
    const kind = error.kind === 'git-failed' && ELSEWHERE.test(message) ? 'unreachable' : error.kind;
    throw gitProblem(kind, message);
  }
}

function keptRef(commit: CommitSha): string {
  return `refs/kept/${commit}`;
}

async function isKept(dir: string, commit: CommitSha): Promise<boolean> {
  const here: GitPlace = { cwd: dir, env: { GIT_DIR: dir }, config: HARMLESS };
  const { status } = await gitOutcome(here, ['rev-parse', '-q', '--verify', `${keptRef(commit)}^{commit}`], {
    accept: [1, 128],
  });
  return status === 0;
}

/** Makes the commits with their history and trees available, without blobs. Throws a GitProblem `unknown-ref`. */
export async function fetchCommits(fetching: Fetching, commits: readonly CommitSha[]): Promise<void> {
  const wanted: CommitSha[] = [];
  for (const commit of new Set(commits)) {
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit))
      throw gitProblem('unknown-ref', `${commit.slice(0, 80)} is not the full id of a commit.`);
    if (!(await isKept(fetching.dir, commit))) wanted.push(commit);
  }
  if (wanted.length === 0) return;
  const refs = wanted.map((commit) => `+${commit}:${keptRef(commit)}`);
  if ((await fetch(fetching, ['origin', ...refs])) === 'done') return;
  throw gitProblem(
    'unknown-ref',
    `The server does not know the commit ${wanted.map((commit) => commit.slice(0, 12)).join(' or ')} any more; the branch was probably pushed again.`,
  );
}

/** Fetches blobs in one request. What the server does not have stays missing. */
export async function fetchBlobs(fetching: Fetching, blobs: readonly BlobId[]): Promise<void> {
  await fetch(fetching, ['--stdin', 'origin'], blobs);
}

/** Removes what a fetch left that was ended before it was done. Only for who holds the lock of the clone. */
export async function sweepPacks(dir: string): Promise<void> {
  const packs = join(dir, 'objects/pack');
  const halves = (await readdir(packs)).filter((name) => /^\.?tmp[-_]/.test(name));
  for (const name of halves) await rm(join(packs, name), { force: true });
}

/**
 * Joins the packs of a clone into one when there are more than `limit`: every fetch leaves one behind, and git looks
 * for an object in each of them.
 */
export async function joinPacks({ dir, signal }: Fetching, limit: number): Promise<void> {
  const packs = (await readdir(join(dir, 'objects/pack'))).filter((name) => name.endsWith('.pack'));
  if (packs.length <= limit) return;
  const here: GitPlace = { cwd: dir, env: { GIT_DIR: dir }, config: HARMLESS, signal };
  await gitGroup(here, ['repack', '-a', '-d', '-n', '-q'], { silence: REPACK_SILENCE });
  await gitText(here, ['pack-refs', '--all', '--prune']);
}
