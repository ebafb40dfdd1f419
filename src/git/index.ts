export { readChange } from './change.ts';
export { type GitProblem, type GitProblemKind, isGitProblem } from './errors.ts';
export { readFolder } from './folder.ts';
export { type CommitPair, fileAt, readCommitPairs } from './history.ts';
export type { Range, Reading, Wants } from './reading.ts';
export { openRepository, type Repository } from './repository.ts';
