/**
 * Why a repository could not be read. Each one is the user's to mend, and the message says in one sentence how:
 * `no-git`, `not-a-repository`, `empty-repository`, `unknown-ref`, `no-merge-base`; `git-failed` is everything else
 * that git refused, `unreachable` a remote repository that could not be fetched, `too-slow` one that has no end.
 */
export type GitProblemKind =
  | 'no-git'
  | 'not-a-repository'
  | 'empty-repository'
  | 'unknown-ref'
  | 'no-merge-base'
  | 'unreachable'
  | 'too-slow'
  | 'git-failed';

/** An expected failure, to be shown to the user as it stands. */
export interface GitProblem extends Error {
  readonly name: 'GitProblem';
  readonly kind: GitProblemKind;
}

export function gitProblem(kind: GitProblemKind, message: string): GitProblem {
  return Object.assign(new Error(message), { name: 'GitProblem' as const, kind });
}

export function isGitProblem(error: unknown): error is GitProblem {
  return error instanceof Error && error.name === 'GitProblem' && 'kind' in error;
}
