import { execFileSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgedNames } from '../../src/facts/model-files/judge.ts';
import { scanPath } from '../../src/tools/scan-files.ts';

const bad = Buffer.from("cposix\nsystem\n(S'true'\ntR.");
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scan-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a folder: model files by name or content, links and .git left out', async () => {
  mkdirSync(join(folder, 'models'));
  mkdirSync(join(folder, '.git'));
  writeFileSync(join(folder, 'models', 'a.pkl'), bad);
  writeFileSync(join(folder, '.git', 'b.pkl'), bad);
  writeFileSync(join(folder, 'hidden.txt'), bad);
  writeFileSync(join(folder, 'README.md'), '# nothing to see\n');
  symlinkSync(join(folder, 'models', 'a.pkl'), join(folder, 'link.pkl'));
  const scan = await scanPath(folder);
  expect(scan.documents.map(({ path }) => path)).toEqual(['hidden.txt', 'models/a.pkl']);
  expect(scan.documents.every(({ file }) => judgedNames(file).some(({ tier }) => tier === 'denied'))).toBe(true);
  expect([scan.files, scan.incidents]).toEqual([3, []]);
});

test('one file is described whatever its name says', async () => {
  writeFileSync(join(folder, 'notes'), 'plain words\n');
  const scan = await scanPath(join(folder, 'notes'));
  expect(scan.documents.map(({ file }) => file.kind)).toEqual(['text']);
});

test('what is not read is an incident', async () => {
  writeFileSync(join(folder, 'a.7z'), Buffer.from("7z\xbc\xaf'\x1c rest of it", 'latin1'));
  writeFileSync(join(folder, 'b.pkl'), bad);
  const scan = await scanPath(folder, { maxBytes: bad.length - 1 });
  expect(scan.incidents.map(({ message }) => message)).toEqual([
    'a.7z is not scanned in full: compressed as 7z, which is recognised but not opened',
    `b.pkl has ${bad.length} bytes and is not scanned`,
  ]);
});

test('a named pipe is an incident and does not hang', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe.pkl')]);
  const scan = await scanPath(join(folder, 'pipe.pkl'));
  expect(scan.incidents.map(({ kind }) => kind)).toEqual(['unread']);
});

test('a large safetensors file costs its header', async () => {
  const size = 200_000_000;
  const header = Buffer.from(JSON.stringify({ a: { dtype: 'U8', shape: [size], data_offsets: [0, size] } }));
  const length = Buffer.alloc(8);
  length.writeUInt32LE(header.length, 0);
  const descriptor = openSync(join(folder, 'big.safetensors'), 'w');
  writeSync(descriptor, Buffer.concat([length, header]));
  ftruncateSync(descriptor, 8 + header.length + size);
  closeSync(descriptor);
  const scan = await scanPath(folder);
  expect(scan.documents[0]?.file).toMatchObject({ kind: 'safetensors', notes: [] });
  expect(scan.bytesRead).toBeLessThan(200_000);
});
