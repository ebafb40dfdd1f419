import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { pino } from 'pino';
import { type ServeOptions, type Serving, serve } from '../../src/app.ts';
import { loadPersonas } from '../../src/catalog.ts';
import type { Report } from '../../src/core/report.ts';
import type { Engine, Task } from '../../src/engine.ts';
import { loadLanguages } from '../../src/languages.ts';
import { review } from '../../src/panel/review.ts';
import { assess } from '../../src/readiness/assess.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type {
  PullRequestActor,
  RepositoryActor,
  Sandbox,
  SandboxOptions,
  SeenCheckRun,
  SeenComment,
} from '../../src/sandbox/types.ts';
import { storyPanel } from './panel.ts';

const SECRET = 'a secret that only the stories know';

/** What may be done in the middle of a review. */
export interface Interlude {
  /** Called when the panel has judged, before anything is posted. */
  beforePosting: (() => Promise<void>) | undefined;
  /** Thrown by the panel instead of an answer, once. */
  failure: Error | undefined;
  /** How many reviews were done. */
  reviews: number;
}

/** What a story cost at GitHub since it began. */
export interface Cost {
  readonly requests: number;
  readonly writes: number;
}

export interface Stage {
  /** Starts counting, for {@link spent}. */
  readonly count: () => void;
  /** Requests to the API since `count`, git and pages left out; noted under a name for the table at the end. */
  readonly spent: (name: string) => Cost;
  readonly github: Sandbox;
  readonly serving: Serving;
  /** Signs the webhooks. */
  readonly secret: string;
  readonly interlude: Interlude;
  /** Everything that was logged, one JSON text per line. */
  readonly logged: string[];
  /** Resolves when every webhook is answered and every job done. */
  readonly quiet: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function storyEngine(interlude: Interlude): Promise<Engine> {
  await loadLanguages();
  const panel = storyPanel(await loadPersonas());
  const judge = ({ snapshot, settings, incidents = [], decisions = [] }: Task): Report => {
    interlude.reviews += 1;
    const { failure } = interlude;
    interlude.failure = undefined;
    if (failure !== undefined) throw failure;
    return review({
      snapshot,
      panel,
      settings,
      incidents,
      decisions,
      version: '0.0.0',
      assessors: { assess, system: () => ({ nodes: [], edges: [] }) },
      rules: {
        today: '2026-11-25',
        matches: (glob, path) => picomatch.isMatch(path, glob),
        docsUrl: () => 'https://docs.example/flaw',
      },
    });
  };
  return { panel, review: judge };
}

export interface StageOptions {
  readonly sandbox?: SandboxOptions;
  readonly queue?: Partial<ServeOptions['queue']>;
  readonly throttle?: boolean;
  /** As GitHub Enterprise Server has its addresses. */
  readonly enterprise?: boolean;
}

const QUEUE = {
  concurrency: 2,
  debounceMs: 30,
  attempts: 2,
  backoff: { firstMs: 20, capMs: 100 },
  turnMs: 30_000,
  graceMs: 2_000,
} as const;

/** The sandbox GitHub and the real App, talking to each other over HTTP. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const github = await startSandbox(options.sandbox ?? {});
  const clones = await mkdtemp(join(tmpdir(), 'stories-'));
  const interlude: Interlude = { beforePosting: undefined, failure: undefined, reviews: 0 };
  const logged: string[] = [];
  const engine = await storyEngine(interlude);
  const serving = await serve({
    app: { appId: github.app.id, privateKey: github.app.privateKey, secret: SECRET },
    baseUrl: options.enterprise === true ? `${github.url}/api/v3` : github.url,
    host: '127.0.0.1',
    port: 0,
    engine,
    clones: { dir: clones, limit: 2 ** 30 },
    queue: { ...QUEUE, ...options.queue },
    log: pino({ level: 'info' }, { write: (line: string) => logged.push(line) }),
    throttle: options.throttle ?? false,
    around: async (judge) => {
      const reviewed = await judge();
      const then = interlude.beforePosting;
      interlude.beforePosting = undefined;
      await then?.();
      return reviewed;
    },
  });
  github.deliverTo({ url: serving.app.webhookUrl, secret: SECRET });
  const quiet = async (): Promise<void> => {
    for (let calm = 0; calm < 3; ) {
      await github.settled();
      const { waiting, running } = await serving.queue.stats();
      calm = waiting + running === 0 ? calm + 1 : 0;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  let from = 0;
  const bills: string[] = [];
  const spent = (name: string): Cost => {
    const seen = github.requests
      .slice(from)
      .filter(({ route }) => route.startsWith('POST /app/') === false && /^(GET|POST|PATCH|PUT|DELETE) /.test(route));
    const cost = { requests: seen.length, writes: seen.filter(isWrite).length };
    bills.push(`${String(cost.requests).padStart(4)} requests ${String(cost.writes).padStart(3)} writes  ${name}`);
    return cost;
  };
  const count = (): void => {
    from = github.requests.length;
  };
  const close = async (): Promise<void> => {
    if (bills.length > 0) console.info(bills.join('\n'));
    await serving.close();
    await github.close();
    await rm(clones, { recursive: true, force: true });
  };
  return { github, serving, secret: SECRET, interlude, logged, quiet, count, spent, close };
}

/** A GraphQL query is a POST, but writes nothing. */
function isWrite({ write, route, body }: Sandbox['requests'][number]): boolean {
  const query = (body as { readonly query?: unknown } | undefined)?.query;
  return write && !(route === 'POST /graphql' && typeof query === 'string' && query.startsWith('query'));
}

let repositories = 0;

/** A repository of its own for one story, with `src/train.py` and whatever else is given. */
export async function aRepository(
  { github }: Stage,
  files: Readonly<Record<string, string>> = {},
  owner = 'acme',
): Promise<RepositoryActor> {
  repositories += 1;
  return github.repository(`${owner}/models-${repositories}`, { files: { 'src/train.py': 'import os\n', ...files } });
}

/** Opens a pull request that writes `text` to `src/train.py` (or the given files). */
export async function aPullRequest(
  repository: RepositoryActor,
  files: Readonly<Record<string, string>> | string,
  more: Partial<Parameters<RepositoryActor['openPullRequest']>[0]> = {},
): Promise<PullRequestActor> {
  const head = more.head ?? `change-${repository.pullRequests().length + 1}`;
  await (more.from ?? repository).commit(head, {
    files: typeof files === 'string' ? { 'src/train.py': files } : files,
  });
  return repository.openPullRequest({ author: 'ana', ...more, head });
}

/** Our newest check run on the head. */
export function check(pull: PullRequestActor): SeenCheckRun | undefined {
  return pull.checkRuns()[0];
}

/** The comments that the panel wrote, without replies of people. */
export async function panelComments(pull: PullRequestActor, { github }: Stage): Promise<readonly SeenComment[]> {
  return (await pull.reviewComments()).filter(({ author }) => author.startsWith(github.app.slug));
}

/** A labelled pull request, reviewed. */
export async function aReviewed(
  stage: Stage,
  files: Parameters<typeof aPullRequest>[1],
  more: Parameters<typeof aPullRequest>[2] & {
    readonly base?: string;
    readonly start?: Readonly<Record<string, string>>;
    readonly owner?: string;
  } = {},
): Promise<PullRequestActor> {
  const { start, owner, ...rest } = more;
  const pull = await aPullRequest(await aRepository(stage, start, owner), files, { labels: ['ml-review'], ...rest });
  await stage.quiet();
  return pull;
}

/** One stage for the stories of a file; whatever GitHub's description does not allow fails the story. */
export function theStage(options: StageOptions = {}): () => Stage {
  let stage: Stage | undefined;
  const get = (): Stage => {
    if (stage === undefined) throw new Error('the stage is not open yet');
    return stage;
  };
  beforeAll(async () => {
    stage = await openStage(options);
  });
  afterAll(() => get().close());
  afterEach(() => {
    if (process.env.STORY_LOG !== undefined)
      process.stderr.write(`${expect.getState().currentTestName}\n${get().logged.splice(0).join('')}`);
    get().github.clearFaults();
    const violations = [...get().github.violations];
    expect(violations).toEqual([]);
  });
  return get;
}
