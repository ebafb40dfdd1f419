import { repositoryOf } from '../auth.ts';
import { type Answer, notFound } from '../http.ts';
import { iso, stamp } from '../lookup.ts';
import { webOf } from '../present/basics.ts';
import { checkRunShape, checkSuiteShape } from '../present/checks.ts';
import { readCommit, simpleCommit } from '../present/commits.ts';
import type { Call, Route } from '../router.ts';
import type { CheckRun, CheckSuite } from '../state.ts';
import { branchOf, suiteOf, tellRun, tellSuite } from '../suites.ts';
import type { SeenAnnotation } from '../types.ts';
import { later } from '../webhooks.ts';
import { checkRunLimits } from './check-limits.ts';
import { commitOf, one, page } from './common.ts';

type Entry = Readonly<Record<string, unknown>>;

async function create(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const { context } = call;
  const sha = await commitOf(repository, String(call.body.head_sha));
  const suite = suiteOf(context, repository, sha, branchOf(repository, sha), null);
  const at = stamp(context.state);
  const run: CheckRun = {
    id: context.state.nextId(),
    repository,
    suite,
    headSha: sha,
    name: String(call.body.name),
    externalId: null,
    detailsUrl: null,
    status: 'queued',
    conclusion: null,
    startedAt: at,
    completedAt: null,
    title: null,
    summary: null,
    text: null,
    annotations: [],
    rawAnnotations: [],
    actions: [],
  };
  apply(call, run);
  repository.runs.push(run);
  later(context, tellRun(context, run, 'created', context.state.app.bot));
  if (run.status === 'completed') later(context, tellRun(context, run, 'completed', context.state.app.bot));
  return { status: 201, body: checkRunShape(context, run) };
}

/** What a request says overwrites what was there, except annotations: they are added. */
function apply(call: Call, run: CheckRun): void {
  const { body } = call;
  const text = (name: string, was: string | null) => (typeof body[name] === 'string' ? (body[name] as string) : was);
  run.name = text('name', run.name) ?? run.name;
  run.externalId = text('external_id', run.externalId);
  run.detailsUrl = text('details_url', run.detailsUrl);
  run.startedAt = date(text('started_at', run.startedAt)) ?? run.startedAt;
  run.status = (body.status as CheckRun['status'] | undefined) ?? run.status;
  if (typeof body.conclusion === 'string') {
    run.conclusion = body.conclusion;
    run.status = 'completed';
    run.completedAt = date(text('completed_at', stamp(call.context.state)));
  } else if (run.status !== 'completed') {
    run.conclusion = null;
    run.completedAt = null;
  }
  if (Array.isArray(body.actions)) run.actions = body.actions as CheckRun['actions'];
  if (body.output !== undefined) applyOutput(run, body.output as Entry);
  run.suite.updatedAt = stamp(call.context.state);
}

function date(text: string | null): string | null {
  return text === null ? null : iso(Date.parse(text));
}

function applyOutput(run: CheckRun, output: Entry): void {
  run.title = String(output.title);
  run.summary = String(output.summary);
  if (typeof output.text === 'string') run.text = output.text;
  const annotations = (output.annotations ?? []) as readonly Entry[];
  run.rawAnnotations.push(...annotations);
  run.annotations.push(...annotations.map(toAnnotation));
}

function toAnnotation(entry: Entry): SeenAnnotation {
  return {
    path: String(entry.path),
    startLine: Number(entry.start_line),
    endLine: Number(entry.end_line),
    level: entry.annotation_level as SeenAnnotation['level'],
    title: typeof entry.title === 'string' ? entry.title : null,
    message: String(entry.message),
  };
}

function runOf(call: Call): CheckRun {
  const found = repositoryOf(call).runs.find((run) => run.id === Number(call.path.check_run_id));
  if (found === undefined) throw notFound();
  return found;
}

function update(call: Call): Answer {
  const run = runOf(call);
  const before = run.status;
  apply(call, run);
  if (run.status === 'completed' && before !== 'completed')
    later(call.context, tellRun(call.context, run, 'completed', call.context.state.app.bot));
  return { status: 200, body: checkRunShape(call.context, run) };
}

