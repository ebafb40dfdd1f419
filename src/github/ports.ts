import type { Report } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { Change, Conversation } from '../core/snapshot.ts';
import type { Decision } from '../panel/decisions.ts';
import type { Job, Repo } from './job.ts';

/** A change to be reviewed. Both commits are of the repository, also where the head comes from a fork. */
export interface ReviewRequest {
  readonly repo: Repo;
  readonly cloneUrl: string;
  /** A token that may read the contents; asked for again when needed, since it lives an hour. */
  readonly token: () => Promise<string>;
  /** Tip of the base branch, hex. */
  readonly base: string;
  readonly head: string;
  readonly settings: Settings;
  /** What people decided in the conversation; such findings are listed apart and count nowhere. */
  readonly decisions: readonly Decision[];
  /**
   * Settings that the text of a proposed configuration would bring; undefined where it brings none or no others. Asked
   * only where the change touches the file. An empty text is a file that goes away.
   */
  readonly preview?: (proposed: string) => Settings | undefined;
  readonly conversation?: Conversation;
  readonly signal: AbortSignal;
}

export interface Reviewed {
  readonly report: Report;
  readonly changes: readonly Change[];
  /** Text of the configuration at head, where the change touches it, and the report under its settings. */
  readonly proposed?: { readonly text: string; readonly report?: Report };
}

export interface Reviewer {
  /** Throws what the reader throws; an error whose `kind` is `unreachable` may be tried again. */
  readonly review: (request: ReviewRequest) => Promise<Reviewed>;
}

/** One sentence about one place of a configuration file. */
export interface Problem {
  /** 1-based; absent where the file as a whole is meant. */
  readonly line?: number;
  readonly message: string;
}

export interface Layers {
  /** Text of the organisation's file in its `.github` repository. */
  readonly organisation?: string;
  /** Text of the repository's file on the base branch. */
  readonly repository?: string;
}

export interface Configuration {
  readonly settings: Settings;
  /** The texts it was made of. */
  readonly layers: Layers;
  /** Hex digest of everything that decides a review: settings and the version of the product. */
  readonly digest: string;
  readonly problems: readonly Problem[];
  /** True when a file could not be read, so that an earlier version of it must hold. */
  readonly broken: boolean;
}

/** Turns texts into settings. With problems the settings are those of the layers that could be read. */
export type Configure = (layers: Layers) => Configuration;

export interface Log {
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
}

/** What the bot needs beside GitHub. */
export interface Ports {
  readonly reviewer: Reviewer;
  readonly configure: Configure;
  /** What a check is about, in Markdown; undefined for an unknown id. */
  readonly explain: (check: string) => string | undefined;
  readonly enqueue: (job: Job) => Promise<unknown>;
  readonly log: Log;
  /** Goes around everything that is written once a review is planned; a place to measure. */
  readonly publishing?: <Value>(write: () => Promise<Value>) => Promise<Value>;
  /** Milliseconds. */
  readonly now: () => number;
}
