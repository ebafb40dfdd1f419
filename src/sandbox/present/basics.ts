import type { Context } from '../context.ts';
import { fullName, nodeId } from '../lookup.ts';
import type { Account, Label, Reaction, Repository } from '../state.ts';

/** A JSON object of GitHub's API. */
export type Shape = Readonly<Record<string, unknown>>;

const KINDS = { User: 'U', Organization: 'O', Bot: 'BOT' } as const;

/** `simple-user`. */
export function accountShape(context: Context, account: Account): Shape {
  const url = `${context.url()}/users/${encodeURIComponent(account.login)}`;
  const web = `${context.url()}/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(KINDS[account.type], account.id),
    avatar_url: `${context.url()}/avatars/${account.id}`,
    gravatar_id: '',
    url,
    html_url: account.type === 'Bot' ? `${context.url()}/apps/${context.state.app.slug}` : web,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    site_admin: false,
  };
}

const REPOSITORY_PATHS = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
} as const;

const COUNTS = [
  'forks',
  'forks_count',
  'open_issues',
  'open_issues_count',
  'size',
  'stargazers_count',
  'watchers',
  'watchers_count',
];
const SWITCHES = {
  has_issues: true,
  has_projects: false,
  has_wiki: false,
  has_pages: false,
  has_discussions: false,
  has_downloads: false,
};

/** Address of a repository in the API. */
export function apiOf(context: Context, repository: Repository): string {
  return `${context.url()}/repos/${fullName(repository)}`;
}

/** Address of a repository's page. */
export function webOf(context: Context, repository: Repository): string {
  return `${context.url()}/${fullName(repository)}`;
}

/** `repository`, complete enough for `full-repository` and `minimal-repository`. */
export function repositoryShape(context: Context, repository: Repository): Shape {
  const api = apiOf(context, repository);
  const web = webOf(context, repository);
  return {
    id: repository.id,
    node_id: nodeId('R', repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    visibility: repository.private ? 'private' : 'public',
    owner: accountShape(context, repository.owner),
    html_url: web,
    url: api,
    description: null,
    fork: repository.parent !== null,
    ...Object.fromEntries(Object.entries(REPOSITORY_PATHS).map(([key, path]) => [key, `${api}${path}`])),
    ...Object.fromEntries(COUNTS.map((key) => [key, 0])),
    ...SWITCHES,
    clone_url: `${web}.git`,
    git_url: `git://${new URL(web).host}/${fullName(repository)}.git`,
    ssh_url: `git@${new URL(web).hostname}:${fullName(repository)}.git`,
    svn_url: web,
    default_branch: repository.defaultBranch,
    homepage: null,
    language: null,
    archived: repository.archived,
    disabled: false,
    mirror_url: null,
    license: null,
    topics: [],
    is_template: false,
    allow_forking: true,
    web_commit_signoff_required: false,
    pushed_at: repository.pushedAt,
    created_at: repository.createdAt,
    updated_at: repository.pushedAt,
  };
}

/** `full-repository`. */
export function fullRepositoryShape(context: Context, repository: Repository): Shape {
  const { parent } = repository;
  const family =
    parent === null ? {} : { parent: repositoryShape(context, parent), source: repositoryShape(context, parent) };
  return { ...repositoryShape(context, repository), ...family, network_count: 0, subscribers_count: 0 };
}

/** The `repository` of a webhook. */
export function repositoryForWebhook(context: Context, repository: Repository): Shape {
  return { ...repositoryShape(context, repository), custom_properties: {} };
}

/** `label`. */
export function labelShape(context: Context, repository: Repository, label: Label): Shape {
  return {
    id: label.id,
    node_id: nodeId('LA', label.id),
    url: `${apiOf(context, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    description: '',
    color: label.color,
    default: false,
  };
}

/** `reaction`. */
export function reactionShape(context: Context, reaction: Reaction): Shape {
  const { id, content, user, at } = reaction;
  return { id, node_id: nodeId('REA', id), user: accountShape(context, user), content, created_at: at };
}

const CONTENTS = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'];

/** `reaction-rollup`. */
export function rollup(url: string, reactions: readonly Reaction[]): Shape {
  const counts = CONTENTS.map((content) => [
    content,
    reactions.filter((reaction) => reaction.content === content).length,
  ]);
  return { url: `${url}/reactions`, total_count: reactions.length, ...Object.fromEntries(counts) };
}

/** What GitHub calls a person's relation to a repository. */
export function association(repository: Repository, account: Account): string {
  if (account.login === repository.owner.login) return 'OWNER';
  const level = repository.levels.get(account.login.toLowerCase());
  if (level === 'admin' || level === 'write')
    return repository.owner.type === 'Organization' ? 'MEMBER' : 'COLLABORATOR';
  return account.type === 'Bot' || level === 'read' ? 'NONE' : 'CONTRIBUTOR';
}
