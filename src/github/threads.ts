import { z } from 'zod';
import type { Bot } from './bot.ts';
import { at } from './bot.ts';
import { type Acceptance, readAcceptance, readMarker } from './marker.ts';
import type { Posted, PostedComment } from './posted.ts';

/** Whether a thread is resolved is known to GraphQL only. */
const THREADS = `query ($owner: String!, $name: String!, $number: Int!, $after: String, $before: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviewThreads(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id isResolved viewerCanResolve viewerCanUnresolve path
          comments(first: 30) { totalCount nodes { fullDatabaseId viewerDidAuthor body } }
        }
      }
      reviews(last: 100, before: $before, states: [COMMENTED]) {
        pageInfo { hasPreviousPage startCursor }
        nodes { viewerDidAuthor body }
      }
    }
  }
}`;

const comment = z.object({ fullDatabaseId: z.coerce.number(), viewerDidAuthor: z.boolean(), body: z.string() });
const thread = z.object({
  id: z.string(),
  isResolved: z.boolean(),
  viewerCanResolve: z.boolean(),
  viewerCanUnresolve: z.boolean(),
  path: z.string(),
  comments: z.object({ totalCount: z.number(), nodes: z.array(comment) }),
});
const answer = z.object({
  repository: z.object({
    pullRequest: z.object({
      reviewThreads: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
        nodes: z.array(thread),
      }),
      reviews: z.object({
        pageInfo: z.object({ hasPreviousPage: z.boolean(), startCursor: z.string().nullable() }),
        nodes: z.array(z.object({ viewerDidAuthor: z.boolean(), body: z.string() })),
      }),
    }),
  }),
});

const MOST_PAGES = 10;

function commentOfThread(each: z.infer<typeof thread>): PostedComment | undefined {
  const [first] = each.comments.nodes;
  const marker = first?.viewerDidAuthor === true ? readMarker(first.body) : undefined;
  if (first === undefined || marker === undefined) return undefined;
  const ours = each.comments.nodes.filter(({ viewerDidAuthor }) => viewerDidAuthor).length;
  return {
    id: first.fullDatabaseId,
    path: each.path,
    body: first.body,
    marker,
    answered: each.comments.totalCount > ours,
    resolved: each.isResolved,
    ...(each.viewerCanResolve || each.viewerCanUnresolve ? { thread: each.id } : {}),
  };
}

function acceptancesIn(bodies: readonly string[]): readonly Acceptance[] {
  return bodies.flatMap((body) => readAcceptance(body) ?? []);
}

/** Every reply that somebody writes is a review to GitHub, so both lists may be long; they are paged side by side. */
async function byGraphql({ gh, repo }: Bot, pull: number): Promise<Posted> {
  const comments = new Map<number, PostedComment>();
  const bodies = new Set<string>();
  let after: string | null = null;
  let before: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const raw: unknown = await gh.graphql(THREADS, { ...repo, number: pull, after, before });
    const { reviewThreads, reviews } = answer.parse(raw).repository.pullRequest;
    for (const found of reviewThreads.nodes.flatMap((node) => commentOfThread(node) ?? []))
      comments.set(found.id, found);
    for (const { viewerDidAuthor, body } of reviews.nodes) if (viewerDidAuthor) bodies.add(body);
    if (!reviewThreads.pageInfo.hasNextPage && !reviews.pageInfo.hasPreviousPage) break;
    // A list that has ended stays on its last page.
    after = reviewThreads.pageInfo.hasNextPage ? reviewThreads.pageInfo.endCursor : after;
    before = reviews.pageInfo.hasPreviousPage ? reviews.pageInfo.startCursor : before;
  }
  const posted = [...comments.values()];
  return { comments: posted, accepted: acceptancesIn([...bodies, ...posted.map(({ body }) => body)]) };
}

async function byRest({ gh, repo, self }: Bot, pull: number): Promise<Posted> {
  const place = { ...at(repo), pull_number: pull, per_page: 100 };
  const all = await gh.paginate(gh.rest.pulls.listReviewComments, place);
  const reviews = await gh.paginate(gh.rest.pulls.listReviews, place);
  const isOurs = (user: { readonly login: string } | null): boolean => user?.login === self.login;
  const answered = new Set(all.filter(({ user }) => !isOurs(user)).map(({ in_reply_to_id }) => in_reply_to_id));
  const comments = all.flatMap((each) => {
    const marker = isOurs(each.user) && each.in_reply_to_id === undefined ? readMarker(each.body) : undefined;
    if (marker === undefined) return [];
    return [
      { id: each.id, path: each.path, body: each.body, marker, answered: answered.has(each.id), resolved: false },
    ];
  });
  const bodies = reviews.filter(({ user }) => isOurs(user)).map(({ body }) => body);
  return { comments, accepted: acceptancesIn([...bodies, ...comments.map(({ body }) => body)]) };
}

/**
 * Our own comments on a pull request, by author and marker. Where GraphQL is not to be had the same is read by REST,
 * which knows everything but the state of threads.
 */
export async function readPosted(bot: Bot, pull: number): Promise<Posted> {
  try {
    return await byGraphql(bot, pull);
  } catch (error) {
    bot.ports.log.warn({ err: error, pull }, 'the review threads are read by REST: GraphQL gave no answer');
    return byRest(bot, pull);
  }
}
