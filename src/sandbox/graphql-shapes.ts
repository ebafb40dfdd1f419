import { GraphQLError } from 'graphql';
import { anchorOf } from './anchor.ts';
import { type Caller, grants, levelFor } from './auth.ts';
import type { Context } from './context.ts';
import { fullName, nodeId } from './lookup.ts';
import { webOf } from './present/basics.ts';
import type { Account, IssueComment, PullRequest, Repository, Review, ReviewComment } from './state.ts';
import { firstOf } from './threads.ts';

/** Who asks, and what is asked about. */
export interface Asking {
  readonly context: Context;
  readonly caller: Caller;
}

interface Window {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

/** A connection with cursors; GitHub wants `first` or `last`, at most 100. */
function connection<T>(name: string, all: readonly T[], shape: (item: T) => unknown) {
  return ({ first, last, after, before }: Window) => {
    const size = first ?? last;
    if (size === null || size === undefined) {
      throw failure(
        'MISSING_PAGINATION_BOUNDARIES',
        `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
      );
    }
    if (size > 100)
      throw failure(
        'EXCESSIVE_PAGINATION',
        `Requesting ${size} records on the \`${name}\` connection exceeds the limit of 100 records.`,
      );
    const from = after == null ? 0 : positionOf(after) + 1;
    const to = before == null ? all.length : positionOf(before);
    const start = first == null ? Math.max(from, to - size) : from;
    const end = first == null ? to : Math.min(to, from + size);
    const nodes = all.slice(start, end);
    return {
      totalCount: all.length,
      nodes: nodes.map(shape),
      edges: nodes.map((node, at) => ({ cursor: cursorOf(start + at), node: shape(node) })),
      pageInfo: {
        hasNextPage: end < all.length,
        hasPreviousPage: start > 0,
        startCursor: nodes.length === 0 ? null : cursorOf(start),
        endCursor: nodes.length === 0 ? null : cursorOf(end - 1),
      },
    };
  };
}

function cursorOf(position: number): string {
  return Buffer.from(`cursor:${position}`).toString('base64');
}

function positionOf(cursor: string): number {
  return Number(Buffer.from(cursor, 'base64').toString().slice('cursor:'.length));
}

/** An error with GitHub's `type`. */
export function failure(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

/** An account; a bot is known to GraphQL without the `[bot]` of REST. */
export function actorShape(account: Account) {
  return {
    __typename: account.type,
    id: nodeId({ User: 'U', Organization: 'O', Bot: 'BOT' }[account.type], account.id),
    databaseId: account.id,
    login: account.login.replace(/\[bot\]$/, ''),
  };
}

function mayResolve({ caller }: Asking, pull: PullRequest): boolean {
  if (caller.kind === 'installation')
    return grants(caller.permissions, 'contents', 'write') && grants(caller.permissions, 'pull_requests', 'write');
  if (caller.kind !== 'user') return false;
  const level = levelFor(pull.repository, caller.user);
  return level === 'admin' || level === 'write' || caller.user.id === pull.author.id;
}

/** Throws GitHub's FORBIDDEN unless the caller may resolve threads there. */
export function checkResolve(asking: Asking, pull: PullRequest): void {
  if (!mayResolve(asking, pull)) throw failure('FORBIDDEN', 'Resource not accessible by integration');
}

/** `PullRequestReviewThread`, known by its first comment. */
export async function threadShape(asking: Asking, first: ReviewComment) {
  const { context } = asking;
  const { pull } = first;
  const anchor = await anchorOf(first, context.limits);
  const resolver = pull.resolved.get(first.id);
  const comments = pull.comments.filter((comment) => firstOf(comment).id === first.id);
  const open = mayResolve(asking, pull);
  return {
    __typename: 'PullRequestReviewThread',
    id: nodeId('PRRT', first.id),
    isResolved: resolver !== undefined,
    isOutdated: anchor.outdated,
    isCollapsed: resolver !== undefined,
    line: anchor.line,
    originalLine: first.originalLine,
    startLine: anchor.startLine,
    originalStartLine: first.originalStartLine,
    path: anchor.path,
    diffSide: first.side,
    startDiffSide: first.startSide,
    subjectType: first.subject === 'file' ? 'FILE' : 'LINE',
    viewerCanReply: true,
    viewerCanResolve: open && resolver === undefined,
    viewerCanUnresolve: open && resolver !== undefined,
    resolvedBy: resolver === undefined ? null : actorShape(resolver),
    comments: connection('comments', comments, (comment) => commentShape(asking, comment)),
    pullRequest: () => pullShape(asking, pull),
    repository: () => repositoryShape(asking, pull.repository),
  };
}

/** `PullRequestReviewComment`. */
export async function commentShape({ context, caller }: Asking, comment: ReviewComment) {
  const anchor = await anchorOf(comment, context.limits);
  const own = caller.kind === 'user' ? caller.user.id === comment.user.id : comment.byApp;
  return {
    __typename: 'PullRequestReviewComment',
    id: nodeId('PRRC', comment.id),
    databaseId: comment.id,
    fullDatabaseId: comment.id,
    author: actorShape(comment.user),
    body: comment.body,
    path: anchor.path,
    line: anchor.line,
    originalLine: comment.originalLine,
    outdated: anchor.outdated,
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    url: `${webOf(context, comment.pull.repository)}/pull/${comment.pull.number}#discussion_r${comment.id}`,
    commit: { oid: anchor.outdated ? comment.originalCommit : comment.pull.headSha },
    originalCommit: { oid: comment.originalCommit },
    replyTo:
      comment.inReplyTo === null ? null : { id: nodeId('PRRC', comment.inReplyTo), databaseId: comment.inReplyTo },
    ...minimizedShape(comment),
    viewerDidAuthor: own,
    viewerCanDelete: own,
    viewerCanUpdate: own,
    viewerCanMinimize: true,
  };
}

/** `PullRequestReview`. */
function reviewShape({ caller }: Asking, review: Review) {
  return {
    __typename: 'PullRequestReview',
    id: nodeId('PRR', review.id),
    databaseId: review.id,
    fullDatabaseId: review.id,
    author: actorShape(review.user),
    body: review.body,
    state: review.state,
    submittedAt: review.submittedAt,
    viewerDidAuthor: caller.kind === 'user' ? caller.user.id === review.user.id : review.byApp,
  };
}

/** The part of any comment that says whether it is hidden. */
function minimizedShape({ minimized }: { readonly minimized: string | null }) {
  return { isMinimized: minimized !== null, minimizedReason: minimized === null ? null : minimized.toLowerCase() };
}

/** `IssueComment`. */
export function issueCommentShape({ context }: Asking, comment: IssueComment) {
  return {
    __typename: 'IssueComment',
    id: nodeId('IC', comment.id),
    databaseId: comment.id,
    author: actorShape(comment.user),
    body: comment.body,
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    url: `${webOf(context, comment.pull.repository)}/pull/${comment.pull.number}#issuecomment-${comment.id}`,
    ...minimizedShape(comment),
  };
}

/** `PullRequest`. */
export function pullShape(asking: Asking, pull: PullRequest): Readonly<Record<string, unknown>> {
  const threads = pull.comments.filter((comment) => firstOf(comment) === comment);
  return {
    __typename: 'PullRequest',
    id: nodeId('PR', pull.id),
    databaseId: pull.id,
    number: pull.number,
    title: pull.title,
    body: pull.body ?? '',
    state: pull.mergedAt !== null ? 'MERGED' : pull.state.toUpperCase(),
    isDraft: pull.draft,
    locked: pull.locked,
    headRefOid: pull.headSha,
    headRefName: pull.head.ref,
    baseRefOid: pull.baseSha,
    baseRefName: pull.baseRef,
    isCrossRepository: pull.head.repository !== pull.repository,
    author: actorShape(pull.author),
    repository: () => repositoryShape(asking, pull.repository),
    reviews: (window: Window & { readonly states?: readonly string[] | null }) => {
      const wanted = pull.reviews.filter(({ state }) => window.states == null || window.states.includes(state));
      return connection('reviews', wanted, (review) => reviewShape(asking, review))(window);
    },
    labels: connection('labels', pull.labels, (label) => ({
      id: nodeId('LA', label.id),
      name: label.name,
      color: label.color,
    })),
    reviewThreads: connection('reviewThreads', threads, (first) => threadShape(asking, first)),
    comments: connection('comments', pull.conversation, (comment) => issueCommentShape(asking, comment)),
  };
}

/** `Repository`. */
export function repositoryShape(asking: Asking, repository: Repository): Readonly<Record<string, unknown>> {
  const pulls = [...repository.pulls].reverse();
  return {
    __typename: 'Repository',
    id: nodeId('R', repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: fullName(repository),
    owner: actorShape(repository.owner),
    isPrivate: repository.private,
    isFork: repository.parent !== null,
    pullRequest: ({ number }: { readonly number: number }) => {
      const found = repository.pulls.find((pull) => pull.number === number);
      if (found === undefined)
        throw failure('NOT_FOUND', `Could not resolve to a PullRequest with the number of ${number}.`);
      return pullShape(asking, found);
    },
    pullRequests: (given: Window & { readonly states?: readonly string[] | null }) => {
      const states = given.states ?? ['OPEN', 'CLOSED', 'MERGED'];
      const shapes = pulls
        .map((pull) => pullShape(asking, pull))
        .filter((shape) => states.includes(String(shape.state)));
      return connection('pullRequests', shapes, (shape) => shape)(given);
    },
  };
}
