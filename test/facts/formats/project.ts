import { type RepoPath, repoPath } from '../../../src/core/location.ts';
import type { BlobId, CommitSha, Content, TreeEntry } from '../../../src/core/snapshot.ts';
import type { DataDocument, DataNode } from '../../../src/documents/data.ts';
import { createProject, type DocumentCache, type Project } from '../../../src/documents/project.ts';

/** A project of nothing but these files. */
export function projectOf(files: Readonly<Record<string, string>>, cache?: DocumentCache): Project {
  const tree = new Map<RepoPath, TreeEntry>();
  const contents = new Map<BlobId, Content>();
  for (const [name, text] of Object.entries(files)) {
    const path = repoPath(name);
    const blob = `${name}#${text.length}` as BlobId;
    tree.set(path, { path, blob, mode: 'file', size: text.length });
    contents.set(blob, { kind: 'text', text, lossy: false });
  }
  return createProject({
    side: { commit: 'c' as CommitSha, tree },
    contents,
    changed: new Set(),
    ...(cache === undefined ? {} : { cache }),
  });
}

/** The text that a node stands on. */
export const written = ({ text }: Pick<DataDocument, 'text'>, node: DataNode | undefined): string | undefined =>
  node && text.slice(node.span.start, node.span.end);
