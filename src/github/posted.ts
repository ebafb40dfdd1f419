import type { Acceptance, Marker } from './marker.ts';

/** One of our own inline comments, as it stands on GitHub now. */
export interface PostedComment {
  readonly id: number;
  readonly path: string;
  readonly body: string;
  readonly marker: Marker;
  /** Somebody else wrote in its thread: it is never edited, deleted or posted again. */
  readonly answered: boolean;
  /** Resolved by hand: the finding stays quiet on this pull request. */
  readonly resolved: boolean;
  /** GraphQL id of the thread where we may resolve it, or open it again (needs the optional `contents: write`). */
  readonly thread?: string;
}

/** What the panel said on a pull request so far, and what people decided. */
export interface Posted {
  readonly comments: readonly PostedComment[];
  readonly accepted: readonly Acceptance[];
}

export const NOTHING_POSTED: Posted = { comments: [], accepted: [] };
