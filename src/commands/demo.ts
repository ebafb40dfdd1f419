import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Serving, serve } from '../app.ts';
import { createEngine } from '../engine.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { PullRequestActor, Sandbox, SeenCheckRun, SeenComment } from '../sandbox/types.ts';
import { deliver, progress } from './check.ts';
import { SAMPLE_BASE, SAMPLE_CHANGE } from './demo-sample.ts';
import { EXIT } from './errors.ts';

const QUEUE = {
  concurrency: 1,
  debounceMs: 50,
  attempts: 2,
  backoff: { firstMs: 100, capMs: 1_000 },
  turnMs: 120_000,
  graceMs: 2_000,
} as const;

interface Stage {
  readonly github: Sandbox;
  readonly serving: Serving;
  readonly close: () => Promise<void>;
}

/** The sandbox GitHub and the real App, talking over HTTP on this machine. */
async function openStage(port: number): Promise<Stage> {
  const engine = await createEngine();
  const clones = await mkdtemp(join(tmpdir(), 'ml-review-demo-'));
  const secret = randomBytes(32).toString('hex');
  const github = await startSandbox({ port });
  const serving = await serve({
    app: { appId: github.app.id, privateKey: github.app.privateKey, secret },
    baseUrl: github.url,
    host: '127.0.0.1',
    port: 0,
    engine,
    clones: { dir: clones, limit: 2 ** 28 },
    queue: QUEUE,
    log: pino({ level: 'silent' }),
    throttle: false,
  }).catch(async (error: unknown) => {
    await github.close();
    throw error;
  });
  github.deliverTo({ url: serving.app.webhookUrl, secret });
  const close = async (): Promise<void> => {
    await serving.close();
    await github.close();
    await rm(clones, { recursive: true, force: true });
  };
  return { github, serving, close };
}

/** Waits until every webhook is answered and every review done. */
async function quiet({ github, serving }: Stage): Promise<void> {
  for (let calm = 0; calm < 3; ) {
    await github.settled();
    const { waiting, running } = await serving.queue.stats();
    calm = waiting + running === 0 ? calm + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function samplePullRequest({ github }: Stage): Promise<PullRequestActor> {
  const repository = await github.repository('acme/fraud', { files: SAMPLE_BASE });
  repository.setPermission('mira', 'write');
  await repository.commit('fraud-v7', { files: SAMPLE_CHANGE, message: 'Serve version 7', by: 'mira' });
  return repository.openPullRequest({ head: 'fraud-v7', title: 'Serve fraud model version 7', author: 'mira' });
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');

/** The comment as people see it: markers and folded parts left out. */
const visible = (body: string): string =>
  body
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<details>[\s\S]*?<\/details>/g, '')
    .replace(/\[(`?[^\]\n]+`?)\]\([^)\n]*\)/g, '$1')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

const commentText = ({ path, line, body }: SeenComment): string =>
  `${path}:${line ?? 'file'}\n${indented(visible(body))}`;

const runText = (run: SeenCheckRun): string =>
  `${run.name}: ${run.status}, ${run.conclusion}\n${run.title}\n\n${indented(visible(run.summary ?? ''))}\n\n  ${run.annotations.length} annotations, buttons: ${run.actions.map(({ label }) => label).join(', ')}`;

/** `ml-review demo`: adds the label to a sample pull request and prints what the App posted. Stays up unless `once`. */
export async function demo(options: { readonly once?: boolean; readonly port: string }): Promise<number> {
  progress('starting a GitHub of its own on this machine');
  const stage = await openStage(Number(options.port));
  try {
    const pull = await samplePullRequest(stage);
    await quiet(stage);
    await pull.addLabel('ml-review', { by: 'mira' });
    await quiet(stage);
    const comments = await pull.reviewComments();
    const [run] = pull.checkRuns();
    const requests = stage.github.requests.filter(
      (request) => request.caller !== 'nobody' && request.route !== 'PAGE',
    ).length;
    await deliver(
      [
        `mira adds the label ml-review to "Serve fraud model version 7" (acme/fraud#${pull.number}).`,
        `The panel answers with ${comments.length} inline comments and one check run (${requests} requests, ${stage.github.violations.length} against GitHub's own description):`,
        '',
        ...comments.map((comment) => `${commentText(comment)}\n`),
        run === undefined ? 'no check run' : runText(run),
        '',
        options.once === true
          ? 'Without --once it stays up, with a page to look at'
          : `Look at it: ${pull.page}   (stop with Ctrl-C)`,
      ].join('\n'),
      undefined,
    );
    if (run?.status !== 'completed' || comments.length === 0) return EXIT.failure;
    if (options.once !== true) await new Promise((resolve) => process.once('SIGINT', resolve));
    return EXIT.open;
  } finally {
    await stage.close();
  }
}
