import { join } from 'node:path';
import { type GitPlace, gitText } from './command.ts';
import type { Repository } from './repository.ts';

/** One file of a tree to be made; without `id` the file is taken out. `mode` is git's, such as `100644`. */
export interface IndexLine {
  readonly path: string;
  readonly mode?: string;
  readonly id?: string;
}

let serial = 0;

/** A place with an index file of its own, so that two trees are never made in the same one. */
export function scratchIndex(repo: Repository): GitPlace {
  serial += 1;
  return { ...repo.view, env: { ...repo.view.env, GIT_INDEX_FILE: join(repo.view.cwd, `index-${serial}`) } };
}

function zeros(repo: Repository): string {
  return '0'.repeat(repo.emptyTree.length);
}

/** Writes the given lines into an index and makes a tree of it, in the private view. */
export async function treeFrom(repo: Repository, place: GitPlace, lines: readonly IndexLine[]): Promise<string> {
  // Taking a path out first also clears the stages of a conflict.
  const out = lines.map((line) => `0 ${zeros(repo)}\t${line.path}\0`);
  const put = lines.flatMap((line) =>
    line.id === undefined ? [] : [`${line.mode ?? '100644'} ${line.id}\t${line.path}\0`],
  );
  const input = [...out, ...put].join('');
  if (input !== '') await gitText(place, ['update-index', '-z', '--index-info'], { input });
  return (await gitText(place, ['write-tree', '--missing-ok'])).trim();
}

/** The tree without some of its files. */
export async function editedTree(repo: Repository, treeish: string, without: readonly string[]): Promise<string> {
  const place = scratchIndex(repo);
  if (treeish === repo.emptyTree) return treeish;
  await gitText(place, ['read-tree', treeish]);
  return treeFrom(
    repo,
    place,
    without.map((path) => ({ path })),
  );
}
