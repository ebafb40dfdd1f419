import type { IncomingHttpHeaders } from 'node:http';

export type * from './story.ts';

/** What a person may do in a repository. */
export type Level = 'admin' | 'write' | 'read' | 'none';

/** What an App may do with a kind of thing. */
export type Access = 'read' | 'write';

/** Permissions of an App by GitHub's own names: `contents`, `pull_requests`, `checks`, ... */
export type Permissions = Readonly<Record<string, Access>>;

/** The App that the sandbox hosts. Everything has a default that fits the panel. */
export interface AppOptions {
  readonly id?: number;
  readonly slug?: string;
  readonly name?: string;
  readonly permissions?: Permissions;
  readonly events?: readonly string[];
}

/** Where the App listens for webhooks, and the secret that signs them. */
export interface WebhookTarget {
  readonly url: string;
  readonly secret: string;
}

/** GitHub's limits; a test may lower one so as not to need three thousand files. */
export interface Limits {
  /** Files that `GET pulls/{n}/files` ever lists. */
  readonly listedFiles: number;
  /** Files above which the diff media type answers 406. */
  readonly diffFiles: number;
  /** Lines above which the diff media type answers 406. */
  readonly diffLines: number;
  /** Lines of one file's diff above which `patch` is absent and comments are refused. */
  readonly patchLines: number;
  /** Bytes of one file's diff above which `patch` is absent and comments are refused. */
  readonly patchBytes: number;
  /** Bytes up to which the contents API answers JSON with content. */
  readonly contentBytes: number;
  /** Bytes up to which the contents and blobs APIs answer at all. */
  readonly rawBytes: number;
  /** Entries of a recursive tree before `truncated: true`. */
  readonly treeEntries: number;
  /** Requests per hour of one installation (primary limit). */
  readonly requestsPerHour: number;
  /** Content-creating requests per minute (secondary limit). */
  readonly writesPerMinute: number;
  /** Milliseconds that a webhook receiver has to answer. */
  readonly webhookMs: number;
}

export interface SandboxOptions {
  /** Port to listen on; 0 (the default) takes a free one. */
  readonly port?: number;
  readonly app?: AppOptions;
  readonly webhook?: WebhookTarget;
  readonly limits?: Partial<Limits>;
}

/** One request that the sandbox received, as a fault's `match` and the log see it. */
export interface SeenRequest {
  readonly method: string;
  /** Path with the query, as sent. */
  readonly url: string;
  /** The route of GitHub's description, such as `GET /repos/{owner}/{repo}`; `GIT`, `POST /graphql`, `PAGE`, or `unknown`. */
  readonly route: string;
  readonly headers: IncomingHttpHeaders;
  /** The JSON body, `undefined` when there is none. */
  readonly body: unknown;
  /** `app`, `installation:<id>`, `user:<login>` or `nobody`. */
  readonly caller: string;
}

/** A line of the request log. */
export interface LoggedRequest extends SeenRequest {
  readonly status: number;
  /** Milliseconds since the epoch by the sandbox's clock. */
  readonly at: number;
  /** True for a request that changes something at GitHub. */
  readonly write: boolean;
}

/**
 * What goes wrong. `status` answers that status and does nothing; `commit-then-502` does the work and answers 502;
 * `secondary` answers 403 and `429` answers 429, both with `retry-after`; `timeout` never answers; `reset` drops the connection.
 */
type FaultKind = 'status' | 'commit-then-502' | 'secondary' | '429' | 'timeout' | 'reset';

export interface Fault {
  readonly match: (request: SeenRequest) => boolean;
  /** How many matching requests are hit. */
  readonly times: number;
  readonly kind: FaultKind;
  /** For `status`. */
  readonly status?: number;
  /** Seconds, for `secondary` and `429`; default 60. */
  readonly retryAfter?: number;
}

/** Something that GitHub's own description does not allow: a request of the App, or an answer of the sandbox. */
export interface Violation {
  readonly side: 'request' | 'answer';
  readonly route: string;
  /** One sentence with the place. */
  readonly sentence: string;
}

/** A webhook that was sent. */
export interface Delivery {
  readonly id: number;
  /** The `X-GitHub-Delivery`, the same again on a redelivery. */
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  /** 0 when nobody answered. */
  readonly statusCode: number;
  readonly status: string;
  readonly at: number;
  /** Seconds. */
  readonly duration: number;
  readonly redelivery: boolean;
  readonly repositoryId: number | null;
  readonly installationId: number | null;
  readonly payload: Readonly<Record<string, unknown>>;
}
