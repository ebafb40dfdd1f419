import type { Delivery, Level, LoggedRequest, Permissions, SeenAnnotation, Violation } from './types.ts';

/** A person, an organisation or the App's bot. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Organization' | 'Bot';
}

export interface Reaction {
  readonly id: number;
  readonly content: string;
  readonly user: Account;
  readonly at: string;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
}

export type Side = 'LEFT' | 'RIGHT';

/** One comment of a review thread, kept as it was made; where it is now is computed. */
export interface ReviewComment {
  readonly id: number;
  readonly pull: PullRequest;
  readonly reviewId: number;
  readonly path: string;
  readonly subject: 'line' | 'file';
  readonly side: Side;
  readonly startSide: Side | null;
  readonly originalLine: number | null;
  readonly originalStartLine: number | null;
  readonly originalPosition: number;
  readonly originalCommit: string;
  /** The merge base at the time: what LEFT lines are counted in. */
  readonly originalBase: string;
  readonly diffHunk: string;
  readonly inReplyTo: number | null;
  readonly user: Account;
  readonly byApp: boolean;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
  minimized: string | null;
  readonly reactions: Reaction[];
}

export interface Review {
  readonly id: number;
  readonly pull: PullRequest;
  readonly user: Account;
  readonly byApp: boolean;
  readonly state: 'COMMENTED' | 'APPROVED' | 'CHANGES_REQUESTED' | 'PENDING' | 'DISMISSED';
  readonly commitId: string;
  readonly submittedAt: string;
  body: string;
}

export interface IssueComment {
  readonly id: number;
  readonly pull: PullRequest;
  readonly user: Account;
  readonly byApp: boolean;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
  minimized: string | null;
  readonly reactions: Reaction[];
}

export interface PullRequest {
  readonly id: number;
  readonly number: number;
  readonly repository: Repository;
  readonly head: { readonly repository: Repository; readonly ref: string };
  readonly author: Account;
  readonly createdAt: string;
  headSha: string;
  baseRef: string;
  baseSha: string;
  title: string;
  body: string | null;
  draft: boolean;
  state: 'open' | 'closed';
  locked: boolean;
  mergedAt: string | null;
  mergedBy: Account | null;
  mergeCommit: string | null;
  closedAt: string | null;
  updatedAt: string;
  labels: Label[];
  readonly reviews: Review[];
  comments: ReviewComment[];
  conversation: IssueComment[];
  /** Ids of the first comments of resolved threads, with who resolved them. */
  readonly resolved: Map<number, Account>;
}

export interface CheckSuite {
  readonly id: number;
  readonly repository: Repository;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly before: string | null;
  readonly createdAt: string;
  updatedAt: string;
}

export interface CheckRun {
  readonly id: number;
  readonly repository: Repository;
  readonly suite: CheckSuite;
  readonly headSha: string;
  name: string;
  externalId: string | null;
  detailsUrl: string | null;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  startedAt: string;
  completedAt: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  annotations: SeenAnnotation[];
  /** The annotations as posted, columns and all. */
  rawAnnotations: Readonly<Record<string, unknown>>[];
  actions: readonly { readonly label: string; readonly description: string; readonly identifier: string }[];
}

export interface MergeGroup {
  readonly repository: Repository;
  readonly headSha: string;
  readonly headRef: string;
  readonly baseSha: string;
  readonly baseRef: string;
}

export interface Repository {
  readonly id: number;
  readonly owner: Account;
  name: string;
  /** Read-only, as its administrator left it. */
  archived: boolean;
  readonly private: boolean;
  readonly defaultBranch: string;
  /** Folder of the bare repository. */
  readonly git: string;
  readonly parent: Repository | null;
  readonly createdAt: string;
  pushedAt: string;
  installed: boolean;
  nextNumber: number;
  readonly levels: Map<string, Level>;
  readonly labels: Map<string, Label>;
  readonly pulls: PullRequest[];
  readonly suites: CheckSuite[];
  readonly runs: CheckRun[];
}

type Activity = Pick<Repository, 'nextNumber' | 'levels' | 'labels' | 'pulls' | 'suites' | 'runs'>;

/** What a repository holds in which nobody has done anything. */
export function untouched(): Activity {
  return { nextNumber: 1, levels: new Map(), labels: new Map(), pulls: [], suites: [], runs: [] };
}

export interface App {
  readonly id: number;
  readonly clientId: string;
  readonly slug: string;
  readonly name: string;
  readonly owner: Account;
  readonly bot: Account;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly createdAt: string;
  permissions: Permissions;
  readonly events: readonly string[];
}

export interface Installation {
  readonly id: number;
  readonly account: Account;
  readonly createdAt: string;
}

interface Token {
  readonly token: string;
  /** Milliseconds since the epoch; `Infinity` for a person's. */
  readonly expiresAt: number;
  readonly holder:
    | {
        readonly kind: 'installation';
        readonly installation: Installation;
        readonly permissions: Permissions;
        readonly repositoryIds: readonly number[] | null;
      }
    | { readonly kind: 'user'; readonly user: Account };
}

/** Everything that the small GitHub remembers. */
export interface State {
  readonly app: App;
  readonly accounts: Map<string, Account>;
  readonly repositories: Repository[];
  /** Former names, in lower case. */
  readonly moved: Map<string, Repository>;
  readonly installations: Installation[];
  readonly tokens: Map<string, Token>;
  readonly requests: LoggedRequest[];
  readonly violations: Violation[];
  readonly deliveries: Delivery[];
  readonly nextId: () => number;
  readonly now: () => number;
}
