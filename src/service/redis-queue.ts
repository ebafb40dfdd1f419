import { randomUUID } from 'node:crypto';
import type { Job as Token } from 'bullmq';
import { Queue as BullQueue, DelayedError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Handler, Job, Queue, QueueOptions } from './queue.ts';
import { abandon, stopFor } from './queue.ts';
import type { Begun, Ending, RedisState } from './redis-state.ts';
import { redisState } from './redis-state.ts';
import { move, place, tokenKey, tokenPriority } from './redis-tokens.ts';
import { backoffMs, isPermanent, reasonOf } from './schedule.ts';
import type { Outcome, Running } from './turn.ts';
import { allEnded, runTurn } from './turn.ts';

export interface RedisQueueOptions<Payload> extends QueueOptions<Payload> {
  /** `redis://` or `rediss://`, with the password where there is one. Never logged. */
  readonly url: string;
  /** Several installations of the product may share one Redis under different names. */
  readonly name?: string;
  /** A worker that shows no sign of life for this long has lost its turn, in milliseconds. */
  readonly lockMs?: number;
}

const LOCK_MS = 30_000;
const NO_LIMIT = 1_000_000;

interface State<Payload> {
  readonly options: RedisQueueOptions<Payload>;
  readonly redis: Redis;
  readonly stored: RedisState<Payload>;
  readonly prefix: string;
  readonly tokens: BullQueue;
  /** Turns of this process, by owner id. */
  readonly running: Map<string, Running<Payload>>;
  readonly leftovers: Job<Payload>[];
  /** What runs only once this process hands out turns. */
  working: { readonly worker: Worker; readonly stop: () => Promise<void> } | undefined;
  closing: Promise<readonly Job<Payload>[]> | undefined;
}

/**
 * A queue that several processes share over Redis. What waits and what runs is kept there by one script per step; each
 * key has one BullMQ job, its token, and who holds the token may run what the key holds. BullMQ keeps the token's lock
 * alive, brings it back when its process dies, delays it and orders it.
 */
export function createRedisQueue<Payload>(options: RedisQueueOptions<Payload>): Queue<Payload> {
  const prefix = `{${options.name ?? 'ml-review'}}`;
  // A producer fails rather than waits: the webhook is then answered with an error, and the delivery is found again.
  const redis = connect(options, { maxRetriesPerRequest: 2, commandTimeout: 5_000 });
  const tokens = new BullQueue('turns', { connection: redis, prefix, skipWaitingForReady: true });
  tokens.on('error', options.onFault);
  const state: State<Payload> = {
    options,
    redis,
    stored: redisState(redis, prefix),
    prefix,
    tokens,
    running: new Map(),
    leftovers: [],
    working: undefined,
    closing: undefined,
  };
  return {
    enqueue: (job) => enqueue(state, job),
    start: (handler) => start(state, handler),
    stats: () => state.stored.stats(),
    claim: async (task, forMs) => (await redis.set(`${prefix}:claim:${task}`, '1', 'PX', forMs, 'NX')) === 'OK',
    close: ({ timeoutMs }) => {
      state.closing ??= close(state, timeoutMs);
      return state.closing;
    },
  };
}

function connect(
  { url, onFault }: RedisQueueOptions<never>,
  more: { readonly maxRetriesPerRequest: number | null; readonly commandTimeout?: number },
): Redis {
  const redis = new Redis(url, { ...more, retryStrategy: (times) => Math.min(2_000, 50 * 2 ** Math.min(times, 6)) });
  redis.on('error', onFault);
  return redis;
}

async function enqueue<Payload>(state: State<Payload>, job: Job<Payload>) {
  if (state.closing !== undefined) throw new Error('the queue is closed');
  const debounceMs = job.priority === 'merge-group' ? 0 : state.options.debounceMs;
  const { admission, slot, moved } = await state.stored.enqueue(job, debounceMs);
  if (slot === undefined) return admission;
  // From here on the job is safe: should this process die now, a worker finds the key without a token.
  await place(state.tokens, job.key, slot);
  if (moved) await move(state.tokens, job.key, slot);
  if (admission === 'superseding') await state.redis.publish(channel(state), job.key);
  return admission;
}

function channel<Payload>(state: State<Payload>): string {
  return `${state.prefix}:superseded`;
}

