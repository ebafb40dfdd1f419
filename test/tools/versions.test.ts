import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPersonas } from '../../src/catalog.ts';
import { isOutside, versionNote } from '../../src/tools/versions.ts';

const home = mkdtempSync(join(tmpdir(), 'ml-review-home-'));
process.env['ML_REVIEW_TOOLS_DIR'] = home;
const { ADAPTERS, bootstrap, statusesOf } = await import('../../src/tools/bootstrap.ts');
const { TOOL_ENVIRONMENT } = await import('../../src/tools/run.ts');
const personas = await loadPersonas();
afterAll(() => rmSync(home, { recursive: true }));

test('a range holds its first version and not its last', () => {
  const known = { from: '1.6', below: '2', tested: '1.6.2' };
  expect(['1.6', '1.6.2', '1.10', '1.99.9+ds'].filter((version) => isOutside(version, known))).toEqual([]);
  expect(['1.5.9', '0.9', '2', '2.0.0', '10.1'].filter((version) => !isOutside(version, known))).toEqual([]);
});

test('the note says what was proved, on what, and when a version is none of the known', () => {
  const known = { from: '1.6', below: '2', tested: '1.6.2' };
  expect(versionNote('1.6.2', known)).toBe('ready');
  expect(versionNote('1.7.0', known)).toBe('ready; proved on 1.6.2');
  expect(versionNote('2.1', known)).toBe(
    '2.1 is outside of the versions that its adapter knows: 1.6 up to, not including, 2 (proved on 1.6.2)',
  );
  expect(versionNote('1.0', { from: '1.0', below: '2' })).toBe(
    'ready; proved on output written after the documentation, never on the program',
  );
});

test('every adapter of a program names the versions that it knows', () => {
  const silent = ADAPTERS.filter(({ versions }) => versions === undefined).map(({ tool }) => tool);
  expect(silent).toEqual(['ruff']);
  for (const { versions } of ADAPTERS) {
    if (versions?.tested !== undefined) expect(isOutside(versions.tested, versions)).toBe(false);
  }
});

test('what the operator installed into the environment of our own is found, and an unknown version is said to be one', async () => {
  const bin = join(TOOL_ENVIRONMENT, 'bin');
  expect(TOOL_ENVIRONMENT).toBe(home);
  mkdirSync(bin, { recursive: true });
  for (const [program, version] of [
    ['detect-secrets', '1.5.0'],
    ['modelscan', 'modelscan, version 0.9.1'],
  ] as const) {
    writeFileSync(join(bin, program), `#!/bin/sh\necho '${version}'\n`);
    chmodSync(join(bin, program), 0o755);
  }
  const tools = statusesOf(personas, await bootstrap(personas))['security-auditor'] ?? [];
  expect(tools.find(({ name }) => name === 'detect-secrets')).toMatchObject({
    status: 'ok',
    version: '1.5.0',
    note: 'ready; proved on output written after the documentation, never on the program',
  });
  expect(tools.find(({ name }) => name === 'modelscan')).toMatchObject({
    status: 'ok',
    version: '0.9.1',
    outside: true,
    note: expect.stringMatching(/^0\.9\.1 is outside of the versions that its adapter knows: 0\.8 up to/),
  });
});
