import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { comparisons } from '../../facts/monitoring/comparisons.ts';
import { typeOf } from '../../facts/python/types.ts';
import { isBelow, versionMap } from '../../facts/versions/map.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const REFERENCE = /(^|_|\b)(ref|reference|baseline|train|training|historical)(_|\b|$)/i;

const isReference = (document: PythonDocument, node: PyNode): boolean =>
  REFERENCE.test(textOf(document, node).slice(0, 80));

export default defineCheck({
  evaluates: 'slos-and-slis',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'high',
  title: 'Evidently gets reference and current rows the wrong way round',
  why: `
    \`Report.run\` takes the current rows first. Exchanged, the report judges the training data by what production looks like
    now: shares, thresholds and new categories are told about the wrong side.
  `,
  fix: 'Name the arguments: `run(current_data=…, reference_data=…)`.',
  references: [
    'https://docs.evidentlyai.com/docs/library/report',
    'https://github.com/evidentlyai/evidently/blob/main/src/evidently/core/report.py',
  ],
  mentions: ['evidently'],
  examples: [
    bad`
      import evidently as ev
      from evidently import Report as R

      reference = read("train")
      today = read("today")
      R([]).run(«reference, today»)

      class Monitor:
          def check(self, train_df, prod_df):
              report = ev.Report([])
              first = train_df
              report.run(«train_df, prod_df»)
              self.result = report.run(«baseline_rows, prod_df», tags=["daily"])
              return R([]).run(«self.reference, self.current»)
    `,
    good`
      from evidently import Report
      from evidently.legacy.report import Report as Old

      Report([]).run(today, reference)
      Report([]).run(current_data=today, reference_data=reference)
      Report([]).run(reference_today, reference_train)
      Report([]).run(left, right)
      Report([]).run(today, None)
      Old(metrics=[]).run(reference_data=reference, current_data=today)
      job.run(reference, today)
    `,
    good({
      'requirements.txt': 'evidently==0.6.7\n',
      'a.py': 'from evidently import Report\nReport([]).run(reference, today)\n',
    }),
  ],

  reads: 'python',
  *inspect(document, project) {
    if (isBelow(versionMap(project, document.path)('evidently'), '0.7') === 'yes') return;
    for (const { library, call, current, reference, positional } of comparisons(document)) {
      if (library !== 'evidently' || !positional || call.receiver === undefined) continue;
      if (!/^evidently(\.core\.report)?\.Report\(\)$/.test(typeOf(document, call.receiver) ?? '')) continue;
      if (!isReference(document, current) || isReference(document, reference)) continue;
      const [first, second] = [textOf(document, current), textOf(document, reference)];
      const message =
        `\`${textOf(document, call.callee)}\` takes \`${first}\` for the current rows and \`${second}\` for the reference`.replace(
          /\s+/g,
          ' ',
        );
      yield at(document, { start: current.start, end: reference.end }, message, {
        replacement: `current_data=${second}, reference_data=${first}`,
      });
    }
  },
});
