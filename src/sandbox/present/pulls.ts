import { diffOfPull } from '../anchor.ts';
import type { Context } from '../context.ts';
import { gitLine } from '../git.ts';
import { nodeId } from '../lookup.ts';
import type { PullRequest, Repository } from '../state.ts';
import { accountShape, apiOf, association, labelShape, repositoryShape, type Shape, webOf } from './basics.ts';

function addresses(context: Context, pull: PullRequest): Shape {
  const api = apiOf(context, pull.repository);
  const own = `${api}/pulls/${pull.number}`;
  const web = `${webOf(context, pull.repository)}/pull/${pull.number}`;
  const issue = `${api}/issues/${pull.number}`;
  return {
    url: own,
    html_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    issue_url: issue,
    commits_url: `${own}/commits`,
    review_comments_url: `${own}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: `${api}/statuses/${pull.headSha}`,
  };
}

function links(shape: Shape): Shape {
  const pairs = {
    self: 'url',
    html: 'html_url',
    issue: 'issue_url',
    comments: 'comments_url',
    review_comments: 'review_comments_url',
  };
  const more = { review_comment: 'review_comment_url', commits: 'commits_url', statuses: 'statuses_url' };
  return Object.fromEntries(Object.entries({ ...pairs, ...more }).map(([name, key]) => [name, { href: shape[key] }]));
}

function end(context: Context, repository: Repository, ref: string, sha: string): Shape {
  return {
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: accountShape(context, repository.owner),
    repo: repositoryShape(context, repository),
  };
}

/** `pull-request-simple`: what lists hold. */
export function pullInList(context: Context, pull: PullRequest): Shape {
  const shape = addresses(context, pull);
  return {
    ...shape,
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    number: pull.number,
    state: pull.state,
    locked: pull.locked,
    active_lock_reason: null,
    title: pull.title,
    user: accountShape(context, pull.author),
    body: pull.body,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommit,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: pull.labels.map((label) => labelShape(context, pull.repository, label)),
    milestone: null,
    draft: pull.draft,
    head: end(context, pull.head.repository, pull.head.ref, pull.headSha),
    base: end(context, pull.repository, pull.baseRef, pull.baseSha),
    _links: links(shape),
    author_association: association(pull.repository, pull.author),
    auto_merge: null,
  };
}

/** `pull-request`: one pull request with its counts. */
export async function pullShape(context: Context, pull: PullRequest): Promise<Shape> {
  const { files } = await diffOfPull(pull, context.limits);
  const commits = await gitLine(pull.repository.git, ['rev-list', '--count', `${pull.baseSha}..${pull.headSha}`]);
  const sum = (key: 'additions' | 'deletions') => files.reduce((total, file) => total + file[key], 0);
  return {
    ...pullInList(context, pull),
    merged: pull.mergedAt !== null,
    // Computed later at GitHub; nobody may wait for it.
    mergeable: null,
    rebaseable: null,
    mergeable_state: 'unknown',
    merged_by: pull.mergedBy === null ? null : accountShape(context, pull.mergedBy),
    comments: pull.conversation.length,
    review_comments: pull.comments.length,
    maintainer_can_modify: false,
    commits: Number(commits),
    additions: sum('additions'),
    deletions: sum('deletions'),
    changed_files: files.length,
  };
}

/** `issue`: the pull request as the conversation APIs know it. */
export function issueShape(context: Context, pull: PullRequest): Shape {
  const shape = addresses(context, pull);
  const { issue_url: url, html_url, diff_url, patch_url } = shape;
  return {
    id: pull.id + 1,
    node_id: nodeId('I', pull.id + 1),
    url,
    html_url,
    repository_url: apiOf(context, pull.repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    number: pull.number,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    user: accountShape(context, pull.author),
    labels: pull.labels.map((label) => labelShape(context, pull.repository, label)),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: pull.locked,
    active_lock_reason: null,
    comments: pull.conversation.length,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    author_association: association(pull.repository, pull.author),
    draft: pull.draft,
    pull_request: { url: shape.url, html_url, diff_url, patch_url, merged_at: pull.mergedAt },
    reactions: reactionsOfIssue(String(url)),
    performed_via_github_app: null,
    state_reason: null,
  };
}

function reactionsOfIssue(url: string): Shape {
  const none = { '+1': 0, '-1': 0, laugh: 0, hooray: 0, confused: 0, heart: 0, rocket: 0, eyes: 0 };
  return { url: `${url}/reactions`, total_count: 0, ...none };
}
