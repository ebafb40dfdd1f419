import { readFile } from 'node:fs/promises';
import { createEngine } from '../../src/engine.ts';
import {
  fromHistory,
  MEASURED_ON_CORPUS,
  mayBlock,
  parseLabels,
  precisionPage,
  verdictsOf,
} from '../../src/scripts/precision-page.ts';

const here = (name: string) => readFile(new URL(name, import.meta.url), 'utf8');
const labels = parseLabels(await here('./labels.tsv'));
const { panel } = await createEngine();
const blocking = panel.checks.filter(({ check }) => check.mode === 'block');

const silent = new Set(JSON.parse(await here('./silent.json')) as readonly string[]);
const corpus = JSON.parse(await here('./corpus.json')) as readonly { repository: string; sha: string }[];

test('labels hold at least three hundred verdicts, one for each finding', () => {
  expect(labels.length).toBeGreaterThanOrEqual(300);
  const keys = labels.map(({ key }) => key);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

test('two hundred verdicts and more come from replayed history, and no check or repository is most of them', () => {
  const history = fromHistory({ labels, corpus });
  expect(history.length).toBeGreaterThanOrEqual(213);
  const most = (of: (label: (typeof labels)[number]) => string): number => {
    const names = history.map(of);
    return Math.max(...names.map((name) => names.filter((each) => each === name).length)) / names.length;
  };
  expect(most(({ check }) => check)).toBeLessThan(0.2);
  expect(most(({ place }) => place.split('@')[0] ?? '')).toBeLessThan(0.4);
});

test('only labels can fall silent', () => {
  const keys = new Set(labels.map(({ key }) => key));
  expect([...silent].filter((key) => !keys.has(key))).toEqual([]);
});

test('what is not said any more counts neither for nor against a check', () => {
  const row = (key: string, verdict: 'right' | 'wrong') => ({
    key,
    verdict,
    check: 'a',
    severity: 'low',
    place: 'p',
    why: 'w',
  });
  const all = [row('1', 'right'), row('2', 'right'), row('3', 'wrong'), row('4', 'wrong'), row('5', 'wrong')];
  expect(verdictsOf('a', all, new Set(['2', '4', '5']))).toEqual({ right: 1, wrong: 1, mended: 2, lost: 1 });
});

test('every label names a full place in a repository of the corpus', () => {
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
    const { right, wrong } = verdictsOf(id, labels, silent);
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
  expect(await here('../../docs/precision.md')).toBe(precisionPage({ labels, checks, noise, silent, corpus }));
});
