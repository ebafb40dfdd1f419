import type { Context } from '../context.ts';
import { mergeBase } from '../git.ts';
import { account, stamp } from '../lookup.ts';
import { labelShape, webOf } from '../present/basics.ts';
import { push, tipOf } from '../push.ts';
import type { Account, CheckRun, PullRequest, ReviewComment } from '../state.ts';
import { suiteOf, tellRun, tellSuite } from '../suites.ts';
import { postComment, setLabel, tellComment, tellPull } from '../talk.ts';
import { addComment, addReply, addReview, firstOf, placeComment, published, refusalOf } from '../threads.ts';
import type { By, CommitChange, PullRequestActor, RepositoryActor } from '../types.ts';
import { mergeCommits, replay, writeCommit } from '../write.ts';
import { commentWithId, seenComment, seenIssueComment, seenReview, seenRuns } from './seen.ts';

/** What the acts of one pull request work on. */
interface Stage {
  readonly context: Context;
  readonly pull: PullRequest;
}

/** Puts a pull request into the hands of people. */
export function pullRequestActor(context: Context, pull: PullRequest, repository: RepositoryActor): PullRequestActor {
  const stage: Stage = { context, pull };
  return {
    number: pull.number,
    repository,
    page: `${webOf(context, pull.repository)}/pull/${pull.number}`,
    headSha: () => pull.headSha,
    baseSha: () => pull.baseSha,
    labels: () => pull.labels.map((own) => own.name),
    addLabel: (name, by) => setLabel(context, pull, name, true, who(stage, by)),
    removeLabel: (name, by) => setLabel(context, pull, name, false, who(stage, by)),
    ...changes(stage),
    ...states(stage),
    ...talk(stage),
    ...checks(stage),
    lock: () => {
      pull.locked = true;
    },
    reviews: () => pull.reviews.map(seenReview),
    reviewComments: () => Promise.all(published(pull).map((comment) => seenComment(context, comment))),
    issueComments: () => pull.conversation.map(seenIssueComment),
    checkRuns: () => seenRuns(pull.repository, pull.headSha),
  };
}

function who({ context, pull }: Stage, by: By | undefined): Account {
  return by?.by === undefined ? pull.author : account(context.state, by.by);
}

function changes(stage: Stage): Pick<PullRequestActor, 'push' | 'rebase'> {
  const { context, pull } = stage;
  const { repository, ref } = pull.head;
  const land = async (before: string, after: string, sender: Account) => {
    await push(context, { repository, branch: ref, before, after, sender });
    return after;
  };
  return {
    push: async (change: CommitChange) => {
      const parent = await tipOf(repository, ref);
      const author = change.by ?? pull.author.login;
      const seconds = Math.floor(context.state.now() / 1000);
      return land(
        parent,
        await writeCommit(repository.git, { change, parent, author, seconds }),
        account(context.state, author),
      );
    },
    rebase: async () => {
      const before = await tipOf(repository, ref);
      const onto = await tipOf(pull.repository, pull.baseRef);
      const from = await mergeBase(pull.repository.git, onto, before);
      const after = await replay(pull.repository.git, from, before, onto);
      if (repository !== pull.repository) throw new Error('a fork is rebased by forcePush on the fork');
      return land(before, after, pull.author);
    },
  };
}

