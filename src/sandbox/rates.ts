import type { Context } from './context.ts';
import { Refusal } from './http.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

interface Window {
  until: number;
  used: number;
}

/** GitHub's two limits for each caller. */
export interface Rates {
  /** Counts a request; throws GitHub's 403 when a limit is passed. Answers the headers that every answer carries. */
  readonly count: (caller: string, creates: boolean) => Readonly<Record<string, string>>;
}

/** GitHub's answer to somebody who creates too fast. */
export function secondaryLimit(status: number, retryAfter: number): Refusal {
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
  return new Refusal(status, message, {}, { 'retry-after': String(retryAfter) });
}

/** Starts with nothing used. */
export function createRates(context: Context): Rates {
  const primary = new Map<string, Window>();
  const secondary = new Map<string, Window>();
  return {
    count: (caller, creates) => {
      const { requestsPerHour, writesPerMinute } = context.limits;
      const now = context.state.now();
      const hour = spend(primary, caller, now, HOUR);
      const headers = {
        'x-ratelimit-limit': String(requestsPerHour),
        'x-ratelimit-remaining': String(Math.max(0, requestsPerHour - hour.used)),
        'x-ratelimit-used': String(hour.used),
        'x-ratelimit-reset': String(Math.ceil(hour.until / 1000)),
        'x-ratelimit-resource': 'core',
      };
      if (hour.used > requestsPerHour) throw new Refusal(403, `API rate limit exceeded for ${caller}.`, {}, headers);
      if (creates) {
        const minute = spend(secondary, caller, now, MINUTE);
        if (minute.used > writesPerMinute) throw secondaryLimit(403, Math.ceil((minute.until - now) / 1000));
      }
      return headers;
    },
  };
}

function spend(windows: Map<string, Window>, caller: string, now: number, length: number): Window {
  const known = windows.get(caller);
  const window = known !== undefined && known.until > now ? known : { until: now + length, used: 0 };
  window.used += 1;
  windows.set(caller, window);
  return window;
}
