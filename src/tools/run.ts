import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Limits of one run of a program. */
export interface RunLimits {
  readonly timeMs: number;
  /** Bytes of standard output; more ends the run. */
  readonly outputBytes: number;
  /** Bytes of data of each process, where `prlimit` is there to hold it. */
  readonly memoryBytes: number;
}

export const RUN_LIMITS: RunLimits = { timeMs: 60_000, outputBytes: 32 * 2 ** 20, memoryBytes: 2 * 2 ** 30 };

export type RunOutcome =
  | { readonly kind: 'ended'; readonly status: number; readonly out: string; readonly err: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'stopped'; readonly why: string };

/** Python tools are installed here, never into the system; the operator may name another folder. */
export const TOOL_ENVIRONMENT =
  process.env['ML_REVIEW_TOOLS_DIR'] ?? join(homedir(), '.local', 'share', 'ml-review', 'python');

const ERR_BYTES = 64 * 1024;

/** The environment that a tool sees: where programs are, nothing of ours, no configuration of whoever runs us. */
function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: [process.env['PATH'], join(TOOL_ENVIRONMENT, 'bin')].filter((part) => part).join(delimiter),
    HOME: home,
    LANG: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONSAFEPATH: '1',
    NO_COLOR: '1',
  };
}

const PRLIMIT = '/usr/bin/prlimit';

/** The words that start a program within its memory; not address space, of which some runtimes reserve far more than they use. */
const bounded = (argv: readonly [string, ...string[]], bytes: number): readonly [string, ...string[]] =>
  existsSync(PRLIMIT) ? [PRLIMIT, `--data=${bytes}`, '--', ...argv] : argv;

/** True when there was no program to start: `prlimit` says so with a status and a sentence. */
const isAbsent = (status: number, err: string): boolean =>
  status > 0 && /^prlimit: failed to execute /.test(err) && err.includes('No such file');

/** Runs a program without a shell, in `cwd`, within limits. Never throws. */
export function run(
  argv: readonly [string, ...string[]],
  cwd: string,
  limits: RunLimits = RUN_LIMITS,
): Promise<RunOutcome> {
  const [program, ...args] = bounded(argv, limits.memoryBytes);
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
      if (isAbsent(status ?? -1, err)) return resolve({ kind: 'missing' });
      resolve({ kind: 'ended', status: status ?? -1, out: Buffer.concat(out).toString('utf8'), err });
    });
  });
}
