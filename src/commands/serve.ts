import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Logger } from 'pino';
import { createEngine, type Engine } from '../engine.ts';
import type { Errand, Job } from '../github/job.ts';
import { type App, type AppOptions, startApp } from '../github/serve.ts';
import { readEnvironment, type ServiceSettings } from '../service/environment.ts';
import { grantsIn, grantsOf, grantWarnings } from '../service/guards.ts';
import { createHealth } from '../service/health.ts';
import { createLog } from '../service/log.ts';
import { createMetrics, type Metrics } from '../service/metrics.ts';
import { createPhases, type Phases } from '../service/phases.ts';
import type { Queue, Turn } from '../service/queue.ts';
import { githubSource, type Rest } from '../service/reconcile-source.ts';
import { startReconciler } from '../service/reconciler.ts';
import { createSharedThrottle } from '../service/redis-throttle.ts';
import { createShutdown, onSignals, type Shutdown } from '../service/shutdown.ts';
import { createTraces, type Traces } from '../service/traces.ts';
import { VERSION } from '../version.ts';
import { pooledAnalyst } from './analyst-pool.ts';
import { configureFor, explainFor } from './app-ports.ts';
import { ConfigurationError } from './errors.ts';
import { gatherInstruments } from './instruments.ts';
import { fetchingAllowed } from './pointers.ts';
import { reviewerFor } from './reviewer.ts';
import { counting, foundJob, observing, turns } from './serve-parts.ts';
import { gitSilence, queueFor, type Tuning } from './serve-queue.ts';

const MINUTE = 60_000;
const DELIVERIES_KEPT_MS = 3 * 24 * 60 * MINUTE;

interface Scene {
  readonly settings: ServiceSettings;
  readonly tuning: Tuning;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly traces: Traces;
  readonly phases: Phases;
  readonly shutdown: Shutdown;
  readonly queue: Queue<Errand>;
  readonly onFault: (error: unknown) => void;
}

/** The GitHub App as the environment says. Resolves to the exit status when the service was told to end. */
export async function serveApp(flags: { readonly role?: string }, tuning: Tuning = {}): Promise<number> {
  const env = { ...process.env, ...(flags.role === undefined ? {} : { ML_REVIEW_ROLE: flags.role }) };
  const reading = readEnvironment(env, (path) => readFileSync(path, 'utf8'));
  if (!reading.ok) throw new ConfigurationError(reading.mistakes.join('\n'));
  const { settings } = reading;
  const secrets = [...reading.secrets, fetchingAllowed(false)?.token ?? ''].filter((secret) => secret !== '');
  const log = createLog({ level: settings.logLevel, secrets });
  const shutdown = createShutdown({ graceMs: settings.graceSeconds * 1_000, now: Date.now });
  let app: App | undefined;
  let started = false;
  const givenUp = async (job: Job, reason: string): Promise<void> => {
    metrics.reviewEnded('given-up', 0);
    await app?.giveUp(job, reason);
  };
  const onFault = (error: unknown): void => {
    metrics.queueFault();
    log.error({ err: error }, 'the queue failed');
  };
  const queue = queueFor(settings, tuning, { onGivenUp: givenUp, onFault });
  const metrics = createMetrics({ version: VERSION, queue: queue.stats, now: Date.now });
  const traces = await createTraces(process.env);
  shutdown.add('traces', traces.close);
  const phases = createPhases(metrics, traces);
  const scene: Scene = { settings, tuning, log, metrics, traces, phases, shutdown, queue, onFault };
  await serveOps(scene, () => started);
  const engine = await createEngine();
  app = await startWith(scene, engine);
  await tellGrants(scene, app);
  if (settings.role !== 'receiver') await work(scene, app);
  started = true;
  log.info({ role: settings.role, version: VERSION, webhook: app.webhookUrl }, 'ready');
  return ended(scene);
}

