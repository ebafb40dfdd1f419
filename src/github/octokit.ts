import { ProbotOctokit } from 'probot';

/** A wait longer than this is not sat out inside a turn; the job comes back later instead. Seconds. */
const LONGEST_WAIT = 90;
const MOST_WAITS = 2;

/** A request without an answer is given up, and counts as an outage: it may have been done all the same. Milliseconds. */
const PATIENCE = 30_000;

/** One attempt of a request as GitHub answered it; status 0 without an answer. */
export interface Observed {
  readonly method: string;
  readonly status: number;
  readonly headers: Headers;
}

interface Watch {
  readonly patience: number;
  readonly observe: (request: Observed) => void;
}

/** Below retries and throttling, so that it is each attempt that has its time and is counted. */
function watchedFetch({ patience, observe }: Watch): typeof fetch {
  return async (input, init = {}) => {
    const { method = 'GET', signal } = init;
    const late = AbortSignal.timeout(patience);
    try {
      const answer = await fetch(input, { ...init, signal: signal ? AbortSignal.any([signal, late]) : late });
      observe({ method, status: answer.status, headers: answer.headers });
      return answer;
    } catch (error) {
      observe({ method, status: 0, headers: new Headers() });
      throw error;
    }
  };
}

function waits(after: number, _options: unknown, _octokit: unknown, count: number): boolean {
  return after <= LONGEST_WAIT && count < MOST_WAITS;
}

/**
 * Octokit that honours secondary limits. Probot sets its own handlers after ours when defaults are given as an object;
 * only the function form comes last.
 */
export function politeOctokit(options: {
  readonly throttle: boolean;
  readonly observe?: (request: Observed) => void;
  /** Milliseconds for one request; half a minute when absent. */
  readonly patience?: number;
}): typeof ProbotOctokit {
  const limits = options.throttle
    ? { enabled: true, onRateLimit: waits, onSecondaryRateLimit: waits }
    : { enabled: false };
  const { patience = PATIENCE, observe = () => {} } = options;
  const watched = watchedFetch({ patience, observe });
  return ProbotOctokit.defaults((given: Record<string, unknown>) => ({
    ...given,
    request: { ...(given.request as object | undefined), fetch: watched },
    throttle: { ...(given.throttle as object | undefined), ...limits },
  })) as typeof ProbotOctokit;
}
