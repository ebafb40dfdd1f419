import type { CommitSha } from '../core/snapshot.ts';
import { gitOutcome, gitText } from './command.ts';
import { gitProblem } from './errors.ts';
import { hasCommits, type Repository } from './repository.ts';

async function lookUp(repo: Repository, ref: string): Promise<CommitSha | undefined> {
  if (ref === '' || ref.startsWith('-') || ref.includes('\0')) return undefined;
  const args = ['rev-parse', '-q', '--verify', `${ref}^{commit}`];
  const { output, status } = await gitOutcome(repo.here, args, { accept: [1, 128] });
  return status === 0 ? (output.trim() as CommitSha) : undefined;
}

/**
 * The commit that a branch, tag or id names. The id of the empty tree stands for "before the first commit".
 * Throws a GitProblem: `unknown-ref`, `empty-repository`.
 */
export async function resolveRef(repo: Repository, ref: string): Promise<CommitSha> {
  if (ref === repo.emptyTree) return ref as CommitSha;
  const found = await lookUp(repo, ref);
  if (found !== undefined) return found;
  if (!(await hasCommits(repo))) {
    throw gitProblem(
      'empty-repository',
      'The repository has no commit yet; commit something, or review its files with --all.',
    );
  }
  const mend = repo.shallow
    ? 'the clone is shallow, so fetch the full history (git fetch --unshallow, or fetch-depth: 0 in actions/checkout)'
    : 'check the spelling, or fetch it first';
  throw gitProblem(
    'unknown-ref',
    `There is no commit ${JSON.stringify(ref.slice(0, 200))} in this repository; ${mend}.`,
  );
}

/** The default branch as far as the clone knows it. Throws a GitProblem `unknown-ref` where it does not. */
export async function defaultBranch(repo: Repository): Promise<CommitSha> {
  const configured = await gitOutcome(repo.here, ['config', '--get', 'init.defaultBranch'], { accept: [1] });
  const names = ['main', 'master', configured.output.trim()].filter((name) => name !== '');
  const candidates = [
    'refs/remotes/origin/HEAD',
    ...names.flatMap((name) => [`refs/remotes/origin/${name}`, `refs/heads/${name}`]),
  ];
  for (const candidate of candidates) {
    const found = await lookUp(repo, candidate);
    if (found !== undefined) return found;
  }
  const only = (await gitText(repo.here, ['for-each-ref', '--count=2', '--format=%(refname)', 'refs/heads']))
    .trim()
    .split('\n');
  if (only.length === 1 && only[0] !== undefined && only[0] !== '') return resolveRef(repo, only[0]);
  throw gitProblem(
    'unknown-ref',
    'The default branch of this repository is not known; name what to compare with: --base REF.',
  );
}

/** Ids of the parents, first parent first; none for a root commit. */
export async function parentsOf(repo: Repository, commit: CommitSha): Promise<readonly CommitSha[]> {
  const line = await gitText(repo.view, ['rev-list', '--parents', '-n', '1', commit]);
  return line.trim().split(' ').slice(1) as CommitSha[];
}

/**
 * The merge base of two commits. Throws a GitProblem `no-merge-base` for unrelated histories and for a shallow
 * clone that does not reach back far enough.
 */
export async function mergeBase(repo: Repository, base: CommitSha, head: CommitSha): Promise<CommitSha> {
  if (base === repo.emptyTree) return base;
  const { output, status } = await gitOutcome(repo.view, ['merge-base', base, head], { accept: [1, 128] });
  if (status === 0) return output.trim() as CommitSha;
  const why = repo.shallow
    ? 'the clone is shallow; fetch the full history (git fetch --unshallow, or fetch-depth: 0 in actions/checkout)'
    : 'their histories are unrelated; name another --base, or review everything with --all';
  throw gitProblem(
    'no-merge-base',
    `No common ancestor of ${base.slice(0, 12)} and ${head.slice(0, 12)} was found: ${why}.`,
  );
}

/**
 * Both ends of a review. Without `base` the default branch is compared with; where that leaves nothing because head
 * is the very first commit, everything in it counts as introduced.
 */
export async function endsOf(
  repo: Repository,
  range: { readonly base?: string; readonly head?: string },
): Promise<{ readonly base: CommitSha; readonly head: CommitSha }> {
  const head = await resolveRef(repo, range.head ?? 'HEAD');
  if (range.base !== undefined) return { base: await mergeBase(repo, await resolveRef(repo, range.base), head), head };
  const base = await mergeBase(repo, await defaultBranch(repo), head);
  const root = base === head && !repo.shallow && (await parentsOf(repo, head)).length === 0;
  return { base: root ? (repo.emptyTree as CommitSha) : base, head };
}