async function serveOps({ settings, metrics, shutdown, queue }: Scene, started: () => boolean): Promise<void> {
  const start = async (): Promise<void> => {
    if (!started()) throw new Error('still starting');
  };
  const health = createHealth({
    probes: { start, queue: queue.stats },
    closing: shutdown.closing,
    metrics,
    probeMs: 2_000,
  });
  const server = createServer((request, response) => {
    if (!health(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(settings.opsPort, settings.host, resolve),
  );
  shutdown.add('ops', async () => {
    server.close();
    server.closeAllConnections();
  });
}

/** Without Redis nobody shares the limits. */
function throttleFor({ settings, tuning, shutdown, onFault }: Scene): Pick<AppOptions, 'throttle' | 'shared'> {
  const { throttle = true } = tuning;
  if (!throttle || settings.redisUrl === undefined) return { throttle };
  const shared = createSharedThrottle(settings.redisUrl, onFault);
  shutdown.add('throttle', shared.close);
  return { throttle, shared: shared.options };
}

async function startWith(scene: Scene, engine: Engine): Promise<App> {
  const { settings, tuning, log, metrics, phases, shutdown, queue } = scene;
  const { concurrency: threads, heapMb, analysisSeconds: seconds, cacheDir: dir, cacheMb } = settings;
  const analyst = pooledAnalyst(engine, { threads, heapMb, seconds });
  const clones = { dir, limit: cacheMb * 2 ** 20, silence: gitSilence(tuning) };
  const throttling = throttleFor(scene);
  shutdown.add('analysts', analyst.close);
  shutdown.add('queue', (timeoutMs) => queue.close({ timeoutMs }));
  const app = await startApp({
    appId: settings.appId,
    privateKey: settings.privateKey,
    secret: settings.secret,
    ...(settings.baseUrl === undefined ? {} : { baseUrl: settings.baseUrl }),
    host: settings.host,
    port: settings.port,
    log,
    ...throttling,
    label: settings.label,
    observe: observing(metrics),
    ...(tuning.patience === undefined ? {} : { patience: tuning.patience }),
    health: queue.stats,
    ports: {
      reviewer: reviewerFor(analyst, clones, {
        around: counting(metrics),
        instruments: (snapshot) => gatherInstruments(engine, snapshot, { tools: settings.tools }),
        phases,
        fetching: fetchingAllowed(false),
      }),
      publishing: (write) => phases.timed('publish', write),
      configure: configureFor(engine),
      explain: explainFor(engine),
      enqueue: (job) => admitted(metrics, queue, job),
      now: Date.now,
    },
  });
  shutdown.add('webhooks', app.close);
  return app;
}

async function admitted(metrics: Metrics, queue: Queue<Errand>, job: Job): Promise<void> {
  const { kind } = job.payload.task;
  try {
    metrics.webhook(kind, await queue.enqueue(job));
  } catch (error) {
    metrics.webhook(kind, 'failed');
    throw error;
  }
}

/** Hands out turns, and looks for what was missed. */
async function work(scene: Scene, app: App): Promise<void> {
  const { settings, tuning, log, metrics, traces, phases, shutdown, queue } = scene;
  const done = turns(queue, app.work);
  const timed = (job: Job, turn: Turn): Promise<void> => {
    phases.begin('queue', turn.waitedMs)();
    return done(job, turn);
  };
  await queue.start((job, turn) => traces.span('turn', { task: job.payload.task.kind }, () => timed(job, turn)));
  const everyMs = tuning.reconcileMs ?? settings.reconcileMinutes * MINUTE;
  const octokit = async (installation?: number): Promise<Rest> => (await app.octokit(installation)) as unknown as Rest;
  const reconciler = startReconciler<Errand>({
    queue,
    source: githubSource({ appId: settings.appId, app: await octokit(), installation: octokit }),
    everyMs,
    deliveriesMs: DELIVERIES_KEPT_MS,
    // What the queue holds is left alone in any case; the lease only spares looks at runs that have just begun.
    leaseMs: Math.min(MINUTE, everyMs),
    firstLeaseMs: 0,
    label: settings.label,
    now: Date.now,
    jobOf: foundJob,
    onPass({ pulls, queued, redelivered, faults }) {
      metrics.reconciled({ queued, redelivered, faults: faults.length });
      for (const { where, error } of faults) log.warn({ where, err: error }, 'the reconciler was refused');
      log.info({ pulls, queued, redelivered }, 'looked for what was missed');
    },
    onFault: (error) => log.error({ err: error }, 'the reconciler failed'),
  });
  shutdown.add('reconciler', reconciler.stop);
}

/** Tells what GitHub grants too little or too much. Without an answer the service starts all the same. */
async function tellGrants({ log }: Scene, app: App): Promise<void> {
  const required = grantsOf(readFileSync(new URL('../../app.yml', import.meta.url), 'utf8'));
  try {
    const { data } = await (await app.octokit()).rest.apps.getAuthenticated();
    for (const { message } of grantWarnings(required, grantsIn(data), 'the App')) log.warn(message);
  } catch (error) {
    log.warn({ err: error }, 'GitHub did not say what it grants to the App');
  }
}

function ended({ log, shutdown }: Scene): Promise<number> {
  return new Promise((resolve) => {
    const end = async (): Promise<void> => {
      log.info('shutting down');
      const faults = await shutdown.begin();
      for (const { name, error } of faults) log.error({ part: name, err: error }, 'did not end well');
      resolve(faults.length === 0 ? 0 : 3);
    };
    onSignals(
      process,
      () => void end(),
      () => process.exit(3),
    );
  });
}
