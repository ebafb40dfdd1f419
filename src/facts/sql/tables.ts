import type { SqlName, SqlStatement } from '../../documents/sql.ts';

const PASSING =
  /(^|[_.])(tmp|temp|temporary|staging|stage|stg|scratch|backup|bak|old|test|dummy|sandbox|delta_log)(_|$|\d)|^#|^_/i;

/** A table that is made to be thrown away, by its name. */
export const isPassing = (name: SqlName): boolean => name.parts.some((part) => PASSING.test(part));

const HOLDS_ML =
  /(^|_)(features?|labels?|training|train|embeddings?|predictions?|scores?|inference|ground_truth|examples|samples|dataset|observations|targets?)(_|$)/i;

/** A table that a model learns from or writes to, by its name. */
export const holdsMlData = (name: SqlName): boolean => name.parts.some((part) => HOLDS_ML.test(part));

/** Tables that a list of statements creates, lower case. */
export function createdBy(statements: readonly SqlStatement[]): ReadonlySet<string> {
  return new Set(
    statements
      .filter((each) => each.kind === 'create')
      .flatMap((each) => each.targets.map((target) => target.text.toLowerCase())),
  );
}
