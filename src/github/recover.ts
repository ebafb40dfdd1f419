import type { Settings } from '../core/settings.ts';
import type { Bot, Turn } from './bot.ts';
import { completeRun } from './checkrun.ts';
import type { Outcome } from './effect.ts';
import { cancelled, failed, superseded, timedOut } from './ending.ts';
import { isOutage, limitedForMs, tryLater } from './failure.ts';

/** A run that was opened, with what its end depends on. */
export interface OpenRun {
  readonly id: number;
  /** For people and for the log. */
  readonly runId: string;
  readonly settings: Settings;
}

interface Abandon {
  readonly why?: unknown;
  readonly by?: unknown;
}

function reasonOf({ signal }: Turn): Abandon {
  return signal.aborted ? ((signal.reason ?? {}) as Abandon) : {};
}

/** How a run ends whose turn was ended from outside; undefined while the turn goes on. Throws when the turn is no longer ours. */
export function endOfTurn(turn: Turn, runId: string): Outcome | undefined {
  if (!turn.signal.aborted) return undefined;
  const { why, by } = reasonOf(turn);
  // Another process has this run now, and whatever is written from here would be written over its result.
  if (why === 'lost') throw turn.signal.reason;
  // What the next turn finds decides how the run ends; if nothing has changed, this one goes on.
  if (why === 'unwanted') return undefined;
  if (why === 'superseded') return typeof by === 'string' ? superseded(by) : cancelled('a newer run took its place');
  if (why === 'closing') return cancelled('the service is restarting; the review starts again by itself');
  return timedOut(runId);
}

/** Before anything is open there is nothing to end: the next turn says what there is to say. Throws when it has the turn. */
export function stopBeforeOpening(turn: Turn): void {
  const { why } = reasonOf(turn);
  if (why === 'superseded' || why === 'closing' || why === 'lost') throw turn.signal.reason;
}

/** Whether another attempt may help; what our own code threw will be thrown again. */
export function worthAnotherTry(error: unknown, now: number): boolean {
  const { kind, retryAfterMs } = (error ?? {}) as { readonly kind?: unknown; readonly retryAfterMs?: unknown };
  return (
    kind === 'unreachable' || retryAfterMs !== undefined || isOutage(error) || limitedForMs(error, now) !== undefined
  );
}

/**
 * Ends a run whose review failed, or throws what asks the queue for another attempt and leaves the run open for it.
 * Writes nothing when another process has taken the turn, or when the next turn of this head ends the run.
 */
export async function recover(bot: Bot, turn: Turn, run: OpenRun, error: unknown): Promise<Outcome> {
  const { log, now } = bot.ports;
  if (reasonOf(turn).why === 'unwanted') throw error;
  const abandoned = endOfTurn(turn, run.runId);
  if (abandoned === undefined && !turn.lastAttempt && worthAnotherTry(error, now())) throw tryLater(error, now());
  if (abandoned === undefined) log.error({ err: error, run: run.runId }, 'a review failed');
  const outcome = abandoned ?? failed(error, run.settings, run.runId);
  await completeRun(bot, run.id, outcome);
  // The queue keeps a job that is handed back, so that the next process does it.
  if (reasonOf(turn).why === 'closing') throw error;
  return outcome;
}
