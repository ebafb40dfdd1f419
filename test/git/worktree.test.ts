import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { RepoPath } from '../../src/core/location.ts';
import { readChange } from '../../src/git/change.ts';
import { readFolder } from '../../src/git/folder.ts';
import type { Reading } from '../../src/git/reading.ts';
import { cleanUp, commit, folder, git, open, repository, write } from './temporary.ts';

afterEach(cleanUp);

function kinds({ snapshot }: Reading): readonly (readonly [string, string])[] {
  return snapshot.changes.map((change) => [change.path, change.kind]);
}

function textAt({ snapshot }: Reading, path: string): string | undefined {
  const entry = snapshot.head.tree.get(path as RepoPath);
  const content = entry === undefined ? undefined : snapshot.contents.get(entry.blob);
  return content?.kind === 'text' ? content.text : content?.kind;
}

function touch(dir: string, name: string): void {
  utimesSync(join(dir, name), new Date(), new Date(Date.now() + 60_000));
}

describe('what is not committed', () => {
  test('holds a file of equal size that was written in the second of the index', async () => {
    let dir = '';
    let together = false;
    for (let tries = 0; tries < 20 && !together; tries += 1) {
      dir = repository();
      await setTimeout(1010 - (Date.now() % 1000));
      write(dir, 'a.py', 'a\n');
      commit(dir);
      write(dir, 'a.py', 'b\n');
      const seconds = ['.git/index', 'a.py'].map((name) => Math.floor(statSync(join(dir, name)).ctimeMs / 1000));
      together = seconds[0] === seconds[1];
    }
    expect(together).toBe(true);
    // In the same second any copy of the index would do.
    await setTimeout(1010 - (Date.now() % 1000));
    expect(kinds(await readChange(await open(dir), { worktree: true }))).toEqual([['a.py', 'modified']]);
  });

  test('the working tree: edited, new, deleted, ignored, staged', async () => {
    const dir = repository();
    write(dir, '.gitignore', 'ignored.py\n');
    for (const name of ['edited.py', 'deleted.py', 'staged.py', 'touched.py']) write(dir, name, `${name}\n`);
    commit(dir);
    write(dir, 'edited.py', 'edited.py\nmore\n');
    write(dir, 'staged.py', 'staged anew\n');
    git(dir, 'add', 'staged.py');
    write(dir, 'new folder/new.py', 'new\n');
    write(dir, 'ignored.py', 'no\n');
    rmSync(join(dir, 'deleted.py'));
    touch(dir, 'touched.py');
    const repo = await open(dir);
    const worktree = await readChange(repo, { worktree: true });
    expect(kinds(worktree)).toEqual([
      ['deleted.py', 'deleted'],
      ['edited.py', 'modified'],
      ['new folder/new.py', 'added'],
      ['staged.py', 'modified'],
    ]);
    expect(worktree.snapshot.changes[1]?.hunks[0]?.added).toEqual([2]);
    expect(textAt(worktree, 'edited.py')).toBe('edited.py\nmore\n');
    const staged = await readChange(repo, { staged: true });
    expect(kinds(staged)).toEqual([['staged.py', 'modified']]);
    expect(textAt(staged, 'staged.py')).toBe('staged anew\n');
    expect(git(dir, 'status', '--porcelain')).toContain(' M edited.py');
  });

  test('links are not followed, pipes are an incident, nested repositories are left alone', async () => {
    const dir = repository();
    write(dir, 'sub/file.py', 'inside\n');
    commit(dir);
    const outside = folder();
    write(outside, 'file.py', 'secret\n');
    rmSync(join(dir, 'sub'), { recursive: true });
    symlinkSync(outside, join(dir, 'sub'));
    symlinkSync(join(outside, 'file.py'), join(dir, 'link.py'));
    mkdirSync(join(dir, 'nested'));
    git(join(dir, 'nested'), 'init', '-q');
    commit(join(dir, 'nested'));
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    const reading = await readChange(await open(dir), { worktree: true });
    expect(kinds(reading)).toEqual([
      ['link.py', 'added'],
      ['sub', 'added'],
      ['sub/file.py', 'deleted'],
    ]);
    expect(textAt(reading, 'link.py')).toBe(join(outside, 'file.py'));
    expect(
      [...reading.snapshot.contents.values()].some((content) => content.kind === 'text' && content.text === 'secret\n'),
    ).toBe(false);
    const whole = await readFolder(dir);
    expect(textAt(whole, 'link.py')).toBe(join(outside, 'file.py'));
  });

  test('the conversions of a checkout are no change', async () => {
    const dir = repository();
    write(dir, '.gitattributes', '*.py text eol=crlf\n*.bin filter=lfs\n');
    write(dir, 'a.py', 'a\nb\n');
    const model = Buffer.from([0, 1, 2, 3, 4]);
    const sha = execFileSync('sha256sum', { input: model, encoding: 'utf8' }).slice(0, 64);
    write(dir, 'm.bin', `version https://git-lfs.github.com/spec/v1\noid sha256:${sha}\nsize 5\n`);
    commit(dir);
    write(dir, 'a.py', 'a\r\nb\r\n');
    write(dir, 'm.bin', model);
    expect(kinds(await readChange(await open(dir), { worktree: true }))).toEqual([]);
  });

  test('a conflict is read as it lies on disk, and as our side when staged', async () => {
    const dir = repository();
    write(dir, 'a.py', 'base\n');
    commit(dir);
    git(dir, 'checkout', '-q', '-b', 'topic');
    write(dir, 'a.py', 'theirs\n');
    commit(dir);
    git(dir, 'checkout', '-q', 'main');
    write(dir, 'a.py', 'ours\n');
    commit(dir);
    expect(() => git(dir, 'merge', '-q', 'topic')).toThrow();
    const repo = await open(dir);
    expect(textAt(await readChange(repo, { worktree: true }), 'a.py')).toContain('<<<<<<<');
    expect(kinds(await readChange(repo, { staged: true }))).toEqual([]);
  });

  test('a file too large to copy is a change whose content is withheld', async () => {
    const dir = repository();
    write(dir, 'a.py', 'a\n');
    commit(dir);
    write(dir, 'model.bin', Buffer.alloc(65 * 1024 * 1024));
    const reading = await readChange(await open(dir), { worktree: true });
    expect(reading.incidents).toEqual([]);
    expect(reading.snapshot.changes).toEqual([{ kind: 'added', path: 'model.bin', hunks: [], binary: true }]);
    expect([...reading.snapshot.contents.values()]).toEqual([
      { kind: 'withheld', reason: 'too-large', size: 65 * 1024 * 1024 },
    ]);
  });
});

