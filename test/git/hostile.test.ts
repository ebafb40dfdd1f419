import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { repoPath } from '../../src/core/location.ts';
import { readChange } from '../../src/git/change.ts';
import { readFolder } from '../../src/git/folder.ts';
import { fileAt, readCommitPairs } from '../../src/git/history.ts';
import { cleanUp, commit, folder, git, open, repository, write } from './temporary.ts';

afterEach(cleanUp);

const HOOKS = [
  'applypatch-msg',
  'fsmonitor-watchman',
  'post-checkout',
  'post-commit',
  'post-index-change',
  'post-merge',
  'pre-auto-gc',
  'pre-commit',
  'reference-transaction',
];

/** Configuration and attributes in which every setting that can start a program starts one that leaves a mark. */
function arm(dir: string, mark: string): void {
  const program = join(dir, '.git', 'armed');
  write(dir, '.git/armed', `#!/bin/sh\necho "$0 $*" >> '${mark}'\ncat\n`);
  chmodSync(program, 0o755);
  for (const hook of HOOKS) {
    write(dir, `.git/evil/${hook}`, readFileSync(program));
    write(dir, `.git/hooks/${hook}`, readFileSync(program));
    chmodSync(join(dir, '.git/evil', hook), 0o755);
    chmodSync(join(dir, '.git/hooks', hook), 0o755);
  }
  write(dir, '.git/info/attributes', '* filter=evil diff=evil merge=evil text=auto\n');
  write(dir, '.git/evil-attributes', '* filter=evil diff=evil\n');
  write(
    dir,
    '.git/config',
    `[core]
	repositoryformatversion = 1
	bare = false
	hooksPath = ${join(dir, '.git/evil')}
	fsmonitor = ${program}
	attributesFile = ${join(dir, '.git/evil-attributes')}
	sshCommand = ${program}
	gitProxy = ${program}
	askPass = ${program}
	pager = ${program}
	editor = ${program}
	alternateRefsCommand = ${program}
	untrackedCache = true
[extensions]
	partialClone = origin
[remote "origin"]
	url = ext::${program}
	uploadpack = ${program}
	promisor = true
	vcs = ext
	partialclonefilter = blob:none
[protocol]
	allow = always
[protocol "ext"]
	allow = always
[credential]
	helper = !${program}
[diff]
	external = ${program}
	submodule = diff
[diff "evil"]
	command = ${program}
	textconv = ${program}
	cachetextconv = true
[filter "evil"]
	clean = ${program}
	smudge = ${program}
	process = ${program}
	required = true
[merge "evil"]
	driver = ${program}
[interactive]
	diffFilter = ${program}
[gpg]
	program = ${program}
[log]
	showSignature = true
[submodule]
	recurse = true
[fetch]
	recurseSubmodules = true
[pager]
	log = ${program}
	diff-tree = ${program}
	rev-parse = ${program}
	ls-files = ${program}
	config = ${program}
[alias]
	rev-parse = !${program}
	ls-tree = !${program}
[trailer "x"]
	command = ${program}
[maintenance]
	auto = true
[gc]
	auto = 1
`,
  );
}

function disturb(dir: string): void {
  write(dir, 'a.py', 'changed\nagain\n');
  write(dir, 'fresh.py', 'fresh\n');
  utimesSync(join(dir, 'b.py'), new Date(), new Date(Date.now() + 60_000));
}

function hostileRepository(): {
  readonly dir: string;
  readonly base: string;
  readonly head: string;
  readonly mark: string;
} {
  const dir = repository();
  const mark = join(folder(), 'mark');
  for (const name of ['a.py', 'b.py', '.gitattributes']) write(dir, name, '* filter=evil diff=evil\n');
  git(dir, 'config', 'user.name', 'x');
  const base = commit(dir);
  for (const name of ['a.py', 'b.py']) write(dir, `sub/${name}`, 'x\n');
  git(join(dir, 'sub'), 'init', '-q');
  commit(join(dir, 'sub'));
  write(dir, 'a.py', 'changed\n');
  const head = commit(dir);
  arm(join(dir, 'sub'), mark);
  arm(dir, mark);
  disturb(dir);
  disturb(join(dir, 'sub'));
  return { dir, base, head, mark };
}

