// A small GitHub, a real Redis and the App in processes of its own, all on 127.0.0.1.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';

export const SECRET = '6a1f0c93be2d41d89a6e5b1c8f7d2e40';
const SERVE = fileURLToPath(new URL('./serve.mjs', import.meta.url));

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A folder that is gone when the trial is over. */
export async function scratch() {
  const folder = await mkdtemp(join(tmpdir(), 'ml-review-bench-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A real redis-server that writes everything down, so that it may be killed. */
export async function startRedis(folder) {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const dir = join(folder, 'redis');
  await mkdir(dir, { recursive: true });
  let server;
  const launch = async () => {
    const options = ['--port', port, '--bind', '127.0.0.1', '--dir', dir, '--appendonly', 'yes', '--save', ''];
    server = spawn('redis-server', [...options.map(String), '--appendfsync', 'always'], { stdio: 'ignore' });
    const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
    client.on('error', () => {});
    await client.ping();
    client.disconnect();
  };
  await launch();
  const kill = async () => {
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  return {
    url,
    async restart() {
      await kill();
      await launch();
    },
    /** Nobody answers for a while, as behind a broken network. */
    async cutOff(ms) {
      server.kill('SIGSTOP');
      await pause(ms);
      server.kill('SIGCONT');
    },
    stop: kill,
  };
}

/** One process of the App. `start` resolves when it is ready for work. */
export function appProcess({ role, sandbox, redis, folder, tuning, name, env = {}, port, wrap }) {
  let child;
  let ops;
  let starts = 0;
  const log = createWriteStream(join(folder, `${name}.log`), { flags: 'a' });
  return {
    name,
    role,
    get pid() {
      return child.pid;
    },
    async start() {
      starts += 1;
      ops = await freePort();
      const environment = {
        PATH: process.env.PATH,
        ...(process.env.BENCH_DIST === undefined ? {} : { BENCH_DIST: process.env.BENCH_DIST }),
        HOME: folder,
        BENCH_ROLE: role,
        BENCH_TUNING: JSON.stringify(tuning),
        APP_ID: String(sandbox.app.id),
        PRIVATE_KEY: sandbox.app.privateKey,
        WEBHOOK_SECRET: SECRET,
        GITHUB_API_URL: sandbox.url,
        HOST: '127.0.0.1',
        PORT: String(port),
        ML_REVIEW_OPS_PORT: String(ops),
        ML_REVIEW_CACHE_DIR: join(folder, `clones-${name}-${starts}`),
        ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
        ...env,
      };
      const [program, ...words] = [...(wrap ?? []), process.execPath, '--expose-gc', SERVE];
      child = spawn(program, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
      child.stdout.pipe(log, { end: false });
      child.stderr.pipe(log, { end: false });
      for (let n = 0; ; n += 1) {
        if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}; see its log in ${folder}`);
        if (
          await this.page('/readyz').then(
            (answer) => answer.ok,
            () => false,
          )
        )
          break;
        if (n > 600) throw new Error(`${name} is not ready; see its log in ${folder}`);
        await pause(50);
      }

      await pause(100);
    },
    signal: (name) => child.kill(name),
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await gone;
      clearTimeout(late);
    },
    /** What the process holds after its garbage is collected, in bytes, by Node's own names. */
    async memory() {
      const answer = once(child, 'message', { signal: AbortSignal.timeout(10_000) });
      child.send('memory');
      return (await answer)[0];
    },
    page: (path) => fetch(`http://127.0.0.1:${ops}${path}`, { signal: AbortSignal.timeout(2_000) }),
    async metric(line) {
      const text = await (await this.page('/metrics')).text();
      return text
        .split('\n')
        .filter((each) => each.startsWith(line))
        .reduce((sum, each) => sum + Number(each.split(' ').at(-1)), 0);
    },
  };
}

/** Waits until `holds` answers true; throws with `what` when it does not in time. */
export async function until(what, holds, ms = 120_000) {
  const end = Date.now() + ms;
  for (;;) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await pause(100);
  }
}

/** Numbers that look random and are the same in every run. */
export function dice(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function table(rows) {
  const [head, ...rest] = rows.map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...[head, ...rest].map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rest.map(line)].join('\n');
}
