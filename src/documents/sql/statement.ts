import type { Span } from '../../core/location.ts';
import type { SqlToken } from './tokens.ts';

/** A part of a statement, from its keyword to its last token. */
export interface SqlClause {
  readonly span: Span;
  readonly tokens: readonly SqlToken[];
}

/** The name of a table, view or column, with or without schema. */
export interface SqlName {
  /** Without quotes, joined by dots; templates as written. */
  readonly text: string;
  /** The parts between the dots. */
  readonly parts: readonly string[];
  readonly span: Span;
  /** Holds a template or a parameter: equal texts may be different tables, different ones the same. */
  readonly open: boolean;
}

export interface SelectItem {
  readonly span: Span;
  readonly text: string;
  /** `*`, `t.*`; not `COUNT(*)`. */
  readonly star: boolean;
  /** `t` of `t.*`. */
  readonly qualifier: string | undefined;
  /** `* EXCEPT (...)`, `* EXCLUDE (...)`, `* REPLACE (...)`. */
  readonly narrowed: boolean;
  /** The name the column has outside: its alias, else the last part of a plain name. */
  readonly name: string | undefined;
}

export type JoinType =
  | 'inner'
  | 'left'
  | 'right'
  | 'full'
  | 'cross'
  | 'asof'
  | 'natural'
  | 'semi'
  | 'anti'
  | 'apply'
  | 'lateral view'
  | 'positional';

/** One thing that FROM reads. */
export interface SqlSource {
  readonly how: 'first' | 'comma' | 'join';
  /** Undefined unless joined. `left asof` and the like are `asof`. */
  readonly join: JoinType | undefined;
  /** From the join keywords (or the comma's right side) to ON or USING included. */
  readonly span: Span;
  /** A table or, with `isFunction`, the function that makes rows: UNNEST, read_parquet. Undefined for brackets. */
  readonly name: SqlName | undefined;
  readonly isFunction: boolean;
  readonly lateral: boolean;
  /** Index into the statement's `queries` of the SELECT in brackets. */
  readonly query: number | undefined;
  readonly alias: string | undefined;
  readonly on: SqlClause | undefined;
  readonly using: SqlClause | undefined;
  /** TABLESAMPLE, SAMPLE and USING SAMPLE. */
  readonly sample: SqlClause | undefined;
}

/** One SELECT. Clauses of what stands in brackets inside it belong to that, not to this. */
export interface SqlQuery {
  readonly span: Span;
  /** `outer` gives the statement's rows; `from` stands in brackets after FROM or JOIN, `expression` anywhere else. */
  readonly role: 'outer' | 'cte' | 'from' | 'expression';
  /** The name of the common table expression it is a part of. */
  readonly cte: string | undefined;
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly sources: readonly SqlSource[];
  /** `SELECT ... INTO t`. */
  readonly into: SqlName | undefined;
  readonly where: SqlClause | undefined;
  readonly groupBy: SqlClause | undefined;
  readonly having: SqlClause | undefined;
  readonly qualify: SqlClause | undefined;
  readonly orderBy: SqlClause | undefined;
  /** LIMIT, FETCH FIRST and TOP. */
  readonly limit: SqlClause | undefined;
  /** Everything in FROM was understood; else absences in `sources` prove nothing. */
  readonly understood: boolean;
}

export type SqlKind =
  | 'select'
  | 'insert'
  | 'update'
  | 'delete'
  | 'merge'
  | 'truncate'
  | 'create'
  | 'drop'
  | 'alter'
  | 'other';

export interface SqlStatement {
  readonly kind: SqlKind;
  /** From the first to the last token, without the semicolon. */
  readonly span: Span;
  /** Without comments. */
  readonly tokens: readonly SqlToken[];
  /** What is written, changed, made or removed; several for `DROP TABLE a, b`. */
  readonly targets: readonly SqlName[];
  /** `TABLE`, `MATERIALIZED VIEW`, `INDEX`, `SCHEMA` for create, drop, alter and truncate. */
  readonly object: string | undefined;
  readonly ifExists: boolean;
  readonly ifNotExists: boolean;
  readonly temporary: boolean;
  readonly orReplace: boolean;
  /** `INSERT OVERWRITE`, and `REPLACE INTO`. */
  readonly overwrite: boolean;
  /** `ON CONFLICT ...` and `ON DUPLICATE KEY ...`. */
  readonly onConflict: SqlClause | undefined;
  /** Of DELETE and UPDATE themselves; a SELECT has its own. */
  readonly where: SqlClause | undefined;
  /** What ALTER does, one for each part between commas: `DROP COLUMN x`. */
  readonly actions: readonly SqlClause[];
  /** Every SELECT at any depth, in source order. */
  readonly queries: readonly SqlQuery[];
  readonly ctes: readonly { readonly name: string; readonly span: Span }[];
  /**
   * A template stands where it may add clauses (`{% if %}`, `{{ filters }}`), or brackets do not match: what is not
   * written here may still be there.
   */
  readonly open: boolean;
  /** `low` for an open statement, and for text that may be prose: words are left that fit nowhere. */
  readonly confidence: 'high' | 'low';
}
