import { prose } from '../report/escape.ts';
import { at, type Bot } from './bot.ts';
import { isRefusal } from './failure.ts';
import { type Job, pullKey, type Task } from './job.ts';
import { readMarker, withoutMarkers, writeAcceptance, writeMarker } from './marker.ts';
import { mayWrite, readPull, readRuns } from './read.ts';

type Said = Extract<Task, { kind: 'command' }>;
type Reaction = '+1' | '-1' | 'eyes' | 'confused';

/** The words in the conversation; anything else is not understood. */
export type Command =
  | { readonly word: 'review' }
  | { readonly word: 'status' }
  | { readonly word: 'accept'; readonly reason: string }
  | { readonly word: 'explain'; readonly id: string };

/** Reads `/ml-review …`: the first line, no more. */
export function parseCommand(body: string): Command | undefined {
  const [, word = '', ...rest] = (body.split('\n')[0] ?? '').trim().split(/\s+/);
  const text = rest.join(' ');
  if (word === '') return { word: 'review' };
  if (word === 'status' && text === '') return { word };
  if (word === 'accept' && text !== '') return { word, reason: text };
  return word === 'explain' && /^[\w-]{1,80}$/.test(text) ? { word, id: text } : undefined;
}

async function react({ gh, repo }: Bot, said: Said, content: Reaction): Promise<void> {
  const target = { ...at(repo), comment_id: said.comment, content };
  try {
    if (said.where === 'conversation') await gh.rest.reactions.createForIssueComment(target);
    else await gh.rest.reactions.createForPullRequestReviewComment(target);
  } catch (error) {
    // Reactions in the conversation need a permission that is optional.
    if (!isRefusal(error)) throw error;
  }
}

async function say({ gh, repo }: Bot, said: Said, body: string): Promise<void> {
  if (said.where === 'conversation') {
    await gh.rest.issues.createComment({ ...at(repo), issue_number: said.pull, body, request: { retries: 0 } });
    return;
  }
  const thread = said.thread ?? said.comment;
  await gh.rest.pulls.createReplyForReviewComment({
    ...at(repo),
    pull_number: said.pull,
    comment_id: thread,
    body,
    request: { retries: 0 },
  });
}

/** A review that a person asked for. */
export function askedReview(bot: Bot, pull: number, head: string, reason: string): Job {
  return {
    key: pullKey(bot.repo, pull),
    head,
    generation: bot.ports.now(),
    priority: 'push',
    installation: bot.installation,
    payload: { repo: bot.repo, task: { kind: 'review', pull, reason, forced: true } },
  };
}

/** Writes the decision into our own comment, where every later run finds it. False when the thread is not ours. */
async function recordAcceptance({ gh, repo, self }: Bot, said: Said, reason: string): Promise<boolean> {
  if (said.thread === undefined || said.where !== 'review-comment') return false;
  const { data } = await gh.rest.pulls.getReviewComment({ ...at(repo), comment_id: said.thread });
  const marker = data.user?.login === self.login ? readMarker(data.body) : undefined;
  if (marker === undefined) return false;
  const decision = writeAcceptance({ fingerprints: marker.fingerprints, login: said.login, reason });
  const text = `${withoutMarkers(data.body)}\n\n☑️ Accepted by ${prose(said.login)}: ${prose(reason)}`;
  await gh.rest.pulls.updateReviewComment({
    ...at(repo),
    comment_id: said.thread,
    body: `${text}\n${decision}\n${writeMarker(marker)}`,
  });
  return true;
}

async function statusText(bot: Bot, head: string): Promise<string> {
  const [latest] = await readRuns(bot, head);
  if (latest === undefined) return 'There is no run for this commit yet.';
  const state = latest.completed ? `${latest.conclusion}: ${latest.title}` : 'The review is under way.';
  return latest.url === '' ? state : `${state} ([check run](${latest.url}))`;
}

async function obey(bot: Bot, said: Said, command: Command): Promise<Reaction> {
  const facts = await readPull(bot.gh, bot.repo, said.pull);
  const writer = await mayWrite(bot, said.login);
  const author = facts.author === said.login;
  if (!writer && !(author && command.word === 'review')) return '-1';
  if (command.word === 'review') {
    await bot.ports.enqueue(askedReview(bot, said.pull, facts.headSha, `${said.login} asked for it`));
    return 'eyes';
  }
  if (command.word === 'accept') {
    if (!(await recordAcceptance(bot, said, command.reason))) return 'confused';
    await bot.ports.enqueue(askedReview(bot, said.pull, facts.headSha, `${said.login} accepted a finding`));
    return '+1';
  }
  const text = command.word === 'status' ? await statusText(bot, facts.headSha) : bot.ports.explain(command.id);
  if (text === undefined) return 'confused';
  await say(bot, said, text);
  return '+1';
}

/** Obeys a command after looking up what the person may do now. The answer is a reaction, and words only where asked for. */
export async function onCommand(bot: Bot, said: Said): Promise<void> {
  const command = parseCommand(said.body);
  await react(bot, said, command === undefined ? 'confused' : await obey(bot, said, command));
}
