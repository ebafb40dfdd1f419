import { loadPersonas } from '../../src/catalog.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { createEngine } from '../../src/engine.ts';
import { isDegraded } from '../../src/panel/opinions.ts';
import { ADAPTERS, bootstrap, runInstruments, statusesOf } from '../../src/tools/bootstrap.ts';
import { sidesOf, snapshotOf } from '../support/scene.ts';

const personas = await loadPersonas();

test('a tool that several participants name is checked once and told to each', async () => {
  const found = await bootstrap(personas);
  const statuses = statusesOf(personas, found);
  const named = Object.values(statuses).filter((tools) => tools.some(({ name }) => name === 'DVC'));
  expect(named.length).toBeGreaterThan(1);
  expect(
    new Set(named.map((tools) => JSON.stringify({ ...tools.find(({ name }) => name === 'DVC'), required: true }))).size,
  ).toBe(1);
  expect(found.get('Ruff')).toMatchObject({ status: 'ok' });
  expect(found.get('Alembic')?.note).toMatch(/^never run here: .*; feature-column-dropped/);
});

test('every adapter belongs to a tool that a participant names', () => {
  const names = new Set(personas.flatMap(({ tools }) => tools.map(({ name }) => name.toLowerCase())));
  expect(ADAPTERS.map(({ tool }) => tool).filter((tool) => !names.has(tool))).toEqual([]);
});

test('more than half of the required tools away makes a participant degraded', () => {
  const tool = (status: 'ok' | 'missing', required: boolean) => ({ name: 'x', status, required, note: '' });
  expect(isDegraded([tool('missing', true), tool('missing', true), tool('ok', true)])).toBe(true);
  expect(isDegraded([tool('missing', true), tool('ok', true)])).toBe(false);
  expect(isDegraded([tool('missing', false), tool('ok', true)])).toBe(false);
});

test('one defect that a tool and a check see is one finding with two sources', async () => {
  const engine = await createEngine();
  const snapshot = snapshotOf({
    'load.py': sidesOf('import pickle\n\n\ndef load(data):\n    return pickle.loads(data)\n'),
  });
  const tools = await runInstruments(personas, snapshot);
  const report = engine.review({ snapshot, settings: DEFAULT_SETTINGS, tools: { ...tools }, today: '2026-01-01' });
  const [finding, ...others] = report.findings;
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ check: 'sec-unsafe-unpickle', severity: 'high' });
  expect(finding?.sources).toContain('ruff:S301');
});
