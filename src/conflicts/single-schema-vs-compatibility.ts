import { placeOf } from '../documents/document.ts';
import { columnReferences } from '../facts/features/references.ts';
import { bad, changed, defineConflict, evidenceOf, good, raised } from '../kit/index.ts';

const view = `
  from feast import BigQuerySource, FeatureView, Field
  from feast.types import Float32

  source = BigQuerySource(name="usage", table="analytics.usage", timestamp_field="ts")
  FeatureView(name="usage", entities=[customer], schema=[Field(name="avg_session_minutes", dtype=Float32)], source=source)
`;

export default defineConflict({
  title: 'One clean schema against two model generations',
  between: ['data-architect', 'ml-engineer'],
  tradeOff: 'simplicity of one schema against compatibility with the models that are served or could be rolled back to',
  resolution:
    'Expand, migrate, contract: keep both columns for one model generation, with a date for dropping the old one.',
  why: 'rolling back to the previous model needs the column; once no deployable version reads it, the drop costs nothing.',
  references: ['https://squawkhq.com/docs/ban-drop-column'],
  examples: [
    bad({
      'feature_repo/views.py': changed(view, view),
      'migrations/V7__drop.sql': 'ALTER TABLE usage DROP COLUMN avg_session_minutes;\n',
    }),
    good({
      'feature_repo/views.py': changed(view, 'x = 1\n'),
      'migrations/V7__drop.sql': 'ALTER TABLE usage DROP COLUMN avg_session_minutes;\n',
    }),
  ],
  clash(scene) {
    const drops = raised(scene, 'feature-column-dropped');
    const first = evidenceOf(drops);
    const names = new Set(drops.flatMap(({ message }) => /`([^`]+)`/.exec(message)?.[1] ?? []));
    const [reader] = columnReferences(scene.project).filter(({ column }) => names.has(column));
    if (first === undefined || reader === undefined) return undefined;
    const evidence = {
      path: reader.document.path,
      line: placeOf(reader.document, reader.span).startLine,
      note: `${reader.by} reads it`,
    };
    return {
      first: { says: 'The column goes in one migration, so that there is one schema to keep.', evidence: first },
      second: { says: 'The served model and the one before it still read the column.', evidence: [evidence] },
      escalate: {
        question: 'Does anything outside this repository still read the column?',
        options: [
          'No: move the readers here first, then drop it',
          'Yes or unknown: keep both columns for one model generation',
        ],
      },
    };
  },
});
