import { textOf } from '../../documents/python/python.ts';
import { comparisons, originalOf } from '../../facts/monitoring/comparisons.ts';
import { sameValue } from '../../facts/python/flow.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

export default defineCheck({
  evaluates: 'slos-and-slis',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'high',
  paths: { example: 'skip' },
  title: 'Drift is measured between data and itself',
  why: `
    Rows that are compared with themselves, or with a sample of themselves, never drift. The monitor is green for ever, and
    everybody believes that the model is watched.
  `,
  fix: 'Compare with the rows that the model was trained or validated on, stored and versioned when it was.',
  references: [
    'https://docs.evidentlyai.com/docs/library/report',
    'https://nannyml.readthedocs.io/en/stable/tutorials/detecting_data_drift.html',
  ],
  mentions: ['evidently', 'nannyml', 'alibi_detect', 'whylogs'],
  examples: [
    bad`
      from alibi_detect.cd import KSDrift as Detector
      from evidently import Report
      from evidently.report import Report as Old
      import nannyml as nml

      rows = read()
      recent = rows
      Report([]).run(«rows», rows)

      class Monitor:
          def check(self, X):
              report = Old(metrics=[])
              report.run(reference_data=X, current_data=«X.copy()»)
              detector = Detector(X, p_val=0.05)
              detector.predict(«X»)
              report.run(reference_data=rows.sample(100), current_data=«recent»)
              calculator = nml.UnivariateDriftCalculator(column_names=["a"])
              calculator.fit(X)
              return calculator.calculate(«X»)
    `,
    good`
      from alibi_detect.cd import KSDrift
      from evidently import Report
      import nannyml as nml

      reference = read("train")
      current = read("today")
      Report([]).run(current, reference)
      Report([]).run(current_data=current, reference_data=reference)
      KSDrift(reference).predict(current)
      calculator = nml.UnivariateDriftCalculator(column_names=["a"])
      calculator.fit(reference)
      calculator.calculate(current)
      model.run(current, current)
      Report([]).run(frames["today"], frames["train"])

      def weekly():
          rows = read("train")
          detector = KSDrift(rows)
          rows = read("today")
          return detector.predict(rows)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const { call, reference, current } of comparisons(document)) {
      if (!sameValue(document, originalOf(document, reference), originalOf(document, current))) continue;
      const message =
        `\`${textOf(document, call.callee)}\` compares \`${textOf(document, current)}\` with the same rows`.replace(
          /\s+/g,
          ' ',
        );
      yield at(document, current, message, { evidence: [seen(document, reference, 'the reference')] });
    }
  },
});
