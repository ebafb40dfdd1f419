import { afterEach, describe, expect, test } from '@jest/globals';
import type { Abandon, Handler, Job, Queue, QueueOptions, Turn } from '../../src/service/queue.ts';

export interface Payload {
  readonly note: string;
}

type Make = (options: QueueOptions<Payload>) => Promise<Queue<Payload>>;

interface Held {
  readonly job: Job<Payload>;
  readonly turn: Turn;
  readonly finish: () => void;
  readonly fail: (error: Error) => void;
}

/** A handler whose turns are ended by the test, and the list of those that began. */
function stage() {
  const began: Held[] = [];
  const waiters: { readonly count: number; readonly resolve: () => void }[] = [];
  const handler: Handler<Payload> = (job, turn) =>
    new Promise<void>((resolve, reject) => {
      turn.signal.addEventListener('abort', () => reject(turn.signal.reason));
      began.push({ job, turn, finish: resolve, fail: reject });
      for (const waiter of waiters) if (began.length >= waiter.count) waiter.resolve();
    });
  const turns = (count: number) =>
    new Promise<void>((resolve) => {
      if (began.length >= count) resolve();
      else waiters.push({ count, resolve });
    });
  const nth = async (index: number): Promise<Held> => {
    await turns(index + 1);
    const held = began[index];
    if (held === undefined) throw new Error(`no turn ${index}`);
    return held;
  };
  return { began, handler, turns, nth };
}

export function job(key: string, more: Partial<Job<Payload>> = {}): Job<Payload> {
  return { key, head: 'a1', generation: 1, priority: 'push', installation: 1, payload: { note: key }, ...more };
}

export const QUICK: QueueOptions<Payload> = {
  concurrency: 1,
  debounceMs: 0,
  attempts: 3,
  backoff: { firstMs: 5, capMs: 20 },
  turnMs: 60_000,
  graceMs: 5_000,
  onGivenUp: async () => {},
  onFault: (error) => {
    throw error;
  },
};

