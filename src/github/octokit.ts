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

/** What octokit's throttling counts with: a Bottleneck, and its connection to a store that others use as well. */
export interface SharedLimits {
  readonly Bottleneck: unknown;
  readonly connection: unknown;
}

interface Watch {
  readonly patience: number;
  readonly observe: (request: Observed) => void;
}

/** A renamed repository answers at its old address with the new one. More than this is a circle. */
const MOST_MOVES = 3;
const MOVED = new Set([301, 302, 307, 308]);

/** Where an answer sends the request; undefined when it does not say, or would take our token to another host. */
function movedTo({ headers }: Response, from: string): string | undefined {
  const location = headers.get('location');
  if (location === null || !URL.canParse(location, from)) return undefined;
  const to = new URL(location, from);
  return to.origin === new URL(from).origin ? to.href : undefined;
}

/** The request as it is, wherever it has to go: left to itself, `fetch` turns a POST that is sent on into a GET. */
async function following(address: string, init: RequestInit, observe: (answer: Response) => void): Promise<Response> {
  let url = address;
  for (let move = 0; ; move += 1) {
    const answer = await fetch(url, { ...init, redirect: 'manual' });
    observe(answer);
    if (!MOVED.has(answer.status)) return answer;
    await answer.body?.cancel();
    const next = move < MOST_MOVES ? movedTo(answer, url) : undefined;
    // Octokit would take an answer that is no answer for a good one.
    if (next === undefined) throw new Error('GitHub sends the request elsewhere, where it cannot be taken');
    url = next;
  }
}

/** Below retries and throttling, so that it is each attempt that has its time and is counted. */
function watchedFetch({ patience, observe }: Watch): typeof fetch {
  return async (input, init = {}) => {
    const { method = 'GET', signal } = init;
    const late = AbortSignal.timeout(patience);
    const bounded = { ...init, signal: signal ? AbortSignal.any([signal, late]) : late };
    const address = input instanceof Request ? input.url : String(input);
    try {
      return await following(address, bounded, ({ status, headers }) => observe({ method, status, headers }));
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
  readonly shared?: SharedLimits;
  readonly observe?: (request: Observed) => void;
  /** Milliseconds for one request; half a minute when absent. */
  readonly patience?: number;
}): typeof ProbotOctokit {
  const limits = options.throttle
    ? { enabled: true, onRateLimit: waits, onSecondaryRateLimit: waits, ...options.shared }
    : { enabled: false };
  const { patience = PATIENCE, observe = () => {} } = options;
  const watched = watchedFetch({ patience, observe });
  return ProbotOctokit.defaults((given: Record<string, unknown>) => ({
    ...given,
    request: { ...(given.request as object | undefined), fetch: watched },
    throttle: { ...(given.throttle as object | undefined), ...limits },
  })) as typeof ProbotOctokit;
}
