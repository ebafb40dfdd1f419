import { loadChecks, loadPersonas } from '../../src/catalog.ts';

/** Concerns that no check evaluates yet. Only ever gets shorter; what stands here needlessly is not an error. */
const WAITING: ReadonlySet<string> = new Set([
  'ml-engineer/model-architecture-choices',
  'ml-engineer/training-pipeline-reliability',
  'ml-engineer/feature-engineering-quality',
  'ml-engineer/inference-latency',
  'ml-engineer/bias-and-fairness',
  'ml-engineer/experiment-tracking',
  'ml-engineer/drift-monitoring-in-place-before-deployment',
  'ml-engineer/documented-limitations-and-failure-modes',
  'data-engineer/schema-evolution',
  'data-engineer/backfill',
  'data-engineer/processing-latency-and-sla',
  'data-engineer/storage-format-and-partitioning',
  'data-engineer/cost-of-processing',
  'data-engineer/feature-stores',
  'data-architect/referential-integrity',
  'data-architect/query-performance-and-patterns-for-ml',
  'sre/slos-and-slis',
  'sre/incident-readiness',
  'sre/capacity-planning',
  'sre/change-management-risk',
  'sre/serving-reliability',
  'sre/scaling',
  'security-auditor/injection',
  'security-auditor/input-validation',
  'security-auditor/authentication-bypass',
  'security-auditor/logging-of-sensitive-data',
  'security-auditor/insecure-defaults',
  'security-auditor/privacy-of-training-data',
]);

const checks = await loadChecks();
const personas = await loadPersonas();

test('every check evaluates a concern of the participant in whose folder it lies', () => {
  const concerns = new Set(personas.flatMap(({ id, evaluateFor }) => evaluateFor.map((each) => `${id}/${each.id}`)));
  const strays = checks.filter(({ persona, check }) => !concerns.has(`${persona}/${check.evaluates}`));
  expect(strays.map(({ id, check }) => `${id}: ${check.evaluates}`)).toEqual([]);
  expect(checks.length).toBeGreaterThan(0);
});

test('every concern has a check, or says why no check can judge it', () => {
  const evaluated = new Set(checks.map(({ persona, check }) => `${persona}/${check.evaluates}`));
  const silent = personas.flatMap(({ id, evaluateFor }) =>
    evaluateFor.filter((each) => each.notStatically === undefined).map((each) => `${id}/${each.id}`),
  );
  expect(silent.filter((concern) => !evaluated.has(concern) && !WAITING.has(concern))).toEqual([]);
});

test('what cannot be judged statically is not judged by a check', () => {
  const beyond = new Set(
    personas.flatMap(({ id, evaluateFor }) =>
      evaluateFor.filter((each) => each.notStatically !== undefined).map((each) => `${id}/${each.id}`),
    ),
  );
  expect(
    checks.filter(({ persona, check }) => beyond.has(`${persona}/${check.evaluates}`)).map(({ id }) => id),
  ).toEqual([]);
});
