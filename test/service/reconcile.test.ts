import { expect, test } from '@jest/globals';
import type { Job } from '../../src/service/queue.ts';
import type { DeliveryAttempt, HeadRun, OpenPull, ReconcileSource } from '../../src/service/reconcile.ts';
import { reasonToLook, reconcile, toRedeliver } from '../../src/service/reconcile.ts';

const NOW = 1_800_000_000_000;
const LEASE = 1_800_000;

function pull(more: Partial<OpenPull> = {}): OpenPull {
  return {
    owner: 'acme',
    repo: 'fraud',
    number: 1,
    head: 'a1',
    draft: false,
    labels: ['ml-review'],
    updatedAt: NOW,
    ...more,
  };
}

function run(more: Partial<HeadRun> = {}): HeadRun {
  return { status: 'completed', conclusion: 'success', startedAt: NOW - 1_000, ...more };
}

function attempt(id: number, guid: string, statusCode: number): DeliveryAttempt {
  return { id, guid, statusCode, at: NOW - 60_000 };
}

test.each([
  ['without a run', [], 'its head has no check run'],
  ['with its result', [run({ conclusion: 'failure' })], undefined],
  ['in the middle of a run', [run({ status: 'in_progress', conclusion: null })], undefined],
  [
    'with a run whose worker is gone',
    [run({ status: 'in_progress', conclusion: null, startedAt: NOW - LEASE })],
    'its check run was left unfinished',
  ],
  [
    'with a run that never began',
    [run({ status: 'queued', conclusion: null, startedAt: 0 })],
    'its check run was left unfinished',
  ],
  ['with a cancelled run', [run({ conclusion: 'cancelled' }), run()], 'the run on its head was cancelled'],
  ['labelled after it was skipped', [run({ conclusion: 'skipped' })], 'the run on its head was skipped'],
  [
    'with an old run beside its result',
    [run(), run({ status: 'in_progress', startedAt: 0 })],
    'its check run was left unfinished',
  ],
] as const)('a labelled pull request %s', (_name, runs, reason) => {
  expect(reasonToLook(pull(), runs, NOW, LEASE)).toBe(reason);
});

test('a skipped draft is as it should be', () => {
  expect(reasonToLook(pull({ draft: true }), [run({ conclusion: 'skipped' })], NOW, LEASE)).toBeUndefined();
});

test('a delivery is asked for again when no attempt of it arrived, and not for ever', () => {
  const attempts = [
    attempt(9, 'again', 502),
    attempt(8, 'arrived later', 202),
    attempt(7, 'silent', 0),
    attempt(6, 'arrived later', 500),
    attempt(5, 'again', 500),
    ...[4, 3, 2, 1].map((id) => attempt(id, 'hopeless', 500)),
  ];
  expect(toRedeliver(attempts)).toEqual([9, 7]);
});

function sourceOf(more: Partial<ReconcileSource>): ReconcileSource {
  const none = async function* () {};
  return {
    installations: none,
    openPulls: none,
    runs: async () => [],
    deliveries: none,
    redeliver: async () => {},
    ...more,
  };
}

function optionsFor(jobs: Job<string>[]) {
  return {
    label: 'ml-review',
    leaseMs: LEASE,
    deliveriesMs: 3_600_000,
    now: () => NOW,
    jobOf: (installation: number, { owner, repo, number, head, updatedAt }: OpenPull, reason: string): Job<string> => ({
      key: `${owner}/${repo}#${number}`,
      head,
      generation: updatedAt,
      priority: 'reconcile',
      installation,
      payload: reason,
    }),
    enqueue: async (job: Job<string>) => {
      jobs.push(job);
      return 'queued' as const;
    },
  };
}

test('one repository that cannot be asked does not keep the others from being made good', async () => {
  const jobs: Job<string>[] = [];
  const source = sourceOf({
    async *installations() {
      yield 1;
      yield 2;
    },
    async *openPulls(installation) {
      yield pull({ number: 1, head: `${installation}1`, labels: ['bug', 'ML-Review'] });
      yield pull({ number: 2, labels: [] });
      if (installation === 1) throw new Error('suspended');
      yield pull({ number: 3, head: `${installation}3` });
    },
    async runs(_installation, { number }) {
      if (number === 3) throw new Error('503');
      return [];
    },
  });
  const done = await reconcile(source, optionsFor(jobs));
  expect(jobs.map(({ key, head, payload }) => [key, head, payload])).toEqual([
    ['acme/fraud#1', '11', 'its head has no check run'],
    ['acme/fraud#1', '21', 'its head has no check run'],
  ]);
  expect(done).toMatchObject({ pulls: 3, queued: 2, redelivered: 0 });
  expect(done.faults.map(({ where }) => where)).toEqual(['installation 1', 'acme/fraud#3']);
});

test('deliveries are read back no further than asked', async () => {
  const read: number[] = [];
  const again: number[] = [];
  const source = sourceOf({
    async *deliveries() {
      for (const [id, age] of [
        [3, 1],
        [2, 59],
        [1, 61],
        [0, 62],
      ] as const) {
        read.push(id);
        yield { id, guid: `${id}`, at: NOW - age * 60_000, statusCode: 500 };
      }
    },
    async redeliver(id) {
      again.push(id);
    },
  });
  expect(await reconcile(source, optionsFor([]))).toMatchObject({ redelivered: 2 });
  expect(again).toEqual([3, 2]);
  expect(read).toEqual([3, 2, 1]);
});
