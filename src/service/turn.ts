import type { Abandon, Handler, Job, QueueOptions, Turn } from './queue.ts';
import { abandon, isAbandon } from './queue.ts';

export type Outcome =
  | { readonly end: 'done' }
  /** Told to stop for another turn of its key, and failed in stopping. */
  | { readonly end: 'superseded' }
  | { readonly end: 'handed-back' }
  | { readonly end: 'failed'; readonly error: unknown };

/** One running turn as the queue holds it. */
export interface Running<Payload> {
  readonly job: Job<Payload>;
  readonly attempt: number;
  readonly controller: AbortController;
  /** Resolves when the turn is over; never rejects. */
  readonly ended: Promise<Outcome>;
}

export interface TurnContext {
  readonly orphans: readonly string[];
  readonly waitedMs: number;
  /** Aborts the turns of this process that are no longer its own. */
  readonly ask: () => Promise<void>;
}

function isLost({ reason }: AbortSignal): boolean {
  return isAbandon(reason) && reason.why === 'lost';
}

/** Starts the handler on a job. The turn is over when the handler settles, or `graceMs` after it was told to stop. */
export function runTurn<Payload>(
  job: Job<Payload>,
  attempt: number,
  handler: Handler<Payload>,
  options: Pick<QueueOptions<Payload>, 'attempts' | 'turnMs' | 'graceMs'>,
  { orphans, waitedMs, ask }: TurnContext,
): Running<Payload> {
  const controller = new AbortController();
  const { signal } = controller;
  const turn: Turn = {
    attempt,
    lastAttempt: attempt >= options.attempts,
    signal,
    orphans,
    waitedMs,
    async confirm() {
      await ask();
      if (isLost(signal)) throw signal.reason;
    },
  };
  const limit = setTimeout(() => controller.abort(abandon('timeout')), options.turnMs);
  const worked = Promise.resolve()
    .then(() => handler(job, turn))
    .then(
      (): Outcome => ({ end: 'done' }),
      (error: unknown): Outcome => outcomeOf(error, signal),
    );
  const stopped = leftBehind(signal, options.graceMs);
  const ended = Promise.race([worked, stopped.promise]).finally(() => {
    clearTimeout(limit);
    stopped.cancel();
  });
  return { job, attempt, controller, ended };
}

function outcomeOf(error: unknown, signal: AbortSignal): Outcome {
  const why = isAbandon(signal.reason) ? signal.reason : undefined;
  if (why?.why === 'superseded' || why?.why === 'unwanted' || why?.why === 'lost') return { end: 'superseded' };
  if (why?.why === 'closing') return { end: 'handed-back' };
  return { end: 'failed', error: why ?? error };
}

/** Resolves `graceMs` after the signal was aborted, for handlers that do not stop. */
function leftBehind(signal: AbortSignal, graceMs: number): { promise: Promise<Outcome>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<Outcome>((resolve) => {
    signal.addEventListener('abort', () => {
      timer = setTimeout(() => resolve(outcomeOf(notStopping(signal.reason), signal)), graceMs);
    });
  });
  return { promise, cancel: () => clearTimeout(timer) };
}

function notStopping(reason: Abandon): Error {
  return new Error(`the run did not stop when told to: ${reason.message}`);
}

/** Waits for all, at most `timeoutMs`. True when all ended. */
export async function allEnded(turns: readonly Promise<unknown>[], timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const ended = await Promise.race([Promise.all(turns).then(() => true), late]);
  clearTimeout(timer);
  return ended;
}
