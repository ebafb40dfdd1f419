import type { Delivery, Fault, Level, LoggedRequest, Permissions, Violation, WebhookTarget } from './types.ts';

/** Contents by path; a string is UTF-8. */
type Files = Readonly<Record<string, string | Uint8Array>>;

/** A file that is not a regular one: executable, symlink (text = target) or submodule (text = commit id). */
interface SpecialFile {
  readonly path: string;
  readonly mode: '100755' | '120000' | '160000';
  readonly text: string;
}

/** What one commit does to the tree of its parent. Renames are done first, then deletes, then files. */
export interface CommitChange {
  readonly files?: Files;
  readonly special?: readonly SpecialFile[];
  readonly deletes?: readonly string[];
  /** From old path to new path. */
  readonly renames?: Readonly<Record<string, string>>;
  readonly message?: string;
  /** Login of the author. */
  readonly by?: string;
}

export interface RepositoryOptions {
  /** The first commit of the default branch; an empty README when neither this nor `cloneFrom` is given. */
  readonly files?: Files;
  /** A local git repository that is cloned, branches and all. */
  readonly cloneFrom?: string;
  readonly defaultBranch?: string;
  readonly private?: boolean;
  /** False leaves the App uninstalled here. */
  readonly installed?: boolean;
}

export interface PullRequestOptions {
  /** Branch of `from`. */
  readonly head: string;
  /** Branch of the repository; default: its default branch. */
  readonly base?: string;
  /** The fork that `head` is in. */
  readonly from?: RepositoryActor;
  readonly title?: string;
  readonly body?: string;
  readonly author?: string;
  readonly draft?: boolean;
  /** Labels already on at opening (GitHub sends `opened` and one `labeled` for each). */
  readonly labels?: readonly string[];
}

/** Who does it; default: the author of the pull request or the owner of the repository. */
export interface By {
  readonly by?: string;
}

/** A review comment as a test wants to read it. */
export interface SeenComment {
  readonly id: number;
  readonly path: string;
  /** Line at the present head; null when outdated or on the file as a whole. */
  readonly line: number | null;
  readonly startLine: number | null;
  readonly side: 'LEFT' | 'RIGHT';
  readonly body: string;
  readonly author: string;
  readonly inReplyTo: number | null;
  readonly outdated: boolean;
  readonly resolved: boolean;
  readonly minimized: string | null;
  readonly reactions: readonly string[];
}

export interface SeenAnnotation {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly level: 'notice' | 'warning' | 'failure';
  readonly title: string | null;
  readonly message: string;
}

export interface SeenCheckRun {
  readonly id: number;
  readonly name: string;
  readonly headSha: string;
  readonly externalId: string | null;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: string | null;
  readonly title: string | null;
  readonly summary: string | null;
  readonly text: string | null;
  readonly annotations: readonly SeenAnnotation[];
  readonly actions: readonly { readonly label: string; readonly description: string; readonly identifier: string }[];
}

export interface SeenReview {
  readonly id: number;
  readonly state: string;
  readonly body: string;
  readonly author: string;
  readonly commitId: string;
  readonly commentIds: readonly number[];
}

/** A pull request in the hands of people. Each act resolves when the App has answered (or failed) the webhooks it caused. */
export interface PullRequestActor {
  readonly number: number;
  readonly repository: RepositoryActor;
  /** Address of the page that shows it. */
  readonly page: string;
  headSha(): string;
  baseSha(): string;
  labels(): readonly string[];
  addLabel(name: string, by?: By): Promise<void>;
  removeLabel(name: string, by?: By): Promise<void>;
  /** Commits on the head branch; answers the new head. */
  push(change: CommitChange): Promise<string>;
  /** Replays the commits of the head branch on the tip of the base branch and force-pushes. */
  rebase(): Promise<string>;
  edit(change: { readonly title?: string; readonly body?: string }, by?: By): Promise<void>;
  changeBase(branch: string, by?: By): Promise<void>;
  ready(by?: By): Promise<void>;
  toDraft(by?: By): Promise<void>;
  close(by?: By): Promise<void>;
  reopen(by?: By): Promise<void>;
  merge(by?: By): Promise<void>;
  /** A comment in the conversation; answers its id. */
  comment(body: string, by?: By): Promise<number>;
  /** A person's own review comment on a line. */
  commentOnLine(path: string, line: number, body: string, by?: By): Promise<number>;
  /** A reply in the thread of a review comment; answers its id. */
  replyTo(commentId: number, body: string, by?: By): Promise<number>;
  resolveThread(commentId: number, by?: By): void;
  unresolveThread(commentId: number, by?: By): void;
  clickButton(checkRunId: number, identifier: string, by?: By): Promise<void>;
  rerequest(checkRunId: number, by?: By): Promise<void>;
  rerequestSuite(by?: By): Promise<void>;
  lock(): void;
  reviews(): readonly SeenReview[];
  /** Review comments at the present head, oldest first. */
  reviewComments(): Promise<readonly SeenComment[]>;
  issueComments(): readonly {
    readonly id: number;
    readonly body: string;
    readonly author: string;
    readonly reactions: readonly string[];
  }[];
  /** Check runs of the present head, newest first. */
  checkRuns(): readonly SeenCheckRun[];
}

