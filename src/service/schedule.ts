import type { Admission, Job, Priority, QueueOptions } from './queue.ts';
import { PRIORITIES } from './queue.ts';

type Known = Pick<Job<unknown>, 'head' | 'generation' | 'priority' | 'stops'>;

/** What a newly arrived reason means beside the waiting and the running job of its key. Never answers `duplicate`. */
export function admit(incoming: Known, waiting: Known | undefined, running: Known | undefined): Admission {
  const newest = waiting ?? running;
  if (newest === undefined) return 'queued';
  const sameHead = incoming.head === newest.head;
  if (sameHead && (incoming.priority === 'reconcile' || incoming.generation === newest.generation)) return 'unchanged';
  // A waiting job reads the present state when its turn comes; a running one may already have read an older state.
  if (waiting !== undefined && incoming.generation < waiting.generation) return 'unchanged';
  const ends = running !== undefined && (running.head !== incoming.head || incoming.stops === true);
  if (ends && incoming.generation >= running.generation) return 'superseding';
  return waiting === undefined ? 'following' : 'replaced';
}

/** As many heads as a key can reasonably leave behind. */
const MOST_ORPHANS = 20;

/** The heads that the next turn of a key is told of, when the one before it did not come to its own end. */
export function orphansFor(
  next: string,
  before: { readonly head: string; readonly orphans: readonly string[] },
): readonly string[] {
  return [...before.orphans, before.head].filter((head) => head !== next).slice(-MOST_ORPHANS);
}

/** The more urgent of two. */
export function urgent(a: Priority, b: Priority): Priority {
  return PRIORITIES.indexOf(a) <= PRIORITIES.indexOf(b) ? a : b;
}

/** Rounds of pushes that go before a reconcile: it comes later, but it comes. */
const RECONCILE_LAG = 1_000;

/**
 * Virtual time of start-time fair queueing: every job of an installation is one round later than its previous one, so
 * the tenth job of a busy installation comes after the first of any other.
 */
export interface FairClock {
  now: number;
  readonly last: Map<string, number>;
}

/** A clock of an idle queue. */
export function fairClock(): FairClock {
  return { now: 0, last: new Map() };
}

/** The round in which a job's turn comes. Advances the clock of its installation. */
export function nextRound(clock: FairClock, job: Pick<Job<unknown>, 'installation' | 'priority'>): number {
  if (job.priority === 'merge-group') return 0;
  const line = `${job.priority}:${job.installation}`;
  const round = Math.max(clock.now, clock.last.get(line) ?? 0) + 1;
  clock.last.set(line, round);
  return round;
}

/** Sort key: lower goes first. */
export function rank(round: number, priority: Priority): number {
  return priority === 'reconcile' ? round + RECONCILE_LAG : round;
}

/** Milliseconds before attempt `failed + 1`. `error.retryAfterMs` wins where it is longer, also over the cap. */
export function backoffMs(failed: number, backoff: QueueOptions<unknown>['backoff'], error: unknown): number {
  const doubled = Math.min(backoff.capMs, backoff.firstMs * 2 ** Math.min(failed - 1, 30));
  return Math.max(doubled, retryAfter(error));
}

function retryAfter(error: unknown): number {
  const asked = error instanceof Error && 'retryAfterMs' in error ? error.retryAfterMs : 0;
  return typeof asked === 'number' && Number.isFinite(asked) ? asked : 0;
}

/** True when the error says that another attempt cannot help. */
export function isPermanent(error: unknown): boolean {
  return error instanceof Error && 'permanent' in error && error.permanent === true;
}

/** One line that may be shown to users. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
