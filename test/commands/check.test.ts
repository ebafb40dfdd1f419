import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

interface Run {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

function cli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [CLI, ...args],
      { env: { ...process.env, NO_COLOR: '1', ...env }, maxBuffer: 2 ** 26 },
      (error, out, err) => {
        resolve({ status: error === null ? 0 : Number(error.code), out, err });
      },
    );
  });
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ml-review-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const git = (...args: string[]): string =>
  execFileSync(
    'git',
    ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false', ...args],
    { encoding: 'utf8' },
  );

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

function commit(files: Readonly<Record<string, string | Uint8Array>>, message = 'a change'): void {
  write(files);
  git('add', '-A');
  git('commit', '-qm', message);
}

function repository(files: Readonly<Record<string, string | Uint8Array>> = { 'README.md': '# x\n' }): void {
  git('init', '-q', '-b', 'main');
  commit(files, 'first');
  git('checkout', '-q', '-b', 'change');
}

const UNSEEDED = 'from sklearn.model_selection import train_test_split\na, b = train_test_split(X)\n';

test('a change is reviewed against its merge base', async () => {
  repository();
  commit({ 'train.py': UNSEEDED });
  const { status, out } = await cli(['check', '--repo', folder]);
  expect(out).toContain('train.py:2');
  expect(out).toContain('no `random_state` is given');
  expect(status).toBe(0);
});

test('a blocking finding at the threshold shuts the gate, below it does not', async () => {
  repository({ '.github/ml-review.yml': 'version: 1\nchecks:\n  repro-split-unseeded: block\n' });
  commit({ 'train.py': UNSEEDED });
  expect((await cli(['check', '--repo', folder, '--fail-on', 'medium'])).status).toBe(1);
  expect((await cli(['check', '--repo', folder])).status).toBe(0);
  expect((await cli(['check', '--repo', folder, '--fail-on', 'never'])).status).toBe(0);
});

test('the configuration of the change itself is previewed, not obeyed', async () => {
  repository({ '.github/ml-review.yml': 'version: 1\nchecks:\n  repro-split-unseeded: block\n' });
  commit({ 'train.py': UNSEEDED, '.github/ml-review.yml': 'version: 1\nchecks:\n  repro-split-unseded: off\n' });
  const { status, out } = await cli(['check', '--repo', folder, '--fail-on', 'medium', '--format', 'json']);
  expect(status).toBe(1);
  const { incidents } = JSON.parse(out);
  expect(incidents).toContainEqual(
    expect.objectContaining({
      kind: 'configuration',
      line: 3,
      message: expect.stringContaining('did you mean repro-split-unseeded?'),
    }),
  );
});

test('an allow comment with a reason takes a finding out of the count', async () => {
  repository();
  commit({ 'train.py': UNSEEDED.replace('(X)', '(X)  # ml-review: allow[repro-split-unseeded] a smoke test') });
  const { out } = await cli(['check', '--repo', folder, '--format', 'json']);
  const report = JSON.parse(out);
  expect(report.findings[0].allowed).toEqual({ by: 'comment', reason: 'a smoke test' });
  expect(report.verdict).toBe('pass');
});

test('what is not committed is reviewed with --worktree and --staged', async () => {
  repository();
  write({ 'train.py': UNSEEDED });
  expect((await cli(['check', '--repo', folder, '--worktree'])).out).toContain('train.py:2');
  expect((await cli(['check', '--repo', folder, '--staged'])).out).not.toContain('train.py');
  git('add', '-A');
  expect((await cli(['check', '--repo', folder, '--staged'])).out).toContain('train.py:2');
});

test('a folder without git is reviewed with --all', async () => {
  write({ 'train.py': UNSEEDED });
  const { status, out } = await cli(['check', '--repo', folder, '--all']);
  expect(out).toContain('train.py:2');
  expect(status).toBe(0);
});

