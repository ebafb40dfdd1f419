import type { Admission, Handler, Job, Queue, QueueOptions, QueueStats } from './queue.ts';
import { abandon, stopFor } from './queue.ts';
import type { FairClock } from './schedule.ts';
import { admit, backoffMs, fairClock, isPermanent, nextRound, orphansFor, rank, reasonOf, urgent } from './schedule.ts';
import type { Seen } from './seen.ts';
import { createSeen } from './seen.ts';
import type { Outcome, Running } from './turn.ts';
import { allEnded, runTurn } from './turn.ts';

const REMEMBERED_DELIVERIES = 50_000;

interface Waiting<Payload> {
  readonly job: Job<Payload>;
  readonly round: number;
  /** Failed attempts so far. */
  readonly failed: number;
  readonly since: number;
  readonly readyAt: number;
  readonly orphans: readonly string[];
}

interface State<Payload> {
  readonly options: QueueOptions<Payload>;
  readonly waiting: Map<string, Waiting<Payload>>;
  readonly running: Map<string, Running<Payload>>;
  readonly leftovers: Job<Payload>[];
  readonly clock: FairClock;
  readonly seen: Seen;
  /** Settling of turns, with what follows them. */
  readonly settling: Set<Promise<void>>;
  /** When the claim on a task ends. */
  readonly claims: Map<string, number>;
  handler: Handler<Payload> | undefined;
  timer: NodeJS.Timeout | undefined;
  closed: boolean;
}

/**
 * A queue inside this process. What it holds is lost with the process; GitHub still knows it, and the reconciler finds
 * it again.
 */
export function createMemoryQueue<Payload>(options: QueueOptions<Payload>): Queue<Payload> {
  const state: State<Payload> = {
    options,
    waiting: new Map(),
    running: new Map(),
    leftovers: [],
    clock: fairClock(),
    seen: createSeen(REMEMBERED_DELIVERIES),
    settling: new Set(),
    claims: new Map(),
    handler: undefined,
    timer: undefined,
    closed: false,
  };
  return {
    enqueue: async (job) => enqueue(state, job),
    start: async (handler) => {
      if (state.handler !== undefined) throw new Error('the queue was started before');
      state.handler = handler;
      fill(state);
    },
    stats: async () => stats(state),
    claim: async (task, forMs) => claim(state, task, forMs),
    close: async ({ timeoutMs }) => close(state, timeoutMs),
  };
}

function enqueue<Payload>(state: State<Payload>, job: Job<Payload>): Admission {
  if (state.closed) throw new Error('the queue is closed');
  if (job.delivery !== undefined && state.seen.before(`${job.delivery} ${job.key}`)) return 'duplicate';
  const waiting = state.waiting.get(job.key);
  const running = state.running.get(job.key);
  const admission = admit(job, waiting?.job, running?.job);
  if (admission === 'unchanged') return admission;
  if (admission === 'superseding') running?.controller.abort(stopFor(running.job.head, job.head));
  state.waiting.set(job.key, merged(state, job, waiting));
  fill(state);
  return admission;
}

/** The debounce window opens with the first reason and is not extended, so that a busy pull request is still served. */
function merged<Payload>(
  state: State<Payload>,
  job: Job<Payload>,
  before: Waiting<Payload> | undefined,
): Waiting<Payload> {
  const now = Date.now();
  const readyAt = job.priority === 'merge-group' ? now : now + state.options.debounceMs;
  if (before === undefined) {
    return { job, round: nextRound(state.clock, job), failed: 0, since: now, readyAt, orphans: [] };
  }
  const priority = urgent(job.priority, before.job.priority);
  const round = priority === before.job.priority ? before.round : nextRound(state.clock, job);
  return {
    job: { ...job, priority },
    round,
    failed: 0,
    since: before.since,
    readyAt: Math.min(readyAt, before.readyAt),
    orphans: before.orphans,
  };
}

/** Gives turns to ready jobs while there is room, and sets the alarm for the next that becomes ready. */
function fill<Payload>(state: State<Payload>): void {
  clearTimeout(state.timer);
  const { handler } = state;
  if (handler === undefined || state.closed) return;
  const now = Date.now();
  while (state.running.size < state.options.concurrency) {
    const next = nextReady(state, now);
    if (next === undefined) break;
    begin(state, next, handler);
  }
  const soonest = soonestReady(state, now);
  if (soonest !== undefined) state.timer = setTimeout(() => fill(state), soonest - now);
}

