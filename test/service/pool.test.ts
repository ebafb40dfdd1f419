import { afterEach, expect, test } from '@jest/globals';
import type { Pool, PoolOptions } from '../../src/service/pool.ts';
import { createPool } from '../../src/service/pool.ts';

type Task = { readonly does: string; readonly value?: unknown; readonly ms?: number; readonly megabytes?: number };
type Result = { readonly value: unknown };

const MB = 2 ** 20;
const open: Pool<Task, Result>[] = [];

function poolOf(more: Partial<PoolOptions<Task>> = {}): Pool<Task, Result> {
  const pool = createPool<Task, Result>({
    worker: new URL('../fixtures/workers/tasks.mjs', import.meta.url),
    threads: 2,
    heapMb: 64,
    taskMs: 30_000,
    taskBytes: 1_000,
    sizeOf: (task) => JSON.stringify(task).length,
    processMb: 64_000,
    recycleAfter: 1_000,
    ...more,
  });
  open.push(pool);
  return pool;
}

afterEach(() => Promise.all(open.splice(0).map((pool) => pool.close())));

const residentMb = (): number => process.memoryUsage.rss() / MB;

test('a task gives its result', async () => {
  const pool = poolOf();
  expect(await pool.run({ does: 'echo', value: [1, { two: 2 }] })).toEqual({ result: { value: [1, { two: 2 }] } });
});

for (const does of ['loop', 'backtrack']) {
  test(`a task that does not end (${does}) costs an incident, and the next one runs`, async () => {
    const pool = poolOf({ taskMs: 3_000 });
    expect(await pool.run({ does })).toEqual({
      incident: {
        kind: 'budget-exceeded',
        message: 'the analysis was stopped because it needed more than 3 s',
        clouds: true,
      },
    });
    expect(await pool.run({ does: 'echo', value: 1 })).toEqual({ result: { value: 1 } });
  });
}

test('a task that fills the heap costs an incident, its neighbour goes on', async () => {
  const pool = poolOf();
  const [bomb, neighbour] = await Promise.all([
    pool.run({ does: 'heap' }),
    pool.run({ does: 'wait', ms: 500, value: 1 }),
  ]);
  expect(bomb).toMatchObject({ incident: { kind: 'budget-exceeded', message: expect.stringContaining('64 MB') } });
  expect(neighbour).toEqual({ result: { value: 1 } });
});

test('a task that hoards buffers costs one incident, and its neighbours still get their results', async () => {
  const pool = poolOf({ threads: 3, processMb: residentMb() + 400 });
  const outcomes = await Promise.all([
    pool.run({ does: 'wait', ms: 1_000, value: 'left' }),
    pool.run({ does: 'buffers' }),
    pool.run({ does: 'wait', ms: 1_000, value: 'right' }),
  ]);
  expect(outcomes).toEqual([
    { result: { value: 'left' } },
    { incident: expect.objectContaining({ message: expect.stringContaining('more than the memory there is') }) },
    { result: { value: 'right' } },
  ]);
  expect(await pool.run({ does: 'echo', value: 1 })).toEqual({ result: { value: 1 } });
});

test('a task that is too large is not begun', async () => {
  const outcome = await poolOf().run({ does: 'loop', value: 'x'.repeat(2_000) });
  expect(outcome).toMatchObject({ incident: { message: expect.stringContaining('too large to be analysed') } });
});

test('memory that tasks leave behind goes when the threads are replaced', async () => {
  const pool = poolOf({ threads: 1, recycleAfter: 4 });
  const held: unknown[] = [];
  for (let n = 0; n < 12; n += 1) held.push(await pool.run({ does: 'leak', megabytes: 1 }));
  expect(held).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4].map((value) => ({ result: { value } })));
  expect(pool.stats()).toEqual({ waiting: 0, running: 0, generation: 4 });
});

test('a caller that gives up stops its task and is told its own reason', async () => {
  const pool = poolOf();
  const controller = new AbortController();
  const running = pool.run({ does: 'loop' }, controller.signal);
  controller.abort(new Error('superseded by b2'));
  await expect(running).rejects.toThrow('superseded by b2');
  await expect(pool.run({ does: 'echo' }, controller.signal)).rejects.toThrow('superseded by b2');
  expect(pool.stats().running).toBe(0);
});

test('a bug in the worker module is thrown, and so is its end', async () => {
  const pool = poolOf();
  await expect(pool.run({ does: 'crash' })).rejects.toThrow('a bug in the analysis');
  await expect(pool.run({ does: 'exit' })).rejects.toThrow();
  expect(await pool.run({ does: 'echo', value: 1 })).toEqual({ result: { value: 1 } });
});

test('tasks beyond the number of threads wait in the order of arrival', async () => {
  const pool = poolOf({ threads: 1 });
  const ended: unknown[] = [];
  const tasks = [1, 2, 3].map((value) => pool.run({ does: 'wait', ms: 5, value }).then(() => ended.push(value)));
  await Promise.all(tasks);
  expect(ended).toEqual([1, 2, 3]);
});
