import type { Outcome } from '../../core/finding.ts';
import type { RepoPath, Span } from '../../core/location.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import type { SqlDocument, SqlName, SqlStatement } from '../../documents/sql.ts';
import { columnReferences } from '../../facts/features/references.ts';
import { argument, callsTo } from '../../facts/python/calls.ts';
import { stringOf } from '../../facts/python/constants.ts';
import { definitionName, enclosingFunction } from '../../facts/python/structure.ts';
import { embeddedSql } from '../../facts/sql/embedded.ts';
import { columnChanges } from '../../facts/sql/migrations.ts';
import { downPaths, isDown, isKept, isReversed, lostTables } from '../../facts/sql/reversals.ts';
import { createdBy, holdsMlData, isPassing } from '../../facts/sql/tables.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const SAYS = {
  replaced: 'is dropped and another table takes its name',
  dropped: 'is dropped and nothing keeps what it held',
  emptied: 'is emptied and nothing keeps what it held',
} as const;

const nameOf = (text: string): SqlName => ({ text, parts: text.split('.'), span: { start: 0, end: 0 }, open: false });

/** By its name, or because features are read from it. */
function matters(project: Project, table: string): boolean {
  const name = nameOf(table);
  if (isPassing(name)) return false;
  return (
    holdsMlData(name) ||
    columnReferences(project).some(
      (reference) => reference.table === table.slice(table.lastIndexOf('.') + 1).toLowerCase(),
    )
  );
}

function* inAlembic(document: PythonDocument, project: Project): Generator<Outcome> {
  const made = new Set(
    callsTo(document, 'alembic.op.create_table').map((call) => stringOf(document, argument(call, 0, 'table_name'))),
  );
  for (const call of callsTo(document, 'alembic.op.drop_table')) {
    const owner = enclosingFunction(call.node);
    const node = argument(call, 0, 'table_name');
    const table = stringOf(document, node);
    if (
      node === undefined ||
      table === undefined ||
      (owner !== undefined && definitionName(document, owner) === 'downgrade')
    )
      continue;
    if (!matters(project, table) || isReversed(document, table)) continue;
    if (made.has(table) && !/def downgrade/.test(document.text)) continue;
    yield at(document, node, `the migration drops \`${table}\` and nothing takes that back`);
  }
}

/** Columns are dropped by the same words in both languages. */
function* columns(document: PythonDocument | SqlDocument, project: Project): Generator<Outcome> {
  const created = document.kind === 'sql' ? createdBy(document.statements) : new Set<string>();
  for (const { kind, column, table, span } of columnChanges(document)) {
    if (kind !== 'drops' || table === undefined || created.has(table) || !matters(project, table)) continue;
    if (document.kind === 'python' ? isReversed(document, column) : isKept(document.statements, table)) continue;
    yield at(document, span, `the migration drops \`${column}\` of \`${table}\` and nothing takes that back`);
  }
}

/** Tables that SQL drops or empties and neither keeps nor builds anew. */
function* tables(
  document: DocumentBase,
  statements: readonly SqlStatement[],
  project: Project,
  place: (span: Span) => Span,
): Generator<Outcome> {
  for (const { target, how } of lostTables(statements))
    if (matters(project, target.text)) yield at(document, place(target.span), `\`${target.text}\` ${SAYS[how]}`);
}

function* inStrings(document: PythonDocument, project: Project): Generator<Outcome> {
  for (const { statements, node, toDocument } of embeddedSql(document)) {
    const owner = enclosingFunction(node);
    if (owner !== undefined && definitionName(document, owner) === 'downgrade') continue;
    const lasting = statements.filter(({ targets }) => !targets.some(({ text }) => isReversed(document, text)));
    if (/def upgrade/.test(document.text)) yield* tables(document, lasting, project, toDocument);
  }
}

const alembic = (up: string, down: string): string =>
  `from alembic import op as operations\nimport sqlalchemy as sa\n\ndef upgrade():\n    ${up}\n\ndef downgrade():\n    ${down}\n`;

