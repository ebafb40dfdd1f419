import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Admission, Job, Priority, QueueStats } from './queue.ts';
import { PRIORITIES } from './queue.ts';
import { BEGIN, END, ENQUEUE, STATS, WATCH } from './redis-scripts.ts';

/** GitHub offers deliveries for redelivery for three days. */
const DELIVERY_MEMORY_MS = 3 * 24 * 3_600_000;

const recordSchema = z.object({
  job: z.string(),
  priority: z.enum(PRIORITIES),
  failed: z.number(),
  died: z.boolean().optional(),
  orphans: z.array(z.string()).default([]),
  waited: z.number().default(0),
  round: z.number(),
  readyAt: z.number(),
});

/** When and in which order the token of a key is to come up. */
export interface Slot {
  readonly delayMs: number;
  readonly round: number;
  readonly priority: Priority;
}

export interface Begun<Payload> {
  readonly job: Job<Payload>;
  readonly failed: number;
  /** The process of the previous attempt died. */
  readonly died: boolean;
  readonly orphans: readonly string[];
  /** Since the job could have begun, by the clock of Redis. */
  readonly waitedMs: number;
}

export type Ending =
  | { readonly how: 'done' | 'back' | 'superseded' }
  | { readonly how: 'retry'; readonly delayMs: number };

/** The jobs in Redis: every method is one atomic step. Rejects when Redis cannot be reached. */
export interface RedisState<Payload> {
  /** `slot` is absent when the job was not taken; `moved` says that the slot of a waiting token has changed. */
  readonly enqueue: (
    job: Job<Payload>,
    debounceMs: number,
  ) => Promise<{ readonly admission: Admission; readonly slot?: Slot; readonly moved: boolean }>;
  readonly begin: (key: string, owner: string) => Promise<Begun<Payload> | undefined>;
  /** The slot of what waits under this key afterwards, if anything does. */
  readonly end: (key: string, owner: string, ending: Ending) => Promise<Slot | undefined>;
  /** For each turn: `lost`, the head for which it is to stop, or nothing. */
  readonly watch: (turns: readonly { readonly key: string; readonly owner: string }[]) => Promise<readonly string[]>;
  readonly stats: () => Promise<QueueStats>;
  /** The slot of what a key holds, waiting or running. */
  readonly slot: (key: string) => Promise<Slot | undefined>;
  readonly keys: () => Promise<readonly string[]>;
}

/** The state under `prefix`, which should be a Redis hash tag (`{name}`) so that a cluster keeps it in one place. */
export function redisState<Payload>(redis: Redis, prefix: string): RedisState<Payload> {
  const keys = ['waiting', 'running', 'since', 'clock'].map((name) => `${prefix}:${name}`);
  const run = (script: string, args: readonly (string | number)[], extra: readonly string[] = []): Promise<unknown> =>
    redis.eval(script, keys.length + extra.length, ...keys, ...extra, ...args);
  return {
    async enqueue(job, debounceMs) {
      const ttl = job.delivery === undefined ? '' : DELIVERY_MEMORY_MS;
      const { key, head, generation, priority, installation } = job;
      const args = [
        key,
        head,
        generation,
        priority,
        installation,
        JSON.stringify(job),
        debounceMs,
        ttl,
        job.stops ? 1 : '',
      ];
      const answer = await run(ENQUEUE, args, [`${prefix}:seen:${job.delivery ?? ''}:${key}`]);
      const [admission, delayMs, round, rated, moved] = answer as [Admission, number, number, Priority, string];
      if (round === undefined) return { admission, moved: false };
      return { admission, slot: { delayMs, round, priority: rated }, moved: moved === '1' };
    },
    async begin(key, owner) {
      const text = await run(BEGIN, [key, owner]);
      if (typeof text !== 'string') return undefined;
      const record = recordSchema.parse(JSON.parse(text));
      const job = { ...(JSON.parse(record.job) as Job<Payload>), priority: record.priority };
      const { failed, died = false, orphans, waited: waitedMs } = record;
      return { job, failed, died, orphans, waitedMs };
    },
    async end(key, owner, ending) {
      const answer = await run(END, [key, owner, ending.how, ending.how === 'retry' ? Math.ceil(ending.delayMs) : 0]);
      return slotOf(answer);
    },
    watch: async (turns) =>
      (await run(
        WATCH,
        turns.flatMap(({ key, owner }) => [key, owner]),
      )) as string[],
    async stats() {
      const [waiting, running, oldestWaitingMs] = (await run(STATS, [])) as [number, number, number];
      return { waiting, running, oldestWaitingMs };
    },
    async slot(key) {
      const text = (await redis.hget(`${prefix}:waiting`, key)) ?? (await redis.hget(`${prefix}:running`, key));
      if (text === null) return undefined;
      const { readyAt, round, priority } = recordSchema.parse(JSON.parse(text));
      return { delayMs: Math.max(0, readyAt - Date.now()), round, priority };
    },
    keys: async () => [...(await redis.hkeys(`${prefix}:waiting`)), ...(await redis.hkeys(`${prefix}:running`))],
  };
}

function slotOf(answer: unknown): Slot | undefined {
  if (!Array.isArray(answer)) return undefined;
  const [delayMs, round, priority] = answer as [number, number, Priority];
  return { delayMs, round, priority };
}
