import { clauseOf, nameAt, RESERVED, type Tokens, unquoted, upperAt } from './cursor.ts';
import { readSources } from './sources.ts';
import type { SelectItem, SqlClause, SqlQuery } from './statement.ts';
import type { SqlToken } from './tokens.ts';

type ClauseName = 'FROM' | 'WHERE' | 'GROUP' | 'HAVING' | 'QUALIFY' | 'ORDER' | 'LIMIT' | 'INTO' | 'OTHER';

const CLAUSES: Readonly<Record<string, ClauseName>> = {
  FROM: 'FROM',
  WHERE: 'WHERE',
  PREWHERE: 'WHERE',
  GROUP: 'GROUP',
  HAVING: 'HAVING',
  QUALIFY: 'QUALIFY',
  ORDER: 'ORDER',
  LIMIT: 'LIMIT',
  FETCH: 'LIMIT',
  INTO: 'INTO',
  OFFSET: 'OTHER',
  WINDOW: 'OTHER',
  CLUSTER: 'OTHER',
  DISTRIBUTE: 'OTHER',
  SORT: 'OTHER',
  RETURNING: 'OTHER',
};

const FOLLOWED_BY_BY = new Set(['GROUP', 'ORDER', 'CLUSTER', 'DISTRIBUTE', 'SORT']);
const SET_OPERATORS = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'MINUS']);

/** Whether SELECT ends at a set operator; `* EXCEPT (a)` is a list of columns. */
function isSetOperator(tokens: Tokens, at: number): boolean {
  const word = upperAt(tokens, at);
  if (!SET_OPERATORS.has(word)) return false;
  const next = upperAt(tokens, at + 1);
  if (word === 'MINUS' || word === 'UNION' || word === 'INTERSECT')
    return (
      next === 'SELECT' ||
      next === '(' ||
      next === 'ALL' ||
      next === 'DISTINCT' ||
      next === 'FROM' ||
      next === 'WITH' ||
      next === 'BY'
    );
  return upperAt(tokens, at - 1) !== '*' && ['SELECT', 'ALL', 'DISTINCT', '(', 'WITH'].includes(next);
}

/** The clause that a keyword begins; undefined for the same word in another role. */
function clauseAt(tokens: Tokens, at: number): ClauseName | undefined {
  const word = upperAt(tokens, at);
  const name = Object.hasOwn(CLAUSES, word) ? CLAUSES[word] : undefined;
  const before = upperAt(tokens, at - 1);
  if (name === undefined || before === '.' || before === 'AS' || upperAt(tokens, at + 1) === '.') return undefined;
  if (FOLLOWED_BY_BY.has(word)) return upperAt(tokens, at + 1) === 'BY' && before !== 'WITHIN' ? name : undefined;
  if (word === 'FROM' && before === 'DISTINCT' && ['IS', 'NOT'].includes(upperAt(tokens, at - 2))) return undefined;
  if (word === 'OFFSET' || word === 'WINDOW' || word === 'INTO')
    return upperAt(tokens, at + 1) === ',' ? undefined : name;
  return name;
}

interface Cut {
  readonly name: ClauseName;
  readonly start: number;
}

/** Index after the last token of the SELECT, and where its clauses begin. */
function cutQuery(tokens: Tokens, select: number): { readonly cuts: readonly Cut[]; readonly end: number } {
  const depth = tokens.depth[select] ?? 0;
  const cuts: Cut[] = [];
  let end = select + 1;
  for (; end < tokens.all.length; end += 1) {
    const at = tokens.depth[end] ?? 0;
    if (at > depth) continue;
    if (at < depth || isSetOperator(tokens, end) || endsInsert(tokens, end) || upperAt(tokens, end) === 'SELECT') break;
    const name = clauseAt(tokens, end);
    if (name !== undefined) cuts.push({ name, start: end });
  }
  return { cuts, end };
}

