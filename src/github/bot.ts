import type { ProbotOctokit } from 'probot';
import type { Repo } from './job.ts';
import type { Ports } from './ports.ts';

/** The calls of octokit that the bot uses. */
export type GitHub = Pick<InstanceType<typeof ProbotOctokit>, 'rest' | 'graphql' | 'paginate' | 'auth'>;

/** Who we are on GitHub: our own comments and check runs are known by these, never by a display name. */
export interface Self {
  readonly appId: number;
  /** `name[bot]`, as REST calls the author of our comments. */
  readonly login: string;
}

/** The bot at work in one repository. */
export interface Bot {
  readonly gh: GitHub;
  readonly self: Self;
  readonly repo: Repo;
  readonly installation: number;
  readonly ports: Ports;
}

/** The turn in which a job runs. `signal` is aborted with an Error that carries `why` and perhaps `by`. */
export interface Turn {
  readonly lastAttempt: boolean;
  readonly signal: AbortSignal;
  /** Rejects when another process has taken the turn. */
  readonly confirm?: () => Promise<void>;
}

/** Owner and repository as octokit wants them. */
export function at({ owner, name }: Repo): { readonly owner: string; readonly repo: string } {
  return { owner, repo: name };
}
