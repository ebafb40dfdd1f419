import type { Project } from '../../documents/project.ts';
import { type ColumnReference, columnReferences } from '../../facts/features/references.ts';
import { type ColumnChange, columnChanges, mayChangeColumns } from '../../facts/sql/migrations.ts';
import { droppedByModels } from '../../facts/sql/selected.ts';
import { at, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

const GENERIC = new Set([
  'id',
  'name',
  'type',
  'date',
  'time',
  'value',
  'status',
  'created_at',
  'updated_at',
  'label',
  'target',
  'user_id',
  'timestamp',
]);

const SAYS = { drops: 'drops', renames: 'renames', retypes: 'changes the type of', adds: 'adds' } as const;

/** A reference without a table counts only where the name cannot be meant for anything else. */
function refersTo(reference: ColumnReference, change: ColumnChange): boolean {
  if (reference.column.toLowerCase() !== change.column.toLowerCase()) return false;
  if (reference.table !== undefined && change.table !== undefined) return reference.table === change.table;
  return reference.column.length >= 4 && !GENERIC.has(reference.column.toLowerCase());
}

/** Changes of the migrations that this project's side holds as new or edited; what history dropped long ago is settled. */
function freshChanges(project: Project): readonly ColumnChange[] {
  return [...project.changed].flatMap((path) => {
    const content = project.content(path);
    if (content?.kind !== 'text' || !mayChangeColumns(content)) return [];
    const document = project.document(path);
    return document === undefined ? [] : columnChanges(document);
  });
}

const table = changed(
  'CREATE TABLE usage (customer_id int, avg_session_minutes float);\n',
  'CREATE TABLE usage (customer_id int, avg_session_minutes float);\n',
);
const view = `
  from feast import BigQuerySource, FeatureView, Field
  from feast.types import Float32

  source = BigQuerySource(name="usage", table="analytics.usage", timestamp_field="ts")
  FeatureView(name="usage", entities=[customer], schema=[Field(name="avg_session_minutes", dtype=Float32)], source=source)
`;

export default defineCheck({
  evaluates: 'schema-evolution',
  stage: 'data',
  severity: 'critical',
  confidence: 'high',
  title: 'Migration takes away a column that features still read',
  why: `
    Materialisation, training queries and monitors that name the column fail after the migration, or serve nulls. Rolling the
    model back fails too, because the previous version needs the column.
  `,
  fix: 'Move the readers first and drop the column in a later migration, after no served model needs it.',
  references: [
    'https://squawkhq.com/docs/ban-drop-column',
    'https://developers.google.com/machine-learning/guides/rules-of-ml',
  ],
  examples: [
    bad({
      'sql/usage.sql': table,
      'feature_repo/views.py': changed(view, view),
      'migrations/versions/0002.py': `
        from alembic import op as operations

        def upgrade():
            operations.drop_column("usage", «"avg_session_minutes"»)

        def downgrade():
            operations.add_column("usage", None)
      `,
    }),
    bad({
      'features/usage.sql': changed(
        'SELECT customer_id, avg_session_minutes FROM analytics.usage\n',
        'SELECT customer_id, avg_session_minutes FROM analytics.usage\n',
      ),
      'migrations/V7__drop.sql':
        'ALTER TABLE usage DROP COLUMN IF EXISTS «avg_session_minutes»;\nALTER TABLE usage RENAME COLUMN «customer_id» TO client_id;\n',
    }),
    bad({
      'config/train.yaml': changed(
        'features: [tenure_months, plan]\ntarget: churned_30d\n',
        'features: [tenure_months, plan]\ntarget: churned_30d\n',
      ),
      'migrations/versions/3.py': `
        from alembic import op

        def upgrade():
            with op.batch_alter_table("customers") as batch:
                batch.drop_column(«"tenure_months"»)
            op.execute("ALTER TABLE customers DROP COLUMN «churned_30d»")
      `,
    }),
    bad({
      'feature_repo/views.py': changed(view, view),
      'migrations/V8__type.sql': 'ALTER TABLE usage ALTER COLUMN «avg_session_minutes» TYPE text;\n',
      'migrations/versions/9.py': `
        from alembic import op
        import sqlalchemy as sa

        def upgrade():
            op.alter_column("usage", «"avg_session_minutes"», type_=sa.String())
      `,
    }),
    bad({
      'feature_repo/views.py': changed(view, view),
      'models/usage.sql': changed(
        "select customer_id, «avg_session_minutes» from {{ ref('raw') }}\n",
        "select customer_id from {{ ref('raw') }}\n",
      ),
    }),
    good({
      'feature_repo/views.py': changed(view, view),
      'migrations/V8__strict.sql': 'ALTER TABLE usage ALTER COLUMN avg_session_minutes SET NOT NULL;\n',
      'models/usage.sql': changed(
        "select avg_session_minutes, note from {{ ref('raw') }}\n",
        "select\n  s / 60 as avg_session_minutes\nfrom {{ ref('raw') }}\n",
      ),
    }),
    good({
      'feature_repo/views.py': changed(view, view),
      'migrations/versions/0002.py': `
        from alembic import op

        def upgrade():
            op.drop_column("usage", "unused_column")
            op.drop_column("billing", "avg_session_minutes")

        def downgrade():
            op.drop_column("usage", "avg_session_minutes")
      `,
      'config/train.yaml': changed('features: [id, name]\n', 'features: [id, name]\n'),
      'migrations/versions/0003.py': 'from alembic import op\n\ndef upgrade():\n    op.drop_column("users", "name")\n',
    }),
    good({
      'feature_repo/views.py': changed(view, 'x = 1\n'),
      'migrations/V7__drop.sql': 'ALTER TABLE usage DROP COLUMN avg_session_minutes;\n',
    }),
    good({
      'feature_repo/views.py': changed(view, view),
      'migrations/V6__add.sql': 'ALTER TABLE usage ADD COLUMN avg_session_minutes float;\n',
      'migrations/V5__drop.sql': 'ALTER TABLE usage DROP COLUMN avg_session_minutes;\n',
    }),
  ],

  spans: 'project',
  *inspect(project, before) {
    const changes = [...freshChanges(project), ...(before === project ? [] : droppedByModels(before, project))];
    const added = new Set(
      changes.filter(({ kind }) => kind === 'adds').map(({ column, table: of }) => `${of}.${column}`),
    );
    for (const change of changes) {
      if (change.kind === 'adds' || added.has(`${change.table}.${change.column}`)) continue;
      const readers = columnReferences(project).filter((reference) => refersTo(reference, change));
      const [first] = readers;
      if (first === undefined) continue;
      const message = `${change.model === undefined ? 'the migration' : `model \`${change.model}\``} ${SAYS[change.kind]} \`${change.column}\`${change.table === undefined ? '' : ` of \`${change.table}\``}, which ${first.by} still reads`;
      yield at(change.document, change.span, message, {
        evidence: readers.slice(0, 5).map((reader) => seen(reader.document, reader.span, `${reader.by} reads it`)),
        ...(change.model === undefined ? {} : { side: 'base' }),
      });
    }
  },
});
