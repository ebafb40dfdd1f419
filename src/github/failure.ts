/** What a failed request says about itself; everything is undefined for other errors. */
interface Failure {
  readonly status?: number;
  readonly response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
  readonly code?: string;
}

const NETWORK = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
]);

function asFailure(error: unknown): Failure {
  return typeof error === 'object' && error !== null ? (error as Failure) : {};
}

/** The HTTP status of a failed request. */
export function statusOf(error: unknown): number | undefined {
  return asFailure(error).status;
}

/** Octokit gives a request without an answer status 500 and keeps the cause; a bare cause is told by its code. */
export function isOutage(error: unknown): boolean {
  const { status, code } = asFailure(error);
  return (status !== undefined && status >= 500) || (code !== undefined && NETWORK.has(code));
}

/** How long GitHub wants us to wait, in milliseconds; undefined when it does not. Never less than a second. */
export function limitedForMs(error: unknown, now: number): number | undefined {
  const { status, response } = asFailure(error);
  if (status !== 403 && status !== 429) return undefined;
  const headers = response?.headers ?? {};
  const after = Number(headers['retry-after']);
  if (Number.isFinite(after) && headers['retry-after'] !== undefined) return Math.max(1, after) * 1000;
  if (headers['x-ratelimit-remaining'] === '0')
    return Math.max(1000, Number(headers['x-ratelimit-reset']) * 1000 - now);
  const message = error instanceof Error ? error.message : '';
  return status === 429 || /secondary rate limit/i.test(message) ? 60_000 : undefined;
}

/** True when we may not, or the thing is gone: the App was removed, a permission is missing, the repository is archived. */
export function isRefusal(error: unknown): boolean {
  // A limit is a 403 as well, and passes.
  if (limitedForMs(error, 0) !== undefined) return false;
  const status = statusOf(error);
  return status === 401 || status === 403 || status === 404 || status === 410 || status === 451;
}

/** The error that asks the queue for another attempt, no sooner than GitHub allows. */
export function tryLater(error: unknown, now: number): Error {
  if (error instanceof Error && 'retryAfterMs' in error) return error;
  const wait = limitedForMs(error, now);
  const message = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(message, { cause: error }), wait === undefined ? {} : { retryAfterMs: wait });
}
