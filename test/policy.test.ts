import { loadChecks } from '../src/catalog.ts';
import { compareOn, SEVERITIES } from '../src/core/scale.ts';

const checks = await loadChecks();

const offenders = (isFine: (listed: (typeof checks)[number]) => boolean): readonly string[] =>
  checks.filter((listed) => !isFine(listed)).map(({ id }) => id);

const repeated = (values: readonly string[]): readonly string[] =>
  values.filter((value, index) => values.indexOf(value) !== index);

test('an id names the defect, so that allow[id] reads right', () => {
  expect(
    offenders(({ id }) => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) && !/^(no|use|avoid|prefer)-/.test(id)),
  ).toEqual([]);
  expect(repeated(checks.map(({ id }) => id))).toEqual([]);
});

test('a title is short, unique and no sentence', () => {
  expect(
    offenders(({ check }) => check.title.length > 5 && check.title.length < 72 && !check.title.endsWith('.')),
  ).toEqual([]);
  expect(repeated(checks.map(({ check }) => check.title))).toEqual([]);
});

test('a check says why, what to do instead and who says so', () => {
  expect(offenders(({ check }) => check.why.trim().length > 40 && check.fix.trim().length > 15)).toEqual([]);
  expect(
    offenders(
      ({ check }) => check.references.length > 0 && check.references.every((url) => url.startsWith('https://')),
    ),
  ).toEqual([]);
});

test('critical is only said with high confidence', () => {
  const worst = ({ check }: (typeof checks)[number]): string =>
    [check.severity, ...Object.values(check.grades ?? {}).map(({ severity }) => severity)].sort((a, b) =>
      compareOn(SEVERITIES, a, b),
    )[0] ?? 'low';
  expect(offenders((listed) => worst(listed) !== 'critical' || listed.check.confidence === 'high')).toEqual([]);
});

test('a check has an example of each verdict', () => {
  expect(offenders(({ check }) => check.examples.some(({ verdict }) => verdict === 'bad'))).toEqual([]);
  expect(offenders(({ check }) => check.examples.some(({ verdict }) => verdict === 'good'))).toEqual([]);
});
