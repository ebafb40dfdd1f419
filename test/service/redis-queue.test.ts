import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Queue } from '../../src/service/queue.ts';
import type { RedisQueueOptions } from '../../src/service/redis-queue.ts';
import { createRedisQueue } from '../../src/service/redis-queue.ts';
import { redisState } from '../../src/service/redis-state.ts';
import type { Payload } from './queue-contract.ts';
import { drained, job, QUICK, queueContract } from './queue-contract.ts';
import type { RedisServer } from './redis-server.ts';
import { noRedis, startRedis } from './redis-server.ts';

const missing = noRedis();

if (missing !== undefined) {
  test.skip(`the queue on Redis: ${missing}`, () => {});
} else {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  queueContract('on Redis', async (options) => createRedisQueue({ ...options, url: server.url, name: randomUUID() }));
  severalProcesses(() => server);
}

function severalProcesses(server: () => RedisServer): void {
  /** Queues as different processes would open them; `use` must not outlive them. */
  const together = async (
    count: number,
    use: (queues: readonly Queue<Payload>[]) => Promise<void>,
    more: Partial<RedisQueueOptions<Payload>> = {},
  ): Promise<void> => {
    const name = randomUUID();
    queueName = name;
    const queues = Array.from({ length: count }, () =>
      createRedisQueue<Payload>({ ...QUICK, url: server().url, name, ...more }),
    );
    try {
      await use(queues);
    } finally {
      await Promise.all(queues.map((queue) => queue.close({ timeoutMs: 0 })));
    }
  };
  let queueName = '';
  const tellNothing = { onFault: () => {} };

  test('every job runs once however many workers there are, and one key never twice at a time', async () => {
    await together(3, async ([receiver, left, right]) => {
      const runs: string[] = [];
      const now = new Set<string>();
      const handler = async ({ key, head }: { readonly key: string; readonly head: string }) => {
        expect(now.has(key)).toBe(false);
        now.add(key);
        await new Promise((resolve) => setTimeout(resolve, 1));
        now.delete(key);
        runs.push(`${key} ${head}`);
      };
      await Promise.all([left?.start(handler), right?.start(handler)]);
      const keys = Array.from({ length: 100 }, (_, n) => `r#${n}`);
      await Promise.all(keys.map((key) => receiver?.enqueue(job(key))));
      if (receiver) await drained(receiver);
      expect(runs.sort()).toEqual(keys.map((key) => `${key} a1`).sort());
    });
  });

  test('a newer head that another process takes in stops the run here', async () => {
    await together(2, async ([receiver, worker]) => {
      const heads: string[] = [];
      await worker?.start(async ({ head }, { signal }) => {
        heads.push(head);
        if (head === 'a1')
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      });
      await receiver?.enqueue(job('r#1', { head: 'a1' }));
      while (heads.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await receiver?.enqueue(job('r#1', { head: 'b2', generation: 2 }))).toBe('superseding');
      if (receiver) await drained(receiver);
      expect(heads).toEqual(['a1', 'b2']);
    });
  });

  test('what one worker hands back another one finishes', async () => {
    await together(2, async ([first, second]) => {
      const runs: string[] = [];
      await first?.start((_task, { signal }) => {
        runs.push('first');
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      });
      await first?.enqueue(job('r#1'));
      while (runs.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const left = await first?.close({ timeoutMs: 0 });
      expect(left?.map(({ key }) => key)).toEqual(['r#1']);
      await second?.start(async (_task, { attempt }) => void runs.push(`second ${attempt}`));
      if (second) await drained(second);
      expect(runs).toEqual(['first', 'second 1']);
    });
  });

  test('who was taken for dead learns it before it writes', async () => {
    await together(1, async ([queue]) => {
      const redis = new Redis(server().url);
      const state = redisState<Payload>(redis, `{${queueName}}`);
      const told: string[] = [];
      await queue?.start(async (task, turn) => {
        await turn.confirm();
        // As the next process would, when the lock of this one has run out.
        await state.begin(task.key, 'another');
        await turn.confirm().catch((error: Error) => void told.push(error.message));
        await state.end(task.key, 'another', { how: 'done' });
      });
      await queue?.enqueue(job('r#1'));
      if (queue) await drained(queue);
      await redis.quit();
      expect(told).toEqual(['another process has taken this run']);
    });
  });

  test('jobs outlive a Redis that is killed and started again', async () => {
    await together(
      2,
      async ([receiver, worker]) => {
        for (let n = 0; n < 20; n += 1) await receiver?.enqueue(job(`r#${n}`));
        const runs = new Set<string>();
        let restarting: Promise<void> | undefined;
        await worker?.start(async ({ key }) => {
          restarting ??= server().restart();
          await restarting;
          runs.add(key);
        });
        while (runs.size < 20) await new Promise((resolve) => setTimeout(resolve, 20));
        if (worker) await settled(worker);
      },
      tellNothing,
    );
  });

  test('without Redis a job is refused, not forgotten', async () => {
    const queue = createRedisQueue<Payload>({ ...QUICK, ...tellNothing, url: 'redis://127.0.0.1:1' });
    await expect(queue.enqueue(job('r#1'))).rejects.toThrow();
    await queue.close({ timeoutMs: 0 });
  });
}

async function settled(queue: Queue<Payload>): Promise<void> {
  for (;;) {
    const held = await queue.stats().catch(() => undefined);
    if (held?.waiting === 0 && held.running === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
