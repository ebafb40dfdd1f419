import type { z } from 'zod';
import { readExternalId } from './identity.ts';
import { type Errand, type Job, pullKey, type Repo, type Task } from './job.ts';
import {
  checkRunEvent,
  checkSuiteEvent,
  issueCommentEvent,
  mergeGroupEvent,
  pullRequestEvent,
  repositoryEvent,
  reviewCommentEvent,
} from './payload.ts';

/** What a webhook says beside its payload. */
export interface Envelope {
  /** `X-GitHub-Event`. */
  readonly name: string;
  readonly payload: unknown;
  /** `X-GitHub-Delivery`. */
  readonly delivery: string;
  /** Milliseconds. */
  readonly receivedAt: number;
  /** The App's id: what other apps ask for is none of ours. */
  readonly appId: number;
  /** The label that asks for a review where no configuration names another. */
  readonly label?: string;
}

/** Labels do not decide here: which label counts is in the configuration, and the present set of labels decides. */
const PULL_REASONS: Readonly<Record<string, string>> = {
  opened: 'the pull request was opened',
  reopened: 'the pull request was reopened',
  synchronize: 'commits were pushed',
  ready_for_review: 'the draft became ready',
  converted_to_draft: 'the pull request became a draft',
  labeled: 'a label was added',
  unlabeled: 'a label was removed',
};

const COMMAND = /^\/ml-review(\s|$)/;

type From<Schema extends z.ZodType> = z.infer<Schema>;
interface Source {
  readonly repository: { readonly name: string; readonly owner: { readonly login: string } };
  readonly installation: { readonly id: number };
}

/** `X-GitHub-Delivery` and arrival are added to whatever a task says. */
function jobOf(
  envelope: Envelope,
  source: Source,
  task: Task,
  rest: Pick<Job, 'key' | 'head'> & { readonly at?: string },
): Job {
  const payload: Errand = { repo: repoOf(source), task };
  return {
    key: rest.key,
    head: rest.head,
    generation: generationOf(rest.at, envelope.receivedAt),
    priority: task.kind === 'merge-group' ? 'merge-group' : 'push',
    installation: source.installation.id,
    delivery: envelope.delivery,
    payload,
  };
}

/** GitHub writes whole seconds; within one of them the order of arrival decides. */
function generationOf(updatedAt: string | undefined, receivedAt: number): number {
  if (updatedAt === undefined) return receivedAt;
  return Math.floor(Date.parse(updatedAt) / 1000) * 1000 + (receivedAt % 1000);
}

function repoOf({ repository }: Source): Repo {
  return { owner: repository.owner.login, name: repository.name };
}

function reviewJob(envelope: Envelope, source: Source, pull: number, head: string, reason: string, at?: string): Job {
  const forced = at === undefined;
  const key = pullKey(repoOf(source), pull);
  return jobOf(
    envelope,
    source,
    { kind: 'review', pull, reason, forced },
    { key, head, ...(at === undefined ? {} : { at }) },
  );
}

function onPullRequest(envelope: Envelope, event: From<typeof pullRequestEvent>): readonly Job[] {
  const { number, head, updated_at } = event.pull_request;
  const retargeted = event.action === 'edited' && event.changes?.base !== undefined;
  const reason = retargeted ? 'the base branch was changed' : PULL_REASONS[event.action];
  if (reason === undefined) return [];
  const job = reviewJob(envelope, event, number, head.sha, reason, updated_at);
  return [retargeted || isUnwanted(envelope, event) ? { ...job, stops: true } : job];
}

/** Not every label that goes: a review would begin again for each of them. */
function isUnwanted({ label = 'ml-review' }: Envelope, event: From<typeof pullRequestEvent>): boolean {
  if (event.action === 'converted_to_draft') return true;
  return event.action === 'unlabeled' && event.label?.name.toLowerCase() === label.toLowerCase();
}

/** One open pull request with that head, when GitHub names it; forks come with an empty list and are looked up later. */
function onlyPull(
  pulls: readonly { readonly number: number; readonly head: { readonly sha: string } }[],
  sha: string,
): number | undefined {
  const matching = pulls.filter(({ head }) => head.sha === sha);
  return matching.length === 1 ? matching[0]?.number : undefined;
}

function recheck(envelope: Envelope, source: Source, sha: string, pull: number | undefined, reason: string): Job {
  if (pull !== undefined) return reviewJob(envelope, source, pull, sha, reason);
  const { owner, name } = repoOf(source);
  return jobOf(envelope, source, { kind: 'recheck', sha, reason }, { key: `${owner}/${name}@${sha}`, head: sha });
}

