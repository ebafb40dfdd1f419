import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { simpleGit } from 'simple-git';
import { gitProblem } from './errors.ts';

/** Where and how git runs. `env` holds only what is added to the cleaned environment. */
export interface GitPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** `key=value` pairs that win over every configuration file. */
  readonly config?: readonly string[];
  /** Ends the command that runs here; whoever asked for it gets the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

export interface GitOptions {
  /** Written to standard input. */
  readonly input?: string | undefined;
  /** Exit statuses that are an answer and not a failure; 0 always is. */
  readonly accept?: readonly number[];
  /** Milliseconds without a byte of output after which git is stopped; five minutes by default. */
  readonly silence?: number;
}

export const SILENCE = 300_000;
/** Milliseconds from the exit of git to the end of its output; it is there already unless another program holds it open. */
const EXIT_WAIT = 200;

interface Outcome<Output> {
  readonly output: Output;
  readonly status: number;
}

/**
 * Switches off whatever configuration can start a program or reach the network. Used where git has to run inside
 * the reviewed repository; everything else runs in a private view that never reads the repository's configuration.
 */
export const HARMLESS: readonly string[] = [
  `core.hooksPath=${devNull}`,
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  `core.attributesFile=${devNull}`,
  'core.pager=cat',
  'core.editor=false',
  'core.askPass=false',
  'core.sshCommand=false',
  'core.gitProxy=false',
  'diff.external=',
  'credential.helper=',
  'log.showSignature=false',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'protocol.allow=never',
  'gc.auto=0',
  'maintenance.auto=false',
];

const KEPT = [
  'PATH',
  'Path',
  'SystemRoot',
  'TEMP',
  'TMP',
  'TMPDIR',
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'ALL_PROXY',
  'all_proxy',
  'NO_PROXY',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

/** What is left of the environment of this process, and what is added to it. */
export function environment(added: Readonly<Record<string, string>>): Record<string, string> {
  const kept = KEPT.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    HOME: devNull,
    XDG_CONFIG_HOME: devNull,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_LITERAL_PATHSPECS: '0',
    ...added,
  };
}

/** simple-git refuses these by default because callers may hand them user input; here every value is our own. */
const UNSAFE = {
  allowUnsafeAskPass: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeDiffExternal: true,
  allowUnsafeEditor: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeGitProxy: true,
  allowUnsafeHooksPath: true,
  allowUnsafePager: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeSshCommand: true,
  allowUnsafeTemplateDir: true,
} as const;

/** The configuration of a place as arguments. */
export function settings({ config = [] }: GitPlace): readonly string[] {
  return config.flatMap((setting) => ['-c', setting]);
}

/** What to throw when git did not succeed. */
export function failure({ signal }: GitPlace, args: readonly string[], error: Error): unknown {
  if (signal?.aborted) return signal.reason;
  if (/spawn git ENOENT/.test(error.message)) {
    return gitProblem('no-git', 'The program git was not found; install git 2.31 or newer and put it on the PATH.');
  }
  const lines = error.message.split(/[\r\n]+/);
  const said = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines[0];
  return gitProblem('git-failed', `git ${args[0] ?? ''} failed: ${(said ?? '').slice(0, 300)}`);
}

function prepared(place: GitPlace, options: GitOptions, onStatus: (status: number) => void) {
  place.signal?.throwIfAborted();
  const env = environment(place.env);
  const git = simpleGit({
    baseDir: place.cwd,
    config: [...(place.config ?? [])],
    allowEnvironment: Object.keys(env),
    unsafe: UNSAFE,
    // The end of the output is what counts. Were the exit left out, simple-git would keep a little of every command for ever.
    completion: { onClose: true, onExit: EXIT_WAIT },
    ...(options.input === undefined ? {} : { input: () => options.input }),
    ...(place.signal === undefined ? {} : { abort: place.signal }),
    timeout: { block: options.silence ?? SILENCE },
    errors(error, result) {
      onStatus(result.exitCode);
      // simple-git's own verdict counts every non-zero status; only one of its plugins, such as the timeout, knows more.
      if (error instanceof Error && 'plugin' in error) return error;
      if (result.exitCode === 0 || options.accept?.includes(result.exitCode)) return undefined;
      return Buffer.concat(result.stdErr.length > 0 ? result.stdErr : [Buffer.from(`exit ${result.exitCode}`)]);
    },
  });
  return git.env(env);
}

type Git = ReturnType<typeof prepared>;

/** Runs one command, and never takes a part of its output for all of it. */
async function whole<Output>(git: Git, run: () => PromiseLike<Output>): Promise<Output> {
  let stream: NodeJS.ReadableStream | undefined;
  git.outputHandler((_command, stdout) => {
    stream = stdout;
  });
  const output = await run();
  if (stream?.readable === true) throw new Error('the output has no end');
  return output;
}

/** Runs git and returns its output as text. Throws a GitProblem on any exit status that `accept` does not name. */
export async function gitText(place: GitPlace, args: readonly string[], options: GitOptions = {}): Promise<string> {
  return (await gitOutcome(place, args, options)).output;
}

/** As `gitText`, with the exit status beside the output. */
export async function gitOutcome(
  place: GitPlace,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Outcome<string>> {
  let status = 0;
  const git = prepared(place, options, (code) => {
    status = code;
  });
  try {
    return { output: await whole(git, () => git.raw([...args])), status };
  } catch (error) {
    throw failure(place, args, error as Error);
  }
}

/** Runs `git cat-file` with the given arguments and returns its output byte for byte. */
export async function gitBytes(place: GitPlace, args: readonly string[], input: string): Promise<Buffer> {
  const git = prepared(place, { input }, () => {});
  try {
    return (await whole(git, () => git.binaryCatFile([...args]))) as Buffer;
  } catch (error) {
    throw failure(place, ['cat-file'], error as Error);
  }
}

/**
 * Runs git and hands its output over as it comes; false when it was stopped because it took longer than `limit`
 * milliseconds. Not through simple-git, which keeps all of the output: a patch may be larger than the memory.
 */
export async function gitStream(
  place: GitPlace,
  args: readonly string[],
  limit: number,
  take: (piece: Buffer) => void,
): Promise<boolean> {
  place.signal?.throwIfAborted();
  const child = spawn('git', [...settings(place), ...args], {
    cwd: place.cwd,
    env: environment(place.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limit,
    killSignal: 'SIGKILL',
    signal: place.signal,
  });
  let said = '';
  child.stdout.on('data', take);
  child.stderr.on('data', (piece: Buffer) => {
    if (said.length < 4000) said += piece.toString('utf8');
  });
  const [status, signal] = await new Promise<readonly [number | null, string | null]>((done, failed) => {
    child.on('error', (error) => failed(failure(place, args, error)));
    child.on('close', (code, by) => done([code, by]));
  });
  if (signal === 'SIGKILL') return false;
  if (status === 0) return true;
  throw failure(place, args, new Error(said === '' ? `exit ${status ?? signal}` : said));
}
