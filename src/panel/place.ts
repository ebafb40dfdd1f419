import type { Observation } from '../core/finding.ts';
import type { RepoPath } from '../core/location.ts';
import type { Placement } from '../core/scale.ts';
import type { Change, Hunk } from '../core/snapshot.ts';

/** Lines around a change that GitHub shows and accepts comments on. */
const CONTEXT = 3;

/** Changes by the path under which an observation of each side would name them. */
export interface ChangeIndex {
  readonly head: ReadonlyMap<RepoPath, Change>;
  readonly base: ReadonlyMap<RepoPath, Change>;
}

export function indexChanges(changes: readonly Change[]): ChangeIndex {
  const head = new Map<RepoPath, Change>();
  const base = new Map<RepoPath, Change>();
  for (const change of changes) {
    if (change.kind !== 'deleted') head.set(change.path, change);
    if (change.kind !== 'added') base.set(change.from ?? change.path, change);
  }
  return { head, base };
}

/** The path at base that a path at head descends from; itself where the change did not rename it. */
export function lineageOf(index: ChangeIndex, path: RepoPath): RepoPath {
  const change = index.head.get(path);
  return change?.kind === 'renamed' && change.from !== undefined ? change.from : path;
}

function touches(hunk: Hunk, side: 'base' | 'head', from: number, to: number): boolean {
  const lines = side === 'head' ? hunk.added : hunk.removed;
  return lines.some((line) => line >= from && line <= to);
}

function surrounds(hunk: Hunk, side: 'base' | 'head', from: number, to: number): boolean {
  const start = side === 'head' ? hunk.newStart : hunk.oldStart;
  const length = side === 'head' ? hunk.newLines : hunk.oldLines;
  return to >= start - CONTEXT && from < start + Math.max(length, 1) + CONTEXT;
}

/** Where an observation stands in relation to the diff. */
export function placementOf(index: ChangeIndex, { place, side }: Pick<Observation, 'place' | 'side'>): Placement {
  const change = index[side].get(place.path);
  if (change === undefined) return 'elsewhere';
  if (change.hunks.some((hunk) => touches(hunk, side, place.startLine, place.endLine))) return 'added-line';
  if (change.hunks.some((hunk) => surrounds(hunk, side, place.startLine, place.endLine))) return 'hunk';
  return change.binary && (change.kind === 'added' || change.kind === 'modified') ? 'added-line' : 'changed-file';
}