function states(
  stage: Stage,
): Pick<PullRequestActor, 'edit' | 'changeBase' | 'ready' | 'toDraft' | 'close' | 'reopen' | 'merge'> {
  const { context, pull } = stage;
  const close = (by: By | undefined) => {
    pull.state = 'closed';
    pull.closedAt = stamp(context.state);
    return tellPull(context, pull, 'closed', who(stage, by));
  };
  return {
    edit: async ({ title, body }, by) => {
      const was = {
        ...(title === undefined ? {} : { title: { from: pull.title } }),
        ...(body === undefined ? {} : { body: { from: pull.body ?? '' } }),
      };
      pull.title = title ?? pull.title;
      pull.body = body ?? pull.body;
      await tellPull(context, pull, 'edited', who(stage, by), { changes: was });
    },
    changeBase: async (branch, by) => {
      const from = { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } };
      pull.baseSha = await tipOf(pull.repository, branch);
      pull.baseRef = branch;
      await tellPull(context, pull, 'edited', who(stage, by), { changes: { base: from } });
    },
    ready: async (by) => {
      pull.draft = false;
      await tellPull(context, pull, 'ready_for_review', who(stage, by));
    },
    toDraft: async (by) => {
      pull.draft = true;
      await tellPull(context, pull, 'converted_to_draft', who(stage, by));
    },
    close: (by) => close(by),
    reopen: async (by) => {
      pull.state = 'open';
      pull.closedAt = null;
      await tellPull(context, pull, 'reopened', who(stage, by));
    },
    merge: async (by) => {
      const base = await tipOf(pull.repository, pull.baseRef);
      const sha = await mergeCommits(pull.repository.git, base, pull.headSha, `Merge pull request #${pull.number}`);
      pull.mergedAt = stamp(context.state);
      pull.mergedBy = who(stage, by);
      pull.mergeCommit = sha;
      await close(by);
      await push(context, {
        repository: pull.repository,
        branch: pull.baseRef,
        before: base,
        after: sha,
        sender: who(stage, by),
      });
    },
  };
}

function talk(
  stage: Stage,
): Pick<PullRequestActor, 'comment' | 'commentOnLine' | 'replyTo' | 'resolveThread' | 'unresolveThread'> {
  const { context, pull } = stage;
  const review = (by: By | undefined) =>
    addReview(context, pull, { user: who(stage, by), byApp: false }, 'COMMENTED', '', pull.headSha);
  return {
    comment: async (body, by) => {
      const { comment, told } = postComment(context, pull, who(stage, by), false, body);
      await told;
      return comment.id;
    },
    commentOnLine: async (path, line, body, by) => {
      const draft = {
        path,
        body,
        line,
        side: 'RIGHT',
        startLine: undefined,
        startSide: undefined,
        position: undefined,
        file: false,
      } as const;
      const placing = await placeComment(context, pull, pull.headSha, draft);
      if ('refused' in placing) throw new Error(refusalOf(placing.refused));
      return announce(stage, await addComment(context, review(by), placing.place));
    },
    replyTo: (id, body, by) => announce(stage, addReply(context, review(by), firstOf(commentWithId(pull, id)), body)),
    resolveThread: (id, by) => {
      pull.resolved.set(firstOf(commentWithId(pull, id)).id, who(stage, by));
    },
    unresolveThread: (id) => {
      pull.resolved.delete(firstOf(commentWithId(pull, id)).id);
    },
  };
}

async function announce({ context }: Stage, comment: ReviewComment): Promise<number> {
  await tellComment(context, comment);
  return comment.id;
}

function checks(stage: Stage): Pick<PullRequestActor, 'clickButton' | 'rerequest' | 'rerequestSuite'> {
  const { context, pull } = stage;
  const runOf = (id: number): CheckRun => {
    const found = pull.repository.runs.find((run) => run.id === id);
    if (found === undefined) throw new Error(`there is no check run ${id}`);
    return found;
  };
  return {
    clickButton: async (id, identifier, by) => {
      const run = runOf(id);
      if (!run.actions.some((action) => action.identifier === identifier))
        throw new Error(`check run ${id} has no button ${identifier}`);
      await tellRun(context, run, 'requested_action', who(stage, by), { requested_action: { identifier } });
    },
    rerequest: (id, by) => tellRun(context, runOf(id), 'rerequested', who(stage, by)),
    rerequestSuite: async (by) => {
      const own = pull.head.repository === pull.repository ? pull.head.ref : null;
      await tellSuite(
        context,
        suiteOf(context, pull.repository, pull.headSha, own, null),
        'rerequested',
        who(stage, by),
      );
    },
  };
}

/** Sends `opened`, and `labeled` for each label that was on from the start, as GitHub does. */
export async function tellOpened(context: Context, pull: PullRequest): Promise<void> {
  await tellPull(context, pull, 'opened', pull.author);
  for (const own of pull.labels) {
    await tellPull(context, pull, 'labeled', pull.author, { label: labelShape(context, pull.repository, own) });
  }
}