function onCheckRun(envelope: Envelope, event: From<typeof checkRunEvent>): readonly Job[] {
  const { app, head_sha: sha, external_id, pull_requests } = event.check_run;
  if (app?.id !== envelope.appId) return [];
  const pull = readExternalId(external_id)?.pull ?? onlyPull(pull_requests, sha);
  if (event.action === 'rerequested') return [recheck(envelope, event, sha, pull, 'a new run was asked for')];
  const identifier = event.requested_action?.identifier;
  if (event.action !== 'requested_action' || identifier === undefined) return [];
  const { login } = event.sender;
  const task: Task = { kind: 'button', identifier, sha, login, ...(pull === undefined ? {} : { pull }) };
  return [jobOf(envelope, event, task, { key: `button ${envelope.delivery}`, head: sha })];
}

function onCheckSuite(envelope: Envelope, event: From<typeof checkSuiteEvent>): readonly Job[] {
  const { app, head_sha: sha, pull_requests } = event.check_suite;
  if (event.action !== 'rerequested' || app?.id !== envelope.appId) return [];
  return [recheck(envelope, event, sha, onlyPull(pull_requests, sha), 'all checks were asked for again')];
}

function onMergeGroup(envelope: Envelope, event: From<typeof mergeGroupEvent>): readonly Job[] {
  if (event.action !== 'checks_requested') return [];
  const { head_sha: headSha, base_sha: baseSha, head_ref: headRef, base_ref: baseRef } = event.merge_group;
  const { owner, name } = repoOf(event);
  const task: Task = { kind: 'merge-group', headSha, baseSha, headRef, baseRef };
  return [jobOf(envelope, event, task, { key: `${owner}/${name}@${headRef}`, head: headSha })];
}

/** While a repository is archived nothing can be written there, so a run may have been left open. */
function onRepository(envelope: Envelope, event: From<typeof repositoryEvent>): readonly Job[] {
  if (event.action !== 'unarchived') return [];
  const { owner, name } = repoOf(event);
  const task: Task = { kind: 'sweep', reason: 'the repository is no longer archived' };
  return [jobOf(envelope, event, task, { key: `${owner}/${name} sweep`, head: '' })];
}

interface Said {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string; readonly type: string } | null;
  readonly in_reply_to_id?: number | null | undefined;
}

function onComment(
  envelope: Envelope,
  source: Source & { readonly action: string },
  pull: number,
  said: Said,
  head: string,
): readonly Job[] {
  if (source.action !== 'created' || said.user === null || said.user.type === 'Bot') return [];
  if (!COMMAND.test(said.body)) return [];
  const task: Task = {
    kind: 'command',
    pull,
    where: envelope.name === 'issue_comment' ? 'conversation' : 'review-comment',
    comment: said.id,
    login: said.user.login,
    body: said.body.slice(0, 2_000),
    ...(typeof said.in_reply_to_id === 'number' ? { thread: said.in_reply_to_id } : {}),
  };
  return [jobOf(envelope, source, task, { key: `command ${said.id}`, head })];
}

/** What a webhook asks for. Pure; throws only when GitHub's payload is not what its description says. */
export function jobsOf(envelope: Envelope): readonly Job[] {
  const { name, payload } = envelope;
  if (name === 'pull_request') return onPullRequest(envelope, pullRequestEvent.parse(payload));
  if (name === 'check_run') return onCheckRun(envelope, checkRunEvent.parse(payload));
  if (name === 'check_suite') return onCheckSuite(envelope, checkSuiteEvent.parse(payload));
  if (name === 'repository') return onRepository(envelope, repositoryEvent.parse(payload));
  if (name === 'merge_group') return onMergeGroup(envelope, mergeGroupEvent.parse(payload));
  if (name === 'pull_request_review_comment') {
    const event = reviewCommentEvent.parse(payload);
    return onComment(envelope, event, event.pull_request.number, event.comment, event.pull_request.head.sha);
  }
  if (name !== 'issue_comment') return [];
  const event = issueCommentEvent.parse(payload);
  if (event.issue.pull_request === undefined) return [];
  return onComment(envelope, event, event.issue.number, event.comment, '');
}

/** The webhooks that {@link jobsOf} listens to. */
export const EVENTS = [
  'pull_request',
  'check_run',
  'check_suite',
  'merge_group',
  'pull_request_review_comment',
  'issue_comment',
  'repository',
] as const;
