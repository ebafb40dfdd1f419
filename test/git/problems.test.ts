import { repoPath } from '../../src/core/location.ts';
import { readChange } from '../../src/git/change.ts';
import { isGitProblem } from '../../src/git/errors.ts';
import { fileAt, readCommitPairs } from '../../src/git/history.ts';
import { openRepository } from '../../src/git/repository.ts';
import { cleanUp, commit, folder, git, open, repository, write } from './temporary.ts';

const path = process.env.PATH;

afterEach(async () => {
  process.env.PATH = path;
  await cleanUp();
});

async function problem(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isGitProblem(error)) throw new Error(`no GitProblem: ${String(error)}`);
  expect(error.message).not.toContain('\n');
  return `${error.kind}: ${error.message}`;
}

test('no git program', async () => {
  const dir = repository();
  process.env.PATH = folder();
  expect(await problem(openRepository(dir))).toMatch(/^no-git: .*install git/);
});

test('no repository, no folder', async () => {
  const dir = folder();
  expect(await problem(openRepository(dir))).toMatch(/^not-a-repository: .*--all/);
  expect(await problem(openRepository(`${dir}/nowhere`))).toMatch(/^not-a-repository: There is no folder/);
});

test('an empty repository', async () => {
  const repo = await open(repository());
  expect(await problem(readChange(repo, {}))).toMatch(/^empty-repository: .*no commit yet/);
  expect(await problem(readCommitPairs(repo, { last: 5 }))).toMatch(/^empty-repository/);
});

test('an unknown ref, and one that looks like an option', async () => {
  const dir = repository();
  commit(dir);
  const repo = await open(dir);
  expect(await problem(readChange(repo, { base: 'nowhere' }))).toMatch(/^unknown-ref: .*"nowhere"/);
  expect(await problem(readChange(repo, { base: '--output=x' }))).toMatch(/^unknown-ref/);
  expect(await problem(readChange(repo, { head: '' }))).toMatch(/^unknown-ref/);
  expect(await problem(readChange(repo, { head: 'a'.repeat(100_000) }))).toMatch(/^unknown-ref/);
});

test('unrelated histories', async () => {
  const dir = repository();
  commit(dir);
  git(dir, 'checkout', '-q', '--orphan', 'other');
  write(dir, 'a.py', 'a\n');
  commit(dir);
  expect(await problem(readChange(await open(dir), { base: 'main' }))).toMatch(/^no-merge-base: .*unrelated/);
});

test('a shallow clone without the merge base says what to fetch', async () => {
  const dir = repository();
  write(dir, 'a.py', 'a\n');
  commit(dir);
  git(dir, 'checkout', '-q', '-b', 'topic');
  write(dir, 'b.py', 'b\n');
  commit(dir);
  git(dir, 'checkout', '-q', 'main');
  write(dir, 'c.py', 'c\n');
  commit(dir);
  const clone = folder();
  git(clone, 'clone', '-q', '--depth=1', '--no-single-branch', `file://${dir}`, 'it');
  const repo = await open(`${clone}/it`);
  const said = await problem(readChange(repo, { base: 'origin/main', head: 'origin/topic' }));
  expect(said).toMatch(/^no-merge-base: .*shallow.*fetch-depth: 0/);
  expect(await problem(readChange(repo, { base: 'origin/main~1' }))).toMatch(/^unknown-ref: .*fetch-depth: 0/);
});

test('a default branch nobody can guess', async () => {
  const dir = repository();
  commit(dir);
  git(dir, 'branch', '-m', 'one');
  git(dir, 'branch', 'two');
  expect(await problem(readChange(await open(dir), {}))).toMatch(/^unknown-ref: .*--base/);
});

test('a file at a ref, a file that is not there', async () => {
  const dir = repository();
  write(dir, '.github/ml-review.yml', 'version: 1\n');
  commit(dir);
  git(dir, 'rm', '-q', '.github/ml-review.yml');
  commit(dir);
  const repo = await open(dir);
  const file = repoPath('.github/ml-review.yml');
  expect(await fileAt(repo, 'HEAD~1', file)).toEqual({ kind: 'text', text: 'version: 1\n', lossy: false });
  expect(await fileAt(repo, 'HEAD', file)).toBeUndefined();
  expect(await fileAt(repo, 'HEAD~1', repoPath('.github'))).toBeUndefined();
});

test('merged changes are one each along the first parent', async () => {
  const dir = repository();
  write(dir, 'a.py', 'a\n');
  const root = commit(dir, 'root');
  git(dir, 'checkout', '-q', '-b', 'topic');
  write(dir, 'b.py', 'b\n');
  commit(dir, 'inner one');
  write(dir, 'b.py', 'c\n');
  const inner = commit(dir, 'inner two');
  git(dir, 'checkout', '-q', 'main');
  git(dir, 'merge', '-q', '--no-ff', '-m', 'merge: topic', 'topic');
  const repo = await open(dir);
  const merges = await readCommitPairs(repo, { last: 10, merges: 'first-parent' });
  expect(merges.map((pair) => pair.subject)).toEqual(['merge: topic', 'root']);
  expect(merges[0]?.base).toBe(root);
  const { snapshot } = await readChange(repo, merges[1] ?? {});
  expect(snapshot.changes.map((change) => [change.path, change.kind])).toEqual([['a.py', 'added']]);
  const all = await readCommitPairs(repo, { last: 2, merges: 'all' });
  expect(all[0]?.head).toBe(inner);
  expect(all).toHaveLength(2);
});
