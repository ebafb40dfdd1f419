import type { Side } from './state.ts';

export interface HunkLine {
  readonly kind: ' ' | '+' | '-';
  /** 1-based line in the old file; null for added lines. */
  readonly left: number | null;
  /** 1-based line in the new file; null for removed lines. */
  readonly right: number | null;
  /** 1-based line below the first `@@` of the file, headers of later hunks counted. */
  readonly position: number;
  readonly text: string;
}

export interface Hunk {
  readonly header: string;
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly HunkLine[];
}

const HEADER = /^@@ -(\d{1,10})(?:,(\d{1,10}))? \+(\d{1,10})(?:,(\d{1,10}))? @@/;

/** The hunks of one file's patch. */
export function parsePatch(patch: string): readonly Hunk[] {
  const hunks: { header: Hunk; lines: HunkLine[] }[] = [];
  let position = -1;
  let left = 0;
  let right = 0;
  for (const text of patch.split('\n')) {
    position += 1;
    const match = HEADER.exec(text);
    if (match !== null) {
      const header = parseHeader(text, match);
      left = header.oldStart;
      right = header.newStart;
      hunks.push({ header, lines: [] });
      continue;
    }
    const kind = text[0];
    const current = hunks.at(-1);
    if (current === undefined || (kind !== ' ' && kind !== '+' && kind !== '-')) continue;
    current.lines.push({ kind, left: kind === '+' ? null : left, right: kind === '-' ? null : right, position, text });
    if (kind !== '+') left += 1;
    if (kind !== '-') right += 1;
  }
  return hunks.map(({ header, lines }) => ({ ...header, lines }));
}

function parseHeader(text: string, match: RegExpExecArray): Hunk {
  return {
    header: text,
    oldStart: Number(match[1]),
    oldLines: Number(match[2] ?? 1),
    newStart: Number(match[3]),
    newLines: Number(match[4] ?? 1),
    lines: [],
  };
}

/** The hunk and the line in it that a side and line number mean, or `undefined` outside of every hunk. */
export function findLine(
  hunks: readonly Hunk[],
  side: Side,
  line: number,
): { readonly hunk: Hunk; readonly line: HunkLine } | undefined {
  for (const hunk of hunks) {
    const found = hunk.lines.find((candidate) => (side === 'LEFT' ? candidate.left : candidate.right) === line);
    if (found !== undefined) return { hunk, line: found };
  }
  return undefined;
}

/** The line at a diff position, or `undefined`. */
export function findPosition(
  hunks: readonly Hunk[],
  position: number,
): { readonly hunk: Hunk; readonly line: HunkLine } | undefined {
  for (const hunk of hunks) {
    const found = hunk.lines.find((candidate) => candidate.position === position);
    if (found !== undefined) return { hunk, line: found };
  }
  return undefined;
}

/** The part of a hunk that GitHub keeps as `diff_hunk`: from its header down to the line. */
export function hunkDownTo(hunk: Hunk, line: HunkLine): string {
  const upTo = hunk.lines.indexOf(line);
  return [hunk.header, ...hunk.lines.slice(0, upTo + 1).map((entry) => entry.text)].join('\n');
}

/**
 * Where a line of the old file is in the new one, by the hunks of a diff without context; null when the line itself changed.
 * Lines are 1-based.
 */
export function moveLine(hunks: readonly Hunk[], line: number): number | null {
  let shift = 0;
  for (const hunk of hunks) {
    // A hunk that only inserts names the line before it as its start.
    const first = hunk.oldLines === 0 ? hunk.oldStart + 1 : hunk.oldStart;
    if (line < first) break;
    if (line < first + hunk.oldLines) return null;
    shift += hunk.newLines - hunk.oldLines;
  }
  return line + shift;
}

/** Why GitHub refuses a comment there, in its own words; empty when it accepts it. */
export function refusals(
  hunks: readonly Hunk[],
  place: {
    readonly side: Side;
    readonly line: number;
    readonly startSide: Side;
    readonly startLine: number | undefined;
  },
): readonly string[] {
  const end = findLine(hunks, place.side, place.line);
  const said: string[] = [];
  if (end === undefined) said.push('Pull request review thread line must be part of the diff');
  if (place.startLine !== undefined) {
    const start = findLine(hunks, place.startSide, place.startLine);
    if (end === undefined || start?.hunk !== end.hunk) {
      said.push('Pull request review thread start line must be part of the same hunk as the line.');
    } else if (start.line.position >= end.line.position) {
      said.push('Pull request review thread start line must precede the end line.');
    }
  }
  if (end === undefined) said.push("Pull request review thread diff hunk can't be blank");
  return said;
}

/** Joins as GitHub does: "a", "a and b", "a, b, and c". */
export function sentenceOf(parts: readonly string[]): string {
  if (parts.length < 3) return parts.join(' and ');
  return `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}`;
}
