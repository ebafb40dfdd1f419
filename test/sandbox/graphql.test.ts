import type { PullRequestActor } from '../../src/sandbox/types.ts';
import { numbered, type Scene, scene, tokenClient } from './support.ts';

const THREADS = `query ($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviewThreads(first: 2, after: $after) {
        nodes {
          id isResolved isOutdated line originalLine viewerCanResolve resolvedBy { login } subjectType
          comments(first: 10) { nodes { id databaseId body author { login } isMinimized minimizedReason } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`;
const RESOLVE =
  'mutation ($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { isResolved resolvedBy { login } } } }';
const HIDE =
  'mutation ($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { minimizedComment { isMinimized minimizedReason } } }';

interface Threads {
  readonly repository: {
    readonly pullRequest: {
      readonly reviewThreads: {
        readonly nodes: readonly {
          id: string;
          viewerCanResolve: boolean;
          comments: { nodes: readonly { id: string }[] };
        }[];
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
      };
    };
  };
}

describe('GraphQL', () => {
  let stage: Scene;
  let pull: PullRequestActor;
  const variables = { owner: 'acme', name: 'fraud', number: 1 };

  beforeAll(async () => {
    stage = await scene({ app: { permissions: { contents: 'write', pull_requests: 'write', checks: 'write' } } });
    const repo = await stage.hub.repository('acme/fraud', { files: { 'a.py': numbered(9) } });
    await repo.commit('feature', { files: { 'a.py': numbered(9).replace('line 5', 'five') } });
    pull = await repo.openPullRequest({ head: 'feature', author: 'alice' });
    const client = tokenClient(stage.hub, stage.hub.installationToken('acme'));
    const comments = [3, 4, 5].map((line) => ({ path: 'a.py', line, body: `on ${line}` }));
    await client.rest.pulls.createReview({
      owner: 'acme',
      repo: 'fraud',
      pull_number: 1,
      event: 'COMMENT',
      body: 'x',
      comments,
    });
  });
  afterAll(() => stage.close());

  const with_ = (permissions: Record<string, 'read' | 'write'>) =>
    tokenClient(stage.hub, stage.hub.installationToken('acme', permissions));

  test('threads come in pages, with their comments', async () => {
    const client = with_({ contents: 'read', pull_requests: 'write' });
    const first = await client.graphql<Threads>(THREADS, variables);
    const { nodes, pageInfo } = first.repository.pullRequest.reviewThreads;
    expect(nodes).toHaveLength(2);
    expect(nodes[0]).toMatchObject({
      isResolved: false,
      isOutdated: false,
      line: 3,
      originalLine: 3,
      viewerCanResolve: false,
      resolvedBy: null,
      subjectType: 'LINE',
      comments: { nodes: [{ body: 'on 3', author: { login: 'ml-review-panel' }, isMinimized: false }] },
    });
    const second = await client.graphql<Threads>(THREADS, { ...variables, after: pageInfo.endCursor });
    expect(second.repository.pullRequest.reviewThreads).toMatchObject({
      nodes: [{ line: 5 }],
      pageInfo: { hasNextPage: false },
    });
  }, 60_000);

  test('resolving needs contents: write', async () => {
    const poor = with_({ contents: 'read', pull_requests: 'write' });
    const { repository } = await poor.graphql<Threads>(THREADS, variables);
    const id = repository.pullRequest.reviewThreads.nodes[0]?.id;
    const error = await poor.graphql(RESOLVE, { id }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      errors: [{ type: 'FORBIDDEN', path: ['resolveReviewThread'], message: 'Resource not accessible by integration' }],
    });
    const rich = with_({ contents: 'write', pull_requests: 'write' });
    const { repository: seen } = await rich.graphql<Threads>(THREADS, variables);
    expect(seen.pullRequest.reviewThreads.nodes[0]?.viewerCanResolve).toBe(true);
    expect(await rich.graphql(RESOLVE, { id })).toEqual({
      resolveReviewThread: { thread: { isResolved: true, resolvedBy: { login: 'ml-review-panel' } } },
    });
    expect((await pull.reviewComments())[0]?.resolved).toBe(true);
  });

  test('a comment is hidden with a reason', async () => {
    const client = with_({ pull_requests: 'write' });
    const { repository } = await client.graphql<Threads>(THREADS, variables);
    const id = repository.pullRequest.reviewThreads.nodes[1]?.comments.nodes[0]?.id;
    expect(await client.graphql(HIDE, { id })).toEqual({
      minimizeComment: { minimizedComment: { isMinimized: true, minimizedReason: 'outdated' } },
    });
    expect((await pull.reviewComments())[1]?.minimized).toBe('OUTDATED');
    expect(stage.hub.violations).toEqual([]);
  });

  test('a document outside of the schema is a violation', async () => {
    const client = with_({ pull_requests: 'read' });
    await expect(client.graphql('{ viewer { shoeSize } }')).rejects.toThrow('Cannot query field "shoeSize"');
    expect(stage.hub.violations.at(-1)).toMatchObject({ side: 'request', route: 'POST /graphql' });
  });
});
