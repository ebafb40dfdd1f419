import { EMPTY_TREE, git } from './git.ts';
import type { Limits } from './types.ts';

export interface DiffFile {
  /** Blob id at head; at base for a removed file. */
  readonly sha: string;
  readonly path: string;
  readonly previousPath: string | undefined;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'changed';
  readonly additions: number;
  readonly deletions: number;
  /** Hunks without the file header; absent for binary, too large and purely renamed files. */
  readonly patch: string | undefined;
  /** True when the patch is absent because it passes a limit: no comment of any kind is taken here. */
  readonly tooLarge: boolean;
}

/** The whole difference of two trees. */
export interface Diff {
  readonly files: readonly DiffFile[];
  /** The unified diff as git prints it. */
  readonly text: string;
}

const FLAGS = ['--no-ext-diff', '--no-textconv', '--no-color', '--find-renames', '--full-index', '--submodule=short'];
const cache = new Map<string, Promise<Diff>>();
const CACHED = 200;

/** Difference of two commits (two-dot); remembered by the ids. */
export function diffOf(directory: string, from: string, to: string, limits: Limits): Promise<Diff> {
  const key = `${directory}\0${from}\0${to}\0${limits.patchLines}\0${limits.patchBytes}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = read(directory, from, to, limits);
  cache.set(key, made);
  if (cache.size > CACHED) for (const oldest of [...cache.keys()].slice(0, CACHED / 2)) cache.delete(oldest);
  return made;
}

async function read(directory: string, from: string, to: string, limits: Limits): Promise<Diff> {
  const range = from === EMPTY_TREE ? [EMPTY_TREE, `${to}^{tree}`] : [from, to];
  const raw = await git(directory, ['diff', '--raw', '-z', ...FLAGS, ...range]);
  const text = (await git(directory, ['diff', '-U3', ...FLAGS, ...range])).toString();
  const sections = splitSections(text);
  const files: DiffFile[] = [];
  for (const entry of parseRaw(raw.toString())) {
    // A change of type is one entry of `--raw` and two sections, a removal and an addition.
    const own = sections.splice(0, entry.letter === 'T' ? 2 : 1);
    files.push(toFile(entry, own, limits));
  }
  return { files, text };
}

interface RawEntry {
  readonly letter: string;
  readonly sha: string;
  readonly path: string;
  readonly previousPath: string | undefined;
}

function parseRaw(text: string): readonly RawEntry[] {
  const fields = text.split('\0');
  const entries: RawEntry[] = [];
  for (let i = 0; i + 1 < fields.length; ) {
    const [, , oldSha = '', newSha = '', status = ''] = (fields[i] ?? '').split(' ');
    const letter = status[0] ?? '';
    const renamed = letter === 'R' || letter === 'C';
    const first = fields[i + 1] ?? '';
    const path = renamed ? (fields[i + 2] ?? '') : first;
    entries.push({ letter, sha: letter === 'D' ? oldSha : newSha, path, previousPath: renamed ? first : undefined });
    i += renamed ? 3 : 2;
  }
  return entries;
}

/** No line inside a hunk can begin like this: hunk lines begin with a blank, a sign or a backslash. */
function splitSections(text: string): string[] {
  const starts: number[] = [];
  if (text.startsWith('diff --git ')) starts.push(0);
  for (let at = text.indexOf('\ndiff --git '); at >= 0; at = text.indexOf('\ndiff --git ', at + 1)) starts.push(at + 1);
  return starts.map((start, index) => text.slice(start, starts[index + 1] ?? text.length));
}

const STATUS: Readonly<Record<string, DiffFile['status']>> = {
  A: 'added',
  D: 'removed',
  R: 'renamed',
  C: 'added',
  T: 'changed',
};

function toFile(entry: RawEntry, sections: readonly string[], limits: Limits): DiffFile {
  const patch = sections.map(hunksOf).filter(Boolean).join('\n');
  const lines = patch === '' ? [] : patch.split('\n');
  const additions = lines.filter((line) => line.startsWith('+')).length;
  const deletions = lines.filter((line) => line.startsWith('-')).length;
  const tooLarge = lines.length > limits.patchLines || Buffer.byteLength(patch) > limits.patchBytes;
  return {
    sha: entry.sha,
    path: entry.path,
    previousPath: entry.previousPath,
    status: STATUS[entry.letter] ?? 'modified',
    additions,
    deletions,
    patch: patch === '' || tooLarge ? undefined : patch,
    tooLarge,
  };
}

function hunksOf(section: string): string {
  const start = section.indexOf('\n@@ ');
  if (start < 0) return '';
  const body = section.slice(start + 1);
  return body.endsWith('\n') ? body.slice(0, -1) : body;
}

/** Hunks without context between two commits for one file followed over a rename, and its path there; `undefined` when the file is gone. */
export async function followFile(
  directory: string,
  from: string,
  to: string,
  path: string,
): Promise<{ readonly path: string; readonly patch: string } | undefined> {
  if (from === to) return { path, patch: '' };
  const raw = await git(directory, ['diff', '--raw', '-z', ...FLAGS, from, to]);
  const entry = parseRaw(raw.toString()).find((candidate) => (candidate.previousPath ?? candidate.path) === path);
  if (entry === undefined) return { path, patch: '' };
  if (entry.letter === 'D' || entry.letter === 'T') return undefined;
  const pair = [`${from}:${path}`, `${to}:${entry.path}`];
  const text = (
    await git(directory, ['diff', '-U0', '--no-ext-diff', '--no-textconv', '--no-color', ...pair])
  ).toString();
  return { path: entry.path, patch: hunksOf(text) };
}