/** A merge group that waits for its checks. */
export interface MergeGroupActor {
  readonly ref: string;
  readonly headSha: string;
  readonly baseSha: string;
  checkRuns(): readonly SeenCheckRun[];
  destroy(reason: 'merged' | 'invalidated' | 'dequeued'): Promise<void>;
}

export interface RepositoryActor {
  readonly id: number;
  readonly fullName: string;
  readonly defaultBranch: string;
  /** Folder of the bare git repository. */
  readonly gitDirectory: string;
  /** Without credentials; a token goes in as `x-access-token:TOKEN`. */
  readonly cloneUrl: string;
  /** Commit id of a branch, or `undefined`. */
  tip(branch: string): Promise<string | undefined>;
  createBranch(name: string, from?: string): Promise<string>;
  /** A push: pull requests of the branch get `synchronize`. A new branch starts at the default branch. */
  commit(branch: string, change: CommitChange): Promise<string>;
  /** Replaces the branch by one commit on `onto` (branch or commit; default: the default branch). */
  forcePush(branch: string, change: CommitChange, onto?: string): Promise<string>;
  fork(owner: string): Promise<RepositoryActor>;
  openPullRequest(options: PullRequestOptions): Promise<PullRequestActor>;
  setPermission(login: string, level: Level): void;
  /** Chained merge groups, one for each pull request, in the order given. */
  enqueue(pullRequests: readonly PullRequestActor[]): Promise<readonly MergeGroupActor[]>;
  /** One merge group that holds them all. */
  enqueueTogether(pullRequests: readonly PullRequestActor[]): Promise<MergeGroupActor>;
  pullRequests(): readonly PullRequestActor[];
  checkRuns(sha: string): readonly SeenCheckRun[];
  /** Gives it another name of the same owner; the old one leads on to it. */
  rename(name: string): Promise<void>;
  /** Makes it read-only, or ends that. */
  archive(archived: boolean): Promise<void>;
  /** Takes the App away or gives it back; sends the `installation_repositories`-free forms `installation.created` / `deleted`. */
  install(installed: boolean): Promise<void>;
}

export interface Sandbox {
  /** `http://127.0.0.1:PORT`: base URL of REST (`baseUrl`), git and the pages. GraphQL is at `/graphql`. */
  readonly url: string;
  readonly app: {
    readonly id: number;
    readonly slug: string;
    /** PEM for the App's JWTs; the sandbox checks their signature. */
    readonly privateKey: string;
  };
  /** Requests so far, oldest first. */
  readonly requests: readonly LoggedRequest[];
  readonly violations: readonly Violation[];
  readonly deliveries: readonly Delivery[];
  /** How many requests changed something; with a route, only those of it. */
  writes(route?: string): number;
  addFault(fault: Fault): void;
  clearFaults(): void;
  readonly clock: {
    now(): number;
    /** Moves the sandbox's time forward, in milliseconds. */
    advance(milliseconds: number): void;
  };
  /** Sends webhooks from now on to this address; `undefined` sends none (they are recorded as failed). */
  deliverTo(target: WebhookTarget | undefined): void;
  /** Resolves when no webhook is under way. */
  settled(): Promise<void>;
  /** Sends a recorded delivery again, with the same GUID. */
  redeliver(id: number): Promise<Delivery>;
  repository(fullName: string, options?: RepositoryOptions): Promise<RepositoryActor>;
  /** An installation token as the App would get it; `permissions` narrows it. */
  installationToken(owner: string, permissions?: Permissions): string;
  /** A personal token of a person. */
  userToken(login: string): string;
  /** Changes what the App was granted, as an administrator who has not yet accepted would leave it. */
  grant(permissions: Permissions): void;
  close(): Promise<void>;
}
