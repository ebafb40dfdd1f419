import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RepoPath } from '../../../src/core/location.ts';
import type { BlobId } from '../../../src/core/snapshot.ts';
import { modelFileOf } from '../../../src/facts/model-files/file-of.ts';
import { judgedNames } from '../../../src/facts/model-files/judge.ts';
import { describeFetched } from '../../../src/tools/fetch/describe.ts';
import { fetchPointed, type Origin, type Pointing } from '../../../src/tools/fetch/pointed.ts';
import type { FetchSettings } from '../../../src/tools/fetch/settings.ts';
import { type LfsTestServer, offered, type Routes, startLfsServer } from './server.ts';

const hostile = Buffer.from("cposix\nsystem\n(S'true'\ntR.");
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const LIMITS: FetchSettings = { fileBytes: 1_000, totalBytes: 2_000, stallMs: 2_000, totalMs: 20_000 };

const lfs = (path: string, bytes: Uint8Array = hostile, size = bytes.length): Pointing => ({
  path: path as RepoPath,
  blob: `blob-${path}` as BlobId,
  name: path,
  pointer: { by: 'git-lfs', oid: sha256(bytes), size },
});
const dvc = (oid: string): Pointing => ({
  path: 'w.pkl.dvc' as RepoPath,
  blob: 'blob' as BlobId,
  name: 'w.pkl',
  text: `outs:\n- md5: ${oid}\n  path: w.pkl\n`,
  pointer: { by: 'dvc', oid },
});

const open: LfsTestServer[] = [];
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pointed-'));
});
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
  rmSync(folder, { recursive: true });
});

async function serverWith(routes: Routes): Promise<LfsTestServer> {
  const server = await startLfsServer(routes);
  open.push(server);
  return server;
}

const at = ({ host }: LfsTestServer): Origin => ({ remote: `http://${host}/acme/models.git`, host, token: 'sesame' });

/** What is known of each pointer: the denied names behind it, or why it was not read. */
async function judged(
  pointers: readonly Pointing[],
  origin: Origin,
  settings: FetchSettings = LIMITS,
): Promise<readonly string[]> {
  const { files, close } = await fetchPointed(pointers, origin, settings);
  const said = describeFetched(files).map((document) => {
    const file = modelFileOf(document);
    if (file === undefined) return 'no model';
    const [denied] = judgedNames(file).filter(({ tier }) => tier === 'denied');
    return file.pointer === undefined ? (denied?.name ?? 'harmless') : (file.notScanned[0]?.reason ?? 'no reason');
  });
  await close();
  const kept = files.flatMap(({ found }) => ('file' in found ? [found.file] : []));
  expect(kept.filter((file) => !file.startsWith(folder) && existsSync(file))).toEqual([]);
  expect(said.join('\n')).not.toContain('sesame');
  return said;
}

/** The one sentence about one pointer, for a server that answers for the object in some way. */
async function saidOf(rest: Routes['rest'], settings: FetchSettings = LIMITS): Promise<string> {
  const server = await serverWith({ rest });
  const [said = ''] = await judged([lfs('w.pkl')], at(server), settings);
  return said.replaceAll(server.host, 'SERVER');
}

test('an object is fetched, proven by its hash and judged; the token goes to the server that it belongs to', async () => {
  const server = await serverWith({ rest: (_, response) => void response.end(hostile) });
  expect(await judged([lfs('a.pkl'), lfs('b.bin')], at(server))).toEqual(['posix.system', 'posix.system']);
  const [batch, object, ...more] = server.seen;
  expect([batch?.method, batch?.url]).toEqual(['POST', '/acme/models.git/info/lfs/objects/batch']);
  expect(JSON.parse(batch?.body ?? '')).toEqual({
    operation: 'download',
    transfers: ['basic'],
    objects: [{ oid: sha256(hostile), size: hostile.length }],
  });
  const basic = `Basic ${Buffer.from('x-access-token:sesame').toString('base64')}`;
  expect([batch?.authorization, object?.authorization, more]).toEqual([basic, basic, []]);
});

test('headers that the server gives are used instead of the token', async () => {
  const server = await serverWith({
    batch: (objects, response, host) =>
      void response.end(
        offered(objects, () => `http://${host}/x`, { Authorization: 'RemoteAuth 1', Host: 'elsewhere' }),
      ),
    rest: (_, response) => void response.end(hostile),
  });
  expect(await judged([lfs('a.pkl')], at(server))).toEqual(['posix.system']);
  expect(server.seen.map(({ authorization }) => authorization?.split(' ')[0])).toEqual(['Basic', 'RemoteAuth']);
});