describe('wrong use is one sentence and status 2', () => {
  const nothing = (): void => {};
  const check =
    (...args: readonly string[]) =>
    (): readonly string[] => ['check', '--repo', folder, ...args];
  const broken = (): void => {
    repository({ '.github/ml-review.yml': 'version: 2\n' });
    commit({ 'a.py': 'x = 1\n' });
  };
  const wrong: readonly (readonly [string, () => unknown, () => readonly string[], RegExp])[] = [
    ['no repository', nothing, check(), /not inside a git repository/],
    ['no such folder', nothing, () => ['check', '--repo', join(folder, 'nowhere')], /./],
    ['an empty repository', () => git('init', '-q'), check(), /commit/i],
    ['an unknown ref', () => repository(), check('--base', 'nowhere'), /nowhere/],
    ['an unknown format', nothing, check('--format', 'pdf'), /pdf/],
    ['an unknown check', () => repository(), check('--only', 'no-such-check'), /no-such-check/],
    ['an unknown threshold', nothing, check('--fail-on', 'severe'), /severe/],
    ['an unknown command', nothing, () => ['chekc'], /./],
    ['two ranges', nothing, check('--staged', '--all'), /exclude each other/],
    ['a broken configuration', broken, check(), /ml-review\.yml:1/],
  ];
  test.each(wrong)('%s', async (_name, prepare, args, says) => {
    prepare();
    const { status, err, out } = await cli(args());
    expect(err.trim()).toMatch(says);
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).toBe('');
    expect(status).toBe(2);
  });
});

test('hostile files cost an incident each, never the run', async () => {
  repository();
  commit({
    'blob.bin': new Uint8Array(2 ** 16).map((_, index) => (index * 7919) % 251),
    'latin.py': new Uint8Array([0x78, 0x20, 0x3d, 0x20, 0x22, 0xe9, 0x22, 0x0a]),
    'crlf.py': UNSEEDED.replaceAll('\n', '\r\n'),
    'deep.json': `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    'deep.yaml': Array.from({ length: 20_000 }, (_, depth) => `${' '.repeat(Math.min(depth, 200))}a:`).join('\n'),
    'bomb.yaml': `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from(
      { length: 12 },
      (_, index) =>
        `k${index}: &${String.fromCharCode(98 + index)} [${Array(9)
          .fill(`*${String.fromCharCode(97 + index)}`)
          .join(',')}]`,
    ).join('\n')}\n`,
    'line.py': `x = "${'y'.repeat(5_000_000)}"\n`,
    'half.ipynb': '{"cells": [{"cell_type": "code", "source": ["import os\\n", "x = ',
    'old.py': 'print "python 2"\nexec "x"\n',
    'conflict.py': '<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n',
    'odd "name"\n é.py': UNSEEDED,
  });
  const { status, out, err } = await cli(['check', '--repo', folder, '--format', 'json']);
  expect(err).toBe('');
  expect(status).toBe(0);
  const report = JSON.parse(out);
  expect(report.verdict).toBe('incomplete');
  expect(report.findings.map((finding: { path: string }) => finding.path).sort()).toEqual([
    'crlf.py',
    'odd "name"\n é.py',
  ]);
  const struck = new Set(report.incidents.map((incident: { path: string }) => incident.path));
  for (const name of ['bomb.yaml', 'conflict.py', 'half.ipynb']) expect(struck).toContain(name);
  expect(report.incidents.filter((incident: { kind: string }) => incident.kind === 'check-crashed')).toEqual([]);
});

test('the catalogue is listed and explained', async () => {
  expect(JSON.parse((await cli(['checks', '--format', 'json'])).out).length).toBeGreaterThan(20);
  expect((await cli(['explain', 'leak-fit-on-test'])).out).toContain('# leak-fit-on-test');
  expect((await cli(['explain', 'nothing'])).status).toBe(2);
});

test('init writes a valid configuration and never overwrites one', async () => {
  repository({ 'deploy/prod/a.yaml': 'a: 1\n' });
  expect((await cli(['init', '--repo', folder])).status).toBe(0);
  const shown = await cli(['config', '--repo', folder]);
  expect(shown.out).toContain('is valid');
  expect(shown.out).toContain('deploy/prod/**');
  expect((await cli(['init', '--repo', folder])).status).toBe(2);
});

test('replay says what the panel would have said', async () => {
  repository();
  commit({ 'train.py': UNSEEDED }, 'train');
  const { out } = await cli(['replay', '--repo', folder, '--last', '5']);
  expect(out).toMatch(/advise\s+train/);
  expect(out).toContain('2 changes: 0 blocked, 1 without a word, 1 finding');
});
