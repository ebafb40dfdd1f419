import { rmSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BlobId } from '../core/snapshot.ts';
import { type GitPlace, gitOutcome, gitText, HARMLESS } from './command.ts';
import { TEXT_LIMIT } from './content.ts';
import { gitProblem, isGitProblem } from './errors.ts';

/** Brings objects that the clone lacks, all in one request. Only a clone of our own has one. */
export type Supply = (wanted: readonly BlobId[]) => Promise<void>;

/**
 * An opened repository. Commands that only look up names run `here`, with everything that could start a program
 * switched off; everything that reads trees, blobs or the working tree runs in `view`, a private git directory that
 * borrows the objects and never sees the repository's configuration, hooks or attributes.
 */
export interface Repository {
  /** The folder that was opened. */
  readonly dir: string;
  /** Root of the working tree; absent in a bare repository. */
  readonly root?: string;
  readonly commonDir: string;
  readonly indexFile: string;
  readonly shallow: boolean;
  readonly format: 'sha1' | 'sha256';
  /** Id of the tree without entries in this repository's object format. */
  readonly emptyTree: string;
  readonly here: GitPlace;
  readonly view: GitPlace;
  readonly supply?: Supply;
  /** Sizes in bytes of blobs that are on disk, but too large to be copied into the view. */
  readonly outside?: ReadonlyMap<BlobId, number>;
  /** Removes the private view. The repository itself is never written to. */
  close(): Promise<void>;
}

const EMPTY_TREE = {
  sha1: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  sha256: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
};

const views = new Set<string>();
let sweeping = false;

async function newView(): Promise<string> {
  if (!sweeping) {
    sweeping = true;
    process.once('exit', () => {
      for (const dir of views) rmSync(dir, { recursive: true, force: true });
    });
  }
  const dir = await mkdtemp(join(tmpdir(), 'ml-review-'));
  views.add(dir);
  for (const part of ['objects/info', 'objects/pack', 'refs', 'info'])
    await mkdir(join(dir, part), { recursive: true });
  await writeFile(join(dir, 'HEAD'), 'ref: refs/heads/none\n');
  // Whoever owns the repository, its configuration cannot do anything here, so git need not refuse it.
  await writeFile(join(dir, 'global'), '[safe]\n\tdirectory = *\n');
  return dir;
}

/** A text too large to be shown to a check is not compared line by line either. */
function viewConfig(format: 'sha1' | 'sha256'): string {
  const extension = format === 'sha1' ? '' : '[extensions]\n\tobjectFormat = sha256\n';
  const core = `\trepositoryFormatVersion = ${format === 'sha1' ? 0 : 1}\n\tbare = true\n\tbigFileThreshold = ${TEXT_LIMIT}\n\tcommitGraph = true\n`;
  return `[core]\n${core}\tquotePath = true\n${extension}[gc]\n\tauto = 0\n`;
}

async function discover(here: GitPlace, dir: string) {
  const ask = async (...args: readonly string[]) =>
    (await gitText(here, ['rev-parse', '--path-format=absolute', ...args])).replace(/\n$/, '');
  try {
    const flags = await ask('--is-bare-repository', '--is-shallow-repository', '--show-object-format');
    const [bare, shallow, format] = flags.split('\n');
    const [commonDir, indexFile] = await Promise.all([ask('--git-common-dir'), ask('--git-path', 'index')]);
    const inside = bare === 'true' ? '' : await ask('--is-inside-work-tree');
    const root = inside === 'true' ? await ask('--show-toplevel') : undefined;
    return {
      commonDir,
      indexFile,
      root,
      shallow: shallow === 'true',
      format: format === 'sha256' ? 'sha256' : 'sha1',
    } as const;
  } catch (error) {
    if (!isGitProblem(error) || !/not a git repository/i.test(error.message)) throw error;
    throw gitProblem(
      'not-a-repository',
      `${dir} is not inside a git repository; name one with --repo, or review a plain folder with --all.`,
    );
  }
}

/** Only a plain file: a pipe in its place would be waited for. */
async function copyIfThere(from: string, to: string): Promise<void> {
  const found = await stat(from).catch(() => undefined);
  if (found?.isFile()) await copyFile(from, to);
}

/**
 * The index and, where it is split, its shared parts. The copy keeps the second of the original: git trusts the
 * stamps of a file only when they are older than its index, and a younger copy would hide a file of equal size that
 * was written in the second in which the index was.
 */
export async function copyIndex(repo: Repository): Promise<string> {
  const target = join(repo.view.cwd, 'index');
  const written = await stat(repo.indexFile).catch(() => undefined);
  await copyIfThere(repo.indexFile, target);
  if (written?.isFile()) {
    const second = Math.floor(written.mtimeMs / 1000);
    await utimes(target, second, second);
  }
  const folder = dirname(repo.indexFile);
  const shared = (await readdir(folder)).filter((name) => name.startsWith('sharedindex.'));
  for (const name of shared) await copyIfThere(join(folder, name), join(repo.view.cwd, name));
  return target;
}

function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}

async function existing(dir: string): Promise<void> {
  const found = await stat(dir).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw gitProblem('not-a-repository', `There is no folder ${dir}; name an existing one with --repo.`);
}

/**
 * Opens the repository that `dir` lies in. Nothing in it is run, locked or written. Once `signal` is aborted, all that is
 * asked of the repository is answered by the reason.
 * Throws a GitProblem: `no-git`, `not-a-repository`, `git-failed`.
 */
export async function openRepository(dir: string, supply?: Supply, signal?: AbortSignal): Promise<Repository> {
  await existing(dir);
  const view = await newView();
  const close = async () => {
    views.delete(view);
    await rm(view, { recursive: true, force: true });
  };
  try {
    const safe = { GIT_CONFIG_GLOBAL: join(view, 'global') };
    const here: GitPlace = { cwd: dir, env: safe, config: HARMLESS, signal };
    const found = await discover(here, dir);
    await writeFile(join(view, 'config'), viewConfig(found.format));
    await copyIfThere(join(found.commonDir, 'shallow'), join(view, 'shallow'));
    await copyIfThere(join(found.commonDir, 'info', 'exclude'), join(view, 'info', 'exclude'));
    const env = { ...safe, GIT_DIR: view, GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(join(found.commonDir, 'objects')) };
    const { root, ...rest } = found;
    return {
      dir,
      ...rest,
      ...(root === undefined ? {} : { root }),
      ...(supply === undefined ? {} : { supply }),
      emptyTree: EMPTY_TREE[found.format],
      here,
      view: { cwd: view, env, signal },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whether the repository has a commit at all. */
export async function hasCommits(repo: Repository): Promise<boolean> {
  const head = await gitOutcome(repo.here, ['rev-parse', '-q', '--verify', 'HEAD^{commit}'], { accept: [1, 128] });
  if (head.status === 0) return true;
  const any = await gitText(repo.here, ['for-each-ref', '--count=1', '--format=%(objectname)']);
  return any.trim() !== '';
}
