import type { Readiness, Report } from '../../src/core/report.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { createEngine } from '../../src/engine.ts';
import { changed, type ExampleFile } from '../../src/kit/index.ts';
import { RUBRIC } from '../../src/readiness/score.ts';
import { sidesOf, snapshotOf } from '../support/scene.ts';

const engine = await createEngine();

function reportOn(files: Readonly<Record<string, ExampleFile>>, settings = DEFAULT_SETTINGS): Report {
  const sides = Object.fromEntries(Object.entries(files).map(([path, file]) => [path, sidesOf(file)]));
  return engine.review({ snapshot: snapshotOf(sides), settings, today: '2026-01-01' });
}

const test_ = (readiness: Readiness, id: string): Readiness['tests'][number] | undefined =>
  readiness.tests.find((each) => each.id === id);

const TRAINING = { 'src/train.py': 'import mlflow\nfrom sklearn.svm import SVC\n\nmodel = SVC()\nmodel.fit(X, y)\n' };

test('the rubric is the 28 tests of the paper, 12 in full, 10 in part, 6 never', () => {
  expect(RUBRIC).toHaveLength(28);
  const count = (reach: string): number => RUBRIC.filter((each) => each.reach === reach).length;
  expect([count('full'), count('partial'), count('never')]).toEqual([12, 10, 6]);
  expect(new Set(RUBRIC.map(({ id }) => id)).size).toBe(28);
});

test('no test scores without a place', () => {
  const { readiness } = reportOn({
    ...TRAINING,
    'uv.lock': 'version = 1\n',
    'tests/test_model.py': 'def test_x(): pass\n',
  }).consolidation;
  for (const { score, evidence } of readiness.tests) if (score > 0) expect(evidence.length).toBeGreaterThan(0);
  expect(test_(readiness, 'I1')).toMatchObject({ state: 'documented', score: 0.5 });
});

test('what is written down counts half, what CI runs counts whole', () => {
  const suite = {
    'gx/suite.json':
      '{"expectation_suite_name": "a", "expectations": [{"expectation_type": "expect_column_to_exist", "kwargs": {"column": "x"}}]}',
  };
  const idle = reportOn({ ...TRAINING, ...suite }).consolidation.readiness;
  expect(test_(idle, 'D1')).toMatchObject({ state: 'documented', score: 0.5 });
  const ci = {
    '.github/workflows/data.yml':
      'on: push\njobs:\n  check:\n    runs-on: ubuntu-latest\n    steps:\n      - run: great_expectations checkpoint run a\n',
  };
  expect(test_(reportOn({ ...TRAINING, ...suite, ...ci }).consolidation.readiness, 'D1')).toMatchObject({
    state: 'automated',
    score: 1,
  });
});

test('health never satisfies drift', () => {
  const { consolidation } = reportOn({
    'deploy/prod/ranker.yaml':
      'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: ranker}\nspec:\n  predictor:\n    minReplicas: 2\n    model:\n      modelFormat: {name: sklearn}\n      storageUri: s3://models/ranker/3\n',
    'alerts/rules.yaml':
      'groups:\n- name: a\n  rules:\n  - alert: Slow\n    expr: histogram_quantile(0.99, rate(request_latency_seconds_bucket[5m])) > 1\n',
  });
  expect(consolidation.lifecycle['monitoring-health'].status).toBe('evidenced');
  expect(consolidation.lifecycle['monitoring-drift'].status).not.toBe('evidenced');
  expect(consolidation.constraints.find(({ id }) => id === 'drift')?.status).not.toBe('evidenced');
});

test('an open critical finding means low at most, an unread repository means nothing', () => {
  const { readiness } = reportOn({ 'README.md': '# x\n' }).consolidation;
  expect(readiness.confidence).toBe('insufficient evidence');
  expect(readiness.why).toBe('neither training nor serving was found in the repository');
});

test('the four constraints stand in every report, with a state each', () => {
  const { constraints } = reportOn(TRAINING).consolidation;
  expect(constraints.map(({ id }) => id)).toEqual(['reproducible', 'rollback', 'fairness', 'drift']);
  for (const { answer } of constraints) expect(answer).not.toBe('');
});

test('the level before the change is told', () => {
  const report = reportOn({
    'src/train.py': changed(TRAINING['src/train.py'], `${TRAINING['src/train.py']}print(1)\n`),
  });
  expect(report.consolidation.readiness.before).toBeDefined();
});

test('no law is said to be complied with or violated', () => {
  const text =
    JSON.stringify(engine.panel.checks.map(({ check }) => [check.title, check.why, check.fix])) +
    JSON.stringify(RUBRIC);
  expect(text).not.toMatch(/\bcompliant\b|\bviolat(es|ed|ion)\b/i);
});
