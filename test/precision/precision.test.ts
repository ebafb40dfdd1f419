import { readFile } from 'node:fs/promises';
import { createEngine } from '../../src/engine.ts';
import { MEASURED_ON_CORPUS, mayBlock, parseLabels, precisionPage } from '../../src/scripts/precision-page.ts';

const here = (name: string) => readFile(new URL(name, import.meta.url), 'utf8');
const labels = parseLabels(await here('./labels.tsv'));
const { panel } = await createEngine();
const blocking = panel.checks.filter(({ check }) => check.mode === 'block');

const counts = (id: string) => {
  const mine = labels.filter((label) => label.check === id);
  const right = mine.filter(({ verdict }) => verdict === 'right').length;
  return { right, wrong: mine.length - right };
};

test('labels hold at least three hundred verdicts, one for each finding', () => {
  expect(labels.length).toBeGreaterThanOrEqual(300);
  const keys = labels.map(({ key }) => key);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

test('every label names a full place in a repository of the corpus', async () => {
  const corpus = JSON.parse(await here('./corpus.json')) as readonly { readonly repository: string }[];
  const names = new Set(corpus.map(({ repository }) => repository));
  const unknown = labels.filter(({ key, place }) => {
    const [, repository = ''] = /^([^@]+)@[0-9a-f]{12}:.+:\d+$/.exec(place) ?? [];
    return !names.has(repository) || !/^[0-9a-f]{16}$/.test(key);
  });
  expect(unknown).toEqual([]);
});

test('every label is about a check that exists', () => {
  const ids = new Set(panel.checks.map(({ id }) => id as string));
  expect([...new Set(labels.map(({ check }) => check))].filter((id) => !ids.has(id))).toEqual([]);
});

test('every check that blocks has earned it', () => {
  const unearned = blocking.filter(({ id, check }) => {
    const { right, wrong } = counts(id);
    return !MEASURED_ON_CORPUS.has(id) && !mayBlock(check.severity, right, wrong);
  });
  expect(blocking.length).toBeGreaterThan(0);
  expect(unearned.map(({ id }) => id)).toEqual([]);
});

test('a check earns block by cases and share, and the share grows with the severity', () => {
  expect(mayBlock('high', 4, 0)).toBe(false);
  expect(mayBlock('high', 9, 1)).toBe(true);
  expect(mayBlock('critical', 9, 1)).toBe(false);
  expect(mayBlock('critical', 19, 1)).toBe(true);
});

test('a row that is none is refused', () => {
  expect(() => parseLabels('key\tperhaps\tcheck\thigh\tplace\twhy')).toThrow('row 1');
});

test('the page is the one that the labels and the noise give', async () => {
  const checks = new Map(panel.checks.map(({ id, check }) => [id as string, check]));
  const noise = JSON.parse(await here('./noise.json'));
  expect(await here('../../docs/precision.md')).toBe(precisionPage(labels, checks, noise));
});
