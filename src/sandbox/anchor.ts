import type { Diff, DiffFile } from './diff.ts';
import { diffOf, followFile } from './diff.ts';
import { mergeBase } from './git.ts';
import { findLine, moveLine, parsePatch } from './hunks.ts';
import type { PullRequest, ReviewComment } from './state.ts';
import type { Limits } from './types.ts';

/** Where a comment is at the present head; lines are null when what it was on changed (outdated). */
export interface Anchor {
  readonly path: string;
  readonly line: number | null;
  readonly startLine: number | null;
  readonly position: number | null;
  readonly outdated: boolean;
}

/** The merge base of a pull request. */
function baseOf(pull: PullRequest): Promise<string> {
  return baseAt(pull, pull.headSha);
}

/** The merge base with a commit that was or is the head. */
export function baseAt(pull: PullRequest, commit: string): Promise<string> {
  return mergeBase(pull.repository.git, pull.baseSha, commit);
}

/** What a pull request changes: merge base to head (three-dot). */
export async function diffOfPull(pull: PullRequest, limits: Limits): Promise<Diff> {
  return diffOf(pull.repository.git, await baseOf(pull), pull.headSha, limits);
}

/** Follows a comment from the commit it was made on to the present head. */
export async function anchorOf(comment: ReviewComment, limits: Limits): Promise<Anchor> {
  const { pull } = comment;
  const left = comment.side === 'LEFT';
  const from = left ? comment.originalBase : comment.originalCommit;
  const to = left ? await baseOf(pull) : pull.headSha;
  const gone: Anchor = { path: comment.path, line: null, startLine: null, position: null, outdated: true };
  const followed = await followFile(pull.repository.git, from, to, comment.path);
  if (followed === undefined) return gone;
  const file = (await diffOfPull(pull, limits)).files.find((candidate) => nameOf(candidate, left) === followed.path);
  if (file === undefined) return gone;
  if (comment.subject === 'file') return { ...gone, path: file.path, position: 1, outdated: false };
  return placeIn(comment, file, followed.patch) ?? gone;
}

function nameOf(file: DiffFile, left: boolean): string {
  return left ? (file.previousPath ?? file.path) : file.path;
}

function placeIn(comment: ReviewComment, file: DiffFile, movement: string): Anchor | undefined {
  if (comment.originalLine === null || file.patch === undefined) return undefined;
  const moves = parsePatch(movement);
  const line = moveLine(moves, comment.originalLine);
  const startLine = comment.originalStartLine === null ? null : moveLine(moves, comment.originalStartLine);
  if (line === null || (comment.originalStartLine !== null && startLine === null)) return undefined;
  const found = findLine(parsePatch(file.patch), comment.side, line);
  if (found === undefined) return undefined;
  return { path: file.path, line, startLine, position: found.line.position, outdated: false };
}
