import { ProbotOctokit } from 'probot';

/** A wait longer than this is not sat out inside a turn; the job comes back later instead. Seconds. */
const LONGEST_WAIT = 90;
const MOST_WAITS = 2;

/** One request as GitHub answered it; status 0 without an answer. */
export interface Observed {
  readonly method: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

interface Failed {
  readonly status?: number;
  readonly response?: { readonly headers?: Observed['headers'] };
}

/** Tells every attempt, also those that are retried. */
function observing(observe: (request: Observed) => void) {
  return (octokit: { readonly hook: InstanceType<typeof ProbotOctokit>['hook'] }): void => {
    octokit.hook.after('request', ({ status, headers }, { method }) => observe({ method, status, headers }));
    octokit.hook.error('request', (error, { method }) => {
      const { status, response } = error as Failed;
      observe({ method, status: response === undefined ? 0 : (status ?? 0), headers: response?.headers ?? {} });
      throw error;
    });
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
}): typeof ProbotOctokit {
  const limits = options.throttle
    ? { enabled: true, onRateLimit: waits, onSecondaryRateLimit: waits }
    : { enabled: false };
  const Observing = options.observe === undefined ? ProbotOctokit : ProbotOctokit.plugin(observing(options.observe));
  return Observing.defaults((given: Record<string, unknown>) => ({
    ...given,
    throttle: { ...(given.throttle as object | undefined), ...limits },
  })) as typeof ProbotOctokit;
}
