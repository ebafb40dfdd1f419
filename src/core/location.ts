import type { Brand } from './brand.ts';

/** A path inside the reviewed repository: `/` separated, relative, without `..`. May hold any other character. */
export type RepoPath = Brand<string, 'RepoPath'>;

/** The only maker of a RepoPath. Throws a RangeError on an absolute, empty, escaping or NUL-carrying path. */
export function repoPath(text: string): RepoPath {
  const parts = text.split('/');
  if (text === '' || text.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new RangeError(`not a path inside a repository: ${JSON.stringify(text)}`);
  }
  return text as RepoPath;
}

/** Half-open range of UTF-16 code units in a document's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where something stands in a file as an editor shows it. Lines and columns are 1-based; endColumn is exclusive. */
export interface Place {
  readonly path: RepoPath;
  readonly startLine: number;
  readonly endLine: number;
  readonly startColumn: number;
  readonly endColumn: number;
  /** Notebooks only: 1-based code or markdown cell, and the line inside it. */
  readonly cell?: number;
  readonly cellLine?: number;
}
