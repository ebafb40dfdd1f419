import { z } from 'zod';
import type { DeliveryAttempt, HeadRun, OpenPull, ReconcileSource } from './reconcile.ts';

/** The part of any octokit that is used here. */
export interface Rest {
  readonly request: (route: string, parameters?: Record<string, unknown>) => Promise<{ readonly data: unknown }>;
  readonly paginate: {
    readonly iterator: (
      route: string,
      parameters?: Record<string, unknown>,
    ) => AsyncIterable<{ readonly data: unknown }>;
  };
}

export interface RestOfApp {
  readonly appId: number;
  /** Authenticated as the App. */
  readonly app: Rest;
  /** Authenticated as one installation. */
  readonly installation: (id: number) => Promise<Rest>;
}

const PAGE = { per_page: 100 } as const;

const time = z.string().transform((text) => Date.parse(text));

const installations = z.array(z.object({ id: z.number(), suspended_at: z.string().nullish() }));

const repositories = z.array(
  z.object({ name: z.string(), owner: z.object({ login: z.string() }), archived: z.boolean().default(false) }),
);

const pulls = z.array(
  z.object({
    number: z.number(),
    draft: z.boolean().default(false),
    updated_at: time,
    head: z.object({ sha: z.string() }),
    labels: z.array(z.object({ name: z.string() })),
  }),
);

const checkRuns = z.object({
  check_runs: z.array(
    z.object({
      id: z.number(),
      status: z.string(),
      conclusion: z.string().nullable(),
      started_at: time.nullable(),
      app: z.object({ id: z.number() }).nullable(),
    }),
  ),
});

const deliveries = z.array(z.object({ id: z.number(), guid: z.string(), delivered_at: time, status_code: z.number() }));

/** The reconciler's questions as requests to GitHub. Rejects with octokit's errors. */
export function githubSource(rest: RestOfApp): ReconcileSource {
  return {
    installations: () => installationsOf(rest.app),
    openPulls: (installation) => openPullsOf(rest, installation),
    runs: (installation, pull) => runsOf(rest, installation, pull),
    deliveries: () => deliveriesOf(rest.app),
    async redeliver(id) {
      await rest.app.request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id });
    },
  };
}

async function* installationsOf(app: Rest): AsyncGenerator<number> {
  for await (const { data } of app.paginate.iterator('GET /app/installations', PAGE)) {
    for (const { id, suspended_at } of installations.parse(data)) if (!suspended_at) yield id;
  }
}

async function* openPullsOf(rest: RestOfApp, installation: number): AsyncGenerator<OpenPull> {
  const github = await rest.installation(installation);
  for await (const page of github.paginate.iterator('GET /installation/repositories', PAGE)) {
    for (const { name: repo, owner, archived } of repositories.parse(page.data)) {
      if (!archived) yield* openPullsIn(github, owner.login, repo);
    }
  }
}

async function* openPullsIn(github: Rest, owner: string, repo: string): AsyncGenerator<OpenPull> {
  const route = 'GET /repos/{owner}/{repo}/pulls';
  for await (const { data } of github.paginate.iterator(route, { owner, repo, state: 'open', ...PAGE })) {
    for (const { number, draft, updated_at, head, labels } of pulls.parse(data)) {
      const names = labels.map(({ name }) => name);
      yield { owner, repo, number, draft, head: head.sha, labels: names, updatedAt: updated_at };
    }
  }
}

async function runsOf(rest: RestOfApp, installation: number, pull: OpenPull): Promise<readonly HeadRun[]> {
  const github = await rest.installation(installation);
  const { data } = await github.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
    owner: pull.owner,
    repo: pull.repo,
    ref: pull.head,
    app_id: rest.appId,
    filter: 'all',
    ...PAGE,
  });
  return checkRuns
    .parse(data)
    .check_runs.filter(({ app }) => app?.id === rest.appId)
    .sort((a, b) => b.id - a.id)
    .map(({ status, conclusion, started_at }) => ({ status, conclusion, startedAt: started_at ?? 0 }));
}

async function* deliveriesOf(app: Rest): AsyncGenerator<DeliveryAttempt> {
  for await (const { data } of app.paginate.iterator('GET /app/hook/deliveries', PAGE)) {
    for (const { id, guid, delivered_at, status_code } of deliveries.parse(data)) {
      yield { id, guid, at: delivered_at, statusCode: status_code };
    }
  }
}
