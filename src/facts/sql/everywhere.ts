import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import type { Document } from '../../documents/kinds.ts';
import type { SqlStatement } from '../../documents/sql.ts';
import { embeddedSql } from './embedded.ts';

/** A statement of an SQL file or of a string in Python. */
export interface PlacedStatement {
  readonly statement: SqlStatement;
  /** The part of the document that a span of the statement's text was written as. */
  readonly place: (span: Span) => Span;
}

/** Every statement that a document holds, in source order. */
export const statementsOf: (document: Document) => readonly PlacedStatement[] = fact((document) => {
  if (document.kind === 'sql')
    return document.statements.map((statement) => ({ statement, place: (span: Span) => span }));
  if (document.kind !== 'python') return [];
  return embeddedSql(document).flatMap(({ statements, toDocument }) =>
    statements.map((statement) => ({ statement, place: toDocument })),
  );
});
