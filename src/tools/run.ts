import { spawn } from 'node:child_process';

/** Limits of one run of a program. */
export interface RunLimits {
  readonly timeMs: number;
  /** Bytes of standard output; more ends the run. */
  readonly outputBytes: number;
  /** Bytes of address space, where `prlimit` is there to hold it. */
  readonly memoryBytes: number;
}

export const RUN_LIMITS: RunLimits = { timeMs: 60_000, outputBytes: 32 * 2 ** 20, memoryBytes: 2 * 2 ** 30 };

export type RunOutcome =
  | { readonly kind: 'ended'; readonly status: number; readonly out: string; readonly err: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'stopped'; readonly why: string };

const ERR_BYTES = 64 * 1024;

/** The environment that a tool sees: where programs are, nothing of ours, no configuration of whoever runs us. */
function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    LANG: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONSAFEPATH: '1',
    NO_COLOR: '1',
  };
}

/** Runs a program without a shell, in `cwd`, within limits. Never throws. */
export function run(
  argv: readonly [string, ...string[]],
  cwd: string,
  limits: RunLimits = RUN_LIMITS,
): Promise<RunOutcome> {
  const [program, ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: cleanEnvironment(cwd),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const out: Buffer[] = [];
    let [bytes, err] = [0, ''];
    const stop = (why: string): void => {
      // The whole group, so that nothing a tool started outlives it.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      resolve({ kind: 'stopped', why });
    };
    const timer = setTimeout(() => stop(`did not end within ${limits.timeMs / 1000} s`), limits.timeMs);
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limits.outputBytes) stop(`printed more than ${limits.outputBytes} bytes`);
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (err.length < ERR_BYTES) err += chunk.toString('utf8');
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve(error.code === 'ENOENT' ? { kind: 'missing' } : { kind: 'stopped', why: error.message });
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ kind: 'ended', status: status ?? -1, out: Buffer.concat(out).toString('utf8'), err });
    });
  });
}