test('what the server sends must be what the pointer names', async () => {
  const wrong = Buffer.from(hostile.map((byte) => byte ^ 1));
  expect(await saidOf((_, response) => void response.end(wrong))).toMatch(
    /^what SERVER sends is not .* SHA-256 differs$/,
  );
  expect(await saidOf((_, response) => void response.end(Buffer.concat([hostile, hostile])))).toBe(
    `SERVER offers ${2 * hostile.length} bytes where the pointer says ${hostile.length}`,
  );
  const chunked = (response: ServerResponse): void => {
    response.write(hostile);
    response.end(hostile);
  };
  expect(await saidOf((_, response) => chunked(response))).toBe(
    `SERVER sends more than the ${hostile.length} bytes of the pointer`,
  );
  const short = (response: ServerResponse): void => {
    response.write(hostile.subarray(0, 3));
    response.end();
  };
  expect(await saidOf((_, response) => short(response))).toBe(`SERVER sends 3 of ${hostile.length} bytes`);
});

test('a server that refuses, breaks off or keeps silent is a reason and no failure', async () => {
  expect(await saidOf((_, response) => void response.writeHead(404).end())).toBe('SERVER answers 404 for the object');
  expect(await saidOf((_, response) => void response.socket?.destroy())).toBe('SERVER broke the connection off');
  const quick = { ...LIMITS, stallMs: 60 };
  expect(await saidOf(() => {}, quick)).toBe('SERVER does not answer in time');
  const stalling = (response: ServerResponse): void => {
    response.writeHead(200, { 'Content-Length': hostile.length });
    response.write(hostile.subarray(0, 3));
  };
  expect(await saidOf((_, response) => stalling(response), quick)).toMatch(/^SERVER (does not answer in time|broke)/);
});

test('a byte now and then does not outwit the limit on the whole', async () => {
  const timers: NodeJS.Timeout[] = [];
  const drip = (response: ServerResponse): void => {
    response.writeHead(200, { 'Content-Length': hostile.length });
    timers.push(setInterval(() => response.write('x'), 100));
  };
  const said = await saidOf((_, response) => drip(response), { ...LIMITS, totalMs: 350 });
  for (const timer of timers) clearInterval(timer);
  expect(said).toBe('SERVER does not answer in time');
});

test('the batch answer: refused, about other objects, another protocol, too long', async () => {
  const batches: readonly [NonNullable<Routes['batch']>, string][] = [
    [(_, response) => void response.writeHead(401).end(), 'SERVER answers 401 where it is asked for the objects'],
    [
      (_, response) => void response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
      'SERVER answers 302 where it is asked for the objects',
    ],
    [(_, response) => void response.end('<html>'), 'SERVER answers something else than the LFS protocol'],
    [(_, response) => void response.end('{"objects":[]}'), 'SERVER does not say where the object is'],
    [
      (objects, response) =>
        void response.end(
          JSON.stringify({ objects: objects.map((each) => ({ ...each, error: { code: 410, message: 'gone' } })) }),
        ),
      'SERVER answers 410 for the object',
    ],
    [
      (_, response) => void response.end(`{"x":"${'y'.repeat(5_000_000)}"}`),
      'SERVER answers something else than the LFS protocol',
    ],
  ];
  for (const [batch, sentence] of batches) {
    const server = await serverWith({ batch, rest: (_, response) => void response.end(hostile) });
    const [said = ''] = await judged([lfs('w.pkl')], at(server));
    expect(said.replaceAll(server.host, 'SERVER')).toBe(sentence);
    expect(server.seen).toHaveLength(1);
  }
});

test('a redirection is followed on the same server, three times at most, and never to a private address', async () => {
  const hops = (most: number): Routes['rest'] => {
    let hop = 0;
    return (_, response) => {
      if (hop++ < most) response.writeHead(307, { Location: `/hop${hop}` }).end();
      else response.end(hostile);
    };
  };
  expect(await saidOf(hops(3))).toBe('posix.system');
  expect(await saidOf(hops(4))).toBe('SERVER is behind more than 3 redirections');
  const elsewhere = await serverWith({ rest: (_, response) => void response.end(hostile) });
  const away = (to: string): Promise<string> =>
    saidOf((_, response) => void response.writeHead(302, { Location: to }).end());
  expect(await away(`http://${elsewhere.host}/x`)).toBe(`${elsewhere.host} is not asked over http`);
  expect(await away(`https://${elsewhere.host}/x`)).toBe(`${elsewhere.host} is a private address`);
  expect(await away('https://169.254.169.254/latest/meta-data')).toBe('169.254.169.254 is a private address');
  expect(await away('https://2852039166/')).toBe('169.254.169.254 is a private address');
  expect(await away('https://[::ffff:10.0.0.1]/')).toMatch(/is a private address$/);
  expect(await away('https://localhost/x')).toBe('localhost has a private address');
  expect(await away('file:///etc/hostname')).toMatch(/is not asked over file$/);
  expect(await away('https://name:word@example.com/x')).toBe('the address at example.com holds credentials');
  expect(elsewhere.seen).toEqual([]);
});