/** Resolves when the queue holds nothing any more. */
export async function drained(queue: Queue<Payload>): Promise<void> {
  for (;;) {
    const { waiting, running } = await queue.stats();
    if (waiting === 0 && running === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What every queue must keep, whatever carries it. */
export function queueContract(name: string, make: Make): void {
  const open: Queue<Payload>[] = [];
  const queueOf = async (options: Partial<QueueOptions<Payload>> = {}): Promise<Queue<Payload>> => {
    const queue = await make({ ...QUICK, ...options });
    open.push(queue);
    return queue;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((queue) => queue.close({ timeoutMs: 0 })));
  });
  describe(name, () => {
    admissions(queueOf);
    order(queueOf);
    failures(queueOf);
    endings(queueOf);
  });
}

type QueueOf = (options?: Partial<QueueOptions<Payload>>) => Promise<Queue<Payload>>;

function admissions(queueOf: QueueOf): void {
  test('a burst of reasons for one pull request is one turn, with the newest', async () => {
    const queue = await queueOf({ debounceMs: 300 });
    const { began, handler, nth } = stage();
    await queue.start(handler);
    expect(await queue.enqueue(job('r#1', { head: 'a1', generation: 1 }))).toBe('queued');
    expect(await queue.enqueue(job('r#1', { head: 'a1', generation: 2 }))).toBe('replaced');
    expect(await queue.enqueue(job('r#1', { head: 'b2', generation: 3, payload: { note: 'newest' } }))).toBe(
      'replaced',
    );
    expect(await queue.enqueue(job('r#1', { head: 'a1', generation: 2 }))).toBe('unchanged');
    const first = await nth(0);
    expect(first.job.head).toBe('b2');
    expect(first.job.payload).toEqual({ note: 'newest' });
    first.finish();
    await drained(queue);
    expect(began).toHaveLength(1);
  });

  test('a newer head stops the running older one and runs after it, never beside it', async () => {
    const queue = await queueOf({ concurrency: 4 });
    const ends: string[] = [];
    const { handler, nth } = stage();
    await queue.start((task, turn) => handler(task, turn).finally(() => ends.push(task.head)));
    await queue.enqueue(job('r#1', { head: 'a1' }));
    const old = await nth(0);
    expect(await queue.enqueue(job('r#1', { head: 'b2', generation: 2 }))).toBe('superseding');
    const next = await nth(1);
    const reason = old.turn.signal.reason as Abandon;
    expect([reason.why, reason.by]).toEqual(['superseded', 'b2']);
    expect(ends).toEqual(['a1']);
    expect(next.job.head).toBe('b2');
    expect(next.turn.attempt).toBe(1);
    next.finish();
    await drained(queue);
    expect(ends).toEqual(['a1', 'b2']);
  });

  test('news about the running head waits behind it without stopping it', async () => {
    const queue = await queueOf({ concurrency: 4 });
    const { handler, nth } = stage();
    await queue.start(handler);
    await queue.enqueue(job('r#1'));
    const first = await nth(0);
    expect(await queue.enqueue(job('r#1', { generation: 5 }))).toBe('following');
    expect(await queue.enqueue(job('r#1', { generation: 5 }))).toBe('unchanged');
    expect(first.turn.signal.aborted).toBe(false);
    expect(await queue.stats()).toMatchObject({ waiting: 1, running: 1 });
    first.finish();
    const second = await nth(1);
    expect(second.job.generation).toBe(5);
    second.finish();
    await drained(queue);
  });

  test('what is no longer wanted stops, and its head has another turn', async () => {
    const queue = await queueOf({ concurrency: 4 });
    const { handler, nth } = stage();
    await queue.start(handler);
    await queue.enqueue(job('r#1'));
    const first = await nth(0);
    expect(await queue.enqueue(job('r#1', { generation: 2, stops: true }))).toBe('superseding');
    const second = await nth(1);
    expect((first.turn.signal.reason as Abandon).why).toBe('unwanted');
    expect([second.job.generation, second.turn.attempt, second.turn.orphans]).toEqual([2, 1, []]);
    second.finish();
    await drained(queue);
  });

  test('a reconcile of a head that waits or runs changes nothing', async () => {
    const queue = await queueOf();
    const { handler, nth } = stage();
    await queue.enqueue(job('r#1'));
    expect(await queue.enqueue(job('r#1', { generation: 9, priority: 'reconcile' }))).toBe('unchanged');
    await queue.start(handler);
    const first = await nth(0);
    expect(await queue.enqueue(job('r#1', { generation: 9, priority: 'reconcile' }))).toBe('unchanged');
    first.finish();
    await drained(queue);
  });

  test('a head with an older clock is still looked at when another head runs', async () => {
    const queue = await queueOf();
    const { handler, nth } = stage();
    await queue.start(handler);
    await queue.enqueue(job('r#1', { head: 'a1', generation: 1_000_000 }));
    const first = await nth(0);
    expect(await queue.enqueue(job('r#1', { head: 'b2', generation: 3 }))).toBe('following');
    first.finish();
    const second = await nth(1);
    expect(second.job.head).toBe('b2');
    second.finish();
    await drained(queue);
  });

  test('a delivery is taken once for each key', async () => {
    const queue = await queueOf();
    expect(await queue.enqueue(job('r#1', { delivery: 'd-1' }))).toBe('queued');
    expect(await queue.enqueue(job('r#1', { delivery: 'd-1', generation: 7 }))).toBe('duplicate');
    expect(await queue.enqueue(job('r#2', { delivery: 'd-1' }))).toBe('queued');
    expect(await queue.stats()).toMatchObject({ waiting: 2, running: 0 });
  });
}

function order(queueOf: QueueOf): void {
  /** Runs everything that was queued before the start, one at a time, and tells the order. */
  const runAll = async (queue: Queue<Payload>): Promise<readonly string[]> => {
    const keys: string[] = [];
    await queue.start(async (task) => {
      keys.push(task.key);
    });
    await drained(queue);
    return keys;
  };

  test('merge groups go before pushes, pushes before reconciles', async () => {
    const queue = await queueOf();
    await queue.enqueue(job('reconcile', { priority: 'reconcile', installation: 2 }));
    await queue.enqueue(job('push'));
    await queue.enqueue(job('group', { priority: 'merge-group', installation: 3 }));
    expect(await runAll(queue)).toEqual(['group', 'push', 'reconcile']);
  });

  test('a push lifts the waiting reconcile of its pull request', async () => {
    const queue = await queueOf();
    await queue.enqueue(job('r#1', { priority: 'reconcile' }));
    await queue.enqueue(job('r#2', { priority: 'reconcile' }));
    await queue.enqueue(job('r#2', { priority: 'push', generation: 2 }));
    expect(await runAll(queue)).toEqual(['r#2', 'r#1']);
  });

  test('a busy installation does not starve another', async () => {
    const queue = await queueOf();
    for (let n = 1; n <= 4; n += 1) await queue.enqueue(job(`busy#${n}`, { installation: 1 }));
    await queue.enqueue(job('quiet#1', { installation: 2 }));
    await queue.enqueue(job('quiet#2', { installation: 2 }));
    expect(await runAll(queue)).toEqual(['busy#1', 'quiet#1', 'busy#2', 'quiet#2', 'busy#3', 'busy#4']);
  });

  test('a turn knows how long it waited for its place, its debounce left out', async () => {
    const queue = await queueOf({ debounceMs: 200 });
    const { handler, nth } = stage();
    await queue.start(handler);
    await queue.enqueue(job('r#1'));
    const first = await nth(0);
    expect(first.turn.waitedMs).toBeLessThan(200);
    await queue.enqueue(job('r#2', { priority: 'merge-group' }));
    await new Promise((resolve) => setTimeout(resolve, 30));
    first.finish();
    const second = await nth(1);
    expect(second.turn.waitedMs).toBeGreaterThanOrEqual(25);
    second.finish();
    await drained(queue);
  });

  test('no more turns at once than allowed', async () => {
    const queue = await queueOf({ concurrency: 2 });
    for (let n = 1; n <= 5; n += 1) await queue.enqueue(job(`r#${n}`));
    let now = 0;
    let most = 0;
    await queue.start(async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 10));
      now -= 1;
    });
    await drained(queue);
    expect(most).toBe(2);
  });
}

