import { memoryUsage } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { Piscina } from 'piscina';
import type { Incident } from '../core/report.ts';
import type { Slots } from './slots.ts';
import { createSlots } from './slots.ts';

const MB = 2 ** 20;
const WATCH_MS = 25;
const MEMORY_BACK_MS = 10_000;

export interface PoolOptions<Task> {
  /** A built module whose default export takes a task and returns or resolves to its result; both are cloned. */
  readonly worker: URL;
  readonly threads: number;
  /** JavaScript heap of one thread. */
  readonly heapMb: number;
  /** Time for one task, counted from its start, in milliseconds. */
  readonly taskMs: number;
  /** Larger tasks are refused, since a thread's limits do not bound buffers and wasm memory. */
  readonly taskBytes: number;
  readonly sizeOf: (task: Task) => number;
  /** Resident memory of the whole process above which running tasks are stopped. */
  readonly processMb: number;
  /** Threads are replaced after this many tasks together, because wasm memory never shrinks. */
  readonly recycleAfter: number;
}

/** A task either has its result or has cost an incident. */
export type PoolOutcome<Result> = { readonly result: Result } | { readonly incident: Incident };

export interface PoolStats {
  readonly waiting: number;
  readonly running: number;
  /** How often the threads were replaced together, plus one. */
  readonly generation: number;
}

export interface Pool<Task, Result> {
  /** Rejects with the signal's reason when `signal` is aborted, and with whatever the worker module throws. */
  readonly run: (task: Task, signal?: AbortSignal) => Promise<PoolOutcome<Result>>;
  readonly stats: () => PoolStats;
  /** Stops everything that runs. */
  readonly close: () => Promise<void>;
}

interface Attempt {
  readonly controller: AbortController;
  /** `shared`: stopped for memory while others ran, so that it is not known whose memory it is. */
  stopped: 'time' | 'memory' | 'shared' | undefined;
}

interface State<Task> {
  readonly options: PoolOptions<Task>;
  readonly slots: Slots;
  readonly attempts: Set<Attempt>;
  threads: Piscina;
  generation: number;
  /** Tasks that this generation has ended. */
  tasks: number;
}

/**
 * Runs a module's tasks in threads with limits. A task that loops, fills the heap or hoards buffers costs its own
 * incident; the process and the other tasks go on.
 */
export function createPool<Task, Result>(options: PoolOptions<Task>): Pool<Task, Result> {
  const state: State<Task> = {
    options,
    slots: createSlots(options.threads),
    attempts: new Set(),
    threads: spawnThreads(options),
    generation: 1,
    tasks: 0,
  };
  const watching = setInterval(() => watchMemory(state), WATCH_MS);
  watching.unref();
  return {
    run: (task, signal) => runTask<Task, Result>(state, task, signal),
    stats: () => ({ waiting: state.slots.waiting(), running: state.attempts.size, generation: state.generation }),
    async close() {
      clearInterval(watching);
      await state.threads.destroy();
    },
  };
}

function spawnThreads({ worker, threads, heapMb }: PoolOptions<never>): Piscina {
  return new Piscina({
    filename: worker.href,
    minThreads: 1,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
}

async function runTask<Task, Result>(
  state: State<Task>,
  task: Task,
  signal: AbortSignal | undefined,
): Promise<PoolOutcome<Result>> {
  const { taskBytes, sizeOf } = state.options;
  const size = sizeOf(task);
  if (size > taskBytes) {
    return incident(`the change is too large to be analysed: ${inMb(size)} MB where ${inMb(taskBytes)} MB are allowed`);
  }
  const outcome = await attempt<Task, Result>(state, task, signal, false);
  // Nobody pays for a neighbour: whoever was stopped beside others runs again with the pool for itself.
  return outcome ?? (await attempt<Task, Result>(state, task, signal, true)) ?? incident(messageOf('memory', state));
}

/** One try. Undefined when it was stopped for memory that may have been another's. */
async function attempt<Task, Result>(
  state: State<Task>,
  task: Task,
  signal: AbortSignal | undefined,
  alone: boolean,
): Promise<PoolOutcome<Result> | undefined> {
  await state.slots.enter(alone);
  await memoryBack(state.options.processMb);
  const attempted: Attempt = { controller: new AbortController(), stopped: undefined };
  const stopWith = (): void => attempted.controller.abort();
  const limit = setTimeout(() => stop(attempted, 'time'), state.options.taskMs);
  state.attempts.add(attempted);
  signal?.addEventListener('abort', stopWith);
  try {
    signal?.throwIfAborted();
    return { result: (await state.threads.run(task, { signal: attempted.controller.signal })) as Result };
  } catch (error) {
    signal?.throwIfAborted();
    const { stopped } = attempted;
    if (stopped === 'shared') return undefined;
    if (stopped !== undefined) return incident(messageOf(stopped, state));
    if (isOutOfHeap(error)) return incident(messageOf('heap', state));
    throw error;
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener('abort', stopWith);
    state.attempts.delete(attempted);
    recycle(state);
    state.slots.leave();
  }
}

function stop(attempted: Attempt, why: NonNullable<Attempt['stopped']>): void {
  attempted.stopped ??= why;
  attempted.controller.abort();
}

/** Threads share the memory of the process, so it is watched as a whole. */
function watchMemory<Task>(state: State<Task>): void {
  if (state.attempts.size === 0 || memoryUsage.rss() <= state.options.processMb * MB) return;
  const why = state.attempts.size > 1 ? 'shared' : 'memory';
  for (const attempted of state.attempts) stop(attempted, why);
}

/** What a stopped thread held comes back a little later, and must not be laid at the next one's door. */
async function memoryBack(processMb: number): Promise<void> {
  for (let waited = 0; waited < MEMORY_BACK_MS && memoryUsage.rss() > processMb * MB; waited += WATCH_MS) {
    await pause(WATCH_MS);
  }
}

/** Replaces all threads once this generation has done its share; those still at work end their tasks first. */
function recycle<Task>(state: State<Task>): void {
  state.tasks += 1;
  if (state.tasks < state.options.recycleAfter) return;
  const old = state.threads;
  state.threads = spawnThreads(state.options);
  state.generation += 1;
  state.tasks = 0;
  void old.close();
}

function isOutOfHeap(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function messageOf(why: 'time' | 'memory' | 'heap', { options }: State<never>): string {
  const had = {
    time: `${options.taskMs / 1_000} s`,
    memory: 'the memory there is',
    heap: `${options.heapMb} MB of memory`,
  };
  return `the analysis was stopped because it needed more than ${had[why]}`;
}

function incident(message: string): { readonly incident: Incident } {
  return { incident: { kind: 'budget-exceeded', message, clouds: true } };
}

function inMb(bytes: number): string {
  return (bytes / MB).toFixed(1);
}
