import type { CommitSha, PullRequestSnapshot } from '../core/snapshot.ts';
import { gitText } from '../git/command.ts';
import { readCommitPairs } from '../git/history.ts';
import type { Repository } from '../git/repository.ts';

/** Digits of a commit in the place of a verdict. */
export const DIGITS = 12;

/** A repository of the corpus, pinned, and which changes before that commit are reviewed one by one. */
export interface Pinned {
  readonly repository: string;
  readonly sha: string;
  /** Whether the whole tree at `sha` is reviewed as well. */
  readonly whole: boolean;
  /** The last so many changes, whatever they touch. */
  readonly last: number;
  /** Of all changes that touch configuration or ML code, each so many-th, newest first; 1 is all of them. */
  readonly every: number;
}

const WATCHED = [
  ...['py', 'ipynb', 'yaml', 'yml', 'json', 'tf', 'toml', 'sql', 'lock', 'pbtxt'].map((ending) => `*.${ending}`),
  '*dockerfile*',
  '*requirements*.txt',
].map((pattern) => `:(icase)${pattern}`);

/** Without files that programs write: they would dilute what is said of the lines that people write. */
const WRITTEN = /\.(py|ya?ml|tf|tfvars|toml|sql|cfg|ini|pbtxt|j2|sh)$|(^|\/|\.)dockerfile|requirements[^/]*\.txt$/i;

/** A change to review; `sampled` when the corpus asks for it, and not only a verdict that names its commit. */
export interface Replayed {
  readonly base: CommitSha;
  readonly head: CommitSha;
  readonly sampled: boolean;
}

/** The changes of the pinned history to review, newest first, each once; `labelled` are the first digits of commits. */
export async function replayed(
  repo: Repository,
  pinned: Pinned,
  labelled: ReadonlySet<string>,
): Promise<readonly Replayed[]> {
  const args = ['log', '--first-parent', '--format=%H', '--no-show-signature', pinned.sha, '--', ...WATCHED];
  const touching = (await gitText(repo.view, args)).split('\n').filter((line) => line !== '');
  const chosen = new Set(touching.filter((_, index) => index % pinned.every === 0));
  const all = await readCommitPairs(repo, { last: 1_000_000, merges: 'first-parent', head: pinned.sha });
  return all.flatMap(({ base, head }, index) => {
    const sampled = index < pinned.last || chosen.has(head);
    return sampled || labelled.has(head.slice(0, DIGITS)) ? [{ base, head, sampled }] : [];
  });
}

/** Added lines: of every text file, and of the files that people write code and configuration in. */
export function addedLines(snapshot: PullRequestSnapshot): { readonly added: number; readonly written: number } {
  let [added, written] = [0, 0];
  for (const { path, hunks } of snapshot.changes) {
    const lines = hunks.reduce((sum, hunk) => sum + hunk.added.length, 0);
    added += lines;
    if (WRITTEN.test(path)) written += lines;
  }
  return { added, written };
}
