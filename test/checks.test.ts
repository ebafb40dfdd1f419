import { loadChecks } from '../src/catalog.ts';
import type { Example, Listed } from '../src/kit/index.ts';
import { loadLanguages } from '../src/languages.ts';
import { applySuggestions, perform, spotOf, stage } from './support/examples.ts';

await loadLanguages();
const checks = await loadChecks();

const nameOf = (example: Example, index: number): string => {
  const text = example.text ?? Object.keys(example.files ?? {}).join(', ');
  return `${example.verdict} ${index + 1}: ${text.split('\n').find((line) => line.includes('«')) ?? text.split('\n')[0]}`;
};

function expectExact(listed: Listed, example: Example): void {
  const staged = stage(example, listed);
  const run = perform(listed, staged);
  expect(run.incidents).toEqual([]);
  const binary = Object.values(staged.files).some(
    (sides) => sides.after?.kind === 'bytes' || sides.before?.kind === 'bytes',
  );
  if (example.verdict === 'bad' && binary && staged.expected.length === 0)
    expect(run.observations.length).toBeGreaterThan(0);
  else expect(run.observations.map(spotOf).sort()).toEqual(staged.expected);
  for (const { grade, message } of run.observations) {
    if (example.grade !== undefined) expect(grade).toBe(example.grade);
    if (grade !== undefined) expect(Object.keys(listed.check.grades ?? {})).toContain(grade);
    expect(message).not.toMatch(/\.$|^\s|\n/);
  }
}

function expectCured(listed: Listed, example: Example): void {
  const staged = stage(example, listed);
  const { observations } = perform(listed, staged);
  const fixable = observations.filter((each) => each.suggestion !== undefined);
  if (fixable.length === 0) return;
  const cured = perform(listed, { files: applySuggestions(staged, fixable), expected: [] });
  expect(cured.observations.length).toBe(observations.length - fixable.length);
}

describe.each(checks.map((listed) => [`${listed.persona}/${listed.id}`, listed] as const))('%s', (_name, listed) => {
  const examples = listed.check.examples.map((example, index) => [nameOf(example, index), example] as const);
  test.each(examples)('%s', (_text, example) => {
    expectExact(listed, example);
    if (example.verdict === 'bad') expectCured(listed, example);
  });
  test('has marks in every bad example and none in a good one', () => {
    for (const example of listed.check.examples) {
      const staged = stage(example, listed);
      const binary = Object.values(staged.files).some((sides) => sides.after?.kind === 'bytes');
      if (!binary) expect(staged.expected.length > 0).toBe(example.verdict === 'bad');
    }
  });
});