function listRuns(call: Call, all: readonly CheckRun[]): Promise<Answer> {
  const name = one(call, 'check_name');
  const status = one(call, 'status');
  const app = one(call, 'app_id');
  const newest = [...all].reverse();
  const latest =
    one(call, 'filter') === 'all'
      ? newest
      : newest.filter((run, at) => newest.findIndex((other) => other.name === run.name) === at);
  const found = latest
    .filter((run) => name === undefined || run.name === name)
    .filter((run) => status === undefined || run.status === status)
    .filter(() => app === undefined || Number(app) === call.context.state.app.id);
  return page(
    call,
    found,
    (run) => checkRunShape(call.context, run),
    (runs) => ({ total_count: found.length, check_runs: runs }),
  );
}

async function runsOfRef(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const sha = await commitOf(repository, call.path.ref ?? '');
  return listRuns(
    call,
    repository.runs.filter((run) => run.headSha === sha),
  );
}

function annotations(call: Call): Promise<Answer> {
  const run = runOf(call);
  return page(call, run.rawAnnotations, (entry) => ({
    start_column: null,
    end_column: null,
    title: null,
    raw_details: null,
    ...(entry as Entry),
    blob_href: `${webOf(call.context, run.repository)}/blob/${run.headSha}/${encodeURI(String((entry as Entry).path))}`,
  }));
}

function suiteById(call: Call): CheckSuite {
  const found = repositoryOf(call).suites.find((suite) => suite.id === Number(call.path.check_suite_id));
  if (found === undefined) throw notFound();
  return found;
}

async function suiteBody(call: Call, suite: CheckSuite) {
  return checkSuiteShape(call.context, suite, simpleCommit(await readCommit(suite.repository, suite.headSha)));
}

async function suitesOfRef(call: Call): Promise<Answer> {
  const repository = repositoryOf(call);
  const sha = await commitOf(repository, call.path.ref ?? '');
  const suites = repository.suites.filter((suite) => suite.headSha === sha);
  return page(
    call,
    suites,
    (suite) => suiteBody(call, suite),
    (check_suites) => ({ total_count: suites.length, check_suites }),
  );
}

const READ = [['checks', 'read']] as const;
const WRITE = [['checks', 'write']] as const;
const REPO = '/repos/{owner}/{repo}';

/** Check runs and check suites. */
export const checkRoutes: readonly Route[] = [
  { route: `POST ${REPO}/check-runs`, needs: WRITE, limits: checkRunLimits, answer: create },
  {
    route: `GET ${REPO}/check-runs/{check_run_id}`,
    needs: READ,
    answer: (call) => ({ status: 200, body: checkRunShape(call.context, runOf(call)) }),
  },
  { route: `PATCH ${REPO}/check-runs/{check_run_id}`, needs: WRITE, limits: checkRunLimits, answer: update },
  { route: `GET ${REPO}/check-runs/{check_run_id}/annotations`, needs: READ, answer: annotations },
  { route: `GET ${REPO}/commits/{ref}/check-runs`, needs: READ, answer: runsOfRef },
  { route: `GET ${REPO}/commits/{ref}/check-suites`, needs: READ, answer: suitesOfRef },
  {
    route: `GET ${REPO}/check-suites/{check_suite_id}`,
    needs: READ,
    answer: async (call) => ({ status: 200, body: await suiteBody(call, suiteById(call)) }),
  },
  {
    route: `GET ${REPO}/check-suites/{check_suite_id}/check-runs`,
    needs: READ,
    answer: (call) =>
      listRuns(
        call,
        suiteById(call).repository.runs.filter((run) => run.suite === suiteById(call)),
      ),
  },
  {
    route: `POST ${REPO}/check-suites/{check_suite_id}/rerequest`,
    needs: WRITE,
    answer: (call) => {
      later(call.context, tellSuite(call.context, suiteById(call), 'rerequested', call.context.state.app.bot));
      return { status: 201, body: {} };
    },
  },
];
