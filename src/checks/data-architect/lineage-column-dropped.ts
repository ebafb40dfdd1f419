import type { Span } from '../../core/location.ts';
import { entryOf, get, literal } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { databricksResources } from '../../facts/formats/databricks.ts';
import { isTemplatePath, tokensOf } from '../../facts/paths.ts';
import { type ColumnChange, columnChanges } from '../../facts/sql/migrations.ts';
import { at, bad, changed, defineCheck, good } from '../../kit/index.ts';

/** What says which model answered which request, and when. */
const LINEAGE =
  /^(model_id|model_version|model_name|model_uri|run_id|request_id|inference_id|prediction_id|trace_id|correlation_id|prediction_timestamp|inference_timestamp|predicted_at|scored_at|served_at|timestamp|event_timestamp)$/;
const LOGS = new Set(
  'prediction predictions inference inferences scoring scores payload payloads served requests responses log logs'.split(
    ' ',
  ),
);

/** A table that keeps what a model answered. */
const isLog = (table: string | undefined): boolean =>
  table !== undefined && tokensOf(table).some((token) => LOGS.has(token)) && !/audit_log_config/.test(table);

interface Lost {
  readonly document: DocumentBase;
  readonly span: Span;
  readonly says: string;
  readonly side: 'base' | 'head';
}

/** New migrations; what older ones did is settled. */
function* migrations(after: Project, before: Project): Generator<Lost> {
  const changes: readonly ColumnChange[] = [...after.changed].flatMap((path) => {
    const document = after.document(path);
    const same = before.tree.get(path)?.blob === after.tree.get(path)?.blob;
    return document === undefined || same ? [] : columnChanges(document);
  });
  const added = new Set(
    changes.filter(({ kind }) => kind === 'adds').map(({ table, column }) => `${table}\0${tokensOf(column).at(-1)}`),
  );
  for (const { kind, column, table, document, span } of changes) {
    if (
      kind !== 'drops' ||
      !LINEAGE.test(column.toLowerCase()) ||
      !isLog(table) ||
      added.has(`${table}\0${tokensOf(column).at(-1)}`)
    )
      continue;
    yield {
      document,
      span,
      side: 'head',
      says: `\`${column}\` is dropped from \`${table}\`, which keeps what the model answered`,
    };
  }
}

const KEYS = ['model_id_col', 'timestamp_col', 'prediction_col'] as const;

/** Columns that a monitor no longer knows its rows by. */
function* monitors(after: Project, before: Project): Generator<Lost> {
  const left = new Map(
    databricksResources(after, 'quality_monitors').map((each) => [`${each.target ?? ''}\0${each.key}`, each]),
  );
  for (const then of databricksResources(before, 'quality_monitors')) {
    const now = left.get(`${then.target ?? ''}\0${then.key}`);
    if (now === undefined || now.node.open) continue;
    for (const key of KEYS) {
      const column = get(then.node, 'inference_log', key);
      const entry = column === undefined ? undefined : entryOf(column);
      if (entry === undefined || get(now.node, 'inference_log', key) !== undefined) continue;
      yield {
        document: then.document,
        span: entry.keySpan,
        side: 'base',
        says: `monitor \`${then.key}\` no longer has \`${key}\` (\`${literal(entry.value) ?? ''}\`)`,
      };
    }
  }
}

const monitor = (rest: string): string =>
  `resources:\n  quality_monitors:\n    churn:\n      table_name: main.ml.churn\n      inference_log:\n        prediction_col: p\n        timestamp_col: ts\n${rest}`;

export default defineCheck({
  evaluates: 'storage-strategy',
  stage: 'monitoring',
  severity: 'medium',
  confidence: 'high',
  title: 'Predictions can no longer be traced to their model',
  why: 'Without the model, its version, the request or the time nobody can tell which model gave a wrong answer, compare versions, or show how a decision came about.',
  fix: 'Keep the column, or rename it with its values.',
  references: [
    'https://eur-lex.europa.eu/eli/reg/2024/1689/oj',
    'https://docs.databricks.com/aws/en/lakehouse-monitoring/create-monitor-api',
  ],
  examples: [
    bad({ 'resources.yml': changed(monitor('        «model_id_col»: model_id\n'), monitor('')) }),
    bad({ 'migrations/0002.sql': 'ALTER TABLE ml.predictions DROP COLUMN «model_version»;\n' }),
    bad({
      'migrations/versions/0003_drop.py':
        'from alembic import op as o\n\nrevision = "3"\n\ndef upgrade():\n    o.drop_column("inference_log", «"request_id"»)\n\ndef downgrade():\n    pass\n',
    }),
    bad({
      'resources.yml': changed(
        monitor('        model_id_col: m\n').replace('timestamp_col', '«timestamp_col»'),
        monitor('        model_id_col: m\n').replace('        timestamp_col: ts\n', ''),
      ),
    }),
    good({
      'resources.yml': changed(monitor('        model_id_col: model_id\n'), monitor('        model_id_col: model\n')),
      'migrations/0002.sql':
        'ALTER TABLE ml.customers DROP COLUMN request_id;\nALTER TABLE ml.predictions DROP COLUMN note;\nALTER TABLE ml.predictions RENAME COLUMN model_id TO model;\n',
    }),
    good({
      'resources.yml': changed(monitor('        model_id_col: model_id\n'), null),
      'migrations/0003.sql':
        'ALTER TABLE predictions ADD COLUMN served_model_version text;\nALTER TABLE predictions DROP COLUMN model_version;\n',
    }),
    good({
      'migrations/0001.sql': changed(
        'ALTER TABLE predictions DROP COLUMN model_id;\n',
        'ALTER TABLE predictions DROP COLUMN model_id;\n',
      ),
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    for (const { document, span, says, side } of [...migrations(after, before), ...monitors(after, before)]) {
      if (!isTemplatePath(document.path)) yield at(document, span, says, { side });
    }
  },
});
