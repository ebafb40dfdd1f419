import type { Evidence } from '../core/finding.ts';
import { bad, type ConflictScene, changed, defineConflict, evidenceOf, good, raised, seen } from '../kit/index.ts';

const drop = 'ALTER TABLE ml.user_features DROP COLUMN legacy_score;\n';
const job = (data: string): string => `data:\n  path: ${data}\n`;
const rewritten =
  '{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="id") }}\nSELECT * FROM raw.features\n';

/** Models of dbt that replace rows in place. */
function replacing({ project }: ConflictScene): readonly [Evidence, ...Evidence[]] | undefined {
  for (const document of project.documents('sql', ['delete+insert'])) {
    const start = document.text.indexOf('delete+insert');
    return [seen(document, { start, end: start + 'delete+insert'.length }, 'replaces rows in place')];
  }
  return undefined;
}

export default defineConflict({
  title: 'Replacing rows for quality against keeping them for lineage',
  between: ['data-engineer', 'data-architect'],
  tradeOff: 'one clean copy of the data against being able to rebuild a model',
  resolution:
    'Write the cleaned rows to a new, versioned table or view, keep the raw ones as they came, and let training name a version.',
  why: 'a model that was trained on rows which are gone cannot be rebuilt, compared or audited',
  references: [
    'https://docs.getdbt.com/docs/build/incremental-strategy',
    'https://dvc.org/doc/use-cases/versioning-data-and-models',
  ],
  examples: [
    bad({ 'migrations/V4__slim.sql': drop, 'params.yaml': job('s3://lake/churn/latest/train.parquet') }),
    bad({
      'models/features.sql': changed(null, rewritten),
      'params.yaml': job('s3://lake/churn/latest/train.parquet'),
    }),
    good({ 'migrations/V4__slim.sql': drop, 'params.yaml': job('s3://lake/churn/v7/train.parquet') }),
    good({ 'params.yaml': job('s3://lake/churn/latest/train.parquet') }),
  ],
  clash(scene) {
    const first = evidenceOf(raised(scene, 'destructive-ml-table-change')) ?? replacing(scene);
    const second = evidenceOf(
      raised(scene, 'dvc-lock-stale', 'mf-dvc-lock-drift', 'dvc-lock-not-committed', 'training-input-floating'),
    );
    if (first === undefined || second === undefined) return undefined;
    if (![...first, ...second].some(({ path }) => scene.project.changed.has(path))) return undefined;
    return {
      first: { says: 'Rows are replaced in place, so that readers see one clean copy.', evidence: first },
      second: {
        says: 'Training names no version of its data, so that what it read is lost with the rows.',
        evidence: second,
      },
      escalate: {
        question: 'May the raw rows be kept?',
        options: [
          'Yes: keep them immutable and train from a version',
          'No, cost or a duty to delete forbids it: record a snapshot of what each model read',
        ],
      },
    };
  },
});
