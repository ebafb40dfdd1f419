import type { Outcome } from '../../core/finding.ts';
import type { Span } from '../../core/location.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { SqlStatement } from '../../documents/sql.ts';
import { definitionName, enclosingFunction } from '../../facts/python/structure.ts';
import { embeddedSql } from '../../facts/sql/embedded.ts';
import { createdBy, holdsMlData, isPassing } from '../../facts/sql/tables.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** What the statement does to every row, in words; undefined where it spares some or may. */
function destroys(statement: SqlStatement): string | undefined {
  const { kind, object, where, open, confidence } = statement;
  if (open || confidence === 'low') return undefined;
  if (kind === 'delete' && where === undefined) return 'deletes every row of';
  if (kind === 'update' && where === undefined) return 'changes every row of';
  if (kind === 'truncate') return 'empties';
  if (kind === 'drop' && (object === undefined || object === 'TABLE')) return 'drops';
  return undefined;
}

function* judge(
  document: DocumentBase,
  statements: readonly SqlStatement[],
  place: (span: Span) => Span,
): Generator<Outcome> {
  const created = createdBy(statements);
  for (const [index, statement] of statements.entries()) {
    const deed = destroys(statement);
    if (deed === undefined) continue;
    const rebuilt = createdBy(statements.slice(index + 1));
    for (const target of statement.targets) {
      const name = target.text.toLowerCase();
      if (target.open || isPassing(target) || statement.temporary) continue;
      const again = rebuilt.has(name);
      if (again && statement.kind === 'drop') {
        yield at(
          document,
          place(target.span),
          `\`${statement.kind.toUpperCase()}\` ${deed} \`${target.text}\`, which the same file builds anew`,
          { grade: 'rebuilt' },
        );
        continue;
      }
      if (created.has(name) && !again) continue;
      const grade = holdsMlData(target) ? {} : { grade: 'other' };
      yield at(
        document,
        place(target.span),
        `\`${statement.kind.toUpperCase()}\` without a condition ${deed} \`${target.text}\``,
        grade,
      );
    }
  }
}

export default defineCheck({
  evaluates: 'migration-safety',
  stage: 'data',
  severity: 'critical',
  confidence: 'high',
  grades: {
    rebuilt: { severity: 'medium', when: 'the same file creates the table again' },
    other: { severity: 'high', when: 'nothing in the name says that the table holds features, labels or predictions' },
  },
  title: 'Statement that destroys a whole table',
  why: `
    Features, labels and predictions are what models are rebuilt and audited from. A statement without a condition takes them
    away for every model at once, and a rerun of the job does it again.
  `,
  fix: 'Limit it with a `WHERE`, write into a new versioned table, or keep the old one under another name until the new one is verified.',
  references: ['https://squawkhq.com/docs/ban-drop-table', 'https://www.postgresql.org/docs/current/sql-delete.html'],
  mentions: ['DELETE', 'delete', 'Delete', 'UPDATE', 'update', 'TRUNCATE', 'truncate', 'DROP', 'drop'],
  examples: [
    bad`
      DELETE FROM «ml.churn_labels»;
      UPDATE «features» SET value = 0;
      TRUNCATE TABLE «training_examples»;
      DROP TABLE «predictions», «analytics.user_features»;
    `,
    bad({
      'jobs/clean.py': `
        from sqlalchemy import text
        import sqlite3 as db

        def clean(session):
            session.execute(text("DELETE FROM «user_features»"))

        class Job:
            def run(self, path):
                query = "TRUNCATE TABLE «labels»"
                db.connect(path).execute(query)
      `,
    }),
    bad.as('other')`
      DROP TABLE «customers»;
    `,
    bad.as('rebuilt')`
      DROP TABLE IF EXISTS «features»;
      CREATE TABLE features AS SELECT 1 AS x;
    `,
    good`
      DELETE FROM labels WHERE day < '2024-01-01';
      UPDATE features SET value = 0 WHERE value IS NULL;
      DROP TABLE IF EXISTS tmp_features;
      TRUNCATE staging_labels;
      CREATE TEMP TABLE predictions_now AS SELECT 1;
      DROP TABLE predictions_now;
      DROP INDEX features_idx;
      DELETE FROM {{ table }};
      DELETE FROM labels {{ condition }};
    `,
    good({
      'migrations/versions/1.py': `
        from alembic import op

        def upgrade():
            op.execute("UPDATE features SET x = 1 WHERE y = 2")

        def downgrade():
            op.execute("DROP TABLE features")
      `,
      'notes.py': 'log.info("DELETE FROM labels happens nightly")\nprint("drop table talk")\n',
    }),
  ],

  reads: ['sql', 'python'],
  *inspect(document) {
    if (document.kind === 'sql') {
      yield* judge(document, document.statements, (span) => span);
      return;
    }
    for (const { statements, node, toDocument } of embeddedSql(document)) {
      const owner = enclosingFunction(node);
      if (owner !== undefined && definitionName(document, owner) === 'downgrade') continue;
      yield* judge(document, statements, toDocument);
    }
  },
});
