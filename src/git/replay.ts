import { type RepoPath, repoPath } from '../core/location.ts';
import type {
  BlobId,
  Change,
  CommitSha,
  Content,
  Conversation,
  FileMode,
  PullRequestSnapshot,
  Side,
  TreeEntry,
} from '../core/snapshot.ts';

type StoredContent = Exclude<Content, { readonly kind: 'bytes' }> | { readonly kind: 'bytes'; readonly base64: string };
type StoredEntry = readonly [path: string, blob: string, mode: FileMode, size?: number];

interface StoredSide {
  readonly commit: string;
  readonly tree: readonly StoredEntry[];
}

interface StoredSnapshot {
  readonly snapshotVersion: 1;
  readonly base: StoredSide;
  readonly head: StoredSide;
  readonly changes: readonly Change[];
  readonly contents: Readonly<Record<string, StoredContent>>;
  readonly conversation?: Conversation;
}

function storedSide(side: Side): StoredSide {
  const tree = [...side.tree.values()].map((entry): StoredEntry => {
    const known = [entry.path, entry.blob, entry.mode] as const;
    return entry.size === undefined ? known : [...known, entry.size];
  });
  return { commit: side.commit, tree };
}

function storedContent(content: Content): StoredContent {
  if (content.kind !== 'bytes') return content;
  return { kind: 'bytes', base64: Buffer.from(content.bytes).toString('base64') };
}

/** A snapshot as one JSON text, to be reviewed again later with the same result. Bytes are base64. */
export function snapshotToJson(snapshot: PullRequestSnapshot): string {
  const contents = [...snapshot.contents].map(([id, content]) => [id, storedContent(content)] as const);
  const stored: StoredSnapshot = {
    snapshotVersion: 1,
    base: storedSide(snapshot.base),
    head: storedSide(snapshot.head),
    changes: snapshot.changes,
    contents: Object.fromEntries(contents),
    ...(snapshot.conversation === undefined ? {} : { conversation: snapshot.conversation }),
  };
  return JSON.stringify(stored);
}

function side({ commit, tree }: StoredSide): Side {
  const entries = tree.map(([path, blob, mode, size]): readonly [RepoPath, TreeEntry] => {
    const at = repoPath(path);
    return [at, { path: at, blob: blob as BlobId, mode, ...(size === undefined ? {} : { size }) }];
  });
  return { commit: commit as CommitSha, tree: new Map(entries) };
}

function content(stored: StoredContent): Content {
  if (stored.kind !== 'bytes') return stored;
  return { kind: 'bytes', bytes: new Uint8Array(Buffer.from(stored.base64, 'base64')) };
}

/** The inverse of `snapshotToJson`. Throws a RangeError on a text that it did not write. */
export function snapshotFromJson(text: string): PullRequestSnapshot {
  const stored: StoredSnapshot = JSON.parse(text);
  if (stored?.snapshotVersion !== 1) throw new RangeError('not a snapshot of version 1');
  const contents = Object.entries(stored.contents).map(([id, one]) => [id as BlobId, content(one)] as const);
  return {
    base: side(stored.base),
    head: side(stored.head),
    changes: stored.changes,
    contents: new Map(contents),
    ...(stored.conversation === undefined ? {} : { conversation: stored.conversation }),
  };
}
