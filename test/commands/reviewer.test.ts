import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reviewerFor } from '../../src/commands/reviewer.ts';
import { type FetchingTask, reviewTask } from '../../src/commands/task.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { createEngine } from '../../src/engine.ts';
import { fetchSettings } from '../../src/tools/fetch/settings.ts';
import { smartHttp } from '../git/smart-http.ts';
import { offered } from '../tools/fetch/server.ts';

const engine = await createEngine();
const hostile = Buffer.from("cposix\nsystem\n(S'true'\ntR.");
const oid = createHash('sha256').update(hostile).digest('hex');
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${hostile.length}\n`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ml-review-app-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(dir: string, ...args: string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', dir, ...who, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/** A bare repository on a server, and the two commits of a change that adds a pointer. */
function repository(): readonly [string, string] {
  const work = join(folder, 'work');
  execFileSync('git', ['init', '-q', '-b', 'main', work]);
  const commit = (name: string, text: string): string => {
    writeFileSync(join(work, name), text);
    git(work, 'add', '-A');
    git(work, 'commit', '-qm', name);
    return git(work, 'rev-parse', 'HEAD');
  };
  const ends = [commit('README.md', '# models\n'), commit('w.pt', pointer)] as const;
  const bare = join(folder, 'served', 'models.git');
  execFileSync('git', ['clone', '-q', '--bare', work, bare]);
  git(bare, 'config', 'uploadpack.allowFilter', 'true');
  git(bare, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  return ends;
}

test('the App asks the server of the clone, with the token of the installation, for what pointers stand for', async () => {
  const [base, head] = repository();
  const server = await smartHttp(join(folder, 'served'), 'sesame', (path, body, response) => {
    if (path === '/models.git/info/lfs/objects/batch') {
      const { objects } = JSON.parse(body) as { objects: readonly { oid: string; size: number }[] };
      response.end(offered(objects, (each) => `${server.url}/objects/${each}`));
      return true;
    }
    if (path.startsWith('/objects/')) response.end(hostile);
    return path.startsWith('/objects/');
  });
  const critical = async (fetching: ReturnType<typeof fetchSettings>): Promise<readonly string[]> => {
    // As it would reach a thread: nothing but plain data.
    const analyst = { review: (task: FetchingTask) => reviewTask(engine, structuredClone(task)) };
    const reviewer = reviewerFor(analyst, { dir: join(folder, 'clones'), limit: 2 ** 30 }, { fetching });
    const { report } = await reviewer.review({
      repo: { owner: 'acme', name: 'models' },
      cloneUrl: `${server.url}/models.git`,
      token: async () => 'sesame',
      base,
      head,
      settings: DEFAULT_SETTINGS,
      decisions: [],
      signal: new AbortController().signal,
    });
    return report.findings
      .filter(({ severity }) => severity === 'critical')
      .map(({ check, path }) => `${check} ${path}`);
  };
  try {
    expect(await critical(fetchSettings({}))).toEqual([]);
    expect(server.requests.some(({ path }) => path.includes('/info/lfs'))).toBe(false);
    expect(await critical(fetchSettings({}, true))).toEqual(['mf-pickle-dangerous-import w.pt']);
  } finally {
    await server.close();
  }
});
