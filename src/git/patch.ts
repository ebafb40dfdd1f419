import type { Hunk } from '../core/snapshot.ts';

/** What the patch of one file says about lines. */
export interface PatchSection {
  readonly hunks: readonly Hunk[];
  readonly binary: boolean;
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

function hunkOf(header: string): Hunk | undefined {
  const found = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(header);
  if (found === null) return undefined;
  const [, oldStart = '0', oldLines = '1', newStart = '0', newLines = '1'] = found;
  return bareHunk(Number(oldStart), Number(oldLines), Number(newStart), Number(newLines));
}

/**
 * Splits the output of `git diff-tree -p -U0` into one section per file, in order. File names are not looked at:
 * they come from `--raw -z`, where nothing is quoted. Lines of files start with `+`, `-` or `\`, so a line that
 * starts otherwise is git's own.
 */
export function patchSections(patch: string): readonly PatchSection[] {
  const sections: { hunks: Hunk[]; binary: boolean }[] = [];
  for (let at = 0; at < patch.length; ) {
    const newline = patch.indexOf('\n', at);
    const end = newline === -1 ? patch.length : newline;
    const current = sections.at(-1);
    if (patch.startsWith('diff --git ', at)) sections.push({ hunks: [], binary: false });
    else if (patch.startsWith('Binary files ', at) && current !== undefined) current.binary = true;
    else if (patch.startsWith('@@ ', at)) {
      const hunk = hunkOf(patch.slice(at, Math.min(end, at + 100)));
      if (hunk !== undefined) current?.hunks.push(hunk);
    }
    at = end + 1;
  }
  return sections;
}
