import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Phase } from './phases.ts';
import type { QueueStats } from './queue.ts';

/** Everything that is counted. Labels are bounded: no repository, path or person is ever one. */
export interface Metrics {
  /** `outcome` is a check run's conclusion, or `given-up`. */
  readonly reviewEnded: (outcome: string, seconds: number) => void;
  /** A part of a review, in seconds. */
  readonly phase: (name: Phase, seconds: number) => void;
  readonly finding: (check: string, severity: string) => void;
  readonly incident: (kind: string) => void;
  /** `result` is an admission, `refused` or `failed`. */
  readonly webhook: (event: string, result: string) => void;
  /** `status` is the HTTP status, 0 without an answer. `limit` comes from the answer's headers; milliseconds. */
  readonly githubRequest: (
    method: string,
    status: number,
    limit?: { readonly remaining: number; readonly resetAt: number },
  ) => void;
  readonly reconciled: (result: {
    readonly queued: number;
    readonly redelivered: number;
    readonly faults: number;
  }) => void;
  /** Faults of the queue: Redis out of reach, a run that could not be given up. */
  readonly queueFault: () => void;
  /** The exposition format. `queue` is asked once a scrape. */
  readonly expose: () => Promise<{ readonly type: string; readonly text: string }>;
}

export interface MetricsOptions {
  readonly version: string;
  readonly queue: () => Promise<QueueStats>;
  /** Milliseconds. */
  readonly now: () => number;
}

const SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];

/** A registry of its own, so that two can live in one process. */
export function createMetrics({ version, queue, now }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const prefix = 'ml_review_';
  collectDefaultMetrics({ register: registry, prefix });
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []): Counter<Label> =>
    new Counter({ name: `${prefix}${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, labelNames: Label[]): Histogram<Label> =>
    new Histogram({ name: `${prefix}${name}`, help, labelNames, registers, buckets: SECONDS });
  const reviews = histogram('review_duration_seconds', 'Time of a review from its turn to its check run.', ['outcome']);
  const phases = histogram('phase_duration_seconds', 'Time of the parts of a review.', ['phase']);
  const findings = counter('findings_total', 'Findings of completed reviews.', ['check', 'severity']);
  const incidents = counter('incidents_total', 'Things that a review could not do.', ['kind']);
  const webhooks = counter('webhooks_total', 'Webhooks by what became of them.', ['event', 'result']);
  const requests = counter('github_requests_total', 'Requests to GitHub.', ['method', 'status']);
  const reconciled = counter('reconciled_total', 'What the reconciler found missing.', ['kind']);
  const queueFaults = counter('queue_faults_total', 'Faults of the queue itself.');
  const limits = new Map<number, number>();
  const askQueue = queueGauges(registers, prefix, queue);
  limitGauge(registers, prefix, limits, now);
  new Gauge({ name: `${prefix}build_info`, help: 'The version that runs.', labelNames: ['version'], registers }).set(
    { version },
    1,
  );
  return {
    reviewEnded: (outcome, seconds) => reviews.observe({ outcome }, seconds),
    phase: (phase, seconds) => phases.observe({ phase }, seconds),
    finding: (check, severity) => findings.inc({ check, severity }),
    incident: (kind) => incidents.inc({ kind }),
    webhook: (event, result) => webhooks.inc({ event, result }),
    githubRequest(method, status, limit) {
      requests.inc({ method, status: String(status) });
      // What is left only falls until it is reset, and each installation is reset at its own second.
      if (limit !== undefined)
        limits.set(limit.resetAt, Math.min(limit.remaining, limits.get(limit.resetAt) ?? Number.POSITIVE_INFINITY));
    },
    reconciled(result) {
      for (const [kind, count] of Object.entries(result)) reconciled.inc({ kind }, count);
    },
    queueFault: () => queueFaults.inc(),
    async expose() {
      await askQueue();
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** Brings the gauges of the queue up to date. */
function queueGauges(registers: Registry[], prefix: string, queue: () => Promise<QueueStats>): () => Promise<void> {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: `${prefix}${name}`, help, registers });
  const up = gauge('queue_up', '1 when the queue can be reached.');
  const waiting = gauge('queue_waiting', 'Jobs that wait.');
  const running = gauge('queue_running', 'Jobs that run.');
  const age = gauge('queue_oldest_seconds', 'Age of the oldest job that waits.');
  return async () => {
    try {
      const stats = await queue();
      up.set(1);
      waiting.set(stats.waiting);
      running.set(stats.running);
      age.set(stats.oldestWaitingMs / 1_000);
    } catch {
      // The scrape itself must answer: that the queue is away is what it tells.
      up.set(0);
    }
  };
}

function limitGauge(registers: Registry[], prefix: string, limits: Map<number, number>, now: () => number): void {
  new Gauge({
    name: `${prefix}github_requests_left`,
    help: 'Requests left in this hour, of the installation that has the fewest.',
    registers,
    collect() {
      let fewest = Number.POSITIVE_INFINITY;
      for (const [resetAt, remaining] of limits) {
        if (resetAt <= now()) limits.delete(resetAt);
        else fewest = Math.min(fewest, remaining);
      }
      if (Number.isFinite(fewest)) this.set(fewest);
      else this.reset();
    },
  });
}
