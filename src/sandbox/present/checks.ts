import type { Context } from '../context.ts';
import { nodeId } from '../lookup.ts';
import type { CheckRun, CheckSuite, PullRequest } from '../state.ts';
import { appShape } from './app.ts';
import { apiOf, repositoryShape, type Shape, webOf } from './basics.ts';

/** Pull requests of a commit as check payloads name them: none whose head is in another repository. */
function pullsOfCheck(context: Context, suite: CheckSuite): readonly Shape[] {
  const { repository, headSha } = suite;
  return repository.pulls
    .filter((pull) => pull.state === 'open' && pull.headSha === headSha && pull.head.repository === repository)
    .map((pull) => minimal(context, pull));
}

function minimal(context: Context, pull: PullRequest): Shape {
  const api = apiOf(context, pull.repository);
  const repo = { id: pull.repository.id, url: api, name: pull.repository.name };
  return {
    id: pull.id,
    number: pull.number,
    url: `${api}/pulls/${pull.number}`,
    head: { ref: pull.head.ref, sha: pull.headSha, repo },
    base: { ref: pull.baseRef, sha: pull.baseSha, repo },
  };
}

/** `check-run`. */
export function checkRunShape(context: Context, run: CheckRun): Shape {
  const api = `${apiOf(context, run.repository)}/check-runs/${run.id}`;
  const web = `${webOf(context, run.repository)}/runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId('CR', run.id),
    head_sha: run.headSha,
    name: run.name,
    external_id: run.externalId ?? '',
    url: api,
    html_url: web,
    details_url: run.detailsUrl ?? web,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${api}/annotations`,
    },
    check_suite: { id: run.suite.id },
    app: appShape(context),
    pull_requests: pullsOfCheck(context, run.suite),
  };
}

/** The `check_run` of a webhook, with the suite in short. */
export function checkRunForWebhook(context: Context, run: CheckRun): Shape {
  const { suite } = run;
  const pulls = pullsOfCheck(context, suite);
  return {
    ...checkRunShape(context, run),
    check_suite: {
      id: suite.id,
      node_id: nodeId('CS', suite.id),
      head_branch: suite.headBranch,
      head_sha: suite.headSha,
      ...stateOfSuite(suite),
      url: `${apiOf(context, suite.repository)}/check-suites/${suite.id}`,
      before: suite.before,
      after: suite.headSha,
      pull_requests: pulls,
      app: appShape(context),
      created_at: suite.createdAt,
      updated_at: suite.updatedAt,
    },
  };
}

const WORST = ['failure', 'timed_out', 'cancelled', 'action_required', 'stale', 'success', 'neutral', 'skipped'];

/** A suite is as far as its slowest and as good as its worst newest run. */
function stateOfSuite(suite: CheckSuite): { readonly status: string; readonly conclusion: string | null } {
  const newest = new Map<string, CheckRun>();
  for (const run of runsOf(suite)) newest.set(run.name, run);
  const runs = [...newest.values()];
  if (runs.length === 0) return { status: 'queued', conclusion: null };
  if (runs.some((run) => run.status !== 'completed')) return { status: 'in_progress', conclusion: null };
  const conclusions = new Set(runs.map((run) => run.conclusion ?? 'neutral'));
  return { status: 'completed', conclusion: WORST.find((word) => conclusions.has(word)) ?? 'neutral' };
}

function runsOf(suite: CheckSuite): readonly CheckRun[] {
  return suite.repository.runs.filter((run) => run.suite === suite);
}

/** `check-suite`; `commit` is the head commit as `simple-commit`. */
export function checkSuiteShape(context: Context, suite: CheckSuite, commit: Shape): Shape {
  const url = `${apiOf(context, suite.repository)}/check-suites/${suite.id}`;
  return {
    id: suite.id,
    node_id: nodeId('CS', suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...stateOfSuite(suite),
    url,
    before: suite.before,
    after: suite.headSha,
    pull_requests: pullsOfCheck(context, suite),
    app: appShape(context),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
    rerequestable: true,
    runs_rerequestable: true,
    latest_check_runs_count: new Set(runsOf(suite).map((run) => run.name)).size,
    check_runs_url: `${url}/check-runs`,
    head_commit: commit,
    repository: repositoryShape(context, suite.repository),
  };
}
