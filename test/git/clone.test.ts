import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommitSha } from '../../src/core/snapshot.ts';
import { readChange } from '../../src/git/change.ts';
import { type CloneCache, type CloneSource, trimClones, withClone } from '../../src/git/clone.ts';
import type { Reading } from '../../src/git/reading.ts';
import { type SmartHttp, smartHttp } from './smart-http.ts';
import { cleanUp, commit, folder, git, repository, write } from './temporary.ts';

const TOKEN = 'ghs_secretTokenOfTheInstallation';

let server: SmartHttp | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
  await cleanUp();
});

interface Remote {
  readonly work: string;
  readonly source: CloneSource;
  readonly base: CommitSha;
  readonly head: CommitSha;
}

async function remote(): Promise<Remote> {
  const work = repository();
  for (let index = 0; index < 30; index += 1) write(work, `lib/file${index}.py`, `x = ${index}\n`);
  const base = commit(work) as CommitSha;
  for (let index = 0; index < 10; index += 1) write(work, `lib/file${index}.py`, `x = ${index}\nmore = True\n`);
  const head = commit(work) as CommitSha;
  git(work, 'config', 'uploadpack.allowFilter', 'true');
  git(work, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  server = await smartHttp(work, TOKEN);
  return { work, base, head, source: { url: `${server.url}/.git`, token: TOKEN } };
}

function cache(limit = 1e9): CloneCache {
  return { dir: folder(), limit, wait: 30_000 };
}

function change(where: CloneCache, from: Remote): Promise<Reading> {
  return withClone(where, from.source, [from.base, from.head], (repo) =>
    readChange(repo, { base: from.base, head: from.head }),
  );
}

function fetches(): number {
  return server?.requests.filter(({ body }) => body.includes('command=fetch')).length ?? 0;
}

function cloneIn(where: CloneCache): string {
  const name = readdirSync(where.dir).find((entry) => /^[0-9a-f]{40}$/.test(entry));
  if (name === undefined) throw new Error('no clone');
  return join(where.dir, name);
}

function everyFile(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(dir, name)).isFile());
}

test('commits come without blobs, the blobs of the change in one request', async () => {
  const from = await remote();
  const where = cache();
  const { snapshot, incidents } = await change(where, from);
  expect(incidents).toEqual([]);
  expect(snapshot.changes).toHaveLength(10);
  expect(snapshot.changes[0]?.hunks[0]?.added).toEqual([2]);
  expect([...snapshot.contents.values()].every((content) => content.kind === 'text')).toBe(true);
  expect(snapshot.contents.size).toBe(20);
  expect(fetches()).toBe(2);
  const local = cloneIn(where);
  const missing = git(local, 'rev-list', '--objects', '--missing=print', from.head)
    .split('\n')
    .filter((line) => line.startsWith('?'));
  expect(missing).toHaveLength(20);
  await change(where, from);
  expect(fetches()).toBe(2);
});

test('companions are fetched together, and only what is new of a later push', async () => {
  const from = await remote();
  const where = cache();
  await change(where, from);
  write(from.work, 'lib/file0.py', 'x = 0\nmore = False\n');
  const head = commit(from.work) as CommitSha;
  const before = fetches();
  const { snapshot } = await withClone(where, from.source, [from.head, head], (repo) =>
    readChange(repo, { base: from.head, head }, (sides, _changes, read) =>
      [...sides.head.tree.values()].map((entry) => entry.blob).filter((blob) => !read.has(blob)),
    ),
  );
  expect(snapshot.changes.map(({ path }) => path)).toEqual(['lib/file0.py']);
  expect(snapshot.contents.size).toBe(31);
  expect(fetches() - before).toBe(3);
});

test('the token is on no command line, in no file and in no message', async () => {
  const from = await remote();
  const where = cache();
  const encoded = Buffer.from(`x-access-token:${TOKEN}`).toString('base64');
  const seen: string[] = [];
  await withClone(where, from.source, [from.base, from.head], async (repo) => {
    const watching = setInterval(() => seen.push(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })), 5);
    await readChange(repo, { base: from.base, head: from.head });
    clearInterval(watching);
  });
  const written = everyFile(where.dir).map((name) => readFileSync(join(where.dir, name), 'latin1'));
  for (const text of [...seen, ...written]) {
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain(encoded);
  }
  const wrong = withClone(where, { ...from.source, token: 'ghs_wrong' }, ['a'.repeat(40) as CommitSha], async () => 0);
  const error = await wrong.catch((reason: unknown) => reason);
  expect(error).toMatchObject({ kind: 'unreachable' });
  expect(String(error)).not.toContain('ghs_wrong');
  const inUrl = { url: from.source.url.replace('http://', `http://user:${TOKEN}@`), token: TOKEN };
  await withClone(where, inUrl, [from.base], async () => 0);
  expect(readFileSync(join(cloneIn(where), 'config'), 'utf8')).not.toContain(TOKEN);
});