describe('everything counts as introduced', () => {
  test('a folder without git', async () => {
    const dir = folder();
    write(dir, 'train.py', 'one\ntwo\nthree');
    write(dir, 'deep/er/conf.yml', 'a: 1\n');
    write(dir, 'node_modules/x/index.js', 'x\n');
    write(dir, '__pycache__/x.pyc', 'x\n');
    write(dir, '.venv/lib.py', 'x\n');
    write(dir, 'empty.py', '');
    const reading = await readFolder(dir);
    expect(kinds(reading)).toEqual([
      ['deep/er/conf.yml', 'added'],
      ['empty.py', 'added'],
      ['train.py', 'added'],
    ]);
    expect(reading.snapshot.changes[2]?.hunks[0]?.added).toEqual([1, 2, 3]);
    const blob = reading.snapshot.head.tree.get('train.py' as RepoPath)?.blob;
    expect(blob).toBe(git(dir, 'hash-object', 'train.py'));
    expect((await readFolder(dir)).snapshot.head.commit).toBe(reading.snapshot.head.commit);
  });

  test('in a repository .gitignore is honoured; a commit can be read the same way', async () => {
    const dir = repository();
    write(dir, '.gitignore', 'data/\n');
    write(dir, 'a.py', 'a\n');
    const head = commit(dir);
    write(dir, 'data/x.csv', '1\n');
    write(dir, 'b.py', 'b\n');
    const repo = await open(dir);
    expect(kinds(await readChange(repo, { all: true })).map(([path]) => path)).toEqual(['.gitignore', 'a.py', 'b.py']);
    const committed = await readChange(repo, { all: true, head });
    expect(kinds(committed).map(([path]) => path)).toEqual(['.gitignore', 'a.py']);
    expect(committed.snapshot.changes[1]?.hunks[0]?.added).toEqual([1]);
  });

  test('a subfolder, and a repository without a commit', async () => {
    const dir = repository();
    write(dir, 'service/a.py', 'a\n');
    write(dir, 'b.py', 'b\n');
    const reading = await readFolder(join(dir, 'service'));
    expect(kinds(reading)).toEqual([['a.py', 'added']]);
    expect(kinds(await readFolder(dir))).toEqual([
      ['b.py', 'added'],
      ['service/a.py', 'added'],
    ]);
  });
});
