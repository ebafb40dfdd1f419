/** One thing to end. May take as long as `timeoutMs` says. */
export type Step = (timeoutMs: number) => Promise<unknown>;

export interface Shutdown {
  /** Adds a step; the last added is the first to end, as it stands on those before it. */
  readonly add: (name: string, step: Step) => void;
  readonly closing: () => boolean;
  /** Ends everything once; later calls get the same promise. Resolves to the faults, by the name of their step. */
  readonly begin: () => Promise<readonly { readonly name: string; readonly error: unknown }[]>;
}

export interface ShutdownOptions {
  /** Time for all steps together, in milliseconds; a step gets what is left of it. */
  readonly graceMs: number;
  readonly now: () => number;
}

/** Ends a service in order, within a time, whatever its parts do. */
export function createShutdown({ graceMs, now }: ShutdownOptions): Shutdown {
  const steps: { readonly name: string; readonly step: Step }[] = [];
  let ending: ReturnType<Shutdown['begin']> | undefined;
  const end: Shutdown['begin'] = async () => {
    const deadline = now() + graceMs;
    const faults: { readonly name: string; readonly error: unknown }[] = [];
    for (const { name, step } of [...steps].reverse()) {
      const left = Math.max(0, deadline - now());
      const error = await fault(step, left);
      if (error !== undefined) faults.push({ name, error });
    }
    return faults;
  };
  return {
    add: (name, step) => void steps.push({ name, step }),
    closing: () => ending !== undefined,
    begin() {
      ending ??= end();
      return ending;
    },
  };
}

/** A little more than the step was given, so that it can keep to its time itself. */
const SLACK_MS = 1_000;

async function fault(step: Step, timeoutMs: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`not ended after ${timeoutMs} ms`)), timeoutMs + SLACK_MS);
  });
  const ended = Promise.resolve()
    .then(() => step(timeoutMs))
    .then(
      () => undefined,
      (error: unknown) => error ?? new Error('failed without a reason'),
    );
  return Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

/** Calls `end` on the first SIGTERM or SIGINT, `abort` on the second. */
export function onSignals(target: NodeJS.EventEmitter, end: () => void, abort: () => void): void {
  let seen = 0;
  const signal = (): void => {
    seen += 1;
    if (seen === 1) end();
    else abort();
  };
  target.on('SIGTERM', signal);
  target.on('SIGINT', signal);
}
