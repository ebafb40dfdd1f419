import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scan } from '../../src/commands/scan.ts';
import type { Report } from '../../src/core/report.ts';

const bad = Buffer.from("cposix\nsystem\n(S'true'\ntR.");
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scan-command-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('every file of a folder is judged, also where all together are larger than what is kept between reviews', async () => {
  for (const name of ['a.pkl', 'b.pkl', 'c.pkl']) {
    const file = openSync(join(folder, name), 'w');
    writeSync(file, bad);
    ftruncateSync(file, 40_000_000);
    closeSync(file);
  }
  const output = join(folder, 'report.json');
  expect(await scan(folder, { format: 'json', output })).toBe(1);
  const report = JSON.parse(readFileSync(output, 'utf8')) as Report;
  const critical = report.findings.filter(({ severity }) => severity === 'critical');
  expect(critical.map(({ path }) => path)).toEqual(['a.pkl', 'b.pkl', 'c.pkl']);
});
