import { type RepoPath, repoPath } from '../core/location.ts';
import type { Incident } from '../core/report.ts';
import type { BlobId, CommitSha, FileMode, Side, TreeEntry } from '../core/snapshot.ts';
import { gitText } from './command.ts';
import type { Repository } from './repository.ts';

/** A git mode as text, such as `100644`. */
export function fileMode(mode: string): FileMode {
  if (mode === '120000') return 'symlink';
  if (mode === '160000') return 'submodule';
  return mode === '100755' ? 'executable' : 'file';
}

/** The path, or undefined where its bytes are no UTF-8 or it leads out of the repository. */
export function readablePath(text: string): RepoPath | undefined {
  if (text.includes('\ufffd')) return undefined;
  try {
    return repoPath(text);
  } catch {
    return undefined;
  }
}

export function oddName(text: string, changed: boolean): Incident {
  const message = `The file name ${JSON.stringify(text.slice(0, 200))} is not UTF-8 or leads out of the repository, so the file was not read; rename it.`;
  return { kind: 'unread', message, clouds: changed };
}

/** `<mode> <type> <id> <padding><size or ->\t<path>` */
function entry(line: string): { readonly name: string; readonly rest: Omit<TreeEntry, 'path'> } | undefined {
  const tab = line.indexOf('\t');
  const [mode = '', , blob = '', size = ''] = line.slice(0, tab).split(/ +/);
  if (tab === -1 || mode === '040000') return undefined;
  const bytes = /^\d+$/.test(size) ? { size: Number(size) } : {};
  return { name: line.slice(tab + 1), rest: { blob: blob as BlobId, mode: fileMode(mode), ...bytes } };
}

/** Lists every file of a commit or tree. `at` is the name the side gets. Unreadable names become one incident. */
export async function readSide(
  repo: Repository,
  treeish: string,
  at: CommitSha,
): Promise<{ readonly side: Side; readonly incidents: readonly Incident[] }> {
  const tree = new Map<RepoPath, TreeEntry>();
  const odd: string[] = [];
  const listing =
    treeish === repo.emptyTree ? '' : await gitText(repo.view, ['ls-tree', '-r', '-l', '-z', '--full-tree', treeish]);
  for (const line of listing.split('\0')) {
    const found = entry(line);
    if (found === undefined) continue;
    const path = readablePath(found.name);
    if (path === undefined) odd.push(found.name);
    else tree.set(path, { path, ...found.rest });
  }
  const first = odd[0];
  return { side: { commit: at, tree }, incidents: first === undefined ? [] : [summary(first, odd.length)] };
}

function summary(first: string, count: number): Incident {
  if (count === 1) return oddName(first, false);
  const message = `${count} files were not listed because their names are not UTF-8 or lead out of the repository, the first one ${JSON.stringify(first.slice(0, 200))}.`;
  return { kind: 'unread', message, clouds: false };
}
