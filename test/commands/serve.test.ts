import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { PullRequestActor, Sandbox } from '../../src/sandbox/types.ts';
import { noRedis, startRedis } from '../service/redis-server.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const SECRET = '3f9c0a77be2d41d89a6e5b1c8f7d2e40';
const PATIENCE = 120_000;

const endings: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Service {
  readonly output: () => string;
  readonly ops: (path: string) => Promise<Response>;
  readonly child: ChildProcess;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function launch(args: readonly string[], env: NodeJS.ProcessEnv): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [CLI, ...args], { env: { PATH: process.env.PATH, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  endings.push(() => child.kill('SIGKILL'));
  return { child, output: () => output };
}

async function service(
  sandbox: Sandbox,
  port: number,
  args: readonly string[],
  more: NodeJS.ProcessEnv = {},
): Promise<Service> {
  const opsPort = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'ml-review-serve-'));
  endings.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const { child, output } = launch(['serve', ...args], {
    APP_ID: String(sandbox.app.id),
    PRIVATE_KEY: sandbox.app.privateKey,
    WEBHOOK_SECRET: SECRET,
    GITHUB_API_URL: sandbox.url,
    HOST: '127.0.0.1',
    PORT: String(port),
    ML_REVIEW_OPS_PORT: String(opsPort),
    ML_REVIEW_CACHE_DIR: folder,
    ...more,
  });
  const ops = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${opsPort}${path}`);
  await until(async () => {
    if (child.exitCode !== null) throw new Error(output());
    return ops('/readyz').then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return { child, output, ops };
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await pause(50);
}

async function github(): Promise<{ readonly sandbox: Sandbox; readonly port: number }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/api/github/webhooks`;
  const sandbox = await startSandbox({ webhook: { url, secret: SECRET } });
  endings.push(() => sandbox.close());
  return { sandbox, port };
}

async function reviewed(sandbox: Sandbox): Promise<PullRequestActor> {
  const repository = await sandbox.repository('acme/fraud');
  await repository.commit('change', {
    files: { 'load.py': 'import torch\nmodel = torch.load("m.pt", weights_only=False)\n' },
  });
  const pull = await repository.openPullRequest({ head: 'change', labels: ['ml-review'] });
  await until(() => pull.checkRuns().some(({ conclusion }) => conclusion === 'neutral' || conclusion === 'failure'));
  expect((await pull.reviewComments()).map(({ path, line }) => [path, line])).toEqual([['load.py', 2]]);
  return pull;
}

async function ended({ child }: Service): Promise<number | null> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const [status] = (await gone) as [number | null];
  return status;
}

test(
  'one process reviews, tells how it is, and ends when told to',
  async () => {
    const { sandbox, port } = await github();
    const all = await service(sandbox, port, []);
    await reviewed(sandbox);
    expect(await (await all.ops('/readyz')).json()).toEqual({ ready: true, checks: { start: 'ok', queue: 'ok' } });
    const metrics = await (await all.ops('/metrics')).text();
    expect(metrics).toMatch(/ml_review_review_duration_seconds_count\{outcome="\w+"\} 1/);
    expect(metrics).toMatch(/ml_review_findings_total\{check="sec-torch-load"/);
    expect(metrics).toMatch(/ml_review_github_requests_left \d+/);
    for (const phase of ['queue', 'clone', 'snapshot', 'tools', 'analyse', 'publish'])
      expect(metrics).toMatch(new RegExp(`ml_review_phase_duration_seconds_count\\{phase="${phase}"\\} [1-9]`));
    expect(await ended(all)).toBe(0);
    expect(all.output()).not.toContain(SECRET);
    expect(all.output()).not.toMatch(/ghs_\w/);
  },
  PATIENCE,
);

const withRedis = noRedis() === undefined ? test : test.skip;
withRedis(
  'a receiver and a worker share the work over Redis (needs redis-server)',
  async () => {
    const redis = await startRedis();
    endings.push(() => redis.stop());
    const { sandbox, port } = await github();
    const shared = { REDIS_URL: redis.url };
    const processes = await Promise.all([
      service(sandbox, port, ['--role', 'receiver'], shared),
      service(sandbox, await freePort(), ['--role', 'worker'], shared),
    ]);
    const pull = await reviewed(sandbox);
    const [group] = await pull.repository.enqueue([pull]);
    await until(() => group?.checkRuns()[0]?.status === 'completed');
    const [receiver, worker] = await Promise.all(processes.map(async ({ ops }) => (await ops('/metrics')).text()));
    expect(receiver).not.toMatch(/ml_review_review_duration_seconds_count\{/);
    expect(worker).toMatch(/ml_review_review_duration_seconds_count\{outcome="\w+"\} 1/);
    expect(receiver).toContain('ml_review_webhooks_total{event="merge-group",result="queued"} 1');
    expect(receiver).not.toMatch(/ml_review_phase_duration_seconds_count\{/);
    expect(receiver).not.toMatch(/ml_review_github_requests_total\{method="(POST|PATCH)"/);
    expect(await Promise.all(processes.map(ended))).toEqual([0, 0]);
  },
  PATIENCE,
);

test(
  'a service that must not start as it is set up says why and ends with status 2',
  async () => {
    const { child, output } = launch(['serve', '--role', 'worker'], { APP_ID: '1', WEBHOOK_SECRET: 'development' });
    const [status] = (await once(child, 'exit')) as [number];
    expect(status).toBe(2);
    expect(output()).toContain('WEBHOOK_SECRET is a value that everybody knows');
    expect(output()).toContain('PRIVATE_KEY: is not set');
  },
  PATIENCE,
);
