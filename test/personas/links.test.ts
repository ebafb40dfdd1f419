import { loadChecks, loadPersonas } from '../../src/catalog.ts';

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
  expect(silent.filter((concern) => !evaluated.has(concern))).toEqual([]);
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
