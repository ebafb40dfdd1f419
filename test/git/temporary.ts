import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openRepository, type Repository } from '../../src/git/repository.ts';

const IDENTITY = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_AUTHOR_DATE: '2024-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2024-01-01T00:00:00Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

const folders: string[] = [];
const opened: Repository[] = [];

/** A folder that `cleanUp` removes. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ml-review-test-'));
  folders.push(dir);
  return dir;
}

export async function cleanUp(): Promise<void> {
  for (const repo of opened.splice(0)) await repo.close();
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
}

export function git(dir: string, ...args: readonly string[]): string {
  const env = { ...process.env, ...IDENTITY };
  return execFileSync('git', [...args], { cwd: dir, env, encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 28 }).trim();
}

export function write(dir: string, name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), content);
}

/** A repository on branch main without a commit. */
export function repository(...options: readonly string[]): string {
  const dir = folder();
  git(dir, 'init', '-q', '-b', 'main', ...options);
  return dir;
}

/** Commits everything in the folder and returns the commit's id. */
export function commit(dir: string, subject = 'a change'): string {
  git(dir, 'add', '-A');
  git(dir, 'commit', '-q', '--allow-empty', '-m', subject);
  return git(dir, 'rev-parse', 'HEAD');
}

/** Opens a repository that `cleanUp` closes. */
export async function open(dir: string): Promise<Repository> {
  const repo = await openRepository(dir);
  opened.push(repo);
  return repo;
}
