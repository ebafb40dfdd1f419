import { type ChildProcess, spawn } from 'node:child_process';
import { environment, failure, type GitOptions, type GitPlace, SILENCE, settings } from './command.ts';

/** How long programs that were told to end have to remove their temporary files, in milliseconds. */
const GRACE = 2_000;
/** Characters of the last output that are kept for the message of a failure. */
const KEPT = 4_000;

/** Git leaves the network to helpers that outlive it, and their output stays open: all of them are ended together. */
function endAll(child: ChildProcess): void {
  const tell = (signal: 'SIGTERM' | 'SIGKILL'): void => {
    try {
      if (process.platform === 'win32' || child.pid === undefined) child.kill(signal);
      else process.kill(-child.pid, signal);
    } catch {
      // They have ended by themselves in the meantime.
    }
  };
  tell('SIGTERM');
  const insisting = setTimeout(() => tell('SIGKILL'), GRACE);
  child.once('close', () => clearTimeout(insisting));
}

function closed(child: ChildProcess): Promise<number | null> {
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
}

/**
 * Runs a git that starts programs of its own, such as `fetch`. When the signal of the place is aborted, or when nothing is
 * heard for `silence`, all of them end. Throws a GitProblem on any exit status but 0, and the reason of the signal.
 */
export async function gitGroup(
  place: GitPlace,
  args: readonly string[],
  { input = '', silence = SILENCE }: Pick<GitOptions, 'input' | 'silence'> = {},
): Promise<void> {
  place.signal?.throwIfAborted();
  const { cwd, env } = place;
  const child = spawn('git', [...settings(place), ...args], { cwd, env: environment(env), detached: true });
  let said = '';
  let silent = false;
  const end = (): void => endAll(child);
  const waiting = setTimeout(() => {
    silent = true;
    end();
  }, silence);
  const hear = (piece: Buffer): void => {
    waiting.refresh();
    said = `${said}${piece.toString('utf8')}`.slice(-KEPT);
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', hear);
  // One that has ended does not read any more; its exit status says so.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  place.signal?.addEventListener('abort', end);
  try {
    const status = await closed(child);
    if (silent) throw new Error(`timeout: nothing was heard for ${silence / 1_000} s`);
    if (status !== 0) throw new Error(said.trim() === '' ? `exit ${status}` : said);
  } catch (error) {
    throw failure(place, args, error as Error);
  } finally {
    clearTimeout(waiting);
    place.signal?.removeEventListener('abort', end);
  }
}
