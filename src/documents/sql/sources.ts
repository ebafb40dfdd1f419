import { clauseOf, nameAt, type Tokens, unquoted, upperAt } from './cursor.ts';
import type { JoinType, SqlClause, SqlSource } from './statement.ts';

const JOIN_WORDS: Readonly<Record<string, JoinType | undefined>> = {
  INNER: 'inner',
  LEFT: 'left',
  RIGHT: 'right',
  FULL: 'full',
  CROSS: 'cross',
  ASOF: 'asof',
  NATURAL: 'natural',
  SEMI: 'semi',
  ANTI: 'anti',
  POSITIONAL: 'positional',
};

/** What outweighs what when several words stand before JOIN. */
const WEIGHT: readonly JoinType[] = [
  'inner',
  'left',
  'right',
  'full',
  'semi',
  'anti',
  'positional',
  'cross',
  'natural',
  'asof',
];

interface Join {
  readonly type: JoinType;
  readonly next: number;
}

/** The join that begins at a token; undefined where none does. */
function joinAt(tokens: Tokens, start: number): Join | undefined {
  const lateral = upperAt(tokens, start) === 'LATERAL' && upperAt(tokens, start + 1) === 'VIEW';
  if (lateral) return { type: 'lateral view', next: start + (upperAt(tokens, start + 2) === 'OUTER' ? 3 : 2) };
  let type: JoinType = 'inner';
  for (let at = start; at < start + 5; at += 1) {
    const word = upperAt(tokens, at);
    const own = JOIN_WORDS[word];
    if (word === 'JOIN' || word === 'STRAIGHT_JOIN') return { type, next: at + 1 };
    if (word === 'APPLY' && at > start) return { type: 'apply', next: at + 1 };
    if (own !== undefined) type = WEIGHT.indexOf(own) > WEIGHT.indexOf(type) ? own : type;
    else if (word !== 'OUTER' && word !== 'GLOBAL' && word !== 'ANY') return undefined;
  }
  return undefined;
}

