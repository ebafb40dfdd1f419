import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { Logger } from 'pino';
import { Probot, Server } from 'probot';
import type { Bot, Self, Turn } from './bot.ts';
import { EVENTS, jobsOf } from './events.ts';
import { giveUp } from './giveup.ts';
import { guardWebhook } from './guard.ts';
import { handle } from './handle.ts';
import type { Job } from './job.ts';
import { type Observed, politeOctokit, type SharedLimits } from './octokit.ts';
import type { Ports } from './ports.ts';

export interface AppOptions {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  readonly secret: string;
  /** `https://HOST/api/v3` of GitHub Enterprise Server; absent for github.com. */
  readonly baseUrl?: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Logger;
  /** False only where nobody limits us. */
  readonly throttle: boolean;
  /** Where the limits are kept when several processes keep them together. */
  readonly shared?: SharedLimits;
  /** Milliseconds for one request to GitHub; half a minute when absent. */
  readonly patience?: number;
  /** Told about every request to GitHub; a place to count. */
  readonly observe?: (request: Observed) => void;
  /** The label that asks for a review; `ml-review` when absent. */
  readonly label?: string;
  readonly ports: Omit<Ports, 'log'>;
  /** What `/healthz` answers beside `ok`. */
  readonly health: () => Promise<object>;
}

export interface App {
  /** `http://HOST:PORT/api/github/webhooks`. */
  readonly webhookUrl: string;
  /** Does one job of the queue. */
  readonly work: (job: Job, turn: Turn) => Promise<void>;
  /** Ends what a job without attempts left has left open. */
  readonly giveUp: (job: Job, reason: string) => Promise<void>;
  /** Octokit of the App (no argument) or of one installation. */
  readonly octokit: (installation?: number) => Promise<Bot['gh']>;
  readonly close: () => Promise<void>;
}

const WEBHOOKS = '/api/github/webhooks';

/** Probot, with a guard before its webhook receiver: Probot logs the whole body of a request with a bad signature. */
function guarded(options: AppOptions): typeof Probot {
  const { appId, privateKey, secret, baseUrl, log, throttle, shared, observe, patience } = options;
  const Configured = Probot.defaults({
    appId,
    privateKey,
    secret,
    log,
    Octokit: politeOctokit({
      throttle,
      ...(shared === undefined ? {} : { shared }),
      ...(observe === undefined ? {} : { observe }),
      ...(patience === undefined ? {} : { patience }),
    }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  });
  return class extends Configured {
    override async getNodeMiddleware(given?: Parameters<Probot['getNodeMiddleware']>[0]) {
      const receive = await super.getNodeMiddleware(given);
      const guard = { path: WEBHOOKS, secret };
      return (async (request: IncomingMessage, response: ServerResponse) =>
        (await guardWebhook(request as Parameters<typeof guardWebhook>[0], response, guard)) ||
        receive(request, response)) as typeof receive;
    }
  };
}

function healthz(health: AppOptions['health']) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    if (request.method !== 'GET' || (request.url ?? '').split('?')[0] !== '/healthz') return false;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ok: true, ...(await health()) }));
    return true;
  };
}

/** Asks GitHub once who we are; asks again after a failure. */
function selfOf(probot: Probot, appId: number): () => Promise<Self> {
  let known: Self | undefined;
  return async () => {
    if (known !== undefined) return known;
    const { data } = await (await probot.auth()).rest.apps.getAuthenticated();
    known = { appId, login: `${data?.slug ?? ''}[bot]` };
    return known;
  };
}

async function freePort(host: string): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, host, resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** Starts the GitHub App: webhooks become jobs, and jobs are done by {@link App.work}. The caller has judged the secret. */
export async function startApp(options: AppOptions): Promise<App> {
  const { appId, log, host, port, label } = options;
  const server = new Server({
    Probot: guarded(options),
    log,
    host,
    // Probot takes 0 for "not given" and means 3000 by it.
    port: port === 0 ? await freePort(host) : port,
    webhookPath: WEBHOOKS,
    enableStaticFiles: false,
  });
  const ports: Ports = { ...options.ports, log };
  let probot: Probot | undefined;
  await server.load((app, { addHandler }) => {
    probot = app;
    addHandler(healthz(options.health));
    app.on([...EVENTS], async ({ name, id, payload }) => {
      const envelope = { name, payload, delivery: id, receivedAt: ports.now(), appId };
      for (const job of jobsOf(label === undefined ? envelope : { ...envelope, label })) await ports.enqueue(job);
    });
  });
  if (probot === undefined) throw new Error('Probot did not load the application');
  const loaded: Probot = probot;
  const self = selfOf(loaded, appId);
  const botFor = async ({ installation, payload: { repo } }: Job): Promise<Bot> => ({
    gh: await loaded.auth(installation),
    self: await self(),
    repo,
    installation,
    ports,
  });
  await server.start();
  return {
    webhookUrl: `http://${host}:${server.port}${WEBHOOKS}`,
    work: async (job, turn) => handle(await botFor(job), job.payload.task, turn),
    giveUp: async (job, reason) => giveUp(await botFor(job), job.head, reason),
    octokit: (installation) => loaded.auth(installation),
    close: () => server.stop(),
  };
}
