import { createHash } from 'node:crypto';
import { structuredPatch } from 'diff';
import { type RepoPath, repoPath } from '../../src/core/location.ts';
import type {
  BlobId,
  Change,
  CommitSha,
  Content,
  Hunk,
  PullRequestSnapshot,
  TreeEntry,
} from '../../src/core/snapshot.ts';
import type { ExampleFile } from '../../src/kit/index.ts';

/** The two sides of one file; null where it does not exist. */
export interface TwoSides {
  readonly before: Content | null;
  readonly after: Content | null;
}

const text = (value: string): Content => ({ kind: 'text', text: value, lossy: false });

export function sidesOf(file: ExampleFile): TwoSides {
  if (typeof file === 'string') return { before: null, after: text(file) };
  if ('base64' in file)
    return { before: null, after: { kind: 'bytes', bytes: new Uint8Array(Buffer.from(file.base64, 'base64')) } };
  return {
    before: file.before === null ? null : text(file.before),
    after: file.after === null ? null : text(file.after),
  };
}

function blobOf(content: Content): BlobId {
  const bytes = content.kind === 'bytes' ? content.bytes : JSON.stringify(content);
  return createHash('sha1').update(bytes).digest('hex') as BlobId;
}

const textOf = (content: Content | null): string => (content?.kind === 'text' ? content.text : '');

/** Hunks without context, as the git reader makes them. */
function hunksOf(before: string, after: string): readonly Hunk[] {
  const range = (start: number, length: number): readonly number[] =>
    Array.from({ length }, (_, index) => start + index);
  return structuredPatch('before', 'after', before, after, '', '', { context: 0 }).hunks.map((hunk) => ({
    oldStart: hunk.oldStart,
    oldLines: hunk.oldLines,
    newStart: hunk.newStart,
    newLines: hunk.newLines,
    added: range(hunk.newStart, hunk.newLines),
    removed: range(hunk.oldStart, hunk.oldLines),
  }));
}

function changeOf(path: RepoPath, { before, after }: TwoSides): Change | undefined {
  const binary = before?.kind === 'bytes' || after?.kind === 'bytes';
  const hunks = hunksOf(textOf(before), textOf(after));
  if (before === null) return { kind: 'added', path, hunks, binary };
  if (after === null) return { kind: 'deleted', path, hunks, binary };
  return hunks.length === 0 ? undefined : { kind: 'modified', path, hunks, binary };
}

/** A snapshot out of files, without git. Files that are equal on both sides are companions, not changes. */
export function snapshotOf(files: Readonly<Record<string, TwoSides>>): PullRequestSnapshot {
  const contents = new Map<BlobId, Content>();
  const trees = { before: new Map<RepoPath, TreeEntry>(), after: new Map<RepoPath, TreeEntry>() };
  const changes: Change[] = [];
  for (const [name, sides] of Object.entries(files)) {
    const path = repoPath(name);
    for (const side of ['before', 'after'] as const) {
      const content = sides[side];
      if (content === null) continue;
      const blob = blobOf(content);
      contents.set(blob, content);
      trees[side].set(path, { path, blob, mode: 'file' });
    }
    const change = changeOf(path, sides);
    if (change !== undefined) changes.push(change);
  }
  return {
    base: { commit: 'b'.repeat(40) as CommitSha, tree: trees.before },
    head: { commit: 'a'.repeat(40) as CommitSha, tree: trees.after },
    changes,
    contents,
  };
}