/** Reads the SELECT at a token. `queryAt` tells the number of the query right after an opening bracket. */
export function readQuery(
  tokens: Tokens,
  select: number,
  place: Pick<SqlQuery, 'role' | 'cte'>,
  queryAt: ReadonlyMap<number, number>,
): SqlQuery {
  const { cuts, end } = cutQuery(tokens, select);
  const clause = (wanted: ClauseName): { readonly start: number; readonly end: number } | undefined => {
    const at = cuts.findIndex((cut) => cut.name === wanted);
    const cut = cuts[at];
    return cut && { start: cut.start, end: cuts[at + 1]?.start ?? end };
  };
  const written = (wanted: ClauseName): SqlClause | undefined => {
    const found = clause(wanted);
    return found && clauseOf(tokens, found.start, found.end);
  };
  const head = readHead(tokens, select + 1, cuts[0]?.start ?? end);
  const from = clause('FROM');
  const into = clause('INTO');
  return {
    ...place,
    ...head,
    ...(from === undefined
      ? { sources: [], understood: true }
      : readSources(tokens, from.start + 1, from.end, queryAt)),
    span: clauseOf(tokens, select, end)?.span ?? { start: 0, end: 0 },
    into: into && nameAt(tokens, into.start + (upperAt(tokens, into.start + 1) === 'TABLE' ? 2 : 1))?.name,
    where: written('WHERE'),
    groupBy: written('GROUP'),
    having: written('HAVING'),
    qualify: written('QUALIFY'),
    orderBy: written('ORDER'),
    limit: written('LIMIT') ?? head.limit,
  };
}

/** `INSERT ... SELECT ... ON CONFLICT` and `... ON DUPLICATE KEY` are the insert's. */
function endsInsert(tokens: Tokens, at: number): boolean {
  return upperAt(tokens, at) === 'ON' && ['CONFLICT', 'DUPLICATE'].includes(upperAt(tokens, at + 1));
}

function readHead(tokens: Tokens, start: number, end: number): Pick<SqlQuery, 'distinct' | 'items' | 'limit'> {
  let at = start;
  let distinct = false;
  let limit: SqlClause | undefined;
  for (; at < end; at += 1) {
    const word = upperAt(tokens, at);
    if (word === 'DISTINCT') {
      distinct = true;
      if (upperAt(tokens, at + 1) === 'ON' && upperAt(tokens, at + 2) === '(') at = tokens.closer.get(at + 2) ?? at + 2;
    } else if (word === 'TOP' && (tokens.all[at + 1]?.kind === 'number' || upperAt(tokens, at + 1) === '(')) {
      const last = upperAt(tokens, at + 1) === '(' ? (tokens.closer.get(at + 1) ?? at + 1) : at + 1;
      limit = clauseOf(tokens, at, last + 1);
      at = last;
    } else if (word !== 'ALL' && !(word === 'AS' && ['STRUCT', 'VALUE'].includes(upperAt(tokens, at + 1)))) break;
    else if (word === 'AS') at += 1;
  }
  return { distinct, items: readItems(tokens, at, end), limit };
}

function readItems(tokens: Tokens, start: number, end: number): readonly SelectItem[] {
  const depth = tokens.depth[start];
  const items: SelectItem[] = [];
  let from = start;
  // Square and curly brackets hold commas of their own.
  let inside = 0;
  for (let at = start; at <= end; at += 1) {
    const mark = upperAt(tokens, at);
    if (mark === '[' || mark === '{') inside += 1;
    if (mark === ']' || mark === '}') inside = Math.max(0, inside - 1);
    const cut = at === end || (mark === ',' && tokens.depth[at] === depth && inside === 0);
    if (!cut) continue;
    const clause = clauseOf(tokens, from, at);
    if (clause !== undefined) items.push(itemOf(tokens, from, at, clause));
    from = at + 1;
  }
  return items;
}

function itemOf(tokens: Tokens, start: number, end: number, { span, tokens: own }: SqlClause): SelectItem {
  const name = nameAt(tokens, start);
  const starAt = upperAt(tokens, start) === '*' ? start : name?.name.text.endsWith('.') ? name.next : -1;
  const star = starAt !== -1 && starAt < end && upperAt(tokens, starAt) === '*';
  return {
    span,
    text: own.map((token) => token.text).join(' '),
    star,
    qualifier: star && starAt > start ? name?.name.parts.slice(0, -1).join('.') : undefined,
    narrowed: star && ['EXCEPT', 'EXCLUDE', 'REPLACE', 'RENAME', 'ILIKE'].includes(upperAt(tokens, starAt + 1)),
    name: star ? undefined : columnName(own),
  };
}

/** What can stand before an alias without AS: the end of an expression. */
const ENDS_EXPRESSION = new Set(['.', 'AS', ')', ']', '}', 'END']);

function columnName(own: readonly SqlToken[]): string | undefined {
  const last = own.at(-1);
  const before = own.at(-2);
  if (last === undefined || !(last.kind === 'quoted' || (last.kind === 'word' && !RESERVED.has(last.upper))))
    return undefined;
  const ends = before === undefined || ENDS_EXPRESSION.has(before.upper) || before.kind !== 'mark';
  return ends ? unquoted(last) : undefined;
}
