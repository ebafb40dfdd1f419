import { authorOf } from '../auth.ts';
import type { Answer } from '../http.ts';
import { stamp } from '../lookup.ts';
import { reactionShape } from '../present/basics.ts';
import type { Call, Route } from '../router.ts';
import type { Reaction } from '../state.ts';
import { page } from './common.ts';
import { issueCommentOf } from './issues.ts';
import { reviewCommentOf } from './review-comments.ts';

/** The same reaction of the same person again is answered with the one that is there. */
function react(call: Call, reactions: Reaction[]): Answer {
  const content = String(call.body.content);
  const user = authorOf(call.context.state, call.caller);
  const known = reactions.find((reaction) => reaction.content === content && reaction.user.id === user.id);
  if (known !== undefined) return { status: 200, body: reactionShape(call.context, known) };
  const made: Reaction = { id: call.context.state.nextId(), content, user, at: stamp(call.context.state) };
  reactions.push(made);
  return { status: 201, body: reactionShape(call.context, made) };
}

const PULLS = '/repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions';
const ISSUES = '/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions';

/** Reactions to comments. */
export const reactionRoutes: readonly Route[] = [
  {
    route: `POST ${PULLS}`,
    needs: [['pull_requests', 'write']],
    answer: (call) => react(call, reviewCommentOf(call).reactions),
  },
  {
    route: `GET ${PULLS}`,
    needs: [['pull_requests', 'read']],
    answer: (call) => page(call, reviewCommentOf(call).reactions, (reaction) => reactionShape(call.context, reaction)),
  },
  {
    route: `POST ${ISSUES}`,
    needs: [
      ['issues', 'write'],
      ['pull_requests', 'write'],
    ],
    answer: (call) => react(call, issueCommentOf(call).reactions),
  },
  {
    route: `GET ${ISSUES}`,
    needs: [
      ['issues', 'read'],
      ['pull_requests', 'read'],
    ],
    answer: (call) => page(call, issueCommentOf(call).reactions, (reaction) => reactionShape(call.context, reaction)),
  },
];
