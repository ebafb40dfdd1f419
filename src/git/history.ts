import type { RepoPath } from '../core/location.ts';
import type { BlobId, CommitSha, Content } from '../core/snapshot.ts';
import { gitOutcome, gitText } from './command.ts';
import { readBlobs } from './objects.ts';
import { resolveRef } from './refs.ts';
import type { Repository } from './repository.ts';

/** One merged change: `head` and its first parent. `base` is the empty tree's id for the very first commit. */
export interface CommitPair {
  readonly base: CommitSha;
  readonly head: CommitSha;
  readonly subject: string;
}

/**
 * The last changes of a branch, newest first. `first-parent` counts a merge as one change; `all` lists every commit
 * that is no merge. Both ends can be handed to `readChange` as `base` and `head`.
 * Throws a GitProblem: `unknown-ref`, `empty-repository`.
 */
export async function readCommitPairs(
  repo: Repository,
  wanted: { readonly last: number; readonly merges?: 'first-parent' | 'all'; readonly head?: string },
): Promise<readonly CommitPair[]> {
  const head = await resolveRef(repo, wanted.head ?? 'HEAD');
  const walk = wanted.merges === 'all' ? ['--no-merges', '--topo-order'] : ['--first-parent'];
  const args = ['log', ...walk, `--max-count=${wanted.last}`, '--format=%H%x00%P%x00%s', '--no-show-signature', head];
  const lines = (await gitText(repo.view, args)).split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const [commit = '', parents = '', subject = ''] = line.split('\0');
    const first = parents.split(' ')[0] ?? '';
    // Where a shallow clone ends, the parent exists but is not here; that commit is no first one.
    if (first === '' && repo.shallow) return [];
    return [{ base: (first === '' ? repo.emptyTree : first) as CommitSha, head: commit as CommitSha, subject }];
  });
}

/** A file as it stands at a commit; undefined where there is none. Throws a GitProblem: `unknown-ref`, `empty-repository`. */
export async function fileAt(repo: Repository, ref: string, path: RepoPath): Promise<Content | undefined> {
  const commit = await resolveRef(repo, ref);
  const { output } = await gitOutcome(repo.view, ['ls-tree', '-z', '--full-tree', commit, '--', path], {
    accept: [128],
  });
  const blob = output
    .split('\0')
    .find((line) => line.includes(' blob ') && line.endsWith(`\t${path}`))
    ?.split(/[ \t]/)[2];
  if (blob === undefined) return undefined;
  const read = new Map<BlobId, Content>();
  await readBlobs(repo, [blob as BlobId], { left: Number.MAX_SAFE_INTEGER }, read);
  return read.get(blob as BlobId);
}
