import type { Logger } from 'pino';
import { configureFor, explainFor } from './commands/app-ports.ts';
import { type Around, reviewerFor } from './commands/reviewer.ts';
import { turns } from './commands/serve-parts.ts';
import type { Engine } from './engine.ts';
import type { CloneCache } from './git/clone.ts';
import type { Errand, Job } from './github/job.ts';
import { type App, startApp } from './github/serve.ts';
import { refuseBadSecret } from './service/guards.ts';
import { createMemoryQueue } from './service/memory-queue.ts';
import type { Queue, QueueOptions } from './service/queue.ts';

export interface ServeOptions {
  readonly app: { readonly appId: number; readonly privateKey: string; readonly secret: string };
  /** `https://HOST/api/v3` of GitHub Enterprise Server, or a sandbox; absent for github.com. */
  readonly baseUrl?: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly engine: Engine;
  readonly clones: CloneCache;
  readonly queue: Omit<QueueOptions<Errand>, 'onGivenUp' | 'onFault'>;
  readonly log: Logger;
  /** False only where nobody limits us. */
  readonly throttle?: boolean;
  /** Goes around every review; a place to measure. */
  readonly around?: Around;
}

export interface Serving {
  readonly app: App;
  readonly queue: Queue<Errand>;
  readonly close: () => Promise<readonly Job[]>;
}

/** The GitHub App: webhooks in, reviews out. Throws a ConfigurationError when it must not start as configured. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { app: identity, engine, clones, queue: queueing, around, throttle = true, ...door } = options;
  refuseBadSecret(identity.secret);
  const queue: Queue<Errand> = createMemoryQueue({
    ...queueing,
    onGivenUp: async (job, reason) => app.giveUp(job, reason),
    onFault: (error) => door.log.error({ err: error }, 'the queue failed'),
  });
  const app = await startApp({
    ...identity,
    ...door,
    throttle,
    health: () => queue.stats(),
    ports: {
      reviewer: reviewerFor(engine, clones, { around }),
      configure: configureFor(engine),
      explain: explainFor(engine),
      enqueue: queue.enqueue,
      now: Date.now,
    },
  });
  await queue.start(turns(queue, app.work));
  return { app, queue, close: () => app.close().then(() => queue.close({ timeoutMs: 30_000 })) };
}