async function start<Payload>(state: State<Payload>, handler: Handler<Payload>): Promise<void> {
  if (state.working !== undefined) throw new Error('the queue was started before');
  const lockMs = state.options.lockMs ?? LOCK_MS;
  const connection = connect(state.options, { maxRetriesPerRequest: null });
  const listening = connect(state.options, { maxRetriesPerRequest: null });
  // The end of a turn waits for Redis to come back, so that a restart of Redis does not cost the work of the turn.
  const stored = redisState<Payload>(connection, state.prefix);
  const worker = new Worker('turns', (token, lock) => turn({ ...state, stored }, handler, token, lock), {
    connection,
    prefix: state.prefix,
    concurrency: state.options.concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    // Attempts are counted with the job, where a newer head begins anew.
    maxStalledCount: NO_LIMIT,
    drainDelay: 2,
  });
  const asides = new Set<Promise<void>>();
  const aside = (work: Promise<void>): void => {
    const settled = work.catch(state.options.onFault).finally(() => asides.delete(settled));
    asides.add(settled);
  };
  worker.on('error', state.options.onFault);
  worker.on('completed', (token) => aside(placeLeft(state, [keyOf(token)])));
  const watching = setInterval(() => aside(watch(state)), lockMs / 6);
  const sweeping = setInterval(() => aside(sweep(state)), lockMs / 2);
  listening.on('message', () => aside(watch(state)));
  const stop = async (): Promise<void> => {
    await worker.close();
    clearInterval(watching);
    clearInterval(sweeping);
    await Promise.all(asides);
    await Promise.all([hangUp(connection), hangUp(listening)]);
  };
  state.working = { worker, stop };
  await listening.subscribe(channel(state));
  await sweep(state);
}

function keyOf(token: Token): string {
  return (token.data as { readonly key: string }).key;
}

/** One turn of a key: take what it holds, run it, and leave the token where the next turn of the key needs it. */
async function turn<Payload>(state: State<Payload>, handler: Handler<Payload>, token: Token, lock: string | undefined) {
  const key = keyOf(token);
  const owner = randomUUID();
  const begun = await state.stored.begin(key, owner);
  if (begun === undefined) return;
  const ending = await endingOf(state, begun, await outcomeOf(state, handler, begun, owner));
  if (ending.how === 'back') state.leftovers.push(begun.job);
  const next = await state.stored.end(key, owner, ending);
  if (next === undefined) return;
  await token.changePriority({ priority: tokenPriority(next) });
  await token.moveToDelayed(Date.now() + next.delayMs, lock);
  throw new DelayedError();
}

async function outcomeOf<Payload>(
  state: State<Payload>,
  handler: Handler<Payload>,
  begun: Begun<Payload>,
  owner: string,
): Promise<Outcome> {
  if (begun.died && begun.failed >= state.options.attempts) {
    return { end: 'failed', error: new Error(`the worker died ${begun.failed} times during the run`) };
  }
  const running = runTurn(begun.job, begun.failed + 1, handler, state.options, {
    orphans: begun.orphans,
    waitedMs: begun.waitedMs,
    ask: () => watch(state),
  });
  state.running.set(owner, running);
  return running.ended.finally(() => state.running.delete(owner));
}

async function endingOf<Payload>(state: State<Payload>, begun: Begun<Payload>, outcome: Outcome): Promise<Ending> {
  if (outcome.end === 'handed-back') return { how: 'back' };
  if (outcome.end !== 'failed') return { how: outcome.end };
  const failed = begun.failed + 1;
  if (failed < state.options.attempts && !isPermanent(outcome.error)) {
    return { how: 'retry', delayMs: backoffMs(failed, state.options.backoff, outcome.error) };
  }
  await state.options.onGivenUp(begun.job, reasonOf(outcome.error)).catch(state.options.onFault);
  return { how: 'done' };
}

/** Tells the turns of this process that were superseded or taken over to stop. */
async function watch<Payload>(state: State<Payload>): Promise<void> {
  const turns = [...state.running].map(([owner, running]) => ({ owner, running, key: running.job.key }));
  if (turns.length === 0) return;
  const answers = await state.stored.watch(turns);
  for (const [index, { running }] of turns.entries()) {
    const answer = answers[index];
    if (answer === 'lost') running.controller.abort(abandon('lost'));
    else if (answer) running.controller.abort(stopFor(running.job.head, answer));
  }
}

/** Finds keys whose token was lost because a process died between two steps. */
async function sweep<Payload>(state: State<Payload>): Promise<void> {
  const keys = await state.stored.keys();
  const found = await Promise.all(keys.map((key) => state.redis.exists(tokenKey(state.tokens, key))));
  await placeLeft(
    state,
    keys.filter((_key, index) => found[index] === 0),
  );
}

async function placeLeft<Payload>(state: State<Payload>, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const slot = await state.stored.slot(key);
    if (slot !== undefined && state.closing === undefined) await place(state.tokens, key, slot);
  }
}

async function close<Payload>(state: State<Payload>, timeoutMs: number): Promise<readonly Job<Payload>[]> {
  const stopped = state.working?.stop();
  if (stopped !== undefined && !(await allEnded([stopped], timeoutMs))) {
    for (const { controller } of state.running.values()) controller.abort(abandon('closing'));
    await stopped;
  }
  await state.tokens.close();
  await hangUp(state.redis);
  return state.leftovers;
}

/** Lets answers under way arrive, without waiting for a server that is not there. */
async function hangUp(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit();
  else redis.disconnect();
}
