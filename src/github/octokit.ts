import { ProbotOctokit } from 'probot';

/** A wait longer than this is not sat out inside a turn; the job comes back later instead. Seconds. */
const LONGEST_WAIT = 90;
const MOST_WAITS = 2;

function waits(after: number, _options: unknown, _octokit: unknown, count: number): boolean {
  return after <= LONGEST_WAIT && count < MOST_WAITS;
}

/**
 * Octokit that honours secondary limits. Probot sets its own handlers after ours when defaults are given as an object;
 * only the function form comes last.
 */
export function politeOctokit(options: { readonly throttle: boolean }): typeof ProbotOctokit {
  const limits = options.throttle
    ? { enabled: true, onRateLimit: waits, onSecondaryRateLimit: waits }
    : { enabled: false };
  return ProbotOctokit.defaults((given: Record<string, unknown>) => ({
    ...given,
    throttle: { ...(given.throttle as object | undefined), ...limits },
  })) as typeof ProbotOctokit;
}