interface Part {
  readonly how: SqlSource['how'];
  readonly join: JoinType | undefined;
  /** Index of the first token, of the first one after the join words, and after the last one. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/** Cuts a FROM clause (its tokens after FROM) at commas and joins of its own depth. */
function partsOf(tokens: Tokens, start: number, end: number): readonly Part[] {
  const depth = tokens.depth[start];
  const parts: Part[] = [];
  let open: Omit<Part, 'end'> = { how: 'first', join: undefined, start, body: start };
  for (let at = start; at < end; ) {
    const here = tokens.depth[at] === depth;
    const join = here ? joinAt(tokens, at) : undefined;
    if (join !== undefined) {
      if (at > start) parts.push({ ...open, end: at });
      open = { how: 'join', join: join.type, start: at, body: join.next };
      at = join.next;
    } else {
      if (here && upperAt(tokens, at) === ',' && isComma(tokens, open.body, at)) {
        parts.push({ ...open, end: at });
        open = { how: 'comma', join: undefined, start: at + 1, body: at + 1 };
      }
      at += 1;
    }
  }
  return [...parts, { ...open, end }];
}

/** The comma between columns of `LATERAL VIEW explode(x) t AS a, b` and of ON does not start a table. */
function isComma(tokens: Tokens, body: number, at: number): boolean {
  return !(upperAt(tokens, body - 1) === 'VIEW' || upperAt(tokens, body - 2) === 'VIEW') && at > body;
}

/** What stands in a part: index of its first token, its kind and where to read on. */
interface Reference {
  readonly name: SqlSource['name'];
  readonly isFunction: boolean;
  /** Index of the bracket that holds a query or a join. */
  readonly bracket: number | undefined;
  readonly next: number;
}

function referenceAt(tokens: Tokens, at: number): Reference | undefined {
  if (upperAt(tokens, at) === '(') {
    return { name: undefined, isFunction: false, bracket: at, next: (tokens.closer.get(at) ?? at) + 1 };
  }
  const read = nameAt(tokens, at);
  if (read === undefined) return undefined;
  const isFunction = upperAt(tokens, read.next) === '(';
  const next = isFunction ? (tokens.closer.get(read.next) ?? read.next) + 1 : read.next;
  return { name: read.name, isFunction, bracket: undefined, next };
}

interface Tail {
  alias: string | undefined;
  on: SqlClause | undefined;
  using: SqlClause | undefined;
  sample: SqlClause | undefined;
  understood: boolean;
}

/** Time travel of BigQuery, Delta, Iceberg and Snowflake, index hints, pivots: may stand before an alias, change nothing here. */
const EXTRA = new Set([
  'FOR',
  'VERSION',
  'TIMESTAMP',
  'AT',
  'BEFORE',
  'WITH',
  'PIVOT',
  'UNPIVOT',
  'MATCH_RECOGNIZE',
  'FINAL',
  'PARTITION',
  '@',
]);

function readTail(tokens: Tokens, start: number, end: number): Tail {
  const tail: Tail = { alias: undefined, on: undefined, using: undefined, sample: undefined, understood: true };
  for (let at = start; at < end; ) {
    const word = upperAt(tokens, at);
    const token = tokens.all[at];
    if (word === 'ON') {
      tail.on = clauseOf(tokens, at, end);
      return tail;
    }
    if (['TABLESAMPLE', 'SAMPLE'].includes(word) || (word === 'USING' && upperAt(tokens, at + 1) === 'SAMPLE')) {
      at = readSample(tokens, at, end, tail);
    } else if (word === 'USING') {
      tail.using = clauseOf(tokens, at, end);
      return tail;
    } else if (word === 'AS' && tail.alias !== undefined) at += 2;
    else if (word === 'AS' || word === 'MATCH_CONDITION' || word === 'ORDINALITY') at += 1;
    else if (word === '(') at = (tokens.closer.get(at) ?? end) + 1;
    else if (EXTRA.has(word)) return { ...tail, understood: true };
    else if (
      token?.kind === 'template' ||
      (token !== undefined && tail.alias === undefined && ['word', 'quoted', 'string'].includes(token.kind))
    ) {
      if (token.kind !== 'template') tail.alias = unquoted(token);
      at += 1;
    } else if (word === ',' || (tail.alias !== undefined && upperAt(tokens, at - 1) === ',')) at += 1;
    else return { ...tail, understood: false };
  }
  return tail;
}

function readSample(tokens: Tokens, start: number, end: number, tail: Tail): number {
  let at = start + 1;
  while (at < end && !['AS', 'ON'].includes(upperAt(tokens, at)))
    at = upperAt(tokens, at) === '(' ? (tokens.closer.get(at) ?? end) + 1 : at + 1;
  // `TABLESAMPLE BERNOULLI (1) t`: a lone word after the brackets is the alias.
  if (at === end && upperAt(tokens, at - 2) === ')' && tokens.all[at - 1]?.kind === 'word') at -= 1;
  tail.sample = clauseOf(tokens, start, Math.min(at, end));
  return at;
}

/** What FROM reads, and whether all of it was understood. `start` is the token after FROM. */
export function readSources(
  tokens: Tokens,
  start: number,
  end: number,
  queryAt: ReadonlyMap<number, number>,
): { readonly sources: readonly SqlSource[]; readonly understood: boolean } {
  const sources: SqlSource[] = [];
  let understood = start < end;
  for (const part of partsOf(tokens, start, end)) {
    let at = part.body;
    const lateral = upperAt(tokens, at) === 'LATERAL';
    while (['LATERAL', 'ONLY', 'TABLE'].includes(upperAt(tokens, at)) && upperAt(tokens, at + 1) !== '') at += 1;
    const reference = referenceAt(tokens, at);
    const span = clauseOf(tokens, part.start, part.end)?.span;
    if (reference === undefined || span === undefined) {
      // A trailing `{% if %}` block is a template's, not ours.
      if (tokens.all[at]?.kind !== 'template') understood = false;
      continue;
    }
    const tail = readTail(tokens, reference.next, part.end);
    if (!tail.understood) understood = false;
    const { name, isFunction, bracket } = reference;
    const { alias, on, using, sample } = tail;
    const query = bracket === undefined ? undefined : queryAt.get(bracket);
    sources.push({ how: part.how, join: part.join, span, name, isFunction, lateral, query, alias, on, using, sample });
  }
  return { sources, understood };
}
