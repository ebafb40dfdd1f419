import { DEFAULT_SETTINGS } from '../src/core/settings.ts';
import { createEngine } from '../src/engine.ts';
import type { Example } from '../src/kit/index.ts';
import { sidesOf, snapshotOf } from './support/scene.ts';

const engine = await createEngine();

function conflictsIn(
  example: Example,
  settings = DEFAULT_SETTINGS,
): ReturnType<typeof engine.review>['consolidation']['conflicts'] {
  const files = Object.fromEntries(Object.entries(example.files ?? {}).map(([path, file]) => [path, sidesOf(file)]));
  return engine.review({ snapshot: snapshotOf(files), settings, today: '2026-01-01' }).consolidation.conflicts;
}

describe.each(engine.panel.conflicts.map((listed) => [listed.id, listed] as const))('%s', (id, { rule }) => {
  test.each(rule.examples.map((example, index) => [`${example.verdict} ${index + 1}`, example] as const))(
    '%s',
    (_name, example) => {
      const found = conflictsIn(example).filter((conflict) => conflict.id === id);
      expect(found).toHaveLength(example.verdict === 'bad' ? 1 : 0);
      for (const { positions } of found) {
        expect(positions.map(({ persona }) => persona)).toEqual(rule.between);
        for (const { says, evidence } of positions) {
          expect(says).not.toBe('');
          expect(evidence.length).toBeGreaterThan(0);
        }
      }
    },
  );

  test('a decision in the configuration is cited and not reopened', () => {
    const example = rule.examples.find(({ verdict }) => verdict === 'bad');
    const settings = { ...DEFAULT_SETTINGS, decisions: { [id]: 'decided by the platform team' } };
    const [found] =
      example === undefined ? [] : conflictsIn(example, settings).filter((conflict) => conflict.id === id);
    expect(found).toMatchObject({ decided: 'decided by the platform team' });
    expect(found?.escalate).toBeUndefined();
  });
});

test('a bot or the word security makes an edited environment a patch', () => {
  const id = 'patch-now-vs-same-environment';
  const rule = engine.panel.conflicts.find((listed) => listed.id === id)?.rule;
  const edited = rule?.examples[1];
  const files = Object.fromEntries(Object.entries(edited?.files ?? {}).map(([path, file]) => [path, sidesOf(file)]));
  const by = (author: string, title: string): number => {
    const conversation = { number: 1, title, author, labels: [] };
    const snapshot = { ...snapshotOf(files), conversation };
    const { conflicts } = engine.review({ snapshot, settings: DEFAULT_SETTINGS, today: '2026-01-01' }).consolidation;
    return conflicts.filter((conflict) => conflict.id === id).length;
  };
  expect(by('ann', 'newer scikit-learn')).toBe(0);
  expect(by('dependabot[bot]', 'bump scikit-learn')).toBe(1);
  expect(by('ann', 'CVE-2024-5206')).toBe(1);
});

test('what only a person can decide is asked of the declared owner', () => {
  const asked = (servingOwner?: string): readonly string[] =>
    engine.panel.conflicts
      .flatMap(({ rule }) => rule.examples.filter(({ verdict }) => verdict === 'bad'))
      .flatMap((example) => {
        const declare = { ...DEFAULT_SETTINGS.declare, ...(servingOwner === undefined ? {} : { servingOwner }) };
        return conflictsIn(example, { ...DEFAULT_SETTINGS, declare });
      })
      .flatMap(({ escalate }) => (escalate === undefined ? [] : [escalate.question]));
  const without = asked();
  const named = asked('@acme/ml-platform');
  expect(without.length).toBeGreaterThan(0);
  expect(named).toHaveLength(without.length);
  expect(named.every((question) => question.includes('`@acme/ml-platform`'))).toBe(true);
  expect(without.some((question) => question.includes('owner of what is served'))).toBe(false);
});
