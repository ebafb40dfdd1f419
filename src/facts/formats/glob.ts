/** One segment of a path against a pattern with `*` and `?`, without backtracking over more than one star at a time. */
function segmentFits(pattern: string, text: string): boolean {
  let star = -1;
  let mark = 0;
  let p = 0;
  let t = 0;
  while (t < text.length) {
    if (p < pattern.length && (pattern[p] === '?' || (pattern[p] === text[t] && pattern[p] !== '*'))) {
      p += 1;
      t += 1;
    } else if (pattern[p] === '*') {
      star = p;
      mark = t;
      p += 1;
    } else if (star !== -1) {
      p = star + 1;
      mark += 1;
      t = mark;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** `{a,b}` written out; at most 64 patterns. */
function alternatives(pattern: string): readonly string[] {
  let found = [pattern];
  for (let round = 0; round < 6; round += 1) {
    const next = found.flatMap((each) => {
      const match = /\{([^{}]*)\}/.exec(each);
      return match === null
        ? [each]
        : (match[1] ?? '')
            .split(',')
            .map((part) => each.slice(0, match.index) + part + each.slice(match.index + match[0].length));
    });
    if (next.length === found.length || next.length > 64) break;
    found = next;
  }
  return found;
}

/** How many of the path's first parts the pattern's parts may have taken, from left to right. */
function pathFits(parts: readonly string[], path: readonly string[]): boolean {
  let reached = new Set([0]);
  for (const part of parts) {
    const next = new Set<number>();
    for (const at of reached) {
      if (part === '**') for (let to = at; to <= path.length; to += 1) next.add(to);
      else if (at < path.length && segmentFits(part, path[at] ?? '')) next.add(at + 1);
    }
    if (next.size === 0) return false;
    reached = next;
  }
  return reached.has(path.length);
}

/** Matches paths of the repository against a glob with `*`, `?`, `**` and `{a,b}`. Linear in pattern times path. */
export function globMatcher(glob: string): (path: string) => boolean {
  const patterns = alternatives(glob).map((each) => each.split('/').filter((part) => part !== '' && part !== '.'));
  return (path) => {
    const parts = path.split('/');
    return patterns.some((pattern) => pathFits(pattern, parts));
  };
}
