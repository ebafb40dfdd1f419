import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { serving } from './http.ts';
import { noRedis, type RedisServer, startRedis } from './redis-server.ts';

const DIST = new URL('../../dist/', import.meta.url);

/** What a process of the App does with octokit: requests that write, in the name of one installation. */
const WRITER = `
const [, redis, github, installation, times] = process.argv;
const { politeOctokit } = await import(new URL('github/octokit.js', process.env.DIST));
const { createSharedThrottle } = await import(new URL('service/redis-throttle.js', process.env.DIST));
const shared = createSharedThrottle(redis, () => {});
const Octokit = politeOctokit({ throttle: true, shared: shared.options });
const octokit = new Octokit({ baseUrl: github, throttle: { enabled: true, id: installation }, authStrategy: undefined });
process.stdout.write('ready');
await new Promise((go) => process.stdin.once('data', go));
for (let n = 0; n < Number(times); n += 1) await octokit.request('POST /repos/a/b/check-runs');
await shared.close();
process.exit(0);
`;

interface Writer {
  readonly go: () => void;
  readonly ended: Promise<unknown>;
}

async function writer(args: readonly string[]): Promise<Writer> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', WRITER, ...args], {
    env: { PATH: process.env.PATH, DIST: DIST.href },
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: fileURLToPath(DIST),
  });
  await once(child.stdout, 'data');
  return {
    go: () => child.stdin.end('go'),
    ended: once(child, 'exit').then(([status]) => expect(status).toBe(0)),
  };
}

async function done(url: string, installation: string): Promise<number> {
  const redis = new Redis(url);
  const counted = await redis.hget(`b_octokit-write-${installation}_settings`, 'done');
  await redis.quit();
  return Number(counted);
}

async function writers(count: number, args: readonly string[]): Promise<void> {
  const all = await Promise.all(Array.from({ length: count }, () => writer(args)));
  for (const { go } of all) go();
  await Promise.all(all.map(({ ended }) => ended));
}

const missing = noRedis();
const withRedis = missing === undefined ? test : test.skip;

withRedis(
  'two processes write to GitHub for one installation within one limit (needs redis-server)',
  async () => {
    const redis: RedisServer = await startRedis();
    const came: number[] = [];
    try {
      await serving(
        async (request, response) => {
          request.resume();
          came.push(performance.now());
          response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
        },
        async (url) => {
          await writers(2, [redis.url, url, '77', '2']);
        },
      );
      expect(came).toHaveLength(4);
      // One a second, however many processes there are: the last comes three seconds after the first.
      expect((came[3] ?? 0) - (came[0] ?? 0)).toBeGreaterThanOrEqual(2_000);
      expect(await done(redis.url, '77')).toBe(4);
    } finally {
      await redis.stop();
    }
  },
  60_000,
);

withRedis(
  'requests go on after Redis was killed and started again (needs redis-server)',
  async () => {
    const redis: RedisServer = await startRedis();
    let came = 0;
    let restarting: Promise<void> | undefined;
    try {
      await serving(
        async (request, response) => {
          request.resume();
          came += 1;
          restarting ??= redis.restart();
          await restarting;
          response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
        },
        (url) => writers(2, [redis.url, url, '78', '2']),
      );
      expect(came).toBe(4);
    } finally {
      await redis.stop();
    }
  },
  60_000,
);
