import type { Errand, Job } from '../github/job.ts';
import { pullKey } from '../github/job.ts';
import type { Observed } from '../github/octokit.ts';
import type { Reviewed } from '../github/ports.ts';
import type { Metrics } from '../service/metrics.ts';
import { isAbandon, type Queue, type Turn } from '../service/queue.ts';
import type { OpenPull } from '../service/reconcile.ts';
import type { Around } from './reviewer.ts';

/** Counts what a review found and how long it took. */
export function counting(metrics: Metrics): Around {
  return async (review) => {
    const begun = performance.now();
    try {
      const reviewed = await review();
      count(metrics, reviewed);
      metrics.reviewEnded(reviewed.report.verdict, (performance.now() - begun) / 1_000);
      return reviewed;
    } catch (error) {
      metrics.reviewEnded('failed', (performance.now() - begun) / 1_000);
      throw error;
    }
  };
}

function count(metrics: Metrics, { report }: Reviewed): void {
  for (const { check, severity } of report.findings) metrics.finding(check, severity);
  for (const { kind } of report.incidents) metrics.incident(kind);
}

/** Counts an attempt of a request to GitHub, and what is left of the hourly limit. */
export function observing(metrics: Metrics): (request: Observed) => void {
  return ({ method, status, headers }) => {
    const remaining = Number(headers.get('x-ratelimit-remaining') ?? Number.NaN);
    const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
    const known = Number.isFinite(remaining) && Number.isFinite(reset);
    metrics.githubRequest(method, status, known ? { remaining, resetAt: reset * 1_000 } : undefined);
  };
}

/** The job for a pull request that the reconciler found waiting. */
export function foundJob(installation: number, pull: OpenPull, reason: string): Job {
  const repo = { owner: pull.owner, name: pull.repo };
  return {
    key: pullKey(repo, pull.number),
    head: pull.head,
    generation: pull.updatedAt,
    priority: 'reconcile',
    installation,
    payload: { repo, task: { kind: 'review', pull: pull.number, reason, forced: false } },
  };
}

/** The job with the commits on which an earlier turn may have left a run open. */
function withLeft(job: Job, { attempt, orphans }: Pick<Turn, 'attempt' | 'orphans'>): Job {
  const { repo, task } = job.payload;
  const left = attempt > 1 ? [...orphans, job.head] : orphans;
  if (left.length === 0 || task.kind !== 'review') return job;
  return { ...job, payload: { repo, task: { ...task, left: [...(task.left ?? []), ...left] } } };
}

/** A process that lost its turn may have opened a run of which the next one knows nothing: somebody is to look again. */
function lookAgain(job: Job, now: number): Job | undefined {
  const { delivery: _taken, ...kept } = job;
  const { repo, task } = job.payload;
  if (task.kind !== 'review') return undefined;
  const again = { ...task, reason: 'a process lost its turn', forced: false, left: [...(task.left ?? []), job.head] };
  return { ...kept, generation: now, payload: { repo, task: again } };
}

/** Does the jobs of a queue: each turn knows what earlier ones left open, and a turn that was lost is looked at again. */
export function turns(
  queue: Pick<Queue<Errand>, 'enqueue'>,
  work: (job: Job, turn: Turn) => Promise<void>,
): (job: Job, turn: Turn) => Promise<void> {
  return async (job, turn) => {
    try {
      await work(withLeft(job, turn), turn);
    } catch (error) {
      const lost = isAbandon(turn.signal.reason) && turn.signal.reason.why === 'lost';
      const again = lost ? lookAgain(job, Date.now()) : undefined;
      if (again !== undefined) await queue.enqueue(again);
      throw error;
    }
  };
}
