import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { comparisons } from '../../facts/monitoring/comparisons.ts';
import type { Call } from '../../facts/python/calls.ts';
import { reachingBindings } from '../../facts/python/reaching.ts';
import { typeOf } from '../../facts/python/types.ts';
import { bindingsFrom, readsOf } from '../../facts/python/uses.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Evidently below 0.7: `run` fills the report itself and answers nothing. */
const FILLS =
  /^evidently\.(legacy\.)?(report|test_suite|dashboard|model_profile)(\.\w+)*\.(Report|TestSuite|Dashboard|Profile)\(\)$/;

/** The statement keeps nothing of what the call answers. */
const isDropped = (node: PyNode): boolean => node.parent?.type === 'expression_statement';

/** Assigned to a name that nobody reads. */
function isUnread(document: PythonDocument, node: PyNode): boolean {
  const bindings = bindingsFrom(document, node);
  return (
    bindings.length > 0 &&
    bindings.every((binding) => binding.node.type === 'identifier' && readsOf(document, binding).length === 0)
  );
}

/** The report is built and run, and nothing else of the file touches it. */
function isReportDead(document: PythonDocument, { receiver, node }: Call): boolean {
  if (receiver === undefined) return false;
  if (receiver.type !== 'identifier') return receiver.type === 'call' && isDropped(node);
  const bindings = reachingBindings(document, receiver);
  if (bindings.length !== 1 || bindings[0]?.kind !== 'assignment') return false;
  const [made] = bindings;
  return readsOf(document, made).every((read) => {
    const owner = read.parent;
    return (
      read === receiver ||
      (owner?.type === 'attribute' && owner.field === 'function' && textOf(document, owner).endsWith('.run'))
    );
  });
}

export default defineCheck({
  evaluates: 'incident-readiness',
  stage: 'monitoring',
  severity: 'high',
  confidence: 'medium',
  paths: { notebook: 'skip' },
  title: 'Drift is computed and nobody learns of it',
  why: `
    The result is thrown away with the process: no alert, no metric, no file, no failed job. The model can drift for months
    while the monitoring job succeeds every night.
  `,
  fix: 'Fail the job, send the share of drifted columns as a metric with an alert, or at least store the report.',
  references: ['https://docs.evidentlyai.com/docs/library/output_formats', 'https://docs.seldon.ai/alibi-detect'],
  mentions: ['evidently', 'nannyml', 'alibi_detect'],
  examples: [
    bad`
      from alibi_detect.cd import MMDDrift as Detector
      from evidently import Report
      from evidently.report import Report as Old
      import nannyml as nml

      «Report([]).run(current, reference)»

      class Monitor:
          def check(self, current, reference):
              «Report([]).run(current, reference)»
              report = Old(metrics=[])
              «report.run(reference_data=reference, current_data=current)»
              detector = Detector(reference)
              result = «detector.predict(current)»
              calculator = nml.UnivariateDriftCalculator(column_names=["a"])
              calculator.fit(reference)
              «calculator.calculate(current)»
    `,
    good`
      from alibi_detect.cd import MMDDrift
      from evidently import Report
      from evidently.report import Report as Old
      import nannyml as nml

      def check(current, reference):
          saved = Old(metrics=[])
          saved.run(reference_data=reference, current_data=current)
          saved.save_html("drift.html")
          result = MMDDrift(reference).predict(current)
          if result["data"]["is_drift"]:
              raise SystemExit(1)
          mlflow.log_metric("drift", nml.UnivariateDriftCalculator(["a"]).fit(reference).calculate(current).share)
          passed = Old(metrics=[])
          passed.run(reference_data=reference, current_data=current)
          send(passed)
          self.report = Report([])
          return Report([]).run(current, reference)
    `,
    good({
      'a.ipynb':
        '{"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["from evidently import Report\\n", "Report([]).run(current, reference)"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    }),
  ],

  reads: 'python',
  *inspect(document) {
    if (document.origin !== undefined) return;
    for (const { library, call } of comparisons(document)) {
      if (library === 'whylogs') continue;
      const fills = FILLS.test(call.receiver === undefined ? '' : (typeOf(document, call.receiver) ?? ''));
      const ignored = fills ? isReportDead(document, call) : isDropped(call.node) || isUnread(document, call.node);
      if (!ignored) continue;
      yield at(
        document,
        call.node,
        `Nothing reads, stores or reports what \`${textOf(document, call.callee)}\` finds`.replace(/\s+/g, ' '),
      );
    }
  },
});
