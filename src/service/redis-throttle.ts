import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';

/** Limits on requests to GitHub that all processes keep together. */
export interface SharedThrottle {
  /** For the `throttle` of octokit; its keys in Redis begin with `b_octokit-` and name the installation. */
  readonly options: { readonly Bottleneck: typeof Bottleneck; readonly connection: Bottleneck.IORedisConnection };
  readonly close: () => Promise<void>;
}

/**
 * What octokit's throttling needs to count in Redis. Probot would load a client of its own by name and version, which is
 * installed nowhere. While Redis is away, requests wait, as the queue does.
 */
export function createSharedThrottle(url: string, onFault: (error: unknown) => void): SharedThrottle {
  const retryStrategy = (times: number): number => Math.min(2_000, 50 * 2 ** Math.min(times, 6));
  const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy });
  const connection = new Bottleneck.IORedisConnection({ client });
  connection.on('error', onFault);
  return { options: { Bottleneck, connection }, close: () => connection.disconnect(false) };
}
