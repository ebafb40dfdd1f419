import type { Span } from '../core/location.ts';
import type { Damage, DocumentBase } from './document.ts';
import { baseOf, type TextSource } from './source.ts';
import { readStatement } from './sql/read.ts';
import type { SqlStatement } from './sql/statement.ts';
import { type SqlToken, sqlTokens } from './sql/tokens.ts';

export type {
  JoinType,
  SelectItem,
  SqlClause,
  SqlKind,
  SqlName,
  SqlQuery,
  SqlSource,
  SqlStatement,
} from './sql/statement.ts';
export type { SqlToken } from './sql/tokens.ts';

/** SQL of any dialect as far as it can be read without knowing which. Spans count in the text that was given. */
export interface SqlText {
  readonly statements: readonly SqlStatement[];
  readonly comments: readonly { readonly span: Span; readonly text: string }[];
  readonly damage: readonly Damage[];
}

export interface SqlDocument extends DocumentBase, Omit<SqlText, 'damage'> {
  readonly kind: 'sql';
  /** The file holds Jinja or other placeholders; each statement says whether they may add to it. */
  readonly template: boolean;
}

/** More tokens than any statement that people write; what comes after is not read. */
const MAX_TOKENS = 100_000;

/** A semicolon, or the `GO` of SQL Server, alone on its line. */
function endsStatement({ upper, start, end }: SqlToken, text: string): boolean {
  if (upper === ';') return true;
  if (upper !== 'GO') return false;
  return (
    /(^|\n)[ \t]*$/.test(text.slice(Math.max(0, start - 100), start)) &&
    /^[ \t]*\r?(\n|$)/.test(text.slice(end, end + 100))
  );
}

/** Splits and reads SQL, also a string found in other code. Never throws; text that is no SQL gives statements of kind `other`. */
export function parseSqlText(text: string): SqlText {
  const { tokens, damage } = sqlTokens(text);
  const comments: { span: Span; text: string }[] = [];
  const code: SqlToken[] = [];
  for (const token of tokens) {
    if (token.kind === 'comment') comments.push({ span: { start: token.start, end: token.end }, text: token.text });
    else code.push(token);
  }
  const statements: SqlStatement[] = [];
  const long: Damage[] = [];
  let own: SqlToken[] = [];
  const flush = (): void => {
    if (own.length > MAX_TOKENS) {
      const span = { start: own[MAX_TOKENS]?.start ?? 0, end: own.at(-1)?.end ?? 0 };
      long.push({ span, message: 'the statement is too long to be read in full' });
    }
    if (own.length > 0) statements.push(readStatement(own.slice(0, MAX_TOKENS)));
    own = [];
  };
  for (const token of code) {
    if (endsStatement(token, text)) flush();
    else own.push(token);
  }
  flush();
  return { statements, comments, damage: [...damage, ...long] };
}

/** Reads a file of SQL. */
export function parseSql(source: TextSource): SqlDocument {
  const { statements, comments, damage } = parseSqlText(source.text);
  const template = statements.some((statement) => statement.tokens.some((token) => token.kind === 'template'));
  return { kind: 'sql', ...baseOf(source, damage), statements, comments, template };
}
