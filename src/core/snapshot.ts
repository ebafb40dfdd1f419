import type { Brand } from './brand.ts';
import type { RepoPath } from './location.ts';

/** Git object id of a file's content, hex. Equal ids are equal bytes. */
export type BlobId = Brand<string, 'BlobId'>;
/** Git object id of a commit, hex. */
export type CommitSha = Brand<string, 'CommitSha'>;

export type FileMode = 'file' | 'executable' | 'symlink' | 'submodule';

export interface TreeEntry {
  readonly path: RepoPath;
  readonly blob: BlobId;
  readonly mode: FileMode;
  /** Bytes; absent when the object is not in the clone (blobless) or is a submodule. */
  readonly size?: number;
}

export type Tree = ReadonlyMap<RepoPath, TreeEntry>;

export type Content =
  | { readonly kind: 'text'; readonly text: string; readonly lossy: boolean }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'lfs-pointer'; readonly oid: string; readonly size: number }
  | { readonly kind: 'withheld'; readonly reason: 'too-large' | 'unreadable' | 'over-budget'; readonly size?: number };

/** One hunk of a zero-or-more-context diff. Starts are 1-based; `added` and `removed` are line numbers on their side. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly added: readonly number[];
  readonly removed: readonly number[];
}

export type ChangeKind = 'added' | 'modified' | 'deleted' | 'renamed' | 'copied';

export interface Change {
  readonly kind: ChangeKind;
  /** Path at head; at base for a deleted file. */
  readonly path: RepoPath;
  /** Path at base of a renamed or copied file. */
  readonly from?: RepoPath;
  readonly hunks: readonly Hunk[];
  readonly binary: boolean;
  /** Set when the mode differs between the sides. */
  readonly mode?: { readonly before: FileMode; readonly after: FileMode };
}

export interface Side {
  readonly commit: CommitSha;
  readonly tree: Tree;
}

/** What people wrote around the change, where it is known. */
export interface Conversation {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly labels: readonly string[];
}

/**
 * Everything the pure part of the panel may know about a change. `base` is the merge base.
 * `contents` holds the blobs of changed files on both sides and of the companions that were asked for;
 * a blob that is absent here was not read, which is never evidence of absence.
 */
export interface PullRequestSnapshot {
  readonly base: Side;
  readonly head: Side;
  readonly changes: readonly Change[];
  readonly contents: ReadonlyMap<BlobId, Content>;
  readonly conversation?: Conversation;
}
