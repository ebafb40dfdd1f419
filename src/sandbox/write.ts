import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMPTY_TREE, git, gitLine, NO_COMMIT, tryLine } from './git.ts';
import type { CommitChange } from './types.ts';

export interface CommitRequest {
  readonly change: CommitChange;
  /** Commit to build on; `undefined` for a first commit. */
  readonly parent: string | undefined;
  readonly author: string;
  /** Seconds since the epoch. */
  readonly seconds: number;
}

/** Makes an empty bare repository that serves partial clones and any object by id. */
export async function createRepository(directory: string, defaultBranch: string): Promise<void> {
  await git('.', ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, '--template=', directory]);
  await serve(directory);
}

/** Copies a repository, with all its branches, into a new bare one. */
export async function cloneRepository(from: string, directory: string): Promise<void> {
  await git('.', ['clone', '--quiet', '--bare', '--template=', '--no-local', '--', from, directory]);
  await serve(directory);
}

async function serve(directory: string): Promise<void> {
  const settings = {
    'uploadpack.allowFilter': 'true',
    'uploadpack.allowAnySHA1InWant': 'true',
    'uploadpack.allowReachableSHA1InWant': 'true',
    'http.receivepack': 'false',
    'transfer.hideRefs': 'refs/sandbox',
  };
  for (const [name, value] of Object.entries(settings)) await git(directory, ['config', name, value]);
}

/** Makes a commit object and answers its id; no ref moves but a private one. */
export async function writeCommit(directory: string, request: CommitRequest): Promise<string> {
  const parts: Buffer[] = [Buffer.from(commitHeader(request))];
  const { change } = request;
  for (const [from, to] of Object.entries(change.renames ?? {}))
    parts.push(Buffer.from(`R ${quote(from)} ${quote(to)}\n`));
  for (const path of change.deletes ?? []) parts.push(Buffer.from(`D ${quote(path)}\n`));
  for (const [path, content] of Object.entries(change.files ?? {}))
    parts.push(...inline('100644', path, Buffer.from(content)));
  for (const { mode, path, text } of change.special ?? []) {
    if (mode === '160000') parts.push(Buffer.from(`M 160000 ${text} ${quote(path)}\n`));
    else parts.push(...inline(mode, path, Buffer.from(text)));
  }
  parts.push(Buffer.from('\ndone\n'));
  await git(directory, ['fast-import', '--quiet', '--force', '--done'], { input: Buffer.concat(parts) });
  return gitLine(directory, ['rev-parse', 'refs/sandbox/new']);
}

function commitHeader({ change, parent, author, seconds }: CommitRequest): string {
  const who = `${author.replace(/[<>\n]/g, '')} <${encodeURIComponent(author)}@users.noreply.example.com> ${seconds} +0000`;
  const message = change.message ?? 'change';
  const data = `data ${Buffer.byteLength(message)}\n${message}\n`;
  const reset = `reset refs/sandbox/new\n${parent === undefined ? '' : `from ${parent}\n`}\n`;
  return `${reset}commit refs/sandbox/new\nauthor ${who}\ncommitter ${who}\n${data}${parent === undefined ? '' : `from ${parent}\n`}`;
}

function inline(mode: string, path: string, content: Buffer): readonly Buffer[] {
  return [Buffer.from(`M ${mode} inline ${quote(path)}\ndata ${content.length}\n`), content, Buffer.from('\n')];
}

function quote(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** Points a branch or other ref at a commit; a zero id removes it. */
export async function moveRef(directory: string, ref: string, sha: string): Promise<void> {
  if (sha === NO_COMMIT) await git(directory, ['update-ref', '-d', ref]);
  else await git(directory, ['update-ref', ref, sha]);
}

/** Brings a commit and all it needs from another repository, and names it. */
export async function bring(directory: string, from: string, sha: string, ref: string): Promise<void> {
  if (from !== directory)
    await git(directory, ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', from, `+${sha}:${ref}`]);
  else await moveRef(directory, ref, sha);
}

/** Merges two commits and answers the merge commit; throws `GitFailure` on a conflict. */
export async function mergeCommits(directory: string, base: string, head: string, message: string): Promise<string> {
  const tree = (await gitLine(directory, ['merge-tree', '--write-tree', base, head])).split('\n')[0] ?? EMPTY_TREE;
  return gitLine(directory, ['commit-tree', tree, '-p', base, '-p', head, '-m', message]);
}

/** Replays the commits of `base..head` on `onto`, and answers the new head; throws `GitFailure` on a conflict. */
export async function replay(directory: string, base: string, head: string, onto: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-rebase-'));
  const work = join(folder, 'tree');
  try {
    await git(directory, ['worktree', 'add', '--quiet', '--detach', work, onto]);
    const list = (await gitLine(directory, ['rev-list', '--reverse', '--no-merges', `${base}..${head}`]))
      .split('\n')
      .filter(Boolean);
    if (list.length > 0) await git(work, ['cherry-pick', '--allow-empty', '--keep-redundant-commits', ...list]);
    return await gitLine(work, ['rev-parse', 'HEAD']);
  } finally {
    await tryLine(directory, ['worktree', 'remove', '--force', work]);
    await rm(folder, { recursive: true, force: true });
  }
}
