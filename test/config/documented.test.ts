import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { init } from '../../src/commands/init.ts';
import { effectiveSettings } from '../../src/config/layers.ts';
import { readConfiguration } from '../../src/config/read.ts';
import { configurationJsonSchema } from '../../src/config/schema.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';

interface Described {
  readonly properties?: Readonly<Record<string, Described>>;
}

/** `gate.fail-on`, and every other key that may be written. */
function keysOf(schema: Described, before = ''): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) =>
    inner.properties === undefined ? [`${before}${key}`] : keysOf(inner, `${before}${key}.`),
  );
}

const NO_NAMES = { checks: new Set<string>(), conflicts: new Set<string>() };
const PAGE = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

test('every key of the configuration has its row in the documentation, and no other has', () => {
  const table = PAGE.slice(0, PAGE.indexOf('\n## '));
  const rows = [...table.matchAll(/^\| `([\w.-]+)` \|/gm)].map((match) => match[1] ?? '');
  expect(rows.sort()).toEqual([...keysOf(configurationJsonSchema())].sort());
});

test('what `init` writes is valid and changes nothing', async () => {
  const repo = mkdtempSync(join(tmpdir(), 'init-'));
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', repo, ...args]);
  git('init', '-q');
  writeFileSync(join(repo, 'train.py'), 'x = 1\n');
  git('add', '.');
  git('-c', 'user.name=ana', '-c', 'user.email=ana@example.com', 'commit', '-qm', 'first');
  await init({ repo });
  const text = readFileSync(join(repo, '.github/ml-review.yml'), 'utf8');
  rmSync(repo, { recursive: true });
  const read = readConfiguration(text, '.github/ml-review.yml', NO_NAMES);
  expect(read).toMatchObject({ ok: true });
  if (read.ok) expect(effectiveSettings([{ name: 'repository', file: read.file }]).settings).toEqual(DEFAULT_SETTINGS);
  expect(text).toContain('fixed: edit');
});
