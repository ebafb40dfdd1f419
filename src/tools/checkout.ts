import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RepoPath } from '../core/location.ts';
import type { PullRequestSnapshot } from '../core/snapshot.ts';

/** A private folder with the changed text files at head and nothing else of the repository. */
export interface Checkout {
  readonly folder: string;
  readonly paths: readonly RepoPath[];
  /** The text of one of the paths; empty for any other. */
  readonly text: (path: RepoPath) => string;
}

/** Files that configure a tool or make it run code; never put where a tool would find them. */
const CONFIGURES =
  /(^|\/)(\.bandit|bandit\.ya?ml|setup\.cfg|tox\.ini|pyproject\.toml|\.?ruff\.toml|\.sqlfluff(ignore)?|\.yamllint(\.ya?ml)?|\.semgrepignore|\.semgrep(\.ya?ml)?|\.trivyignore|trivy\.ya?ml|\.hadolint\.ya?ml|\.squawk\.toml|\.secrets\.baseline|sitecustomize\.py|usercustomize\.py|\.git)(\/|$)/;

/** Names that a program could take for an option or that no file system of ours can hold. */
const ODD = /(^|\/)-|[\0-\x1f\x7f]|.{250}/;

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
      if (content?.kind !== 'text' || CONFIGURES.test(path) || ODD.test(path)) continue;
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content.text);
      texts.set(path, content.text);
    }
    return await use({ folder, paths: [...texts.keys()], text: (path) => texts.get(path) ?? '' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
