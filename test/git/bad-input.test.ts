import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { RepoPath } from '../../src/core/location.ts';
import type { Content } from '../../src/core/snapshot.ts';
import { readChange } from '../../src/git/change.ts';
import { compareTrees } from '../../src/git/diff.ts';
import type { Reading } from '../../src/git/reading.ts';
import { cleanUp, commit, folder, git, open, repository, write } from './temporary.ts';

const MB = 1024 * 1024;

afterEach(cleanUp);

async function added(files: Readonly<Record<string, string | Uint8Array>>): Promise<Reading> {
  const dir = repository();
  const base = commit(dir);
  for (const [name, content] of Object.entries(files)) write(dir, name, content);
  commit(dir);
  return readChange(await open(dir), { base });
}

function contentAt({ snapshot }: Reading, path: string): Content | undefined {
  const entry = snapshot.head.tree.get(path as RepoPath);
  return entry === undefined ? undefined : snapshot.contents.get(entry.blob);
}

test('binary, invalid UTF-8, CRLF, a merge conflict, one long line', async () => {
  const reading = await added({
    'model.pt': Buffer.from([0x80, 2, 0, 1, 2, 3]),
    'latin.py': Buffer.from(`# caf\xe9\n${'x = 1\n'.repeat(20)}`, 'latin1'),
    'dos.py': 'a\r\nb\r\nc',
    'mac.py': 'a\rb\rc',
    'conflict.py': '<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n',
    'line.json': `"${'x'.repeat(5 * MB - 2)}"`,
    'longer.json': `"${'x'.repeat(5 * MB)}"`,
  });
  expect(reading.incidents).toEqual([]);
  expect(contentAt(reading, 'model.pt')).toMatchObject({ kind: 'bytes' });
  expect(contentAt(reading, 'latin.py')).toMatchObject({ kind: 'text', lossy: true });
  expect(contentAt(reading, 'dos.py')).toMatchObject({ text: 'a\r\nb\r\nc' });
  expect(contentAt(reading, 'conflict.py')).toMatchObject({ kind: 'text', lossy: false });
  expect(contentAt(reading, 'line.json')).toMatchObject({ kind: 'text' });
  expect(contentAt(reading, 'longer.json')).toEqual({ kind: 'withheld', reason: 'too-large', size: 5 * MB + 2 });
  const lines = Object.fromEntries(
    reading.snapshot.changes.map((change) => [change.path, change.hunks[0]?.added.length ?? 0]),
  );
  expect(lines).toEqual({
    'model.pt': 0,
    'latin.py': 21,
    'dos.py': 3,
    'mac.py': 1,
    'conflict.py': 5,
    'line.json': 1,
    'longer.json': 0,
  });
});

test('a 50 MB text is withheld, a 50 MB model is read, 65 MB are not', async () => {
  const reading = await added({
    'train.csv': Buffer.alloc(50 * MB, 'a,b,c\n'),
    'model.bin': Buffer.alloc(50 * MB),
    'large.bin': Buffer.alloc(65 * MB),
  });
  expect(reading.incidents).toEqual([]);
  expect(contentAt(reading, 'train.csv')).toEqual({ kind: 'withheld', reason: 'too-large', size: 50 * MB });
  const model = contentAt(reading, 'model.bin');
  expect(model?.kind === 'bytes' && model.bytes.length).toBe(50 * MB);
  expect(contentAt(reading, 'large.bin')).toEqual({ kind: 'withheld', reason: 'too-large', size: 65 * MB });
  expect(reading.snapshot.changes).toMatchObject([
    { path: 'large.bin', binary: true, hunks: [] },
    { path: 'model.bin', binary: true, hunks: [] },
    { path: 'train.csv', hunks: [] },
  ]);
});

test('a clone without blobs reads what is there and says what is not', async () => {
  const dir = repository();
  git(dir, 'config', 'uploadpack.allowFilter', 'true');
  write(dir, 'a.py', 'a\n');
  write(dir, 'b.py', 'b\n');
  const base = commit(dir);
  write(dir, 'a.py', 'a\nmore\n');
  const head = commit(dir);
  const clone = folder();
  git(clone, 'clone', '-q', '--bare', '--filter=blob:none', `file://${dir}`, 'it');
  const reading = await readChange(await open(`${clone}/it`), { base, head });
  expect(reading.snapshot.head.tree.size).toBe(2);
  expect(contentAt(reading, 'a.py')).toEqual({ kind: 'withheld', reason: 'unreadable' });
  expect(reading.incidents).toMatchObject([{ kind: 'unread', clouds: true }]);
  expect(reading.snapshot.changes).toMatchObject([{ path: 'a.py', kind: 'modified', hunks: [] }]);
});

test('what takes git too long is listed without its lines', async () => {
  const dir = repository();
  write(dir, 'small.py', 'a\n');
  write(dir, 'large.txt', 'a\nb\n'.repeat(100_000));
  const base = commit(dir);
  write(dir, 'small.py', 'a\nb\n');
  write(dir, 'large.txt', 'b\na\n'.repeat(100_000));
  const head = commit(dir);
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  const slow = folder();
  const stop = `if [ ! -e '${slow}/seen' ]; then touch '${slow}/seen'; exec sleep 600; fi`;
  write(slow, 'git', `#!/bin/sh\ncase "$*" in *" -p "*) ${stop};; esac\nexec '${real}' "$@"\n`);
  chmodSync(join(slow, 'git'), 0o755);
  const repo = await open(dir);
  const path = process.env.PATH;
  process.env.PATH = `${slow}:${path}`;
  try {
    const { changes, incidents } = await compareTrees(repo, [base, head], 3000);
    expect(changes.map((change) => [change.path, change.hunks.length])).toEqual([
      ['large.txt', 0],
      ['small.py', 1],
    ]);
    expect(incidents).toMatchObject([
      { kind: 'budget-exceeded', clouds: true, message: expect.stringContaining('large.txt') },
    ]);
  } finally {
    process.env.PATH = path;
  }
});

test('a change of very many files stays whole', async () => {
  const dir = repository();
  const base = commit(dir);
  const blob = git(dir, 'hash-object', '-w', '--stdin');
  const lines = Array.from({ length: 3000 }, (_, index) => `100644 ${blob}\tfolder ${index % 100}/file ${index}.py`);
  execFileSync('git', ['update-index', '--index-info'], { cwd: dir, input: lines.join('\n') });
  git(dir, 'commit', '-q', '-m', 'x');
  const { snapshot } = await readChange(await open(dir), { base });
  expect(snapshot.changes).toHaveLength(3000);
  expect(snapshot.changes.every((change) => change.kind === 'added')).toBe(true);
});
