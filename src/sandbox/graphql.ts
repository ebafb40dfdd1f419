import { buildSchema, execute, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { authorOf, type Caller, grants, maySee } from './auth.ts';
import type { Context } from './context.ts';
import {
  type Asking,
  actorShape,
  checkResolve,
  commentShape,
  failure,
  issueCommentShape,
  pullShape,
  repositoryShape,
  threadShape,
} from './graphql-shapes.ts';
import { type Answer, Refusal } from './http.ts';
import { findMoved, findRepository, fromNodeId } from './lookup.ts';
import type { IssueComment, PullRequest, ReviewComment } from './state.ts';
import { firstOf } from './threads.ts';

let gitHub: Promise<GraphQLSchema> | undefined;

/** GitHub's GraphQL schema, read and built on first use (the package is big). */
function gitHubSchema(): Promise<GraphQLSchema> {
  gitHub ??= import('@octokit/graphql-schema').then((octokit) =>
    buildSchema(octokit.schema.idl, { assumeValidSDL: true }),
  );
  return gitHub;
}

interface Asked {
  readonly query?: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
}

/** Answers a GraphQL request. A document that GitHub's schema does not allow is recorded as a violation. */
export async function answerGraphql(context: Context, caller: Caller, body: unknown): Promise<Answer> {
  if (caller.kind !== 'installation' && caller.kind !== 'user')
    throw new Refusal(401, 'This endpoint requires you to be authenticated.');
  const { query, variables, operationName } = (body ?? {}) as Asked;
  if (typeof query !== 'string') throw new Refusal(400, 'A query attribute must be specified and must be a string.');
  const schema = await gitHubSchema();
  const checked = check(schema, query);
  if ('errors' in checked) return broken(context, checked.errors);
  const result = await execute({
    schema,
    document: checked.document,
    rootValue: root({ context, caller }),
    ...(typeof variables === 'object' && variables !== null
      ? { variableValues: variables as Record<string, unknown> }
      : {}),
    ...(typeof operationName === 'string' ? { operationName } : {}),
  });
  // An error that no resolver meant is a request we cannot serve: say so loudly.
  for (const error of result.errors ?? []) if (error.extensions.type === undefined) record(context, error);
  const errors = result.errors?.map(wire);
  return { status: 200, body: { data: result.data ?? null, ...(errors === undefined ? {} : { errors }) } };
}

function check(schema: GraphQLSchema, query: string) {
  try {
    const document = parse(query);
    const errors = validate(schema, document);
    return errors.length > 0 ? { errors } : { document };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}

function broken(context: Context, errors: readonly GraphQLError[]): Answer {
  for (const error of errors) record(context, error);
  return { status: 200, body: { errors: errors.map(wire) } };
}

function record(context: Context, error: GraphQLError): void {
  context.state.violations.push({ side: 'request', route: 'POST /graphql', sentence: error.message });
}

/** GitHub puts the type beside the message. */
function wire(error: GraphQLError) {
  const { message, path, locations, extensions } = error;
  return { ...(extensions.type === undefined ? {} : { type: extensions.type }), path, locations, message };
}

function root(asking: Asking) {
  return {
    viewer: () => actorShape(authorOf(asking.context.state, asking.caller)),
    rateLimit: () => ({
      limit: 5000,
      cost: 1,
      remaining: 5000,
      used: 0,
      nodeCount: 0,
      resetAt: new Date(asking.context.state.now()).toISOString(),
    }),
    // Renames are followed unless the query says otherwise.
    repository: ({ owner, name, followRenames }: Named) => {
      const { state } = asking.context;
      const wanted = `${owner}/${name}`;
      const found = findRepository(state, wanted) ?? (followRenames === false ? undefined : findMoved(state, wanted));
      if (found === undefined || !maySee(asking.caller, found)) {
        throw failure('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
      }
      readable(asking);
      return repositoryShape(asking, found);
    },
    node: ({ id }: { readonly id: string }) => node(asking, id),
    resolveReviewThread: ({ input }: Input<'threadId'>) => setResolved(asking, input, true),
    unresolveReviewThread: ({ input }: Input<'threadId'>) => setResolved(asking, input, false),
    minimizeComment: ({ input }: Input<'subjectId' | 'classifier'>) => minimize(asking, input, input.classifier),
    unminimizeComment: ({ input }: Input<'subjectId'>) => minimize(asking, input, null),
  };
}

interface Named {
  readonly owner: string;
  readonly name: string;
  readonly followRenames?: boolean | null;
}

interface Input<K extends string> {
  readonly input: Readonly<Record<K, string>> & { readonly clientMutationId?: string | null };
}

function readable({ caller }: Asking): void {
  if (caller.kind === 'installation' && !grants(caller.permissions, 'pull_requests', 'read')) {
    throw failure('FORBIDDEN', 'Resource not accessible by integration');
  }
}

function missing(id: string): GraphQLError {
  return failure('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'.`);
}

function visiblePulls({ context, caller }: Asking): readonly PullRequest[] {
  return context.state.repositories
    .filter((repository) => maySee(caller, repository))
    .flatMap((repository) => repository.pulls);
}

function threadOf(asking: Asking, id: string): ReviewComment {
  const number = fromNodeId('PRRT', id);
  const found = visiblePulls(asking)
    .flatMap((pull) => pull.comments)
    .find((comment) => comment.id === number);
  if (found === undefined) throw missing(id);
  return firstOf(found);
}

function subjectOf(asking: Asking, id: string): ReviewComment | IssueComment {
  const review = fromNodeId('PRRC', id);
  const issue = fromNodeId('IC', id);
  const pulls = visiblePulls(asking);
  const found =
    pulls.flatMap((pull) => pull.comments).find((comment) => comment.id === review) ??
    pulls.flatMap((pull) => pull.conversation).find((comment) => comment.id === issue);
  if (found === undefined) throw missing(id);
  return found;
}

function node(asking: Asking, id: string) {
  readable(asking);
  if (id.startsWith('PRRT_')) return threadShape(asking, threadOf(asking, id));
  if (id.startsWith('PRRC_') || id.startsWith('IC_')) return shapeOfSubject(asking, subjectOf(asking, id));
  const pull = visiblePulls(asking).find((candidate) => candidate.id === fromNodeId('PR', id));
  if (pull === undefined) throw missing(id);
  return pullShape(asking, pull);
}

function shapeOfSubject(asking: Asking, subject: ReviewComment | IssueComment) {
  return 'diffHunk' in subject ? commentShape(asking, subject) : issueCommentShape(asking, subject);
}

async function setResolved(asking: Asking, input: Input<'threadId'>['input'], resolved: boolean) {
  const first = threadOf(asking, input.threadId);
  if (first.pull.repository.archived) throw failure('FORBIDDEN', 'Repository was archived so is read-only.');
  checkResolve(asking, first.pull);
  if (resolved) first.pull.resolved.set(first.id, authorOf(asking.context.state, asking.caller));
  else first.pull.resolved.delete(first.id);
  return { clientMutationId: input.clientMutationId ?? null, thread: await threadShape(asking, first) };
}

async function minimize(asking: Asking, input: Input<'subjectId'>['input'], reason: string | null) {
  const { caller } = asking;
  const subject = subjectOf(asking, input.subjectId);
  if (caller.kind === 'installation' && !grants(caller.permissions, 'pull_requests', 'write'))
    throw failure('FORBIDDEN', 'Resource not accessible by integration');
  subject.minimized = reason;
  const shape = await shapeOfSubject(asking, subject);
  const field = reason === null ? { unminimizedComment: shape } : { minimizedComment: shape };
  return { clientMutationId: input.clientMutationId ?? null, ...field };
}
