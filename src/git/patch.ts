import type { Hunk } from '../core/snapshot.ts';

/** What the patch of one file says about lines. */
export interface PatchSection {
  readonly hunks: readonly Hunk[];
  readonly binary: boolean;
  /** The hunks were left out because the snapshot would have held too many lines. */
  readonly cut: boolean;
}

/** How many more changed lines a snapshot may hold; a hunk counts as much as `HUNK_COST` lines. */
export interface LineAllowance {
  left: number;
}

export const LINE_LIMIT = 20_000_000;
const HUNK_COST = 20;

/** Takes the lines out of the allowance, or nothing and returns false. */
export function spend(allowance: LineAllowance, lines: number): boolean {
  const cost = lines + HUNK_COST;
  if (cost > allowance.left) return false;
  allowance.left -= cost;
  return true;
}

function numbers(start: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => start + index);
}

/** A hunk without context lines. A side without lines starts at the line before the gap, as git writes it. */
export function bareHunk(oldStart: number, oldLines: number, newStart: number, newLines: number): Hunk {
  const added = numbers(newStart, newLines);
  return { oldStart, oldLines, newStart, newLines, added, removed: numbers(oldStart, oldLines) };
}

/** The hunks of a file of which every line counts as introduced. */
export function wholeFile(lines: number): readonly Hunk[] {
  return lines === 0 ? [] : [bareHunk(0, 0, 1, lines)];
}

interface Header {
  readonly old: readonly [start: number, lines: number];
  readonly young: readonly [start: number, lines: number];
}

function headerOf(text: string): Header | undefined {
  const found = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
  if (found === null) return undefined;
  const [, oldStart, oldLines = '1', newStart, newLines = '1'] = found;
  return { old: [Number(oldStart), Number(oldLines)], young: [Number(newStart), Number(newLines)] };
}

interface Section {
  hunks: Hunk[];
  binary: boolean;
  cut: boolean;
}

function addHunk(section: Section, header: Header | undefined, allowance: LineAllowance): void {
  if (header === undefined || section.cut) return;
  if (spend(allowance, header.old[1] + header.young[1])) section.hunks.push(bareHunk(...header.old, ...header.young));
  else Object.assign(section, { hunks: [], cut: true });
}

/** Reads a patch piece by piece; `sections` is complete after the last piece. */
export interface PatchReader {
  readonly sections: readonly PatchSection[];
  take(piece: Buffer): void;
}

/** As much of a line as tells what it is. */
const START = 120;
/** First bytes of `diff --git`, `Binary files` and `@@ `. */
const OWN = new Set([100, 66, 64]);

function understand(start: string, sections: Section[], allowance: LineAllowance): void {
  const current = sections.at(-1);
  if (start.startsWith('diff --git ')) sections.push({ hunks: [], binary: false, cut: false });
  else if (current === undefined) return;
  else if (start.startsWith('Binary files ')) current.binary = true;
  else if (start.startsWith('@@ ')) addHunk(current, headerOf(start), allowance);
}

/**
 * Splits the output of `git diff-tree -p -U0` into one section per file, in order. File names are not looked at:
 * they come from `--raw -z`, where nothing is quoted. Lines of files start with `+`, `-` or `\`, so a line that
 * starts otherwise is git's own. Only those lines are kept, whatever the size of the patch.
 */
export function patchReader(allowance: LineAllowance): PatchReader {
  const sections: Section[] = [];
  let start = '';
  let fresh = true;
  const take = (piece: Buffer) => {
    for (let at = 0; at < piece.length; ) {
      const newline = piece.indexOf(10, at);
      const end = newline === -1 ? piece.length : newline;
      const own = start !== '' || (fresh && OWN.has(piece[at] ?? 0));
      if (own && start.length < START) start += piece.toString('latin1', at, Math.min(end, at + START - start.length));
      fresh = newline !== -1;
      if (fresh && start !== '') {
        understand(start, sections, allowance);
        start = '';
      }
      at = end + 1;
    }
  };
  return { sections, take };
}
