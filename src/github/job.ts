/** A repository on GitHub. */
export interface Repo {
  readonly owner: string;
  readonly name: string;
}

/** What is to be done. Every task is judged again by the present state when its turn comes; `reason` is for people. */
export type Task =
  | {
      readonly kind: 'review';
      readonly pull: number;
      readonly reason: string;
      /** True when a person asked: a review that is already there is done again. */
      readonly forced: boolean;
      /** Commits on which the end of a process may have left a run open. */
      readonly left?: readonly string[];
    }
  | { readonly kind: 'recheck'; readonly sha: string; readonly reason: string }
  /** Every labelled pull request of the repository is to be looked at. */
  | { readonly kind: 'sweep'; readonly reason: string }
  | {
      readonly kind: 'merge-group';
      readonly headSha: string;
      readonly baseSha: string;
      readonly headRef: string;
      readonly baseRef: string;
    }
  | {
      readonly kind: 'command';
      readonly pull: number;
      readonly where: 'review-comment' | 'conversation';
      readonly comment: number;
      /** First comment of the thread that was answered. */
      readonly thread?: number;
      readonly login: string;
      readonly body: string;
    }
  | {
      readonly kind: 'button';
      readonly identifier: string;
      readonly sha: string;
      readonly pull?: number;
      readonly login: string;
    };

export interface Errand {
  readonly repo: Repo;
  readonly task: Task;
}

/** One entry of the queue. There is at most one waiting and one running job of a key. */
export interface Job {
  readonly key: string;
  /** The commit that is to be reviewed, hex. */
  readonly head: string;
  /** When the reason arose, in milliseconds; decides which of two is newer. */
  readonly generation: number;
  readonly priority: 'merge-group' | 'push' | 'reconcile';
  readonly installation: number;
  /** A review of the same head that is under way is no longer wanted as it is. */
  readonly stops?: boolean;
  /** `X-GitHub-Delivery`. */
  readonly delivery?: string;
  readonly payload: Errand;
}

/** The key of everything that may write the review of a pull request. */
export function pullKey(repo: Repo, pull: number): string {
  return `${repo.owner}/${repo.name}#${pull}`;
}
