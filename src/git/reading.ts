import type { Incident } from '../core/report.ts';
import type { BlobId, Change, Content, PullRequestSnapshot, Side } from '../core/snapshot.ts';

/**
 * What to review: a range of commits (`base` is a ref whose merge base with head is taken; default: the default
 * branch), what is not committed (compared with `base`, by default HEAD), or everything (`all`: the files on disk, or
 * the commit `head`), where every line counts as introduced.
 */
export type Range =
  | { readonly base?: string; readonly head?: string }
  | { readonly worktree: true; readonly base?: string }
  | { readonly staged: true; readonly base?: string }
  | { readonly all: true; readonly head?: string };

/**
 * Names further blobs that the pure part wants to see, from what was read so far. Asked up to three times; it must
 * not do anything but look. What it names is read under the same limits and found in `contents`.
 */
export type Wants = (
  sides: { readonly base: Side; readonly head: Side },
  changes: readonly Change[],
  read: ReadonlyMap<BlobId, Content>,
) => readonly BlobId[];

/** A snapshot and what could not be put into it. Withheld contents are in the snapshot, not among the incidents. */
export interface Reading {
  readonly snapshot: PullRequestSnapshot;
  readonly incidents: readonly Incident[];
}
