import type { Span } from '../../core/location.ts';
import { bracketed, clauseOf, nameAt, type Tokens, upperAt } from './cursor.ts';
import { readQuery } from './query.ts';
import type { SqlClause, SqlKind, SqlName, SqlQuery, SqlStatement } from './statement.ts';
import type { SqlToken } from './tokens.ts';

const KINDS: Readonly<Record<string, SqlKind>> = {
  SELECT: 'select',
  INSERT: 'insert',
  REPLACE: 'insert',
  UPDATE: 'update',
  DELETE: 'delete',
  MERGE: 'merge',
  TRUNCATE: 'truncate',
  CREATE: 'create',
  DROP: 'drop',
  ALTER: 'alter',
};

/** Brackets in brackets that are followed; what lies deeper is not read. Keeps hostile nesting from costing a square. */
const MAX_DEPTH = 100;

/** Index of the word that says what the statement does; past `WITH ...`, brackets and leading templates. */
function verbAt(tokens: Tokens): number {
  let at = 0;
  while (tokens.all[at]?.kind === 'template' || ['(', 'EXPLAIN', 'ANALYZE'].includes(upperAt(tokens, at))) at += 1;
  if (upperAt(tokens, at) !== 'WITH') return at;
  const depth = tokens.depth[at];
  const main = tokens.all.findIndex(
    ({ upper }, index) =>
      index > at && tokens.depth[index] === depth && ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(upper),
  );
  return main === -1 ? at : main;
}

interface Cte {
  readonly name: string;
  readonly span: Span;
}

/** The common table expression that a bracket holds; undefined for every other bracket. */
function cteAt(tokens: Tokens, bracket: number): Cte | undefined {
  let at = bracket - 1;
  if (upperAt(tokens, at) === 'MATERIALIZED') at -= upperAt(tokens, at - 1) === 'NOT' ? 2 : 1;
  if (upperAt(tokens, at) !== 'AS') return undefined;
  at -= 1;
  if (upperAt(tokens, at) === ')') at = (tokens.opening.get(at) ?? at) - 1;
  const name = nameAt(tokens, at)?.name;
  const before = upperAt(tokens, at - 1);
  const template = tokens.all[at - 1]?.kind === 'template';
  if (name === undefined || !(before === ',' || before === 'WITH' || before === 'RECURSIVE' || template))
    return undefined;
  return { name: name.text, span: name.span };
}

/** What a SELECT is for, from the bracket it stands in. */
function placeOf(tokens: Tokens, select: number, ctes: ReadonlyMap<number, Cte>): Pick<SqlQuery, 'role' | 'cte'> {
  let bracket = tokens.opener[select] ?? -1;
  for (let level = 0; bracket !== -1 && level < MAX_DEPTH; level += 1) {
    const cte = ctes.get(bracket);
    if (cte !== undefined) return { role: 'cte', cte: cte.name };
    const before = upperAt(tokens, bracket - 1);
    if (['FROM', 'JOIN', 'LATERAL', 'APPLY', 'USING'].includes(before)) return { role: 'from', cte: undefined };
    // `FROM a JOIN b ON x, (SELECT ...)`: no comma belongs to ON.
    const listed = before === ',' && ['FROM', 'JOIN', 'ON'].includes(tokens.section[bracket] ?? '');
    if (listed) return { role: 'from', cte: undefined };
    const whole =
      bracket === 0 ||
      ['(', 'AS', 'ALL', 'UNION', 'EXCEPT', 'INTERSECT', 'DISTINCT'].includes(before) ||
      isTarget(tokens, bracket);
    if (!whole) return { role: 'expression', cte: undefined };
    bracket = tokens.opener[bracket] ?? -1;
  }
  return { role: 'outer', cte: undefined };
}

/** `INSERT INTO t (a) (SELECT ...)` and `CREATE TABLE t (SELECT ...)`: no clause began before the bracket. */
function isTarget(tokens: Tokens, bracket: number): boolean {
  const before = upperAt(tokens, bracket - 1);
  return (
    tokens.opener[bracket] === -1 && tokens.section[bracket] === '' && !['IN', 'EXISTS', '=', 'IF'].includes(before)
  );
}

