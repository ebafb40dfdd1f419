/** A part of a Markdown text that may lose rows, but never half a row. */
export interface Block {
  /** Stands when at least one row does, or where there are no rows to have. */
  readonly head: string;
  readonly rows: readonly string[];
  readonly tail: string;
  /** Says that this many rows were left out. */
  readonly left: (count: number) => string;
}

const encoder = new TextEncoder();

export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** Largest part of the whole that one block may take before every other has had its turn. */
const FIRST_SHARE = 0.55;

/**
 * Joins the blocks within `budget` bytes of UTF-8. Earlier blocks come first when room is short; what cannot even say
 * that something is missing is left out from the end.
 */
export function fit(blocks: readonly Block[], budget: number): string {
  let kept = blocks;
  while (kept.length > 0 && frameOf(kept) > budget) kept = kept.slice(0, -1);
  const taken = kept.map(() => 0);
  let room = budget - frameOf(kept);
  for (const most of [budget * FIRST_SHARE, Number.POSITIVE_INFINITY]) {
    kept.forEach((block, index) => {
      const start = taken[index] ?? 0;
      const count = countFitting(block.rows, start, Math.min(room, most));
      for (const row of block.rows.slice(start, start + count)) room -= bytesOf(row) + 1;
      taken[index] = start + count;
    });
  }
  return kept.map((block, index) => drawn(block, taken[index] ?? 0)).join('\n\n');
}

/** Bytes that the blocks take with no row at all. */
function frameOf(blocks: readonly Block[]): number {
  return blocks.reduce(
    (sum, { head, tail, left, rows }) => sum + bytesOf(head) + bytesOf(tail) + bytesOf(left(rows.length)) + 8,
    0,
  );
}

function countFitting(rows: readonly string[], from: number, room: number): number {
  let used = 0;
  let count = 0;
  for (const row of rows.slice(from)) {
    used += bytesOf(row) + 1;
    if (used > room) break;
    count += 1;
  }
  return count;
}

function drawn({ head, rows, tail, left }: Block, count: number): string {
  const missing = rows.length - count;
  const body = [head, ...rows.slice(0, count)].filter((part) => part !== '').join('\n');
  return [body, missing === 0 ? '' : left(missing), tail].filter((part) => part !== '').join('\n\n');
}
