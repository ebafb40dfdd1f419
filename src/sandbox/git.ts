import { spawn } from 'node:child_process';

/** What git answered when it did not succeed. */
class GitFailure extends Error {}

const SAFE = [
  ['core.hooksPath', '/dev/null'],
  ['core.attributesFile', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.quotePath', 'false'],
  ['gc.auto', '0'],
  ['diff.renameLimit', '0'],
  ['diff.algorithm', 'myers'],
].flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** The environment of every git that the sandbox runs: none of the caller's own settings. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_AUTHOR_NAME: 'sandbox',
    GIT_AUTHOR_EMAIL: 'sandbox@example.com',
    GIT_COMMITTER_NAME: 'sandbox',
    GIT_COMMITTER_EMAIL: 'sandbox@example.com',
    ...extra,
  };
}

export interface GitInput {
  readonly input?: Uint8Array | string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs git in a repository and answers its raw output. Throws `GitFailure` with git's own words on any other exit than 0. */
export function git(directory: string, args: readonly string[], options: GitInput = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...SAFE, '-C', directory, ...args], { env: gitEnvironment(options.environment) });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.stdin.on('error', () => undefined);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out));
      else
        reject(
          new GitFailure(`git ${args[0]} ended with ${code}: ${Buffer.concat(err).toString().trim().slice(0, 500)}`),
        );
    });
    child.stdin.end(options.input ?? '');
  });
}

/** As `git`, but one trimmed line of text. */
export async function gitLine(directory: string, args: readonly string[], options?: GitInput): Promise<string> {
  return (await git(directory, args, options)).toString().trim();
}

/** As `gitLine`, but `undefined` where git fails. */
export async function tryLine(directory: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return await gitLine(directory, args);
  } catch (error) {
    if (error instanceof GitFailure) return undefined;
    throw error;
  }
}

/** The commit that a branch, tag, ref or id names, or `undefined`. A name that could be an option is no name. */
export async function resolveCommit(directory: string, name: string): Promise<string | undefined> {
  if (name.startsWith('-') || name.includes('\0') || name === '') return undefined;
  for (const candidate of [`refs/heads/${name}`, name]) {
    const sha = await tryLine(directory, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${candidate}^{commit}`,
    ]);
    if (sha !== undefined && sha !== '') return sha;
  }
  return undefined;
}

/** The merge base of two commits; the empty tree when they share no history. */
export async function mergeBase(directory: string, one: string, other: string): Promise<string> {
  return (await tryLine(directory, ['merge-base', one, other])) ?? EMPTY_TREE;
}

export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
export const NO_COMMIT = '0'.repeat(40);

/** The bytes of an object, or `undefined` when the repository does not have it. */
export async function readObject(
  directory: string,
  kind: 'blob' | 'tree' | 'commit',
  id: string,
): Promise<Buffer | undefined> {
  if (id.startsWith('-')) return undefined;
  try {
    return await git(directory, ['cat-file', kind, id]);
  } catch (error) {
    if (error instanceof GitFailure) return undefined;
    throw error;
  }
}

export interface TreeEntry {
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  /** Bytes; `undefined` for trees and submodules. */
  readonly size: number | undefined;
  readonly path: string;
}

/** Entries of a tree-ish, or `undefined` when there is no such tree. */
export async function listTree(
  directory: string,
  treeish: string,
  options: { readonly recursive: boolean; readonly path?: string },
): Promise<readonly TreeEntry[] | undefined> {
  if (treeish.startsWith('-')) return undefined;
  const flags = options.recursive ? ['-r', '-t'] : [];
  const path = options.path === undefined ? [] : ['--', options.path];
  try {
    const out = await git(directory, ['ls-tree', '-z', '-l', '--full-tree', ...flags, treeish, ...path]);
    return out.toString().split('\0').filter(Boolean).map(parseEntry);
  } catch (error) {
    if (error instanceof GitFailure) return undefined;
    throw error;
  }
}

function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t');
  const [mode = '', type = '', sha = '', size = '-'] = line.slice(0, tab).split(/ +/);
  return {
    mode,
    type: type as TreeEntry['type'],
    sha,
    size: size === '-' ? undefined : Number(size),
    path: line.slice(tab + 1),
  };
}
