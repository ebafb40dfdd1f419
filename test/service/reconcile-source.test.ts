import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ProbotOctokit } from 'probot';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { PullRequestActor, Sandbox } from '../../src/sandbox/types.ts';
import { createMemoryQueue } from '../../src/service/memory-queue.ts';
import type { Job } from '../../src/service/queue.ts';
import type { OpenPull, Reconciled, ReconcileSource } from '../../src/service/reconcile.ts';
import { githubSource } from '../../src/service/reconcile-source.ts';
import { startReconciler } from '../../src/service/reconciler.ts';
import { serving } from './http.ts';
import { QUICK } from './queue-contract.ts';

let sandbox: Sandbox;
let source: ReconcileSource;
let finished: PullRequestActor;
let forgotten: PullRequestActor;

function octokit(installationId?: number) {
  const { id: appId, privateKey } = sandbox.app;
  return new ProbotOctokit({
    baseUrl: sandbox.url,
    auth: { appId, privateKey, ...(installationId === undefined ? {} : { installationId }) },
    throttle: { enabled: false },
    retry: { enabled: false },
  });
}

beforeAll(async () => {
  sandbox = await startSandbox();
  source = githubSource({
    appId: sandbox.app.id,
    app: octokit(),
    installation: async (id) => octokit(id),
  });
  const repository = await sandbox.repository('acme/fraud');
  const open = async (branch: string, labels: readonly string[]): Promise<PullRequestActor> => {
    await repository.commit(branch, { files: { [`${branch}.py`]: 'x = 1\n' } });
    return repository.openPullRequest({ head: branch, labels });
  };
  finished = await open('finished', ['ml-review']);
  forgotten = await open('forgotten', ['ml-review']);
  await open('unlabelled', []);
  await sandbox.repository('other/uninstalled', { installed: false });
  for await (const installation of source.installations()) {
    await octokit(installation).rest.checks.create({
      owner: 'acme',
      repo: 'fraud',
      name: 'ML Review Panel',
      head_sha: finished.headSha(),
      status: 'completed',
      conclusion: 'success',
      output: { title: 'fine', summary: 'fine' },
    });
  }
  await sandbox.settled();
});

afterAll(() => sandbox.close());

function jobOf(installation: number, { owner, repo, number, head, updatedAt }: OpenPull, payload: string): Job<string> {
  return {
    key: `${owner}/${repo}#${number}`,
    head,
    generation: updatedAt,
    priority: 'reconcile',
    installation,
    payload,
  };
}

async function onePass(
  firstLeaseMs = 0,
): Promise<{ readonly result: Reconciled; readonly jobs: readonly Job<string>[] }> {
  const queue = createMemoryQueue<string>({ ...QUICK, onGivenUp: async () => {} });
  const result = await new Promise<Reconciled>((onPass, onFault) => {
    const options = { label: 'ml-review', deliveriesMs: 3_600_000, leaseMs: 60_000, everyMs: 60_000 };
    const reconciler = startReconciler<string>({
      ...options,
      firstLeaseMs,
      queue,
      source,
      now: sandbox.clock.now,
      jobOf,
      onFault,
      onPass: (passed) => void reconciler.stop().then(() => onPass(passed), onFault),
    });
  });
  return { result, jobs: await queue.close({ timeoutMs: 0 }) };
}

test('deliveries that nobody took are delivered again', async () => {
  const before = sandbox.deliveries.length;
  expect(before).toBeGreaterThan(0);
  const received: string[] = [];
  await serving(
    (request, response) => {
      received.push(String(request.headers['x-github-delivery']));
      request.resume();
      response.writeHead(202).end();
    },
    async (url) => {
      sandbox.deliverTo({ url, secret: 'a secret that is long enough' });
      expect((await onePass()).result.redelivered).toBe(new Set(sandbox.deliveries.map(({ guid }) => guid)).size);
      await sandbox.settled();
      sandbox.deliverTo(undefined);
    },
  );
  expect(new Set(received).size).toBe(received.length);
  expect((await onePass()).result.redelivered).toBe(0);
});

test('the labelled pull request that nobody looked at is found, the others are left alone', async () => {
  const { result, jobs } = await onePass();
  expect(result.faults).toEqual([]);
  expect(result).toMatchObject({ pulls: 2, queued: 1 });
  expect(jobs).toMatchObject([
    { key: `acme/fraud#${forgotten.number}`, head: forgotten.headSha(), payload: 'its head has no check run' },
  ]);
  expect(sandbox.violations).toEqual([]);
});

test('a run that was left unfinished is taken up when its lease is over', async () => {
  const { id } = await runningOn(forgotten);
  expect(id).toBeGreaterThan(0);
  expect((await onePass(3_600_000)).result.queued).toBe(0);
  const { jobs } = await onePass(0);
  expect(jobs).toMatchObject([{ payload: 'its check run was left unfinished' }]);
});

async function runningOn(pull: PullRequestActor): Promise<{ readonly id: number }> {
  const installations: number[] = [];
  for await (const installation of source.installations()) installations.push(installation);
  const [installation] = installations;
  if (installation === undefined) throw new Error('no installation');
  const { data } = await octokit(installation).rest.checks.create({
    owner: 'acme',
    repo: 'fraud',
    name: 'ML Review Panel',
    head_sha: pull.headSha(),
    status: 'in_progress',
    started_at: new Date(sandbox.clock.now()).toISOString(),
  });
  return data;
}