test('to another server that may be asked the token does not go', async () => {
  const elsewhere = await serverWith({ rest: (_, response) => void response.end(hostile) });
  const server = await serverWith({
    rest: (_, response) => void response.writeHead(302, { Location: `http://${elsewhere.host}/x` }).end(),
  });
  expect(await judged([lfs('w.pkl')], at(server), { ...LIMITS, host: elsewhere.host, token: 'other' })).toEqual([
    'posix.system',
  ]);
  expect(elsewhere.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
});

test('what is too large is not even asked for', async () => {
  const server = await serverWith({ rest: (_, response) => void response.end(hostile) });
  const said = await judged([lfs('w.pkl', hostile, 1_001)], at(server));
  expect([said, server.seen]).toEqual([['it has 1001 bytes, and one file may have 1000'], []]);
  const big = Buffer.alloc(900, 'x');
  const many = [lfs('a.pkl', big), lfs('b.pkl', Buffer.alloc(900, 'y')), lfs('c.pkl', Buffer.alloc(900, 'z'))];
  const sizes = await judged(
    many,
    at(await serverWith({ rest: ({ url }, response) => void response.end(bodyOf(url)) })),
  );
  expect(sizes).toEqual(['harmless', 'harmless', 'the 2000 bytes for one review are used up']);
  function bodyOf(url = ''): Buffer {
    return (
      ['x', 'y', 'z'].map((letter) => Buffer.alloc(900, letter)).find((bytes) => url.endsWith(sha256(bytes))) ?? big
    );
  }
});

test('the store of the repository answers before its server, and only with what the hash proves', async () => {
  const oid = sha256(hostile);
  const place = join(folder, 'lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4), oid);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, hostile);
  const server = await serverWith({ rest: (_, response) => void response.end(hostile) });
  const origin = { ...at(server), lfsFolder: join(folder, 'lfs') };
  expect(await judged([lfs('w.pkl')], origin)).toEqual(['posix.system']);
  expect(server.seen).toEqual([]);
  writeFileSync(place, 'something else');
  expect(await judged([lfs('w.pkl')], origin)).toEqual(['what lies in the local LFS store is damaged']);
});

test('a remote that is no server, a private one, and none', async () => {
  const said = async (origin: Origin): Promise<string | undefined> => (await judged([lfs('w.pkl')], origin))[0];
  expect(await said({})).toBe('the repository has no remote with an LFS server');
  expect(await said({ remote: '/srv/git/models.git' })).toBe('the repository has no remote with an LFS server');
  expect(await said({ remote: 'git@10.1.2.3:acme/models.git' })).toBe('10.1.2.3 is a private address');
  expect(await said({ remote: 'http://example.com/acme/models.git' })).toBe('example.com is not asked over http');
});

test('DVC: from the cache that the operator names, in both layouts, and only what the MD5 proves', async () => {
  const oid = md5(hostile);
  const settings = { ...LIMITS, dvcCache: folder };
  const [unnamed] = await judged([dvc(oid)], {});
  expect(unnamed).toMatch(/^no DVC cache is named; DVC remotes need credentials/);
  expect((await judged([dvc(oid)], {}, settings))[0]).toMatch(/^the DVC cache does not hold it; /);
  expect((await judged([dvc(`${oid}.dir`)], {}, settings))[0]).toMatch(/^it stands for a folder/);
  for (const place of [join(folder, oid.slice(0, 2)), join(folder, 'files', 'md5', oid.slice(0, 2))]) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, oid.slice(2)), hostile);
    expect(await judged([dvc(oid)], {}, settings)).toEqual(['posix.system']);
    writeFileSync(join(place, oid.slice(2)), 'x');
    expect(await judged([dvc(oid)], {}, settings)).toEqual([
      'the file in the DVC cache has another md5 than its name says',
    ]);
    rmSync(place, { recursive: true });
  }
});
