import type { RepoPath } from '../core/location.ts';
import type { BlobId } from '../core/snapshot.ts';
import type { Damage, DocumentBase } from './document.ts';
import { lineIndex } from './lines.ts';

/** A text file as a reader receives it. */
export interface TextSource {
  readonly path: RepoPath;
  readonly blob: BlobId;
  readonly text: string;
}

/** The part that every document of a text file shares. */
export function baseOf({ path, blob, text }: TextSource, damage: readonly Damage[]): DocumentBase {
  return { path, blob, text, lines: lineIndex(text), damage };
}
