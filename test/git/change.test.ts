import { chmodSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { generations } from '../../src/core/generations.ts';
import { type RepoPath, repoPath } from '../../src/core/location.ts';
import type { Change, Content, PullRequestSnapshot, Side } from '../../src/core/snapshot.ts';
import { readChange } from '../../src/git/change.ts';
import { cleanUp, commit, git, open, repository, write } from './temporary.ts';

afterEach(cleanUp);

function changeAt(snapshot: PullRequestSnapshot, path: string): Change {
  const found = snapshot.changes.find((change) => change.path === path);
  if (found === undefined) throw new Error(`no change of ${path}`);
  return found;
}

function contentAt(snapshot: PullRequestSnapshot, side: 'base' | 'head', path: string) {
  const entry = snapshot[side].tree.get(path as RepoPath);
  return entry === undefined ? undefined : snapshot.contents.get(entry.blob);
}

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1} of a file\n`).join('');
}

test('texts that were read for an earlier change are not read again', async () => {
  const dir = repository();
  write(dir, 'kept.py', 'a\n');
  write(dir, 'other.py', 'b\n');
  const first = commit(dir);
  write(dir, 'kept.py', 'a2\n');
  const second = commit(dir);
  write(dir, 'kept.py', 'a3\n');
  const third = commit(dir);
  const texts = generations<Content>(1_000, () => 1);
  const read: string[] = [];
  const kept = {
    get: texts.get,
    set: (id: string, content: Content) => {
      read.push(content.kind === 'text' ? content.text : content.kind);
      texts.set(id, content);
    },
  };
  const everything = ({ head }: { readonly head: Side }) => [...head.tree.values()].map(({ blob }) => blob);
  const repo = await open(dir);
  await readChange(repo, { base: first, head: second }, everything, kept);
  expect(read.splice(0).sort()).toEqual(['a\n', 'a2\n', 'b\n']);
  const { snapshot } = await readChange(repo, { base: second, head: third }, everything, kept);
  expect(read).toEqual(['a3\n']);
  expect(contentAt(snapshot, 'head', 'other.py')).toEqual({ kind: 'text', text: 'b\n', lossy: false });
});

describe('a change between two commits', () => {
  test('knows every kind of change', async () => {
    const dir = repository();
    write(dir, 'kept.py', 'a\nb\nc\nd\n');
    write(dir, 'gone.py', 'x\ny\n');
    write(dir, 'moved.py', numbered(20));
    write(dir, 'source.py', numbered(30));
    write(dir, 'run.sh', 'echo\n');
    write(dir, 'link', 'a file\n');
    write(dir, 'data.bin', Buffer.from([0, 1, 2, 3]));
    const base = commit(dir);
    write(dir, 'kept.py', 'a\nB\nB2\nd\nlast');
    rmSync(join(dir, 'gone.py'));
    renameSync(join(dir, 'moved.py'), join(dir, 'arrived.py'));
    write(dir, 'copy.py', numbered(30));
    write(dir, 'source.py', `${numbered(30)}more\n`);
    chmodSync(join(dir, 'run.sh'), 0o755);
    rmSync(join(dir, 'link'));
    symlinkSync('kept.py', join(dir, 'link'));
    write(dir, 'data.bin', Buffer.from([0, 1, 2, 4]));
    write(dir, 'new.py', 'one\ntwo');
    const head = commit(dir);
    const { snapshot, incidents } = await readChange(await open(dir), { base, head });

    expect(incidents).toEqual([]);
    expect(snapshot.base.commit).toBe(base);
    expect(snapshot.head.commit).toBe(head);
    expect(snapshot.changes.map((change) => [change.path, change.kind])).toEqual([
      ['arrived.py', 'renamed'],
      ['copy.py', 'copied'],
      ['data.bin', 'modified'],
      ['gone.py', 'deleted'],
      ['kept.py', 'modified'],
      ['link', 'modified'],
      ['new.py', 'added'],
      ['run.sh', 'modified'],
      ['source.py', 'modified'],
    ]);
    expect(changeAt(snapshot, 'kept.py').hunks).toEqual([
      { oldStart: 2, oldLines: 2, newStart: 2, newLines: 2, added: [2, 3], removed: [2, 3] },
      { oldStart: 4, oldLines: 0, newStart: 5, newLines: 1, added: [5], removed: [] },
    ]);
    expect(changeAt(snapshot, 'arrived.py')).toMatchObject({ from: 'moved.py', hunks: [], binary: false });
    expect(changeAt(snapshot, 'copy.py').hunks[0]?.added).toHaveLength(30);
    expect(changeAt(snapshot, 'data.bin')).toMatchObject({ binary: true, hunks: [] });
    expect(changeAt(snapshot, 'gone.py').hunks[0]?.removed).toEqual([1, 2]);
    expect(changeAt(snapshot, 'run.sh').mode).toEqual({ before: 'file', after: 'executable' });
    expect(changeAt(snapshot, 'link').mode).toEqual({ before: 'file', after: 'symlink' });
    expect(changeAt(snapshot, 'link').hunks).toHaveLength(2);
    expect(changeAt(snapshot, 'new.py').hunks[0]?.added).toEqual([1, 2]);
    expect(contentAt(snapshot, 'base', 'kept.py')).toEqual({ kind: 'text', text: 'a\nb\nc\nd\n', lossy: false });
    expect(contentAt(snapshot, 'head', 'data.bin')).toEqual({ kind: 'bytes', bytes: new Uint8Array([0, 1, 2, 4]) });
    expect(snapshot.head.tree.get(repoPath('run.sh'))).toMatchObject({ mode: 'executable', size: 5 });
  });

  test('takes the merge base, so that what happened on the base branch is no change', async () => {
    const dir = repository();
    write(dir, 'a.py', 'a\n');
    const fork = commit(dir);
    git(dir, 'checkout', '-q', '-b', 'topic');
    write(dir, 'b.py', 'b\n');
    const head = commit(dir);
    git(dir, 'checkout', '-q', 'main');
    write(dir, 'c.py', 'c\n');
    commit(dir);
    const repo = await open(dir);
    const named = await readChange(repo, { base: 'main', head: 'topic' });
    expect(named.snapshot.base.commit).toBe(fork);
    expect(named.snapshot.changes.map((change) => change.path)).toEqual(['b.py']);
    git(dir, 'checkout', '-q', 'topic');
    const guessed = await readChange(repo, {});
    expect(guessed.snapshot.base.commit).toBe(fork);
    expect(guessed.snapshot.head.commit).toBe(head);
  });

  test('keeps odd file names as they are', async () => {
    const names = [
      'with space.py',
      'with "quotes" and \'ticks\'.py',
      'new\nline.py',
      'tab\tname.py',
      '-rf',
      'back\\slash.py',
      'über.py',
      'u\u0308ber.py',
      '日本語/模型.py',
      ':(exclude)x.py',
      'a b/c"d/é.py',
      '*.py',
      'diff --git a b',
    ];
    const dir = repository();
    git(dir, 'config', 'core.precomposeUnicode', 'false');
    const base = commit(dir);
    for (const name of names) write(dir, name, `x = ${JSON.stringify(name)}\n`);
    const head = commit(dir);
    const { snapshot, incidents } = await readChange(await open(dir), { base, head });
    expect(incidents).toEqual([]);
    expect(new Set(snapshot.changes.map((change) => change.path))).toEqual(new Set(names));
    for (const name of names) {
      expect(contentAt(snapshot, 'head', name)).toMatchObject({ text: `x = ${JSON.stringify(name)}\n` });
      expect(changeAt(snapshot, name).hunks[0]?.added).toEqual([1]);
    }
  });

  test('reports a name that is no UTF-8 or leads out of the repository, and reads the rest', async () => {
    const dir = repository();
    write(dir, 'good.py', 'a\n');
    const base = commit(dir);
    const blob = git(dir, 'rev-parse', 'HEAD:good.py');
    const tree = Buffer.concat([
      Buffer.from('100644 caf\xe9.py\0', 'latin1'),
      Buffer.from(blob, 'hex'),
      Buffer.from('100644 fine.py\0'),
      Buffer.from(blob, 'hex'),
    ]);
    write(dir, '.git/tree', tree);
    const inner = git(dir, 'hash-object', '-t', 'tree', '-w', '--literally', '.git/tree');
    const outer = Buffer.concat([
      Buffer.from('40000 ..\0'),
      Buffer.from(inner, 'hex'),
      Buffer.from('100644 z.py\0'),
      Buffer.from(blob, 'hex'),
    ]);
    write(dir, '.git/tree', outer);
    const escaping = git(dir, 'hash-object', '-t', 'tree', '-w', '--literally', '.git/tree');
    const first = git(dir, 'commit-tree', '-p', base, '-m', 'x', inner);
    const second = git(dir, 'commit-tree', '-p', base, '-m', 'x', escaping);
    const repo = await open(dir);
    const latin = await readChange(repo, { base, head: first });
    expect(latin.snapshot.changes.map((change) => change.path)).toContain('fine.py');
    expect(latin.incidents.filter((incident) => incident.clouds)).toHaveLength(1);
    expect(latin.incidents[0]?.kind).toBe('unread');
    const out = await readChange(repo, { base, head: second });
    expect([...out.snapshot.head.tree.keys()]).toEqual(['z.py']);
    expect(out.incidents.length).toBeGreaterThan(0);
    expect(out.incidents.some((incident) => incident.message.includes('../'))).toBe(true);
  });

  test('an attribute of the change does not hide its lines', async () => {
    const dir = repository();
    write(dir, 'a.py', 'a\n');
    const base = commit(dir);
    write(dir, '.gitattributes', '*.py -diff binary\n');
    write(dir, 'a.py', 'a\nb\n');
    const head = commit(dir);
    const { snapshot } = await readChange(await open(dir), { base, head });
    expect(changeAt(snapshot, 'a.py')).toMatchObject({ binary: false, hunks: [{ added: [2] }] });
  });

  test('a submodule has a mode and no lines', async () => {
    const dir = repository();
    const base = commit(dir);
    git(dir, 'update-index', '--add', '--cacheinfo', `160000,${base},vendor/lib`);
    git(dir, 'commit', '-q', '-m', 'x');
    const { snapshot, incidents } = await readChange(await open(dir), { base, head: 'HEAD' });
    expect(incidents).toEqual([]);
    expect(changeAt(snapshot, 'vendor/lib')).toMatchObject({ kind: 'added', hunks: [] });
    expect(snapshot.head.tree.get(repoPath('vendor/lib'))).toMatchObject({ mode: 'submodule' });
    expect(snapshot.contents.size).toBe(0);
  });

  test('the first commit counts as introduced as a whole', async () => {
    const dir = repository();
    write(dir, 'a.py', 'a\nb\n');
    const head = commit(dir);
    const { snapshot } = await readChange(await open(dir), {});
    expect(snapshot.head.commit).toBe(head);
    expect(snapshot.base.tree.size).toBe(0);
    expect(changeAt(snapshot, 'a.py')).toMatchObject({ kind: 'added', hunks: [{ added: [1, 2] }] });
  });

  test('asks for companions until nothing new is named', async () => {
    const dir = repository();
    for (const name of ['one.yml', 'two.yml', 'three.yml', 'four.yml', 'five.yml']) write(dir, name, `${name}\n`);
    const base = commit(dir);
    write(dir, 'changed.py', 'x\n');
    commit(dir);
    const chain = ['one.yml', 'two.yml', 'three.yml', 'four.yml', 'five.yml'] as RepoPath[];
    let asked = 0;
    const { snapshot } = await readChange(await open(dir), { base }, (sides, changes, read) => {
      asked += 1;
      expect(changes.map((change) => change.path)).toEqual(['changed.py']);
      const next = chain
        .map((path) => sides.head.tree.get(path)?.blob)
        .find((blob) => blob !== undefined && !read.has(blob));
      return next === undefined ? [] : [next];
    });
    expect(asked).toBe(3);
    expect(contentAt(snapshot, 'head', 'three.yml')).toMatchObject({ text: 'three.yml\n' });
    expect(contentAt(snapshot, 'head', 'four.yml')).toBeUndefined();
  });

  test('works with the sha256 object format and from a subfolder', async () => {
    const dir = repository('--object-format=sha256');
    write(dir, 'deep/a.py', 'a\n');
    const base = commit(dir);
    write(dir, 'deep/a.py', 'b\n');
    commit(dir);
    const { snapshot } = await readChange(await open(join(dir, 'deep')), { base });
    expect(snapshot.base.commit).toHaveLength(64);
    expect(contentAt(snapshot, 'head', 'deep/a.py')).toMatchObject({ text: 'b\n' });
  });
});