function failures(queueOf: QueueOf): void {
  test('a failed run is tried again, then given up once with the reason', async () => {
    const givenUp: string[] = [];
    const queue = await queueOf({
      onGivenUp: async (task, reason) => {
        givenUp.push(`${task.key} ${task.head}: ${reason}`);
      },
    });
    const attempts: string[] = [];
    await queue.start(async (_task, turn) => {
      attempts.push(`${turn.attempt}${turn.lastAttempt ? ' last' : ''}`);
      throw new Error('502 from GitHub');
    });
    await queue.enqueue(job('r#1'));
    await drained(queue);
    expect(attempts).toEqual(['1', '2', '3 last']);
    expect(givenUp).toEqual(['r#1 a1: 502 from GitHub']);
  });

  test('an error that says it is permanent is given up at once', async () => {
    const givenUp: string[] = [];
    const queue = await queueOf({ onGivenUp: async (_task, reason) => void givenUp.push(reason) });
    await queue.start(async () => {
      throw Object.assign(new Error('the repository is gone'), { permanent: true });
    });
    await queue.enqueue(job('r#1'));
    await drained(queue);
    expect(givenUp).toEqual(['the repository is gone']);
  });

  test('a newer head does not wait for the next attempt of an older one', async () => {
    const queue = await queueOf({ backoff: { firstMs: 3_600_000, capMs: 3_600_000 } });
    const { handler, nth } = stage();
    await queue.start(handler);
    await queue.enqueue(job('r#1', { head: 'a1' }));
    (await nth(0)).fail(new Error('once'));
    await waitingAgain(queue);
    await queue.enqueue(job('r#1', { head: 'b2', generation: 2 }));
    const second = await nth(1);
    expect([second.job.head, second.turn.attempt]).toEqual(['b2', 1]);
    second.finish();
    await drained(queue);
  });

  test('a newer head is told of the older one that failed while it stopped', async () => {
    const queue = await queueOf();
    const orphans: string[][] = [];
    const { handler, nth } = stage();
    await queue.start(async (task, turn) => {
      orphans.push([...turn.orphans]);
      if (task.head === 'a1') {
        await handler(task, turn).catch(() => {
          throw new Error('502: the run could not be completed');
        });
      }
    });
    await queue.enqueue(job('r#1', { head: 'a1' }));
    await nth(0);
    await queue.enqueue(job('r#1', { head: 'b2', generation: 2 }));
    await drained(queue);
    await queue.enqueue(job('r#1', { head: 'c3', generation: 3 }));
    await drained(queue);
    expect(orphans).toEqual([[], ['a1'], []]);
  });

  test('a run that does not end is aborted, and one that ignores it is left behind', async () => {
    const givenUp: string[] = [];
    const queue = await queueOf({
      turnMs: 20,
      graceMs: 20,
      attempts: 2,
      onGivenUp: async (task, reason) => void givenUp.push(`${task.key}: ${reason}`),
    });
    let hung = 0;
    await queue.start((task) => {
      if (task.key === 'next') return Promise.resolve();
      hung += 1;
      return new Promise(() => {});
    });
    await queue.enqueue(job('hang'));
    await queue.enqueue(job('next'));
    await drained(queue);
    expect(hung).toBe(2);
    expect(givenUp).toEqual(['hang: the time for one run is over']);
  });
}

