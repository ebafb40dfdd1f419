import { at, type Bot, type Turn } from './bot.ts';
import { onButton } from './button.ts';
import { closedRun } from './checkrun.ts';
import { askedReview, onCommand } from './command.ts';
import { isRefusal, limitedForMs } from './failure.ts';
import { closeLeft } from './giveup.ts';
import { CHECK_NAME } from './identity.ts';
import { pullKey, type Task } from './job.ts';
import { answerMergeGroup } from './mergegroup.ts';
import { pullsWithHead } from './read.ts';
import { reviewPull } from './run.ts';

type Recheck = Extract<Task, { kind: 'recheck' }>;

/** A check run belongs to a commit; when two pull requests have it, nobody can say which one is meant. */
async function recheck(bot: Bot, { sha, reason }: Recheck): Promise<void> {
  const pulls = await pullsWithHead(bot.gh, bot.repo, sha);
  const [pull, ...others] = pulls;
  if (pull === undefined) return;
  if (others.length === 0) {
    await bot.ports.enqueue(askedReview(bot, pull, sha, reason));
    return;
  }
  const names = pulls.map((number) => `#${number}`).join(' and ');
  await closedRun(
    bot,
    { name: CHECK_NAME, head: sha, externalId: `ml-review:ambiguous:${sha}` },
    {
      conclusion: 'action_required',
      title: 'More than one pull request has this commit',
      summary: `${names} have this commit as their head. Re-run the check from one of them, or push a commit to one.`,
      annotations: [],
      buttons: false,
    },
  );
}

async function sweep(bot: Bot, reason: string): Promise<void> {
  const { gh, repo, installation, ports } = bot;
  const open = await gh.paginate(gh.rest.pulls.list, { ...at(repo), state: 'open', per_page: 100 });
  for (const { number, head, labels } of open) {
    if (labels.length === 0) continue;
    const task: Task = { kind: 'review', pull: number, reason, forced: false };
    const key = pullKey(repo, number);
    const rest = { generation: ports.now(), priority: 'reconcile', installation } as const;
    await ports.enqueue({ key, head: head.sha, ...rest, payload: { repo, task } });
  }
}

async function dispatch(bot: Bot, task: Task, turn: Turn): Promise<void> {
  if (task.kind === 'review') {
    if (task.left !== undefined) await closeLeft(bot, task.pull, task.left);
    await reviewPull(bot, task.pull, task.forced, turn);
  } else if (task.kind === 'recheck') await recheck(bot, task);
  else if (task.kind === 'sweep') await sweep(bot, task.reason);
  else if (task.kind === 'merge-group') await answerMergeGroup(bot, task, turn);
  else if (task.kind === 'command') await onCommand(bot, task);
  else await onButton(bot, task);
}

/**
 * Does one task. Where GitHub refuses us everything (uninstalled, archived, permission not granted) there is nobody to
 * tell but the log, and another attempt would be refused as well.
 */
export async function handle(bot: Bot, task: Task, turn: Turn): Promise<void> {
  try {
    await dispatch(bot, task, turn);
  } catch (error) {
    if (!isRefusal(error) || limitedForMs(error, bot.ports.now()) !== undefined) throw error;
    bot.ports.log.warn(
      { err: error, repo: bot.repo, task: task.kind },
      'GitHub refuses: not installed, not permitted or gone',
    );
  }
}
