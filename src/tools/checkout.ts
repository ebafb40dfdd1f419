import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RepoPath } from '../core/location.ts';
import type { Content, PullRequestSnapshot } from '../core/snapshot.ts';

/** A private folder with the changed text and model files at head and nothing else of the repository. */
export interface Checkout {
  readonly folder: string;
  readonly paths: readonly RepoPath[];
  /** The text of one of the paths as the change has it; empty for a model file and for any other path. */
  readonly text: (path: RepoPath) => string;
}

/** Files that configure a tool or make it run code; never put where a tool would find them. */
const CONFIGURES =
  /(^|\/)(\.bandit|bandit\.ya?ml|setup\.cfg|tox\.ini|pyproject\.toml|\.?ruff\.toml|\.sqlfluff(ignore)?|\.yamllint(\.ya?ml)?|\.semgrepignore|\.semgrep(\.ya?ml)?|\.trivyignore|trivy\.ya?ml|\.hadolint\.ya?ml|\.squawk\.toml|\.secrets\.baseline|modelscan-settings\.toml|\.gitignore|\.dockerignore|sitecustomize\.py|usercustomize\.py|\.git)(\/|$)/;

/** Files whose bytes a scanner of model files reads. */
const MODEL =
  /\.(pkl|pickle|pk|dill|cloudpickle|sav|joblib|pt|pth|ckpt|th|bin|npy|npz|pb|h5|hdf5|keras|zip|mar|data)$/i;

/** True for a path that is given to a scanner of model files with its bytes. */
export const isModelFile = (path: RepoPath): boolean => MODEL.test(path);

/** Comments that switch a tool off which has no option against that; what is silenced is to be seen. */
const SILENCES = /\b(trivy:|tfsec:|squawk-)ignore/gi;

/** The same text with those comments out of force; nothing moves. */
const unsilenced = (text: string): string => text.replace(SILENCES, '$1ign0re');

/** Names that a program could take for an option or that no file system of ours can hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: names that hold them are what is looked for
const ODD = /(^|\/)-|[\0-\x1f\x7f]|.{250}/;

/** What is put into the checkout: texts, and the bytes of model files. */
function writtenAs(content: Content, path: RepoPath): string | Uint8Array | undefined {
  if (content.kind === 'text') return unsilenced(content.text);
  return content.kind === 'bytes' && isModelFile(path) ? content.bytes : undefined;
}

/** Puts the changed files there, hands the folder over, and takes it away again whatever happens. */
export async function withCheckout<T>(
  snapshot: PullRequestSnapshot,
  use: (checkout: Checkout) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ml-review-tools-'));
  try {
    const texts = new Map<RepoPath, string>();
    for (const { kind, path } of snapshot.changes) {
      const entry = snapshot.head.tree.get(path);
      if (kind === 'deleted' || entry === undefined || entry.mode === 'symlink' || entry.mode === 'submodule') continue;
      const content = snapshot.contents.get(entry.blob);
      if (CONFIGURES.test(path) || ODD.test(path)) continue;
      const written = content === undefined ? undefined : writtenAs(content, path);
      if (written === undefined) continue;
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, written);
      texts.set(path, content?.kind === 'text' ? content.text : '');
    }
    return await use({ folder, paths: [...texts.keys()], text: (path) => texts.get(path) ?? '' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
