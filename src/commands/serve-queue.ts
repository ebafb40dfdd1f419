import type { Errand } from '../github/job.ts';
import type { ServiceSettings } from '../service/environment.ts';
import { createMemoryQueue } from '../service/memory-queue.ts';
import { QUEUE_DEFAULTS, type Queue, type QueueOptions } from '../service/queue.ts';
import { createRedisQueue } from '../service/redis-queue.ts';

/** What only a trial of the service changes. */
export interface Tuning {
  readonly queue?: Partial<Pick<QueueOptions<Errand>, 'debounceMs' | 'attempts' | 'backoff' | 'turnMs' | 'graceMs'>>;
  readonly lockMs?: number;
  readonly reconcileMs?: number;
  readonly throttle?: boolean;
  /** Milliseconds for one request to GitHub. */
  readonly patience?: number;
}

/** The queue in this process, or the one on Redis that several share. */
export function queueFor(
  { concurrency, redisUrl }: ServiceSettings,
  { queue, lockMs }: Tuning,
  told: Pick<QueueOptions<Errand>, 'onGivenUp' | 'onFault'>,
): Queue<Errand> {
  const options: QueueOptions<Errand> = { ...QUEUE_DEFAULTS, ...queue, concurrency, ...told };
  if (redisUrl === undefined) return createMemoryQueue(options);
  return createRedisQueue({ ...options, url: redisUrl, ...(lockMs === undefined ? {} : { lockMs }) });
}

const LONGEST_SILENCE = 120_000;

/**
 * How long a git server may be silent, in milliseconds: less than a turn, so that a server that does not answer is an error
 * that is tried again, and not the end of the time for the run.
 */
export function gitSilence({ queue }: Tuning): number {
  return Math.min(LONGEST_SILENCE, Math.floor((queue?.turnMs ?? QUEUE_DEFAULTS.turnMs) / 3));
}