function readQueries(tokens: Tokens): { readonly queries: readonly SqlQuery[]; readonly ctes: readonly Cte[] } {
  const ctes = new Map<number, Cte>();
  const selects: number[] = [];
  tokens.all.forEach(({ upper }, at) => {
    if (upper === '(') {
      const cte = cteAt(tokens, at);
      if (cte !== undefined) ctes.set(at, cte);
    }
    if (upper === 'SELECT' && upperAt(tokens, at - 1) !== '.' && (tokens.depth[at] ?? 0) < MAX_DEPTH) selects.push(at);
  });
  const queryAt = new Map<number, number>();
  selects.forEach((select, number) => {
    const bracket = tokens.opener[select] ?? -1;
    if (!queryAt.has(bracket)) queryAt.set(bracket, number);
  });
  const queries = selects.map((select) => readQuery(tokens, select, placeOf(tokens, select, ctes), queryAt));
  return { queries, ctes: [...ctes.values()] };
}

interface Head {
  readonly object: string | undefined;
  readonly targets: readonly SqlName[];
  readonly words: ReadonlySet<string>;
  readonly next: number;
}

const OBJECTS = new Set(
  'TABLE VIEW INDEX SCHEMA DATABASE FUNCTION PROCEDURE TRIGGER TYPE SEQUENCE COLUMN EXTENSION ROLE USER MODEL STAGE STREAM TASK POLICY DICTIONARY CATALOG'.split(
    ' ',
  ),
);
const BEFORE_TARGET = new Set(
  'OR REPLACE TEMP TEMPORARY GLOBAL LOCAL TRANSIENT UNLOGGED EXTERNAL MATERIALIZED IF NOT EXISTS ONLY CONCURRENTLY INTO FROM OVERWRITE IGNORE LOW_PRIORITY UNIQUE FOREIGN VIRTUAL DYNAMIC RECURSIVE SECURE ABORT FAIL ROLLBACK'.split(
    ' ',
  ),
);

/** The words between the verb and the names, and the names. */
function readHead(tokens: Tokens, verb: number): Head {
  const words = new Set<string>();
  let object: string | undefined;
  let at = verb + 1;
  for (; ; at += 1) {
    const word = upperAt(tokens, at);
    if (OBJECTS.has(word) && object === undefined) object = word;
    else if (!BEFORE_TARGET.has(word)) break;
    words.add(word);
  }
  const targets: SqlName[] = [];
  for (let read = nameAt(tokens, at); read !== undefined; read = nameAt(tokens, at)) {
    targets.push(read.name);
    at = read.next;
    if (upperAt(tokens, at) !== ',') break;
    at += 1;
  }
  return { object, targets, words, next: at };
}

/** The first clause at the statement's own depth that begins with a word. */
function clauseFrom(tokens: Tokens, from: number, ...begin: readonly string[]): SqlClause | undefined {
  const depth = tokens.depth[from - 1] ?? 0;
  const at = tokens.all.findIndex(
    (_, index) =>
      index >= from && tokens.depth[index] === depth && begin.every((word, by) => upperAt(tokens, index + by) === word),
  );
  if (at === -1) return undefined;
  const end = tokens.all.findIndex(
    ({ upper }, index) =>
      index > at && tokens.depth[index] === depth && ['RETURNING', 'LIMIT', 'ORDER', 'OPTION'].includes(upper),
  );
  return clauseOf(tokens, at, end === -1 ? tokens.all.length : end);
}

function actionsOf(tokens: Tokens, from: number): readonly SqlClause[] {
  const actions: SqlClause[] = [];
  let start = from;
  for (let at = from; at <= tokens.all.length; at += 1) {
    if (at < tokens.all.length && !(upperAt(tokens, at) === ',' && tokens.depth[at] === 0)) continue;
    const clause = clauseOf(tokens, start, at);
    if (clause !== undefined) actions.push(clause);
    start = at + 1;
  }
  return actions;
}