test('the trap works: plain git runs the programs', () => {
  const { dir, mark } = hostileRepository();
  expect(() => git(dir, 'status')).toThrow(/clean filter/);
  const before = readFileSync(mark, 'utf8');
  expect(before).toContain('armed');
  expect(() => git(dir, 'show', 'HEAD')).toThrow();
  expect(readFileSync(mark, 'utf8').length).toBeGreaterThan(before.length);
});

test('nothing that the repository configures ever runs', async () => {
  const { dir, base, head, mark } = hostileRepository();
  const repo = await open(dir);
  const committed = await readChange(repo, { base, head });
  expect(committed.snapshot.changes.map((change) => change.path)).toEqual(['a.py', 'sub']);
  const worktree = await readChange(repo, { worktree: true });
  expect(worktree.snapshot.changes.map((change) => change.path)).toEqual(['a.py', 'fresh.py']);
  await readChange(repo, { staged: true });
  await readChange(repo, { all: true });
  await readChange(repo, {});
  await readFolder(join(dir, 'sub'));
  await readCommitPairs(repo, { last: 5, merges: 'first-parent' });
  expect(await fileAt(repo, 'HEAD', repoPath('a.py'))).toMatchObject({ text: 'changed\n' });
  await expect(readChange(repo, { base: 'f'.repeat(40) })).rejects.toMatchObject({ kind: 'unknown-ref' });
  expect(existsSync(mark)).toBe(false);
});

test('a blob that is missing is not fetched through the remote of the repository', async () => {
  const { dir, base, head, mark } = hostileRepository();
  const blob = git(dir, 'rev-parse', `${head}:a.py`);
  const loose = join(dir, '.git/objects', blob.slice(0, 2), blob.slice(2));
  rmSync(loose);
  const { snapshot, incidents } = await readChange(await open(dir), { base, head });
  expect(snapshot.contents.get(blob as never)).toEqual({ kind: 'withheld', reason: 'unreadable' });
  expect(snapshot.changes.map((change) => change.path)).toEqual(['a.py', 'sub']);
  expect(incidents).toMatchObject([{ kind: 'unread', clouds: true }]);
  expect(existsSync(mark)).toBe(false);
});

test('the repository is not written to, and the private view is removed', async () => {
  const dir = repository();
  write(dir, 'a.py', 'a\n');
  commit(dir);
  write(dir, 'a.py', 'b\n');
  const everything = () => readdirSync(join(dir, '.git'), { recursive: true }).sort();
  const before = everything();
  const index = readFileSync(join(dir, '.git/index'));
  const repo = await open(dir);
  await readChange(repo, { worktree: true });
  expect(existsSync(repo.view.cwd)).toBe(true);
  await repo.close();
  expect(existsSync(repo.view.cwd)).toBe(false);
  expect(everything()).toEqual(before);
  expect(readFileSync(join(dir, '.git/index'))).toEqual(index);
});

test('variables of the caller do not redirect git', async () => {
  const dir = repository();
  const base = commit(dir);
  const other = repository();
  const mark = join(folder(), 'mark');
  const set = {
    GIT_DIR: join(other, '.git'),
    GIT_EXTERNAL_DIFF: `touch ${mark}`,
    GIT_SSH_COMMAND: `touch ${mark}`,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'core.fsmonitor',
    GIT_CONFIG_VALUE_0: `touch ${mark}`,
  };
  Object.assign(process.env, set);
  try {
    const { snapshot } = await readChange(await open(dir), {});
    expect(snapshot.head.commit).toBe(base);
  } finally {
    for (const name of Object.keys(set)) delete process.env[name];
  }
  expect(existsSync(mark)).toBe(false);
});

test('a folder whose path needs quoting', async () => {
  const dir = join(folder(), 'a "quoted":\\ path\nwith a line end');
  mkdirSync(dir);
  git(dir, 'init', '-q', '-b', 'main');
  write(dir, 'a.py', 'a\n');
  commit(dir);
  write(dir, 'a.py', 'b\n');
  const { snapshot } = await readChange(await open(dir), { worktree: true });
  expect(snapshot.changes).toMatchObject([{ path: 'a.py', kind: 'modified' }]);
});
