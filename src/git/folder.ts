import { createHash } from 'node:crypto';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepoPath } from '../core/location.ts';
import type { Incident } from '../core/report.ts';
import type { BlobId, Change, CommitSha, Content, Side, TreeEntry } from '../core/snapshot.ts';
import { contentOf, lineCount } from './content.ts';
import { blobId, type DiskFile, readDisk } from './disk.ts';
import { gitProblem, isGitProblem } from './errors.ts';
import { CONTENT_BUDGET } from './objects.ts';
import { LINE_LIMIT, type LineAllowance, spend, wholeFile } from './patch.ts';
import type { Reading } from './reading.ts';
import { openRepository } from './repository.ts';
import { oddName, readablePath } from './tree.ts';
import { listedFiles } from './worktree.ts';

const SKIPPED = new Set(['.git', 'node_modules', '__pycache__', '.venv']);
/** Files that are listed at most, and how deep folders are entered. */
const FILE_LIMIT = 200_000;
const DEPTH_LIMIT = 64;

const TOO_MANY_LINES = 'The folder has too many lines to count them all as introduced; review a part of it.';

interface Listing {
  readonly names: readonly string[];
  readonly complete: boolean;
}

async function walk(dir: string): Promise<Listing> {
  const names: string[] = [];
  const open: { readonly below: string; readonly depth: number }[] = [{ below: '', depth: 0 }];
  let complete = true;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { below, depth } = next;
    const entries = await opendir(join(dir, below)).catch(() => undefined);
    if (entries === undefined) complete = false;
    for await (const entry of entries ?? []) {
      if (SKIPPED.has(entry.name)) continue;
      const name = `${below}${entry.name}`;
      if (!entry.isDirectory()) names.push(name);
      else if (depth < DEPTH_LIMIT) open.push({ below: `${name}/`, depth: depth + 1 });
      else complete = false;
      if (names.length >= FILE_LIMIT) return { names, complete: false };
    }
  }
  return { names, complete };
}

/** In a repository git says what counts as a file of it; elsewhere, or without git, the folder is walked. */
async function list(dir: string): Promise<Listing> {
  try {
    const repo = await openRepository(dir);
    try {
      if (repo.root === undefined) return await walk(dir);
      const names = (await listedFiles(repo)).filter((name) => !name.split('/').some((part) => SKIPPED.has(part)));
      return { names: names.slice(0, FILE_LIMIT), complete: names.length <= FILE_LIMIT };
    } finally {
      await repo.close();
    }
  } catch (error) {
    if (isGitProblem(error) && (error.kind === 'no-git' || error.kind === 'not-a-repository')) return walk(dir);
    throw error;
  }
}

/** A file too large to be read gets an id of its own, which no blob of git can have by accident. */
function unreadId(path: string, file: DiskFile): BlobId {
  return createHash('sha1').update(`unread ${file.size} ${file.modified} ${path}`).digest('hex') as BlobId;
}

interface Collected {
  readonly entries: TreeEntry[];
  readonly changes: Change[];
  readonly contents: Map<BlobId, Content>;
  readonly incidents: Incident[];
  left: number;
  readonly lines: LineAllowance;
  /** Some files count without their lines. */
  cut: boolean;
}

function take(path: RepoPath, file: DiskFile, into: Collected): void {
  const blob = file.bytes === undefined ? unreadId(path, file) : blobId(file.bytes);
  const known = into.contents.get(blob);
  const fits = file.bytes !== undefined && file.size <= into.left;
  const content: Content =
    known ??
    (fits && file.bytes !== undefined
      ? contentOf(file.bytes)
      : { kind: 'withheld', reason: file.bytes === undefined ? 'too-large' : 'over-budget', size: file.size });
  if (known === undefined && fits) into.left -= file.size;
  into.contents.set(blob, content);
  into.entries.push({ path, blob, mode: file.mode, size: file.size });
  const lines = content.kind === 'text' ? lineCount(content.text) : 0;
  const listed = spend(into.lines, lines);
  into.cut ||= !listed;
  into.changes.push({ kind: 'added', path, hunks: listed ? wholeFile(lines) : [], binary: content.kind === 'bytes' });
}

async function collect(dir: string, names: readonly string[]): Promise<Collected> {
  const into: Collected = {
    entries: [],
    changes: [],
    contents: new Map(),
    incidents: [],
    left: CONTENT_BUDGET,
    lines: { left: LINE_LIMIT },
    cut: false,
  };
  for (const name of names) {
    const path = readablePath(name);
    if (path === undefined) {
      into.incidents.push(oddName(name, true));
      continue;
    }
    const file = await readDisk(dir, path);
    if (file === undefined) continue;
    if ('message' in file) into.incidents.push(file);
    else take(path, file, into);
  }
  if (into.cut) into.incidents.push({ kind: 'budget-exceeded', message: TOO_MANY_LINES, clouds: true });
  return into;
}

function sideOf(entries: readonly TreeEntry[]): Side {
  const hash = createHash('sha1');
  for (const entry of entries) hash.update(`${entry.mode} ${entry.blob} ${entry.path}\0`);
  return { commit: hash.digest('hex') as CommitSha, tree: new Map(entries.map((entry) => [entry.path, entry])) };
}

/**
 * Reads a folder, with or without git: every file in it counts as added, every line as introduced. In a git
 * repository what .gitignore names is left out; everywhere `.git`, `node_modules`, `__pycache__` and `.venv` are.
 * The base is the empty tree. Throws a GitProblem `not-a-repository` where there is no such folder.
 */
export async function readFolder(dir: string): Promise<Reading> {
  await opendir(dir).then(
    (opened) => opened.close(),
    () => {
      throw gitProblem(
        'not-a-repository',
        `There is no folder ${dir} that can be read; name an existing one with --repo.`,
      );
    },
  );
  const { names, complete } = await list(dir);
  const { entries, changes, contents, incidents } = await collect(dir, [...names].sort());
  const base: Side = { commit: '4b825dc642cb6eb9a060e54bf8d69288fbee4904' as CommitSha, tree: new Map() };
  const message = `Not every file was listed: the folder holds more than ${FILE_LIMIT} files, is nested deeper than ${DEPTH_LIMIT}, or may not be read.`;
  const partial: readonly Incident[] = complete ? [] : [{ kind: 'budget-exceeded', message, clouds: true }];
  return { snapshot: { base, head: sideOf(entries), changes, contents }, incidents: [...incidents, ...partial] };
}
