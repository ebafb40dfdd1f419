import type { Bot, GitHub } from './bot.ts';
import { at } from './bot.ts';
import type { Conclusion } from './effect.ts';
import { statusOf } from './failure.ts';
import type { Repo } from './job.ts';

/** A pull request as it is now. */
export interface PullFacts {
  readonly number: number;
  readonly open: boolean;
  readonly draft: boolean;
  readonly labels: readonly string[];
  readonly title: string;
  readonly author: string;
  readonly baseRef: string;
  readonly baseSha: string;
  readonly headSha: string;
  readonly defaultBranch: string;
  /** Read-only: nothing can be said there. */
  readonly archived: boolean;
  readonly cloneUrl: string;
  /** Address of the repository's pages. */
  readonly webUrl: string;
}

/** One of our own check runs. */
export interface OwnRun {
  readonly id: number;
  readonly name: string;
  readonly externalId: string;
  readonly completed: boolean;
  readonly conclusion: Conclusion | null;
  readonly title: string;
  readonly summary: string;
  readonly annotations: number;
  readonly url: string;
}

type RawPull = Awaited<ReturnType<GitHub['rest']['pulls']['get']>>['data'];

function factsOf(pull: RawPull): PullFacts {
  return {
    number: pull.number,
    open: pull.state === 'open',
    draft: pull.draft === true,
    labels: pull.labels.map(({ name }) => name),
    title: pull.title,
    author: pull.user?.login ?? 'ghost',
    baseRef: pull.base.ref,
    baseSha: pull.base.sha,
    headSha: pull.head.sha,
    defaultBranch: pull.base.repo.default_branch,
    archived: pull.base.repo.archived,
    cloneUrl: pull.base.repo.clone_url,
    webUrl: pull.base.repo.html_url,
  };
}

export async function readPull(gh: GitHub, repo: Repo, number: number): Promise<PullFacts> {
  const { data } = await gh.rest.pulls.get({ ...at(repo), pull_number: number });
  return factsOf(data);
}

/** Text of a file at a ref; undefined where there is none. */
export async function readFile(gh: GitHub, repo: Repo, path: string, ref?: string): Promise<string | undefined> {
  try {
    const { data } = await gh.rest.repos.getContent({
      ...at(repo),
      path,
      ...(ref === undefined ? {} : { ref }),
      mediaType: { format: 'raw' },
    });
    // The raw media type answers text; a folder of that name still answers a list.
    return typeof data === 'string' ? data : undefined;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Our check runs on a commit, newest first. */
export async function readRuns({ gh, repo, self }: Bot, sha: string): Promise<readonly OwnRun[]> {
  const { data } = await gh.rest.checks.listForRef({
    ...at(repo),
    ref: sha,
    app_id: self.appId,
    filter: 'all',
    per_page: 100,
  });
  const ours = data.check_runs.filter(({ app }) => app?.id === self.appId);
  return [...ours]
    .sort((a, b) => b.id - a.id)
    .map((run) => ({
      id: run.id,
      name: run.name,
      externalId: run.external_id ?? '',
      completed: run.status === 'completed',
      conclusion: run.conclusion as Conclusion | null,
      title: run.output.title ?? '',
      summary: run.output.summary ?? '',
      annotations: run.output.annotations_count,
      url: run.html_url ?? '',
    }));
}

/** Numbers of the open pull requests whose head is that commit; GitHub's own list is empty for forks. */
export async function pullsWithHead(gh: GitHub, repo: Repo, sha: string): Promise<readonly number[]> {
  const { data: named } = await gh.rest.repos.listPullRequestsAssociatedWithCommit({ ...at(repo), commit_sha: sha });
  const direct = named.filter(({ state, head }) => state === 'open' && head.sha === sha).map(({ number }) => number);
  if (direct.length > 0) return direct;
  const open = await gh.paginate(gh.rest.pulls.list, { ...at(repo), state: 'open', per_page: 100 });
  return open.filter(({ head }) => head.sha === sha).map(({ number }) => number);
}

/** What a person may do. `maintain` counts as write, `triage` as read. */
export async function mayWrite({ gh, repo }: Pick<Bot, 'gh' | 'repo'>, login: string): Promise<boolean> {
  try {
    const { data } = await gh.rest.repos.getCollaboratorPermissionLevel({ ...at(repo), username: login });
    return data.permission === 'admin' || data.permission === 'write';
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/** Address of a line of a file at a commit. */
export function lineUrl({ webUrl }: Pick<PullFacts, 'webUrl'>, sha: string): (path: string, line: number) => string {
  return (path, line) => `${webUrl}/blob/${sha}/${path.split('/').map(encodeURIComponent).join('/')}#L${line}`;
}
