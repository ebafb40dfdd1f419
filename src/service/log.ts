import { randomBytes } from 'node:crypto';
import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';
import { createMask } from './mask.ts';

export type Log = Logger;

export interface LogOptions {
  /** `trace` to `fatal`, or `silent`. */
  readonly level: string;
  /** Texts that are masked wherever they stand: webhook secret, private key, Redis password. */
  readonly secrets: readonly string[];
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
}

const CAUSES = 4;

/** One JSON object a line. Every line is masked as a whole, whatever field or message a secret hides in. */
export function createLog({ level, secrets, destination }: LogOptions): Log {
  const mask = createMask(secrets);
  return pino(
    {
      level,
      base: { service: 'ml-review' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: {
        err: (error: unknown) => plainError(error, CAUSES),
        error: (error: unknown) => plainError(error, CAUSES),
      },
      hooks: { streamWrite: mask },
    },
    destination ?? pino.destination({ dest: 1, sync: false }),
  );
}

/** What is worth knowing of an error. Requests and responses that hang on it hold the text of the change: left out. */
function plainError(error: unknown, depth: number): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const { name, message, stack, cause, status, code } = error as Error & {
    readonly status?: number;
    readonly code?: unknown;
  };
  return {
    type: name,
    message,
    stack,
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined || depth === 0 ? {} : { cause: plainError(cause, depth - 1) }),
  };
}

/** Names one run in the log and in the check that it completes. */
export function newRunId(): string {
  return randomBytes(6).toString('hex');
}
