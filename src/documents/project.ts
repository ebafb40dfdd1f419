import type { RepoPath } from '../core/location.ts';
import type { BlobId, Content, Side, Tree } from '../core/snapshot.ts';
import { type Document, type DocumentKind, type DocumentOf, kindOfPath } from './kinds.ts';
import { mentionsAny } from './mentions.ts';
import { parse } from './parse.ts';

/** Parsed documents by blob id and path; may outlive a review, since equal keys are equal documents. */
export interface DocumentCache {
  get(key: string): Document | undefined;
  set(key: string, document: Document): unknown;
}

/** One side of a change as checks see it. Everything is read lazily, parsed once and synchronous. */
export interface Project {
  readonly tree: Tree;
  /** Paths that the change touched, as they are called on this side. */
  readonly changed: ReadonlySet<RepoPath>;
  /** Undefined when the path is not in the tree or its content was not read; `content` tells which. */
  readonly document: (path: RepoPath) => Document | undefined;
  readonly content: (path: RepoPath) => Content | undefined;
  /** Every read document of a kind, in path order; `mentions` skips unparsed files whose text holds none of the words. */
  readonly documents: <Kind extends DocumentKind>(
    kind: Kind,
    mentions?: readonly string[],
  ) => readonly DocumentOf<Kind>[];
  /** Every path in the tree, sorted. */
  readonly paths: readonly RepoPath[];
}

/** Under which a document is kept: equal keys are equal documents. */
export const documentKey = ({ path, blob }: { readonly path: RepoPath; readonly blob: BlobId }): string =>
  `${blob}:${path}`;

export interface ProjectSource {
  readonly side: Side;
  readonly contents: ReadonlyMap<BlobId, Content>;
  readonly changed: ReadonlySet<RepoPath>;
  readonly cache?: DocumentCache;
}

export function createProject({ side, contents, changed, cache = new Map() }: ProjectSource): Project {
  const { tree } = side;
  const paths = [...tree.keys()].sort();
  const byKind = groupByKind(paths);

  const content = (path: RepoPath): Content | undefined => {
    const entry = tree.get(path);
    if (entry === undefined || entry.mode === 'symlink' || entry.mode === 'submodule') return undefined;
    return contents.get(entry.blob);
  };

  // Held for as long as the project is looked at: every check asks for the same files again, and the shared cache may
  // be smaller than they are.
  const held = new Map<RepoPath, Document | undefined>();

  const read = (path: RepoPath): Document | undefined => {
    const entry = tree.get(path);
    const bytes = content(path);
    if (entry === undefined || bytes === undefined) return undefined;
    const key = documentKey(entry);
    const known = cache.get(key);
    if (known !== undefined) return known;
    const parsed = parse({ path, blob: entry.blob, content: bytes });
    if (parsed !== undefined) cache.set(key, parsed);
    return parsed;
  };

  const document = (path: RepoPath): Document | undefined => {
    if (held.has(path)) return held.get(path);
    const parsed = read(path);
    held.set(path, parsed);
    return parsed;
  };

  const answered = new Map<string, readonly RepoPath[]>();
  const mentioning = (kind: DocumentKind, words: readonly string[]): readonly RepoPath[] => {
    const question = `${kind}\n${words.join('\n')}`;
    let answer = answered.get(question);
    if (answer === undefined) {
      answer = (byKind.get(kind) ?? []).filter((path) => {
        const text = content(path);
        return text?.kind === 'text' && mentionsAny(text, words);
      });
      answered.set(question, answer);
    }
    return answer;
  };

  const documents = <Kind extends DocumentKind>(
    kind: Kind,
    mentions?: readonly string[],
  ): readonly DocumentOf<Kind>[] => {
    const found: Document[] = [];
    for (const path of mentions === undefined ? (byKind.get(kind) ?? []) : mentioning(kind, mentions)) {
      const parsed = document(path);
      if (parsed?.kind === kind) found.push(parsed);
    }
    // The filter above is the proof; TypeScript cannot follow a generic kind through the union.
    return found as unknown as readonly DocumentOf<Kind>[];
  };

  return { tree, changed, document, content, documents, paths };
}

function groupByKind(paths: readonly RepoPath[]): ReadonlyMap<DocumentKind, readonly RepoPath[]> {
  const groups = new Map<DocumentKind, RepoPath[]>();
  for (const path of paths) {
    const kind = kindOfPath(path);
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [path]);
    else group.push(path);
  }
  return groups;
}
