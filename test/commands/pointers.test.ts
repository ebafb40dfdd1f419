import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/core/report.ts';
import { type LfsTestServer, startLfsServer } from '../tools/fetch/server.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const hostile = Buffer.from("cposix\nsystem\n(S'true'\ntR.");
const oid = createHash('sha256').update(hostile).digest('hex');
const md5 = createHash('md5').update(hostile).digest('hex');
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${hostile.length}\n`;

let folder: string;
let server: LfsTestServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ml-review-pointers-'));
  server = await startLfsServer({ rest: (_, response) => void response.end(hostile) });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function git(...args: string[]): void {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false'];
  execFileSync('git', ['-C', folder, ...who, ...args], { stdio: 'ignore' });
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A repository whose second commit adds `files`, cloned from the server. */
function repository(files: Readonly<Record<string, string>>): void {
  git('init', '-q', '-b', 'main');
  git('remote', 'add', 'origin', `http://${server.host}/acme/models`);
  write({ 'README.md': '# models\n' });
  git('add', '-A');
  git('commit', '-qm', 'one');
  write(files);
  git('add', '-A');
  git('commit', '-qm', 'two');
}

function report(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Report> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, NO_COLOR: '1', GITHUB_TOKEN: 'sesame', ...env }, maxBuffer: 2 ** 26 };
    execFile(process.execPath, [CLI, ...args, '--format', 'json'], options, (error, out, err) => {
      if (out === '') reject(error ?? new Error(err));
      else resolve(JSON.parse(out) as Report);
    });
  });
}

const ID = 'mf-pickle-dangerous-import';
const found = ({ findings }: Report): readonly string[] =>
  findings.filter(({ check }) => check === ID).map(({ path, severity }) => `${severity} ${path}`);
const unread = ({ notEvaluated }: Report): readonly string[] =>
  notEvaluated.filter(({ path }) => path.startsWith('w')).map(({ reason }) => reason);
const check = (...more: readonly string[]): readonly string[] => [
  'check',
  '--repo',
  folder,
  '--base',
  'HEAD~1',
  ...more,
];

test('a pointer is unread unless the operator allows fetching; then what it stands for is judged', async () => {
  repository({ 'w.pt': pointer, '.lfsconfig': '[lfs]\n\turl = http://127.0.0.1:1/evil\n' });
  const closed = await report(check());
  expect([found(closed), server.seen]).toEqual([[], []]);
  expect(unread(closed)).toContain('it is a git-lfs pointer; the model it stands for was not read');
  const allowed = { ML_REVIEW_FETCH_HOST: server.host };
  const opened = await report(check('--fetch-models'), allowed);
  expect([found(opened), unread(opened)]).toEqual([['critical w.pt'], []]);
  expect(server.seen[0]?.url).toBe('/acme/models.git/info/lfs/objects/batch');
  expect(server.seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  const byEnvironment = await report(check(), { ...allowed, ML_REVIEW_FETCH_MODELS: 'on' });
  expect(found(byEnvironment)).toEqual(['critical w.pt']);
});

test('a remote with a private address that the operator did not name is not asked', async () => {
  repository({ 'w.pt': pointer });
  const refused = await report(check('--fetch-models'));
  expect([found(refused), server.seen]).toEqual([[], []]);
  expect(unread(refused)).toEqual([
    `it is a git-lfs pointer; the model it stands for was not read: ${server.host} is not asked over http`,
  ]);
});

test('the configuration of the repository cannot allow it, nor its environment files', async () => {
  repository({
    'w.pt': pointer,
    '.github/ml-review.yml': 'version: 1\nfetch-models: on\n',
    '.env': 'ML_REVIEW_FETCH_MODELS=on\n',
  });
  expect(found(await report(check(), { ML_REVIEW_FETCH_HOST: server.host }))).toEqual([]);
  expect(server.seen).toEqual([]);
});

test('GITHUB_TOKEN goes to GitHub as the environment names it', async () => {
  repository({ 'w.pt': pointer });
  const opened = await report(check('--fetch-models'), { GITHUB_SERVER_URL: `http://${server.host}` });
  expect(found(opened)).toEqual(['critical w.pt']);
  expect(server.seen.map(({ authorization }) => authorization?.startsWith('Basic '))).toEqual([true, true]);
});

test('a DVC file is judged by what the operator’s cache holds, on the line of the change', async () => {
  repository({ 'w.pkl.dvc': `outs:\n- md5: ${md5}\n  size: ${hostile.length}\n  hash: md5\n  path: w.pkl\n` });
  const cache = join(folder, '.git', 'dvc-cache');
  const place = join(cache, 'files', 'md5', md5.slice(0, 2));
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, md5.slice(2)), hostile);
  const without = await report(check('--fetch-models'));
  expect([found(without), unread(without)[0]]).toEqual([
    [],
    expect.stringMatching(/^it is a dvc pointer; .* not read: no DVC cache is named/),
  ]);
  expect(found(await report(check('--fetch-models'), { ML_REVIEW_DVC_CACHE: cache }))).toEqual(['critical w.pkl.dvc']);
});

test('scan looks behind the pointers of a folder', async () => {
  repository({ 'w.pt': pointer });
  const env = { ML_REVIEW_FETCH_HOST: server.host };
  expect(found(await report(['scan', folder], env))).toEqual([]);
  expect(found(await report(['scan', folder, '--fetch-models'], env))).toEqual(['critical w.pt']);
  expect(found(await report(['scan', join(folder, 'w.pt'), '--fetch-models'], env))).toEqual(['critical w.pt']);
});