function nextReady<Payload>(state: State<Payload>, now: number): Waiting<Payload> | undefined {
  let best: Waiting<Payload> | undefined;
  for (const candidate of state.waiting.values()) {
    if (candidate.readyAt > now || state.running.has(candidate.job.key)) continue;
    if (best === undefined || order(candidate, best) < 0) best = candidate;
  }
  return best;
}

function order(a: Waiting<unknown>, b: Waiting<unknown>): number {
  return rank(a.round, a.job.priority) - rank(b.round, b.job.priority) || a.since - b.since;
}

function soonestReady<Payload>(state: State<Payload>, now: number): number | undefined {
  let soonest: number | undefined;
  for (const { readyAt } of state.waiting.values()) {
    if (readyAt > now && (soonest === undefined || readyAt < soonest)) soonest = readyAt;
  }
  return soonest;
}

function begin<Payload>(state: State<Payload>, waiting: Waiting<Payload>, handler: Handler<Payload>): void {
  const { key } = waiting.job;
  state.waiting.delete(key);
  state.clock.now = Math.max(state.clock.now, waiting.round);
  const running = runTurn(waiting.job, waiting.failed + 1, handler, state.options, {
    orphans: waiting.orphans,
    waitedMs: Math.max(0, Date.now() - waiting.readyAt),
    ask: async () => {},
  });
  state.running.set(key, running);
  const settled = running.ended.then((outcome) => finish(state, waiting, outcome));
  state.settling.add(settled);
  void settled.finally(() => state.settling.delete(settled));
}

async function finish<Payload>(state: State<Payload>, waiting: Waiting<Payload>, outcome: Outcome): Promise<void> {
  const { job } = waiting;
  if (outcome.end === 'failed') await failed(state, waiting, outcome.error);
  const newer = state.waiting.get(job.key);
  if (outcome.end !== 'done' && newer !== undefined) {
    const orphans = orphansFor(newer.job.head, { head: job.head, orphans: waiting.orphans });
    state.waiting.set(job.key, { ...newer, orphans });
  }
  if (outcome.end === 'handed-back') state.leftovers.push(job);
  state.running.delete(job.key);
  if (state.running.size === 0 && state.waiting.size === 0) {
    state.clock.now = 0;
    state.clock.last.clear();
  }
  fill(state);
}

async function failed<Payload>(state: State<Payload>, waiting: Waiting<Payload>, error: unknown): Promise<void> {
  const { job } = waiting;
  const count = waiting.failed + 1;
  if (count < state.options.attempts && !isPermanent(error)) {
    const readyAt = Date.now() + backoffMs(count, state.options.backoff, error);
    if (!state.waiting.has(job.key)) state.waiting.set(job.key, { ...waiting, failed: count, readyAt });
    return;
  }
  // The key still counts as running here: a newer head waits until the run of this one is completed.
  await state.options.onGivenUp(job, reasonOf(error)).catch(state.options.onFault);
}

function stats<Payload>(state: State<Payload>): QueueStats {
  let oldest = Number.POSITIVE_INFINITY;
  for (const { since } of state.waiting.values()) oldest = Math.min(oldest, since);
  return {
    waiting: state.waiting.size,
    running: state.running.size,
    oldestWaitingMs: state.waiting.size === 0 ? 0 : Date.now() - oldest,
  };
}

function claim<Payload>(state: State<Payload>, task: string, forMs: number): boolean {
  const now = Date.now();
  if ((state.claims.get(task) ?? 0) > now) return false;
  state.claims.set(task, now + forMs);
  return true;
}

async function close<Payload>(state: State<Payload>, timeoutMs: number): Promise<readonly Job<Payload>[]> {
  state.closed = true;
  clearTimeout(state.timer);
  if (!(await allEnded([...state.settling], timeoutMs))) {
    for (const { controller } of state.running.values()) controller.abort(abandon('closing'));
    await Promise.all(state.settling);
  }
  const left = [...state.leftovers, ...[...state.waiting.values()].map(({ job }) => job)];
  state.waiting.clear();
  return left;
}
