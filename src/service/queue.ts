/** Ordered, most urgent first. A merge group holds up a whole merge queue; a reconcile has already waited. */
export const PRIORITIES = ['merge-group', 'push', 'reconcile'] as const;
export type Priority = (typeof PRIORITIES)[number];

/**
 * A reason to look at one pull request (or merge group). The handler reads the present state when its turn begins, so
 * that several reasons may be merged into one.
 */
export interface Job<Payload> {
  /** `owner/repo#12`. There is at most one waiting and one running job of a key. */
  readonly key: string;
  /** The commit that is to be reviewed, hex. */
  readonly head: string;
  /** When the reason arose, in milliseconds; GitHub's `updated_at` where there is one. Decides which of two is newer. */
  readonly generation: number;
  readonly priority: Priority;
  /** Turns are shared out evenly among installations. */
  readonly installation: number;
  /** What runs on the same head is no longer wanted as it is, and stops for this job. */
  readonly stops?: boolean;
  /** `X-GitHub-Delivery`: the same delivery is not taken twice for one key. */
  readonly delivery?: string;
  /** Plain JSON. */
  readonly payload: Payload;
}

/**
 * What became of a job that was handed in.
 * `queued`: it waits. `replaced`: it took the place of an older waiting one. `superseding`: a run on an older head, or one
 * that is no longer wanted, was told to stop, and this one waits behind it. `following`: it waits behind a run that goes on. `unchanged`: the queue
 * already holds this reason or a newer one. `duplicate`: the delivery was seen before.
 */
export type Admission = 'queued' | 'replaced' | 'superseding' | 'following' | 'unchanged' | 'duplicate';

/**
 * Why a run was told to stop; the reason of its AbortSignal. `by` is the head that superseded it. `unwanted`: its own head
 * waits again, and that turn says how the run ends. `lost`: this process was out of touch for so long that another one has taken the turn; whatever is still to be posted is for that one.
 */
export interface Abandon extends Error {
  readonly why: 'superseded' | 'unwanted' | 'timeout' | 'closing' | 'lost';
  readonly by?: string;
}

export interface Turn {
  /** 1 for the first. Grows when the handler throws, hangs, or its process dies. */
  readonly attempt: number;
  readonly lastAttempt: boolean;
  /** Since the job could have begun: its debounce or the pause before another attempt was over. Milliseconds. */
  readonly waitedMs: number;
  /** Earlier heads of this key whose turn did not come to its own end: it failed, was cut short, or its process died. */
  readonly orphans: readonly string[];
  /** Aborted with an {@link Abandon}. */
  readonly signal: AbortSignal;
  /**
   * Asks whether the turn is still this process's own; to be called right before something is written that cannot be
   * taken back. Aborts the signal with what it learns, and rejects with an {@link Abandon} when the turn is lost.
   */
  readonly confirm: () => Promise<void>;
}

/**
 * Does the work of one job. Resolving ends the job. Throwing asks for another attempt; an error with `retryAfterMs` is
 * tried no sooner than that, one with `permanent: true` is not tried again.
 */
export type Handler<Payload> = (job: Job<Payload>, turn: Turn) => Promise<void>;

export interface QueueStats {
  readonly waiting: number;
  readonly running: number;
  /** Age of the oldest job that waits, in milliseconds; 0 when none does. */
  readonly oldestWaitingMs: number;
}

export interface Queue<Payload> {
  /** Throws when the queue is closed or cannot be reached; the job is then not taken. */
  readonly enqueue: (job: Job<Payload>) => Promise<Admission>;
  /** Begins to hand out turns in this process. At most once. */
  readonly start: (handler: Handler<Payload>) => Promise<void>;
  readonly stats: () => Promise<QueueStats>;
  /** True for the first of all processes that asks within `forMs`: for work that one of them is to do. */
  readonly claim: (task: string, forMs: number) => Promise<boolean>;
  /**
   * Takes no more jobs, gives running turns `timeoutMs` to end, then aborts them. Resolves to the jobs that this
   * process leaves undone: those of a shared queue go back to it, those of a memory queue are for the caller to tell.
   */
  readonly close: (options: { readonly timeoutMs: number }) => Promise<readonly Job<Payload>[]>;
}

export interface QueueOptions<Payload> {
  /** Turns at the same time in this process. */
  readonly concurrency: number;
  /** How long a job waits for others of its key, counted from the first, in milliseconds. Merge groups do not wait. */
  readonly debounceMs: number;
  readonly attempts: number;
  /** Delay before the second attempt, doubled for each further one up to the cap, in milliseconds. */
  readonly backoff: { readonly firstMs: number; readonly capMs: number };
  /** A turn that is not done after this is aborted, in milliseconds. */
  readonly turnMs: number;
  /** How long an aborted turn has to stop, in milliseconds; after that it is counted as failed and left behind. */
  readonly graceMs: number;
  /**
   * Called when no attempt is left, so that the run can be completed with the reason. Called again only if the process
   * died during the call.
   */
  readonly onGivenUp: (job: Job<Payload>, reason: string) => Promise<void>;
  /** Faults of the queue itself (Redis unreachable, `onGivenUp` throwing). */
  readonly onFault: (error: unknown) => void;
}

/** Values for production: five attempts within about five minutes, a quarter of an hour for a turn. */
export const QUEUE_DEFAULTS = {
  concurrency: 2,
  debounceMs: 2_500,
  attempts: 5,
  backoff: { firstMs: 10_000, capMs: 600_000 },
  turnMs: 900_000,
  graceMs: 10_000,
} as const;

/** Makes the reason with which a turn's signal is aborted. */
export function abandon(why: Abandon['why'], by?: string): Abandon {
  const text = {
    superseded: `superseded by ${by}`,
    unwanted: 'no longer wanted',
    timeout: 'the time for one run is over',
    closing: 'shutting down',
    lost: 'another process has taken this run',
  };
  return Object.assign(new Error(text[why]), { why, ...(by === undefined ? {} : { by }) });
}

/** The reason for a run that stops for a waiting job. */
export function stopFor(running: string, waiting: string): Abandon {
  return running === waiting ? abandon('unwanted') : abandon('superseded', waiting);
}

/** True for a reason made by {@link abandon}. */
export function isAbandon(value: unknown): value is Abandon {
  return value instanceof Error && 'why' in value;
}
