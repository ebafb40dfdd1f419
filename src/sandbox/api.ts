import { authorize, type Caller } from './auth.ts';
import type { Context } from './context.ts';
import { type Answer, Refusal, refusable } from './http.ts';
import { type Call, createRouter, type Route } from './router.ts';
import { appRoutes } from './routes/apps.ts';
import { checkRoutes } from './routes/checks.ts';
import { commitRoutes } from './routes/commits.ts';
import { contentRoutes } from './routes/contents.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { issueRoutes } from './routes/issues.ts';
import { pullRoutes } from './routes/pulls.ts';
import { reactionRoutes } from './routes/reactions.ts';
import { reviewCommentRoutes } from './routes/review-comments.ts';
import { reviewRoutes } from './routes/reviews.ts';
import { faultInAnswer, faultInRequest } from './validate.ts';

/** Everything of GitHub's REST API that the sandbox speaks. */
const ROUTES: readonly Route[] = [
  ...appRoutes,
  ...deliveryRoutes,
  ...contentRoutes,
  ...commitRoutes,
  ...pullRoutes,
  ...reviewRoutes,
  ...reviewCommentRoutes,
  ...issueRoutes,
  ...reactionRoutes,
  ...checkRoutes,
];

/** The route and the path parameters of a request, or `undefined`. */
export const findRoute = createRouter(ROUTES);

/** Answers a REST request: permission, limits, the description's rules, the work, and the description's rules for the answer. */
export async function answerApi(
  context: Context,
  caller: Caller,
  request: {
    readonly route: Route;
    readonly path: Call['path'];
    readonly query: Call['query'];
    readonly headers: Call['headers'];
    readonly url: URL;
    readonly body: unknown;
  },
): Promise<Answer> {
  const { route, path, query, headers, url } = request;
  const body = (request.body ?? {}) as Call['body'];
  const call: Call = { context, caller, path, query, headers, url, body };
  const answer = await refusable(async () => {
    authorize(route, call);
    route.limits?.(call);
    const fault = faultInRequest(route.route, { path, query, body: request.body });
    if (fault !== undefined) throw violation(context, 'request', route.route, fault);
    return route.answer(call);
  });
  if (answer.status === 500) return answer;
  const fault = faultInAnswer(route.route, answer.status, answer.body);
  return fault === undefined ? answer : violation(context, 'answer', route.route, fault).answer;
}

function violation(context: Context, side: 'request' | 'answer', route: string, sentence: string): Refusal {
  context.state.violations.push({ side, route, sentence });
  const who = side === 'request' ? 'The request' : 'The sandbox';
  return new Refusal(500, `${who} breaks GitHub's description of ${route}: ${sentence}`);
}
