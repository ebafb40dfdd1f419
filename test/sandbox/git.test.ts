import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RepositoryActor } from '../../src/sandbox/types.ts';
import { type Scene, scene } from './support.ts';

const run = promisify(execFile);
const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

describe('git over smart HTTP', () => {
  let stage: Scene;
  let repo: RepositoryActor;
  let folder: string;

  beforeAll(async () => {
    stage = await scene();
    repo = await stage.hub.repository('acme/fraud', {
      files: { 'a.py': 'one\n', 'b.bin': new Uint8Array([0, 1, 255]) },
    });
    folder = await mkdtemp(join(tmpdir(), 'sandbox-test-'));
  });
  afterAll(async () => {
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  });

  const withToken = (token: string) => repo.cloneUrl.replace('http://', `http://x-access-token:${token}@`);
  const git = (...args: string[]) => run('git', args, { env, cwd: folder });

  test('a clone needs a token that lives and may read contents', async () => {
    await expect(git('clone', '-q', repo.cloneUrl, 'none')).rejects.toThrow();
    await expect(git('clone', '-q', withToken('ghs_1_made.up.token'), 'wrong')).rejects.toThrow();
    await expect(
      git('clone', '-q', withToken(stage.hub.installationToken('acme', { checks: 'write' })), 'narrow'),
    ).rejects.toThrow();
    await expect(git('clone', '-q', withToken(stage.hub.installationToken('other')), 'other')).rejects.toThrow();
    await git('clone', '-q', withToken(stage.hub.installationToken('acme', { contents: 'read' })), 'good');
    expect(await readFile(join(folder, 'good', 'b.bin'))).toEqual(Buffer.from([0, 1, 255]));
  });

  test('a clone without blobs gets them one by one, by id', async () => {
    await git(
      'clone',
      '-q',
      '--bare',
      '--filter=blob:none',
      withToken(stage.hub.installationToken('acme')),
      'blobless',
    );
    const { stdout: missing } = await git('-C', 'blobless', 'rev-list', '--objects', '--all', '--missing=print');
    expect(missing.split('\n').filter((line) => line.startsWith('?'))).toHaveLength(2);
    const { stdout } = await git('-C', 'blobless', 'cat-file', 'blob', 'HEAD:a.py');
    expect(stdout).toBe('one\n');
  });

  test('a commit of a fork is fetched from the base repository by id', async () => {
    const fork = await repo.fork('mallory');
    const sha = await fork.commit('evil', { files: { 'a.py': 'two\n' }, by: 'mallory' });
    await repo.openPullRequest({ head: 'evil', from: fork });
    await git('init', '-q', 'fetched');
    const token = stage.hub.installationToken('acme');
    await git('-C', 'fetched', 'fetch', '-q', '--depth=1', withToken(token), sha);
    expect((await git('-C', 'fetched', 'show', 'FETCH_HEAD:a.py')).stdout).toBe('two\n');
    await expect(
      git('clone', '-q', fork.cloneUrl.replace('http://', `http://x-access-token:${token}@`), 'fork'),
    ).rejects.toThrow();
  });

  test('nobody pushes', async () => {
    await git('clone', '-q', withToken(stage.hub.installationToken('acme')), 'pushing');
    await expect(git('-C', 'pushing', 'push', '-q', 'origin', 'HEAD:refs/heads/x')).rejects.toThrow();
    expect(await repo.tip('x')).toBeUndefined();
  });

  test('odd names, modes, links and submodules survive', async () => {
    const odd = 'dir with "quotes"/naïve\nname\t.py';
    await repo.commit('odd', {
      files: { [odd]: 'x\n' },
      special: [
        { path: 'link', mode: '120000', text: 'a.py' },
        { path: 'run.sh', mode: '100755', text: '#!/bin/sh\n' },
        { path: 'sub', mode: '160000', text: '1'.repeat(40) },
      ],
      deletes: ['b.bin'],
      renames: { 'a.py': 'c.py' },
    });
    const { stdout } = await run('git', ['-C', repo.gitDirectory, 'ls-tree', '-r', '-z', 'odd'], { env });
    const modes = stdout
      .split('\0')
      .filter(Boolean)
      .map((line) => [line.slice(0, 6), line.slice(line.indexOf('\t') + 1)]);
    expect(modes).toEqual([
      ['100644', 'c.py'],
      ['100644', odd],
      ['120000', 'link'],
      ['100755', 'run.sh'],
      ['160000', 'sub'],
    ]);
  });
});