/** Words after which a template stands for a name or a value. */
const VALUE_NEXT = new Set(
  'FROM JOIN INTO UPDATE TABLE VIEW EXISTS ONLY SELECT BY AS IN LIKE BETWEEN AND THEN ELSE WHEN LIMIT OFFSET VALUES DATE TIMESTAMP INTERVAL SET USING DISTINCT'.split(
    ' ',
  ),
);

/** A template that may hold clauses: a control block, or an expression where neither a name nor a value is wanted. */
function mayAddClauses({ all }: Tokens): boolean {
  return all.some((token, at) => {
    if (token.kind !== 'template') return false;
    if (/^\{%-?\s*(?:if|elif|else|for|macro|call|block|include|endif|endfor)/.test(token.text)) return true;
    if (token.text.startsWith('{%') || at === 0) return false;
    const before = all[at - 1];
    const after = all[at + 1];
    const glued = before?.end === token.start || after?.start === token.end;
    const wanted = before?.kind === 'mark' ? before.upper !== ')' : VALUE_NEXT.has(before?.upper ?? '');
    return !(wanted || glued) && before?.kind !== 'template';
  });
}

type Flags = Pick<SqlStatement, 'object' | 'ifExists' | 'ifNotExists' | 'temporary' | 'orReplace' | 'overwrite'>;

function flagsOf(kind: SqlKind, verb: string, { words, object, targets }: Head): Flags {
  const materialized = object === 'VIEW' && words.has('MATERIALIZED');
  const guarded = words.has('EXISTS');
  return {
    object: materialized ? 'MATERIALIZED VIEW' : (object ?? (kind === 'truncate' ? 'TABLE' : undefined)),
    ifExists: guarded && !words.has('NOT'),
    ifNotExists: guarded && words.has('NOT'),
    temporary: words.has('TEMP') || words.has('TEMPORARY') || targets.some((name) => name.text.startsWith('#')),
    orReplace: kind === 'create' && words.has('REPLACE'),
    overwrite: kind === 'insert' && (words.has('OVERWRITE') || words.has('REPLACE') || verb === 'REPLACE'),
  };
}

function conflictOf(tokens: Tokens, from: number): SqlClause | undefined {
  return clauseFrom(tokens, from, 'ON', 'CONFLICT') ?? clauseFrom(tokens, from, 'ON', 'DUPLICATE');
}

const NO_HEAD = { object: undefined, targets: [], words: new Set<string>() } as const;

/** Reads one statement from its tokens (without comments, at least one). Never throws. */
export function readStatement(own: readonly SqlToken[]): SqlStatement {
  const tokens = bracketed(own);
  const verb = verbAt(tokens);
  const word = upperAt(tokens, verb);
  const kind = (Object.hasOwn(KINDS, word) ? KINDS[word] : undefined) ?? 'other';
  const headless = kind === 'select' || kind === 'other';
  const head: Head = headless ? { ...NO_HEAD, next: verb } : readHead(tokens, verb);
  const { queries, ctes } = readQueries(tokens);
  const open = !tokens.balanced || mayAddClauses(tokens);
  const named = kind === 'select' || head.targets.length > 0;
  const clear = named && queries.every((query) => query.understood);
  return {
    kind,
    span: clauseOf(tokens, 0, own.length)?.span ?? { start: 0, end: 0 },
    tokens: own,
    targets: head.targets,
    ...flagsOf(kind, word, head),
    onConflict: kind === 'insert' ? conflictOf(tokens, head.next) : undefined,
    where: kind === 'delete' || kind === 'update' ? clauseFrom(tokens, head.next, 'WHERE') : undefined,
    actions: kind === 'alter' ? actionsOf(tokens, head.next) : [],
    queries,
    ctes,
    open,
    confidence: open || !clear ? 'low' : 'high',
  };
}
