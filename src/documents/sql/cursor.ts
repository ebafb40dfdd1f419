import type { SqlClause, SqlName } from './statement.ts';
import { type SqlToken, touch } from './tokens.ts';

/** The tokens of a statement without comments, and the brackets around each of them. */
export interface Tokens {
  readonly all: readonly SqlToken[];
  /** Number of open brackets around the token; a bracket counts as outside of itself. */
  readonly depth: readonly number[];
  /** Index of the innermost open bracket; -1 outside of all. */
  readonly opener: readonly number[];
  /** Index of the closing bracket of an opening one; the number of tokens where none comes. */
  readonly closer: ReadonlyMap<number, number>;
  /** The other way round; brackets that nothing opened are absent. */
  readonly opening: ReadonlyMap<number, number>;
  /** The last word among SECTIONS before the token, within the same brackets. */
  readonly section: readonly string[];
  readonly balanced: boolean;
}

const SECTIONS = new Set(['SELECT', 'FROM', 'JOIN', 'WHERE', 'BY', 'ON', 'HAVING', 'SET', 'VALUES']);

export function bracketed(all: readonly SqlToken[]): Tokens {
  const depth: number[] = [];
  const opener: number[] = [];
  const closer = new Map<number, number>();
  const opening = new Map<number, number>();
  const open: number[] = [];
  const section: string[] = [];
  const sections: string[] = [''];
  let balanced = true;
  all.forEach(({ upper }, at) => {
    if (upper === ')') {
      const from = open.pop();
      if (from === undefined) balanced = false;
      else {
        closer.set(from, at);
        opening.set(at, from);
        sections.pop();
      }
    }
    depth.push(open.length);
    opener.push(open.at(-1) ?? -1);
    section.push(sections.at(-1) ?? '');
    if (SECTIONS.has(upper)) sections[sections.length - 1] = upper;
    if (upper === '(') {
      open.push(at);
      sections.push('');
    }
  });
  for (const from of open) closer.set(from, all.length);
  return { all, depth, opener, closer, opening, section, balanced: balanced && open.length === 0 };
}

export const upperAt = ({ all }: Tokens, at: number): string => all[at]?.upper ?? '';

/** The clause of the tokens from `start` up to `end`, which is left out; undefined when there is none. */
export function clauseOf({ all }: Tokens, start: number, end: number): SqlClause | undefined {
  const tokens = all.slice(start, end);
  const first = tokens[0];
  const last = tokens.at(-1);
  return first === undefined || last === undefined
    ? undefined
    : { span: { start: first.start, end: last.end }, tokens };
}

/** Words that end a name or cannot be one without quotes. */
export const RESERVED = new Set(
  'SELECT FROM WHERE GROUP HAVING QUALIFY ORDER LIMIT OFFSET FETCH WINDOW UNION INTERSECT EXCEPT MINUS ON USING JOIN INNER LEFT RIGHT FULL CROSS NATURAL ASOF SEMI ANTI POSITIONAL OUTER LATERAL SET VALUES AS WITH INTO AND OR NOT CASE WHEN THEN ELSE END TABLESAMPLE FOR CLUSTER DISTRIBUTE SORT RETURNING WHEN INSERT UPDATE DELETE MERGE CREATE DROP ALTER TRUNCATE IF GLOBAL ANY'.split(
    ' ',
  ),
);

const isPart = (token: SqlToken): boolean =>
  token.kind === 'quoted' ||
  token.kind === 'template' ||
  token.kind === 'parameter' ||
  (token.kind === 'word' && !RESERVED.has(token.upper));

export interface ReadName {
  readonly name: SqlName;
  readonly next: number;
}

/** The name that starts at a token: parts joined by dots, and parts that touch (`t_{{ day }}`). */
export function nameAt({ all }: Tokens, start: number): ReadName | undefined {
  const first = all[start];
  // A string is the name of a file for DuckDB and Spark.
  if (first === undefined || !(isPart(first) || first.kind === 'string') || first.text.startsWith('{%'))
    return undefined;
  let at = start + 1;
  for (let next = all[at]; next !== undefined; next = all[at]) {
    const before = all[at - 1];
    const dotted = before?.upper === '.';
    const glued = touch(before, next) && before?.kind !== 'string';
    if (next.upper === '.' && !dotted) at += 1;
    else if (dotted && (next.kind === 'word' || isPart(next))) at += 1;
    else if (glued && (isPart(next) || next.kind === 'number' || next.upper === '-' || next.upper === '$')) at += 1;
    else break;
  }
  const tokens = all.slice(start, at);
  return { name: nameOf(tokens), next: at };
}

function nameOf(tokens: readonly SqlToken[]): SqlName {
  const parts: string[] = [''];
  for (const token of tokens) {
    if (token.upper === '.') parts.push('');
    else parts.push(`${parts.pop() ?? ''}${unquoted(token)}`);
  }
  // `project.dataset.table` in one pair of backquotes is three parts.
  const all = parts.flatMap((part) => (part.includes('{') ? [part] : part.split('.')));
  const span = { start: tokens[0]?.start ?? 0, end: tokens.at(-1)?.end ?? 0 };
  const open = tokens.some(({ kind, text }) => kind === 'template' || kind === 'parameter' || text.includes('{'));
  return { text: all.join('.'), parts: all, span, open };
}

/** The text of a name's part without its quotes. */
export function unquoted({ kind, text }: SqlToken): string {
  if (kind === 'quoted') return text.slice(1, -1);
  return kind === 'string' ? text.replace(/^[^']*'|'$/g, '') : text;
}