export default defineCheck({
  evaluates: 'migration-safety',
  stage: 'data',
  severity: 'high',
  confidence: 'high',
  title: 'Features, labels or predictions are dropped for good',
  why: `
    Models are rebuilt, compared and audited from these rows. After the migration a rollback of code or model finds nothing to read,
    and the history cannot be computed again where its sources are gone.
  `,
  fix: 'Keep the old table under another name until the new one is verified, and write the way back.',
  references: ['https://alembic.sqlalchemy.org/en/latest/tutorial.html', 'https://squawkhq.com/docs/ban-drop-table'],
  mentions: ['drop', 'DROP', 'Drop'],
  examples: [
    bad({
      'migrations/versions/1.py': alembic('operations.drop_table(«"user_features"»)', 'pass'),
      'migrations/versions/2.py': alembic(
        'operations.drop_column("churn_labels", «"reason"»)',
        'raise NotImplementedError',
      ),
      'migrations/versions/3.py': alembic('operations.execute("ALTER TABLE predictions DROP COLUMN «score»")', 'pass'),
    }),
    bad({
      'migrations/V4__slim.sql': 'ALTER TABLE ml.user_embeddings DROP COLUMN «vector_v1»;\n',
      'migrations/V5__swap.sql':
        'CREATE TABLE predictions_new (id int);\nDROP TABLE «predictions»;\nALTER TABLE predictions_new RENAME TO predictions;\n',
    }),
    bad({
      'db/V8__x.sql': 'TRUNCATE TABLE «prediction_log»;\nDROP TABLE IF EXISTS «embeddings»;\n',
      'migrations/versions/4.py': alembic('operations.execute("DROP TABLE «churn_labels»")', 'pass'),
    }),
    bad({
      'feature_repo/views.py':
        'from feast import BigQuerySource, FeatureView, Field\nsource = BigQuerySource(name="usage", table="shop.usage")\nFeatureView(name="u", schema=[Field(name="minutes")], source=source)\n',
      'migrations/versions/1.py':
        'from alembic.op import drop_table\n\nTABLE = "usage"\n\ndef upgrade():\n    drop_table(«TABLE»)\n',
    }),
    good({
      'migrations/versions/1.py': alembic(
        'operations.drop_table("user_features")',
        'operations.create_table("user_features", sa.Column("id", sa.Integer))',
      ),
      'migrations/versions/2.py': alembic(
        'operations.drop_column("churn_labels", "reason")',
        'operations.add_column("churn_labels", sa.Column("reason", sa.Text))',
      ),
      'migrations/versions/3.py': alembic('operations.drop_table("sessions")', 'pass'),
      'migrations/versions/4.py': alembic(
        'operations.create_table("labels_new", sa.Column("a"))',
        'operations.drop_table("labels_new")',
      ),
      'migrations/versions/5.py': alembic('operations.drop_table("tmp_features")', 'pass'),
    }),
    good({
      'migrations/1.sql':
        'CREATE TABLE features_2024 AS SELECT * FROM features;\nALTER TABLE features DROP COLUMN old;\nCREATE TABLE labels (id int, a int);\nALTER TABLE labels DROP COLUMN a;\n',
      'migrations/2.sql':
        'ALTER TABLE predictions RENAME TO predictions_old;\nALTER TABLE predictions_new RENAME TO predictions;\nDROP TABLE staging_predictions;\n',
      'migrations/4.sql':
        'DROP TABLE IF EXISTS features;\nCREATE TABLE features (id int);\nDROP TABLE invoices;\nTRUNCATE tmp_labels;\n',
      'migrations/3.up.sql': 'ALTER TABLE embeddings DROP COLUMN v;\n',
      'migrations/3.down.sql': 'ALTER TABLE embeddings ADD COLUMN v int;\nALTER TABLE embeddings DROP COLUMN w;\n',
    }),
  ],

  reads: ['sql', 'python'],
  *inspect(document, project) {
    // A path is known to be one when the tree has it.
    if (isDown(document.path) || downPaths(document.path).some((path) => project.tree.has(path as RepoPath))) return;
    yield* columns(document, project);
    if (document.kind === 'python') {
      yield* inAlembic(document, project);
      yield* inStrings(document, project);
    } else yield* tables(document, document.statements, project, (span) => span);
  },
});
