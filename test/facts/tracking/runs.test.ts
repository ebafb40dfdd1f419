import { loadPython } from '../../../src/documents/python/parse.ts';
import { textOf } from '../../../src/documents/python/python.ts';
import { callsTo } from '../../../src/facts/python/calls.ts';
import { enclosingRun, runStarts } from '../../../src/facts/tracking/runs.ts';
import { read } from '../python/read.ts';

beforeAll(loadPython);

test('a run encloses what stands in its body, in the same function', () => {
  const document = read(
    'import mlflow as ml\nwith ml.start_run(run_name="a"):\n    ml.log_metric("in", 1)\n    def later():\n        ml.log_metric("later", 1)\nml.log_metric("out", 1)\n',
  );
  expect(runStarts(document).map(({ node }) => textOf(document, node))).toEqual(['ml.start_run(run_name="a")']);
  const within = callsTo(document, 'mlflow.log_metric').map((call) => enclosingRun(document, call.node) !== undefined);
  expect(within).toEqual([true, false, false]);
  const [start] = runStarts(document);
  expect(start && enclosingRun(document, start.node)).toBeUndefined();
});
