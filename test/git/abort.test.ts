import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommitSha } from '../../src/core/snapshot.ts';
import { readChange } from '../../src/git/change.ts';
import { type CloneCache, withClone } from '../../src/git/clone.ts';
import { type SilentServer, silentServer } from './silent-server.ts';
import { type SmartHttp, smartHttp } from './smart-http.ts';
import { cleanUp, commit, folder, git, repository, write } from './temporary.ts';

const WANTED = 'a'.repeat(40) as CommitSha;
const TOKEN = 'ghs_token';

let silent: SilentServer;
let server: SmartHttp | undefined;

beforeEach(async () => {
  silent = await silentServer();
});

afterEach(async () => {
  await silent.close();
  await server?.close();
  server = undefined;
  await cleanUp();
});

function cache(more: Partial<CloneCache> = {}): CloneCache {
  return { dir: folder(), limit: 1e9, wait: 600_000, ...more };
}

function locks({ dir }: CloneCache): readonly string[] {
  return readdirSync(dir).filter((name) => name.includes('.lock'));
}

async function remote() {
  const work = repository();
  write(work, 'train.py', 'x = 1\n');
  const base = commit(work) as CommitSha;
  write(work, 'train.py', 'x = 2\n');
  const head = commit(work) as CommitSha;
  git(work, 'config', 'uploadpack.allowFilter', 'true');
  git(work, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  server = await smartHttp(work, TOKEN);
  return { base, head, source: { url: `${server.url}/.git`, token: TOKEN } };
}

test('an abort ends a fetch that the server does not answer, with all its programs', async () => {
  const where = cache();
  const controller = new AbortController();
  const reading = withClone(where, { url: `${silent.url}/x.git` }, [WANTED], async () => 0, controller.signal);
  await silent.asked;
  const reason = new Error('a newer head');
  controller.abort(reason);
  await expect(reading).rejects.toBe(reason);
  await silent.left;
  expect(locks(where)).toEqual([]);
});

test('a server that never answers is given up after the silence that is allowed', async () => {
  const where = cache({ silence: 200 });
  const reading = withClone(where, { url: `${silent.url}/x.git` }, [WANTED], async () => 0);
  await expect(reading).rejects.toMatchObject({ kind: 'unreachable', message: expect.stringContaining('0.2 s') });
  await silent.left;
  expect(locks(where)).toEqual([]);
});

test('an abort ends the waiting for another reader of the repository', async () => {
  const where = cache();
  const first = new AbortController();
  const second = new AbortController();
  const source = { url: `${silent.url}/x.git` };
  const reading = withClone(where, source, [WANTED], async () => 0, first.signal);
  await silent.asked;
  const waiting = withClone(where, source, [WANTED], async () => 0, second.signal);
  second.abort(new Error('closing'));
  await expect(waiting).rejects.toThrow('closing');
  expect(locks(where)).toHaveLength(1);
  first.abort(new Error('closing'));
  await expect(reading).rejects.toThrow('closing');
});

test('after an abort the repository answers nothing more, and the next review finds the clone in order', async () => {
  const { base, head, source } = await remote();
  const where = cache();
  const controller = new AbortController();
  const use = async (repo: Parameters<typeof readChange>[0]) => {
    controller.abort(new Error('the turn is over'));
    return readChange(repo, { base, head });
  };
  await expect(withClone(where, source, [base, head], use, controller.signal)).rejects.toThrow('the turn is over');
  const before = server?.requests.length;
  await expect(withClone(where, source, [base, head], use, controller.signal)).rejects.toThrow('the turn is over');
  expect(server?.requests.length).toBe(before);
  const { snapshot } = await withClone(where, source, [base, head], (repo) => readChange(repo, { base, head }));
  expect(snapshot.changes).toHaveLength(1);
});

test('what an ended fetch left behind is swept away', async () => {
  const { base, source } = await remote();
  const where = cache();
  await withClone(where, source, [base], async () => 0);
  const name = readdirSync(where.dir).find((entry) => /^[0-9a-f]{40}$/.test(entry));
  const packs = join(where.dir, name ?? '', 'objects/pack');
  mkdirSync(packs, { recursive: true });
  for (const half of ['tmp_pack_Xy12', '.tmp-77-pack-ab.pack']) writeFileSync(join(packs, half), 'half');
  await withClone(where, source, [base], async () => 0);
  expect(readdirSync(packs).filter((entry) => entry.includes('tmp'))).toEqual([]);
  expect(existsSync(packs) && readFileSync(join(packs, '..', '..', 'HEAD'), 'utf8')).toContain('ref:');
});
