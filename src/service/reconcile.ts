import type { Admission, Job } from './queue.ts';

/** An open pull request as a list of GitHub shows it. */
export interface OpenPull {
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
  /** Commit, hex. */
  readonly head: string;
  readonly draft: boolean;
  readonly labels: readonly string[];
  /** Milliseconds. */
  readonly updatedAt: number;
}

/** One of our own check runs. */
export interface HeadRun {
  readonly status: string;
  readonly conclusion: string | null;
  /** Milliseconds. */
  readonly startedAt: number;
}

/** One attempt of GitHub to deliver a webhook. */
export interface DeliveryAttempt {
  readonly id: number;
  /** The same for all attempts of one delivery. */
  readonly guid: string;
  /** Milliseconds. */
  readonly at: number;
  /** HTTP status of the answer; 0 when there was none. */
  readonly statusCode: number;
}

/** What the reconciler asks of GitHub. */
export interface ReconcileSource {
  readonly installations: () => AsyncIterable<number>;
  readonly openPulls: (installation: number) => AsyncIterable<OpenPull>;
  /** Newest first, at the pull request's present head. */
  readonly runs: (installation: number, pull: OpenPull) => Promise<readonly HeadRun[]>;
  /** Newest first. */
  readonly deliveries: () => AsyncIterable<DeliveryAttempt>;
  readonly redeliver: (id: number) => Promise<void>;
}

export interface ReconcileOptions<Payload> {
  /** The label that asks for a review. */
  readonly label: string;
  /** An unfinished run older than this has lost its worker, in milliseconds. 0 when no other process can be at work. */
  readonly leaseMs: number;
  /** How far back failed deliveries are looked for, in milliseconds. GitHub keeps three days. */
  readonly deliveriesMs: number;
  readonly now: () => number;
  readonly jobOf: (installation: number, pull: OpenPull, reason: string) => Job<Payload>;
  readonly enqueue: (job: Job<Payload>) => Promise<Admission>;
}

export interface Reconciled {
  /** Labelled open pull requests that were looked at. */
  readonly pulls: number;
  readonly queued: number;
  readonly redelivered: number;
  /** What could not be asked; the rest was done all the same. */
  readonly faults: readonly { readonly where: string; readonly error: unknown }[];
}

/** Attempts after which a delivery is no longer asked for. */
const DELIVERY_ATTEMPTS = 4;

/** Why a labelled pull request has to be looked at; undefined when its head has its result or is being worked on. */
export function reasonToLook(
  pull: OpenPull,
  runs: readonly HeadRun[],
  now: number,
  leaseMs: number,
): string | undefined {
  const [newest] = runs;
  if (newest === undefined) return 'its head has no check run';
  const open = runs.filter(({ status }) => status !== 'completed');
  if (open.some(({ startedAt }) => now - startedAt >= leaseMs)) return 'its check run was left unfinished';
  if (open.length > 0) return undefined;
  if (newest.conclusion === 'cancelled') return 'the run on its head was cancelled';
  return newest.conclusion === 'skipped' && !pull.draft ? 'the run on its head was skipped' : undefined;
}

/** The attempts that are worth repeating: no attempt of the same delivery was answered well, and not too many failed. */
export function toRedeliver(attempts: readonly DeliveryAttempt[]): readonly number[] {
  const byGuid = new Map<string, DeliveryAttempt[]>();
  for (const attempt of attempts) {
    const known = byGuid.get(attempt.guid);
    if (known === undefined) byGuid.set(attempt.guid, [attempt]);
    else known.push(attempt);
  }
  return [...byGuid.values()].flatMap((of) => {
    const [newest] = of;
    const worth = newest !== undefined && of.length < DELIVERY_ATTEMPTS && !of.some(arrived);
    return worth ? [newest.id] : [];
  });
}

function arrived({ statusCode }: DeliveryAttempt): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/**
 * Makes good what was missed while nobody listened: GitHub knows what was asked for and what was answered, so nothing
 * else has to be kept.
 */
export async function reconcile<Payload>(
  source: ReconcileSource,
  options: ReconcileOptions<Payload>,
): Promise<Reconciled> {
  const faults: { where: string; error: unknown }[] = [];
  const noting = async (where: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      faults.push({ where, error });
    }
  };
  let pulls = 0;
  let queued = 0;
  let redelivered = 0;
  await noting('deliveries', async () => {
    for (const id of toRedeliver(await recentAttempts(source, options))) {
      await source.redeliver(id);
      redelivered += 1;
    }
  });
  await noting('installations', async () => {
    for await (const installation of source.installations()) {
      await noting(`installation ${installation}`, async () => {
        for await (const pull of source.openPulls(installation)) {
          if (!isLabelled(pull, options.label)) continue;
          pulls += 1;
          await noting(`${pull.owner}/${pull.repo}#${pull.number}`, async () => {
            if (await look(source, options, installation, pull)) queued += 1;
          });
        }
      });
    }
  });
  return { pulls, queued, redelivered, faults };
}

/** To GitHub a label is the same however its letters are written. */
function isLabelled({ labels }: OpenPull, label: string): boolean {
  return labels.some((name) => name.toLowerCase() === label.toLowerCase());
}

async function recentAttempts(
  source: ReconcileSource,
  options: Pick<ReconcileOptions<never>, 'deliveriesMs' | 'now'>,
): Promise<readonly DeliveryAttempt[]> {
  const since = options.now() - options.deliveriesMs;
  const recent: DeliveryAttempt[] = [];
  for await (const attempt of source.deliveries()) {
    if (attempt.at < since) break;
    recent.push(attempt);
  }
  return recent;
}

async function look<Payload>(
  source: ReconcileSource,
  options: ReconcileOptions<Payload>,
  installation: number,
  pull: OpenPull,
): Promise<boolean> {
  const runs = await source.runs(installation, pull);
  const reason = reasonToLook(pull, runs, options.now(), options.leaseMs);
  if (reason === undefined) return false;
  const admission = await options.enqueue(options.jobOf(installation, pull, reason));
  return admission !== 'unchanged' && admission !== 'duplicate';
}
