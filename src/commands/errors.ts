import { isGitProblem } from '../git/errors.ts';

/** The user's file or command line is wrong: one sentence with the place and the mend. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** 0 nothing at or above the threshold, 1 the gate is shut, 2 wrong use or configuration, 3 our own failure. */
export const EXIT = { open: 0, shut: 1, usage: 2, failure: 3 } as const;

/** What to print and with which status to leave, for anything thrown. */
export function explain(error: unknown): { readonly message: string; readonly status: number } {
  if (error instanceof ConfigurationError) return { message: error.message, status: EXIT.usage };
  if (isGitProblem(error))
    return { message: error.message, status: error.kind === 'git-failed' ? EXIT.failure : EXIT.usage };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `ml-review failed, which is a bug in ml-review: ${message}`, status: EXIT.failure };
}