async function waitingAgain(queue: Queue<Payload>): Promise<void> {
  for (;;) {
    const { waiting, running } = await queue.stats();
    if (waiting === 1 && running === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function endings(queueOf: QueueOf): void {
  test('closing lets a running turn end', async () => {
    const queue = await queueOf();
    const { handler, nth } = stage();
    await queue.start(handler);
    await queue.enqueue(job('r#1'));
    const first = await nth(0);
    const closed = queue.close({ timeoutMs: 60_000 });
    await expect(queue.enqueue(job('r#2'))).rejects.toThrow('closed');
    first.finish();
    expect(await closed).toEqual([]);
    expect(first.turn.signal.aborted).toBe(false);
  });

  test('closing hands back what does not end in time', async () => {
    const queue = await queueOf();
    const { handler, nth } = stage();
    await queue.start(handler);
    await queue.enqueue(job('r#1'));
    const first = await nth(0);
    const left = await queue.close({ timeoutMs: 1 });
    expect(left.map(({ key }) => key)).toEqual(['r#1']);
    expect((first.turn.signal.reason as Abandon).why).toBe('closing');
  });

  test('a task is claimed once within its time', async () => {
    const queue = await queueOf();
    expect(await queue.claim('reconcile', 60_000)).toBe(true);
    expect(await queue.claim('reconcile', 60_000)).toBe(false);
    expect(await queue.claim('short', 1)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await queue.claim('short', 60_000)).toBe(true);
  });

  test('the age is that of the oldest waiting job', async () => {
    const queue = await queueOf();
    expect(await queue.stats()).toEqual({ waiting: 0, running: 0, oldestWaitingMs: 0 });
    await queue.enqueue(job('r#1'));
    await new Promise((resolve) => setTimeout(resolve, 15));
    await queue.enqueue(job('r#2'));
    const { waiting, oldestWaitingMs } = await queue.stats();
    expect(waiting).toBe(2);
    expect(oldestWaitingMs).toBeGreaterThanOrEqual(10);
  });
}
