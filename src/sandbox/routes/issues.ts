import { authorOf, levelFor, repositoryOf } from '../auth.ts';
import { type Answer, notFound, Refusal } from '../http.ts';
import { label, stamp } from '../lookup.ts';
import { accountShape, labelShape } from '../present/basics.ts';
import { issueCommentShape } from '../present/comments.ts';
import { issueShape } from '../present/pulls.ts';
import type { Call, Route } from '../router.ts';
import type { IssueComment } from '../state.ts';
import { postComment, setLabel } from '../talk.ts';
import { later } from '../webhooks.ts';
import { checkBody, page, pullOf } from './common.ts';
import { checkOwn } from './review-comments.ts';

function create(call: Call): Answer {
  const pull = pullOf(call);
  if (pull.locked && call.caller.kind === 'installation')
    throw new Refusal(403, 'Unable to create comment because issue is locked.');
  const byApp = call.caller.kind === 'installation';
  const { comment, told } = postComment(
    call.context,
    pull,
    authorOf(call.context.state, call.caller),
    byApp,
    String(call.body.body),
  );
  later(call.context, told);
  return { status: 201, body: issueCommentShape(call.context, comment) };
}

/** The conversation comment of `comment_id`. */
export function issueCommentOf(call: Call): IssueComment {
  const id = Number(call.path.comment_id);
  for (const pull of repositoryOf(call).pulls) {
    const found = pull.conversation.find((comment) => comment.id === id);
    if (found !== undefined) return found;
  }
  throw notFound();
}

function update(call: Call): Answer {
  const comment = issueCommentOf(call);
  checkOwn(call, comment.user.id);
  comment.body = String(call.body.body);
  comment.updatedAt = stamp(call.context.state);
  return { status: 200, body: issueCommentShape(call.context, comment) };
}

function remove(call: Call): Answer {
  const comment = issueCommentOf(call);
  checkOwn(call, comment.user.id);
  comment.pull.conversation = comment.pull.conversation.filter((candidate) => candidate !== comment);
  return { status: 204 };
}

function addLabels(call: Call): Answer {
  const pull = pullOf(call);
  const names = (call.body.labels ?? []) as readonly (string | { readonly name: string })[];
  const sender = authorOf(call.context.state, call.caller);
  for (const name of names)
    later(call.context, setLabel(call.context, pull, typeof name === 'string' ? name : name.name, true, sender));
  return labels(call);
}

function removeLabel(call: Call): Answer {
  const pull = pullOf(call);
  const name = call.path.name ?? '';
  if (!pull.labels.some((candidate) => candidate.name === name)) throw new Refusal(404, 'Label does not exist');
  later(call.context, setLabel(call.context, pull, name, false, authorOf(call.context.state, call.caller)));
  return labels(call);
}

function labels(call: Call): Answer {
  const pull = pullOf(call);
  return { status: 200, body: pull.labels.map((own) => labelShape(call.context, pull.repository, own)) };
}

function createLabel(call: Call): Answer {
  const repository = repositoryOf(call);
  const name = String(call.body.name);
  if (repository.labels.has(name.toLowerCase())) {
    throw new Refusal(422, 'Validation Failed', {
      errors: [{ resource: 'Label', code: 'already_exists', field: 'name' }],
    });
  }
  return { status: 201, body: labelShape(call.context, repository, label(call.context.state, repository, name)) };
}

function permission(call: Call): Answer {
  const repository = repositoryOf(call);
  const found = call.context.state.accounts.get((call.path.username ?? '').toLowerCase());
  if (found === undefined) throw notFound();
  const level = levelFor(repository, found);
  const at = (...levels: readonly string[]) => levels.includes(level);
  const admin = at('admin');
  const push = at('admin', 'write');
  const permissions = { admin, maintain: admin, push, triage: push, pull: level !== 'none' };
  const user = { ...accountShape(call.context, found), role_name: level, permissions };
  return { status: 200, body: { permission: level, role_name: level, user } };
}

const READ = [
  ['issues', 'read'],
  ['pull_requests', 'read'],
] as const;
const WRITE = [
  ['issues', 'write'],
  ['pull_requests', 'write'],
] as const;
const ISSUE = '/repos/{owner}/{repo}/issues/{issue_number}';
const COMMENT = '/repos/{owner}/{repo}/issues/comments/{comment_id}';
const limits = (call: Call) => checkBody(call.body.body, 'IssueComment');

/** The conversation, the labels, and who may do what. */
export const issueRoutes: readonly Route[] = [
  {
    route: `GET ${ISSUE}`,
    needs: READ,
    answer: (call) => ({ status: 200, body: issueShape(call.context, pullOf(call)) }),
  },
  {
    route: `GET ${ISSUE}/comments`,
    needs: READ,
    answer: (call) => page(call, pullOf(call).conversation, (comment) => issueCommentShape(call.context, comment)),
  },
  { route: `POST ${ISSUE}/comments`, needs: WRITE, limits, answer: create },
  {
    route: `GET ${COMMENT}`,
    needs: READ,
    answer: (call) => ({ status: 200, body: issueCommentShape(call.context, issueCommentOf(call)) }),
  },
  { route: `PATCH ${COMMENT}`, needs: WRITE, limits, answer: update },
  { route: `DELETE ${COMMENT}`, needs: WRITE, answer: remove },
  { route: `GET ${ISSUE}/labels`, needs: READ, answer: labels },
  { route: `POST ${ISSUE}/labels`, needs: WRITE, answer: addLabels },
  { route: `DELETE ${ISSUE}/labels/{name}`, needs: WRITE, answer: removeLabel },
  { route: 'POST /repos/{owner}/{repo}/labels', needs: [['issues', 'write']], answer: createLabel },
  {
    route: 'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
    needs: [['metadata', 'read']],
    answer: permission,
  },
];