test('a commit that the server lost, a server that is away, another protocol', async () => {
  const from = await remote();
  const where = cache();
  const lost = withClone(where, from.source, ['b'.repeat(40) as CommitSha], async () => 0);
  await expect(lost).rejects.toMatchObject({ kind: 'unknown-ref', message: expect.stringContaining('pushed again') });
  const away = withClone(where, { url: 'http://127.0.0.1:9/x.git' }, [from.base], async () => 0);
  await expect(away).rejects.toMatchObject({ kind: 'unreachable' });
  for (const url of [
    'ext::sh -c true',
    'file:///etc',
    'ssh://x/y',
    'http://example.org/x.git',
    '--upload-pack=x',
    '',
  ]) {
    await expect(withClone(where, { url }, [from.base], async () => 0)).rejects.toMatchObject({ kind: 'unreachable' });
  }
});

test('a damaged clone is made anew', async () => {
  const from = await remote();
  const where = cache();
  await change(where, from);
  const packs = join(cloneIn(where), 'objects/pack');
  for (const name of readdirSync(packs)) {
    execFileSync('chmod', ['u+w', join(packs, name)]);
    writeFileSync(join(packs, name), 'damaged');
  }
  const { snapshot, incidents } = await change(where, from);
  expect(incidents).toEqual([]);
  expect(snapshot.contents.size).toBe(20);
  writeFileSync(join(cloneIn(where), 'HEAD'), '');
  writeFileSync(join(cloneIn(where), 'config'), '[broken');
  expect((await change(where, from)).snapshot.changes).toHaveLength(10);
});

test('several readers at once all get the whole change', async () => {
  const from = await remote();
  const where = cache();
  const results = await Promise.all(Array.from({ length: 4 }, () => change(where, from)));
  for (const { snapshot } of results) expect(snapshot.contents.size).toBe(20);
  expect(readdirSync(where.dir).filter((name) => name.includes('.lock'))).toEqual([]);
});

test('the packs of many fetches are joined, and nothing is lost or fetched again', async () => {
  const from = await remote();
  const where = { ...cache(), packs: 1 };
  await change(where, from);
  const packs = readdirSync(join(cloneIn(where), 'objects/pack')).filter((name) => name.endsWith('.pack'));
  expect(packs).toHaveLength(1);
  const before = fetches();
  const { snapshot } = await change(where, from);
  expect(snapshot.contents.size).toBe(20);
  expect(fetches()).toBe(before);
});

test('the lock of a holder that died is taken over', async () => {
  const from = await remote();
  const where = cache();
  await change(where, from);
  const lock = `${cloneIn(where)}.lock`;
  writeFileSync(lock, '999999 nobody');
  const busy = withClone({ ...where, wait: 200 }, from.source, [from.base], async () => 0);
  await expect(busy).rejects.toMatchObject({ kind: 'unreachable', message: expect.stringContaining('in use') });
  const past = new Date(Date.now() - 120_000);
  utimesSync(lock, past, past);
  expect(await withClone(where, from.source, [from.base], async () => 'read')).toBe('read');
  expect(existsSync(lock)).toBe(false);
});

test('the clone unused for longest makes room, one in use stays', async () => {
  const from = await remote();
  const where = cache();
  await change(where, from);
  const first = cloneIn(where);
  await withClone(where, { ...from.source, url: `${from.source.url}/` }, [from.base], async () => 0);
  const past = new Date(Date.now() - 1_000_000);
  utimesSync(join(first, 'last-used'), past, past);
  writeFileSync(`${first}.lock`, 'in use');
  expect(await trimClones({ ...where, limit: 1 })).toHaveLength(1);
  expect(existsSync(first)).toBe(true);
});
