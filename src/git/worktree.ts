import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { RepoPath } from '../core/location.ts';
import type { Incident } from '../core/report.ts';
import type { BlobId, FileMode } from '../core/snapshot.ts';
import { type GitPlace, gitOutcome, gitText } from './command.ts';
import { blobId, blobIdOfFile, type DiskFile, readDisk } from './disk.ts';
import { gitProblem } from './errors.ts';
import { type IndexLine, treeFrom } from './index-file.ts';
import { copyIndex, type Repository } from './repository.ts';
import { oddName, readablePath } from './tree.ts';

/** Bytes of uncommitted files that are copied into the private view to be compared. */
const COPY_BUDGET = 512 * 1024 * 1024;

/** A tree made of what is not committed. `outside` holds the sizes of files that were too large to be copied. */
export interface MadeTree {
  readonly tree: string;
  readonly incidents: readonly Incident[];
  readonly outside: ReadonlyMap<BlobId, number>;
}

const MODES: Readonly<Record<FileMode, string>> = {
  file: '100644',
  executable: '100755',
  symlink: '120000',
  submodule: '160000',
};
const deflated = promisify(deflate);

async function indexPlace(repo: Repository): Promise<GitPlace> {
  if (repo.root === undefined) {
    throw gitProblem(
      'not-a-repository',
      `${repo.dir} has no working tree; name commits with --base and --head instead.`,
    );
  }
  const file = await copyIndex(repo);
  return { cwd: repo.root, env: { ...repo.view.env, GIT_INDEX_FILE: file, GIT_WORK_TREE: repo.root } };
}

/** In a conflict the side of the branch that is checked out stands for the file. */
async function conflicts(place: GitPlace): Promise<readonly IndexLine[]> {
  const listing = await gitText(place, ['ls-files', '-u', '-z', '--full-name']);
  const chosen = new Map<string, { readonly stage: string; readonly line: IndexLine }>();
  for (const text of listing.split('\0')) {
    const tab = text.indexOf('\t');
    const [mode = '', id = '', stage = ''] = text.slice(0, tab).split(' ');
    const path = text.slice(tab + 1);
    if (tab !== -1 && (stage === '2' || chosen.get(path)?.stage !== '2'))
      chosen.set(path, { stage, line: { path, mode, id } });
  }
  return [...chosen.values()].map(({ line }) => line);
}

/** The tree of what is staged. Throws a GitProblem where there is no working tree. */
export async function stagedTree(repo: Repository): Promise<MadeTree> {
  const place = await indexPlace(repo);
  return { tree: await treeFrom(repo, place, await conflicts(place)), incidents: [], outside: new Map() };
}

interface Candidate {
  readonly path: string;
  /** Id in the index; absent for an untracked file. */
  readonly staged?: string;
  readonly gone: boolean;
}

/** Files whose stamps differ from the index, and untracked ones that are not ignored. Contents are not looked at. */
async function candidates(place: GitPlace): Promise<readonly Candidate[]> {
  const raw = await gitText(place, ['diff-files', '-z', '--raw', '--no-abbrev', '--ignore-submodules=all']);
  const fields = raw.split('\0');
  const found = new Map<string, Candidate>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, , staged = '', , status = ''] = (fields[at] ?? '').split(' ');
    const path = fields[at + 1] ?? '';
    found.set(path, { path, staged, gone: status === 'D' });
  }
  const untracked = await gitText(place, ['ls-files', '-z', '-o', '--exclude-standard', '--full-name']);
  for (const path of untracked.split('\0'))
    if (path !== '' && !path.endsWith('/')) found.set(path, { path, gone: false });
  return [...found.values()];
}

async function store(repo: Repository, id: BlobId, bytes: Uint8Array): Promise<void> {
  const folder = join(repo.view.cwd, 'objects', id.slice(0, 2));
  await mkdir(folder, { recursive: true });
  const object = Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]);
  await writeFile(join(folder, id.slice(2)), await deflated(object, { level: 1 }));
}

/**
 * Whether the bytes are what the index holds once the usual conversions of a checkout are undone: line ends, and
 * large files that are committed as pointers. Done here, because the repository's own filters must not run.
 */
function unchanged(bytes: Uint8Array, staged: string, format: 'sha1' | 'sha256'): boolean {
  if (bytes.includes(13)) {
    const unix = Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    if (blobId(unix, format) === staged) return true;
  }
  const oid = createHash('sha256').update(bytes).digest('hex');
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`;
  return blobId(Buffer.from(pointer), format) === staged;
}

interface Copying {
  left: number;
  readonly incidents: Incident[];
  readonly outside: Map<BlobId, number>;
}

async function lineOf(
  repo: Repository,
  path: RepoPath,
  staged: string | undefined,
  file: DiskFile,
  copying: Copying,
): Promise<IndexLine> {
  const mode = MODES[file.mode];
  if (file.bytes === undefined || file.size > copying.left) {
    const id = await blobIdOfFile(join(repo.root ?? '', path), file.size, repo.format);
    if (id !== staged) copying.outside.set(id, file.size);
    return { path, mode, id };
  }
  const id = blobId(file.bytes, repo.format);
  if (id === staged) return { path, mode, id };
  if (staged !== undefined && file.mode !== 'symlink' && unchanged(file.bytes, staged, repo.format))
    return { path, mode, id: staged };
  copying.left -= file.size;
  await store(repo, id, file.bytes);
  return { path, mode, id };
}

async function lineFor(repo: Repository, candidate: Candidate, copying: Copying): Promise<readonly IndexLine[]> {
  const path = readablePath(candidate.path);
  if (path === undefined) {
    copying.incidents.push(oddName(candidate.path, true));
    return [];
  }
  const file = candidate.gone ? undefined : await readDisk(repo.root ?? '', path);
  if (file === undefined) return candidate.staged === undefined ? [] : [{ path }];
  if ('message' in file) {
    copying.incidents.push(file);
    return [];
  }
  return [await lineOf(repo, path, candidate.staged, file, copying)];
}

/**
 * The tree of the working tree: tracked files as they are on disk, and untracked ones that no .gitignore names.
 * Bytes are read and hashed here; neither a clean filter nor the file system monitor runs, submodules are not entered.
 */
export async function worktreeTree(repo: Repository): Promise<MadeTree> {
  const place = await indexPlace(repo);
  const copying: Copying = { left: COPY_BUDGET, incidents: [], outside: new Map() };
  const lines: IndexLine[] = [...(await conflicts(place))];
  for (const candidate of await candidates(place)) lines.push(...(await lineFor(repo, candidate, copying)));
  const last = new Map(lines.map((line) => [line.path, line]));
  const { incidents, outside } = copying;
  return { tree: await treeFrom(repo, place, [...last.values()]), incidents, outside };
}

/** Whether git knows the folder at all; used to tell an ignored file from one that is merely new. */
export async function listedFiles(repo: Repository): Promise<readonly string[]> {
  const place = await indexPlace(repo);
  const { output } = await gitOutcome({ ...place, cwd: repo.dir }, [
    'ls-files',
    '-z',
    '-c',
    '-o',
    '--exclude-standard',
  ]);
  return [...new Set(output.split('\0').filter((path) => path !== '' && !path.endsWith('/')))];
}
