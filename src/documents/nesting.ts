/**
 * Deepest nesting that a recursive parser is handed. Near the end of the stack the engine does not throw but aborts the
 * process when a regular expression is compiled there, so a guard after the fact is none.
 */
export const DEEPEST = 400;

const OPENS = new Set([0x5b, 0x7b]);
const CLOSES = new Set([0x5d, 0x7d]);

interface Depth {
  /** Open brackets. */
  brackets: number;
  /** Indentations of the blocks that are open. */
  readonly blocks: number[];
}

/** Blanks, and the marks of sequences and keys that begin further blocks on the same line: `- - ? - x`. */
function prefix(text: string, start: number, end: number): { readonly indent: number; readonly marks: number } {
  let marks = 0;
  let at = start;
  for (; at < end; at += 1) {
    const character = text[at];
    const next = text[at + 1];
    if (character === ' ' || character === '\t') continue;
    const mark =
      (character === '-' || character === '?' || character === ':') &&
      (next === ' ' || next === '\t' || next === '\n' || at + 1 === end);
    if (!mark) break;
    marks += 1;
  }
  return { indent: at - start, marks };
}

function enterLine(depth: Depth, text: string, start: number, end: number): number {
  const { indent, marks } = prefix(text, start, end);
  if (start + indent >= end) return depth.blocks.length;
  while ((depth.blocks.at(-1) ?? -1) > indent) depth.blocks.pop();
  if ((depth.blocks.at(-1) ?? -1) < indent) depth.blocks.push(indent);
  return depth.blocks.length + marks;
}

/**
 * True when brackets or indented blocks of YAML, JSON or TOML may nest deeper than `limit`. Counts brackets in strings
 * too, so it may say yes of a file that is only odd, never no of one that is deep. Linear in the text.
 */
export function nestsDeeper(text: string, limit: number = DEEPEST): boolean {
  const depth: Depth = { brackets: 0, blocks: [] };
  let start = 0;
  while (start <= text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    if (enterLine(depth, text, start, end) > limit) return true;
    for (let at = start; at < end; at += 1) {
      const code = text.charCodeAt(at);
      if (OPENS.has(code)) depth.brackets += 1;
      else if (CLOSES.has(code)) depth.brackets = Math.max(0, depth.brackets - 1);
      if (depth.brackets > limit) return true;
    }
    start = end + 1;
  }
  return false;
}
