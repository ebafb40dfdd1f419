import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import { ancestor, type PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { parseSqlText, type SqlStatement } from '../../documents/sql.ts';
import { type Call, calls } from '../python/calls.ts';
import { type StringPart, stringParts } from '../python/strings.ts';
import { typeOf } from '../python/types.ts';

/** SQL in a string that the code hands to a database. */
export interface EmbeddedSql {
  readonly call: Call;
  /** The expression that makes the string. */
  readonly node: PyNode;
  readonly statements: readonly SqlStatement[];
  /** The part of the Python document that a span of the SQL text was written as; the whole string where it has escapes. */
  readonly toDocument: (span: Span) => Span;
  readonly parts: readonly StringPart[];
}

const EXECUTING = new Set([
  'execute',
  'executemany',
  'executescript',
  'sql',
  'raw',
  'run_sql',
  'query',
  'read_sql',
  'read_sql_query',
  'read_gbq',
  'fetch',
  'fetchall',
  'fetchrow',
  'text',
  'scalar',
  'scalars',
]);
/** Methods of Airflow's hooks; elsewhere `run` is anything. */
const HOOK_METHODS = new Set(['run', 'get_records', 'get_first', 'get_pandas_df', 'get_df']);
const FUNCTIONS = /^(pandas\.read_(sql|sql_query|gbq)|sqlalchemy\.(sql\.)?text|polars\.read_database)$/;
const OPENS =
  /^\s*(--[^\n]*\n\s*|\/\*[\s\S]{0,2000}?\*\/\s*|\()*(select|with|insert|update|delete|merge|truncate|drop|create|alter|replace)\b/i;

/** `{}` for what is only known when the code runs; the tokenizer takes it for a template. */
const HOLE = '{hole}';

interface Piece extends Span {
  readonly source: PyNode;
  readonly faithful: boolean;
}

function mapping(document: PythonDocument, node: PyNode, parts: readonly StringPart[]): (span: Span) => Span {
  const pieces: Piece[] = [];
  let at = 0;
  for (const part of parts) {
    const text = 'text' in part ? part.text : HOLE;
    const faithful = 'text' in part && document.text.slice(part.node.start, part.node.end) === part.text;
    pieces.push({ start: at, end: at + text.length, source: part.node, faithful });
    at += text.length;
  }
  return ({ start, end }) => {
    const first = pieces.find((piece) => start >= piece.start && start < piece.end);
    const last = pieces.find((piece) => end > piece.start && end <= piece.end);
    if (first === undefined || last === undefined || !first.faithful || !last.faithful)
      return { start: node.start, end: node.end };
    return { start: first.source.start + start - first.start, end: last.source.start + end - last.start };
  };
}

function sqlOf(document: PythonDocument, call: Call): EmbeddedSql | undefined {
  const node = call.args[0] ?? call.keywords.get('sql') ?? call.keywords.get('query') ?? call.keywords.get('statement');
  if (node === undefined) return undefined;
  const parts = stringParts(document, node);
  if (parts === undefined) return undefined;
  const text = parts.map((part) => ('text' in part ? part.text : HOLE)).join('');
  if (!OPENS.test(text.slice(0, 4_000))) return undefined;
  return { call, node, parts, statements: parseSqlText(text).statements, toDocument: mapping(document, node, parts) };
}

const isHook = (document: PythonDocument, { receiver }: Call): boolean =>
  receiver !== undefined &&
  /Hook\(\)$|^\w*hook$/i.test(typeOf(document, receiver) ?? document.text.slice(receiver.start, receiver.end));

/** Every string that a call hands to a database, once: `execute(text("…"))` counts for `execute`. */
export const embeddedSql: (document: PythonDocument) => readonly EmbeddedSql[] = fact((document) => {
  const seen = new Set<PyNode>();
  return calls(document).flatMap((call) => {
    const executing =
      call.method !== undefined
        ? EXECUTING.has(call.method) || (HOOK_METHODS.has(call.method) && isHook(document, call))
        : call.names.some((name) => FUNCTIONS.test(name));
    if (!executing && !call.names.some((name) => FUNCTIONS.test(name))) return [];
    const found = sqlOf(document, call);
    if (found === undefined || seen.has(found.node) || ancestor(found.node, 'lambda') !== undefined) return [];
    seen.add(found.node);
    return [found];
  });
});
