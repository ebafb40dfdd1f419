import type { Finding } from '../core/finding.ts';
import type { Change, Hunk } from '../core/snapshot.ts';

/** Where a review comment hangs. `startLine` only where the range has more than one line. */
export interface Anchor {
  readonly path: string;
  readonly side: 'LEFT' | 'RIGHT';
  readonly startLine?: number;
  readonly line: number;
}

/** A longer range shows as a wall of code above the comment. */
const LONGEST_RANGE = 25;

/** GitHub shows no diff beyond this, and takes no comment of any kind on the file. */
const LARGEST_DIFF = 20_000;

type Range = Pick<Finding, 'startLine' | 'endLine'>;

/** How many lines a change adds and removes. */
export function diffLinesOf({ hunks }: Pick<Change, 'hunks'>): number {
  return hunks.reduce((sum, hunk) => sum + hunk.added.length + hunk.removed.length, 0);
}

function commentable(change: Change): boolean {
  return !change.binary && diffLinesOf(change) <= LARGEST_DIFF;
}

function encloses(hunk: Hunk, side: Anchor['side'], { startLine, endLine }: Range): boolean {
  const start = side === 'RIGHT' ? hunk.newStart : hunk.oldStart;
  const length = side === 'RIGHT' ? hunk.newLines : hunk.oldLines;
  return startLine >= start && endLine < start + length;
}

function changeOf(finding: Finding, changes: readonly Change[]): Change | undefined {
  if (finding.side === 'head') return changes.find(({ kind, path }) => kind !== 'deleted' && path === finding.path);
  return changes.find(({ kind, path, from }) => kind !== 'added' && (from ?? path) === finding.path);
}

/**
 * The place for a comment on a finding: on lines that the change added or removed, inside one hunk.
 * Undefined where GitHub would refuse it; one refused comment rejects the whole review.
 */
export function anchorOf(finding: Finding, changes: readonly Change[]): Anchor | undefined {
  const change = changeOf(finding, changes);
  if (change === undefined || !commentable(change)) return undefined;
  const side = finding.side === 'head' ? 'RIGHT' : 'LEFT';
  for (const hunk of change.hunks) {
    const lines = side === 'RIGHT' ? hunk.added : hunk.removed;
    const touched = lines.find((line) => line >= finding.startLine && line <= finding.endLine);
    if (touched === undefined) continue;
    const whole = encloses(hunk, side, finding) && finding.endLine - finding.startLine < LONGEST_RANGE;
    if (!whole) return { path: change.path, side, line: touched };
    const { startLine, endLine } = finding;
    return { path: change.path, side, line: endLine, ...(startLine < endLine ? { startLine } : {}) };
  }
  return undefined;
}

/** True when GitHub can apply the suggestion: it replaces exactly the lines that the comment hangs on, at head. */
export function suggestible(finding: Finding, anchor: Anchor): boolean {
  const { suggestion } = finding;
  if (suggestion === undefined || anchor.side !== 'RIGHT') return false;
  return suggestion.startLine === (anchor.startLine ?? anchor.line) && suggestion.endLine === anchor.line;
}

/** The anchor for a finding whose suggestion replaces other lines than the finding marks, where one hunk holds them. */
export function suggestionAnchor(finding: Finding, changes: readonly Change[]): Anchor | undefined {
  const { suggestion } = finding;
  if (suggestion === undefined || finding.side !== 'head') return undefined;
  const anchor = anchorOf({ ...finding, startLine: suggestion.startLine, endLine: suggestion.endLine }, changes);
  return anchor !== undefined && suggestible(finding, anchor) ? anchor : undefined;
}
