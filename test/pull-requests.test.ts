import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../src/core/report.ts';
import { DEFAULT_SETTINGS } from '../src/core/settings.ts';
import type { Content } from '../src/core/snapshot.ts';
import { createEngine } from '../src/engine.ts';
import { renderMarkdown } from '../src/report/markdown.ts';
import { snapshotOf, type TwoSides } from './support/scene.ts';

const CASES = fileURLToPath(new URL('./pull-requests/', import.meta.url));
/** Writes the golden reports anew instead of comparing: UPDATE_GOLDEN=1 npm test. */
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

function contentOf(bytes: Buffer): Content {
  if (bytes.includes(0)) return { kind: 'bytes', bytes: new Uint8Array(bytes) };
  return { kind: 'text', text: bytes.toString('utf8'), lossy: false };
}

function filesBelow(folder: string, prefix = ''): Readonly<Record<string, Content>> {
  if (!existsSync(folder)) return {};
  const files: Record<string, Content> = {};
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) Object.assign(files, filesBelow(path, `${prefix}${name}/`));
    else files[`${prefix}${name}`] = contentOf(readFileSync(path));
  }
  return files;
}

function reportOf(name: string): Report {
  const base = filesBelow(join(CASES, name, 'base'));
  const head = filesBelow(join(CASES, name, 'head'));
  const sides: Record<string, TwoSides> = {};
  for (const path of [...new Set([...Object.keys(base), ...Object.keys(head)])].sort()) {
    sides[path] = { before: base[path] ?? null, after: head[path] ?? null };
  }
  return engine.review({ snapshot: snapshotOf(sides), settings: DEFAULT_SETTINGS, today: '2026-01-01' });
}

const engine = await createEngine();
const cases = readdirSync(CASES).filter((name) => statSync(join(CASES, name)).isDirectory());

test.each(cases)('%s', (name) => {
  const file = join(CASES, name, 'report.md');
  const text = renderMarkdown(reportOf(name)).replace(/ml-review \d+\.\d+\.\d+\S*/g, 'ml-review VERSION');
  if (UPDATE) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
});

test.each(cases.filter((name) => name.startsWith('healthy-')))('%s is passed in silence', (name) => {
  const report = reportOf(name);
  expect(report.findings.filter((finding) => finding.introduced)).toEqual([]);
  expect(report.incidents).toEqual([]);
  expect(report.verdict).toBe('pass');
});

test('the same change gives the same report twice', () => {
  for (const name of cases) expect(reportOf(name)).toEqual(reportOf(name));
});
