import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerApi, findRoute } from './api.ts';
import { authenticate, type Caller, nameOfCaller } from './auth.ts';
import type { Context } from './context.ts';
import type { Faults } from './faults.ts';
import { gitPath, serveGit } from './git-backend.ts';
import { answerGraphql } from './graphql.ts';
import { type Answer, parseBody, Refusal, readBody, readQuery, refusable } from './http.ts';
import { byName, movedAnswer } from './moved.ts';
import { perform } from './page/act.ts';
import { answerPage, pullAt } from './page/page.ts';
import { createRates, type Rates, secondaryLimit } from './rates.ts';
import type { Fault, SeenRequest } from './types.ts';

/** Tokens are made, not content created; nor does asking for a redelivery create any. */
const NO_CONTENT = /^POST \/app\//;

/** Makes the HTTP server of the sandbox: REST, GraphQL, git and pages. */
export function createHub(context: Context, faults: Faults): Server {
  const rates = createRates(context);
  return createServer((request, response) => {
    response.on('error', () => undefined);
    handle(context, faults, rates, request, response).catch((error: unknown) => {
      // A bug of ours must not look like GitHub being slow.
      context.state.violations.push({
        side: 'answer',
        route: request.url ?? '',
        sentence: String(error instanceof Error ? error.stack : error),
      });
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: `The sandbox failed: ${String(error)}` }));
    });
  });
}

async function handle(
  context: Context,
  faults: Faults,
  rates: Rates,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', context.url());
  url.pathname = url.pathname.replace(/^\/api\/v3(?=\/)/, '').replace(/^\/api\/graphql$/, '/graphql');
  url.pathname = byName(context, url.pathname);
  const method = request.method ?? 'GET';
  if (gitPath(url.pathname) !== undefined) {
    const seen: SeenRequest = {
      method,
      url: request.url ?? '',
      route: 'GIT',
      headers: request.headers,
      body: undefined,
      caller: 'git',
    };
    const fault = faults.take(seen);
    if (fault !== undefined) return fail(context, fault, seen, response);
    return log(context, seen, await serveGit(context, request, response, url), false);
  }
  const found = findRoute(method, url.pathname);
  if (found === undefined && isForPeople(request, url)) return visit(context, request, response, url);
  await handleApi(context, { faults, rates }, { request, response, url, method, found });
}

/** Octokit names GitHub's media types, browsers do not. */
function isForPeople({ method, headers }: IncomingMessage, url: URL): boolean {
  const api = url.pathname === '/graphql' || /^\/(repos|app|installation|orgs|user)(\/|$)/.test(url.pathname);
  const page = method === 'GET' || (method === 'POST' && /\/pull\/\d+$/.test(url.pathname));
  return page && !api && !(headers.accept ?? '').includes('application/vnd.github');
}

async function visit(context: Context, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const { method = 'GET', headers } = request;
  const pull = method === 'POST' ? pullAt(context, url) : undefined;
  const own = headers.origin === undefined || headers.origin === `http://${headers.host}`;
  const answer =
    pull !== undefined && own ? perform(context, pull, await readBody(request)) : await answerPage(context, url);
  write(context, response, answer, {});
  log(
    context,
    { method, url: request.url ?? '', route: 'PAGE', headers, body: undefined, caller: 'nobody' },
    answer.status,
    false,
  );
}

interface ApiRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly method: string;
  readonly found: ReturnType<typeof findRoute>;
}

async function handleApi(
  context: Context,
  guards: { readonly faults: Faults; readonly rates: Rates },
  api: ApiRequest,
): Promise<void> {
  const { request, response, url, method, found } = api;
  const graphql = url.pathname === '/graphql' && method === 'POST';
  const route = graphql ? 'POST /graphql' : (found?.route.route ?? 'unknown');
  const bytes = await readBody(request);
  const read = await attempt(() => ({
    body: parseBody(bytes),
    caller: authenticate(context, request.headers.authorization),
  }));
  const caller: Caller = 'caller' in read ? read.caller : { kind: 'nobody' };
  const body = 'caller' in read ? read.body : undefined;
  const seen: SeenRequest = {
    method,
    url: request.url ?? '',
    route,
    headers: request.headers,
    body,
    caller: nameOfCaller(caller),
  };
  const fault = guards.faults.take(seen);
  if (fault !== undefined && fault.kind !== 'commit-then-502') return fail(context, fault, seen, response);
  const counted = await attempt(() => ({
    headers: guards.rates.count(seen.caller, method !== 'GET' && !graphql && !NO_CONTENT.test(route)),
  }));
  const answer = await refusable(async () => {
    if ('refused' in read) return read.refused;
    if ('refused' in counted) return counted.refused;
    if (request.headers['user-agent'] === undefined)
      throw new Refusal(
        403,
        'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
      );
    if (graphql) return answerGraphql(context, caller, body);
    if (found === undefined) throw unserved(context, method, url);
    const moved = movedAnswer(context, caller, method, url);
    if (moved !== undefined) return moved;
    return answerApi(context, caller, { ...found, query: readQuery(url), headers: request.headers, url, body });
  });
  const sent = fault === undefined ? conditional(request, answer) : BAD_GATEWAY;
  write(context, response, sent, 'headers' in counted ? counted.headers : {});
  log(context, seen, sent.status, method !== 'GET' && answer.status < 300);
}

/** A reader who has the answer already gets 304; GitHub does not count it, we do. */
function conditional({ method, headers }: IncomingMessage, answer: Answer): Answer {
  if (method !== 'GET' || answer.status !== 200 || answer.body instanceof Uint8Array) return answer;
  const etag = `W/"${createHash('sha256').update(JSON.stringify(answer.body)).digest('hex')}"`;
  if (headers['if-none-match'] === etag) return { status: 304, headers: { etag } };
  return { ...answer, headers: { etag, ...answer.headers } };
}

/** What is not served here may exist at GitHub: a test must not take our 404 for GitHub's. */
function unserved(context: Context, method: string, url: URL): Refusal {
  const route = `${method} ${url.pathname}`;
  context.state.violations.push({ side: 'request', route, sentence: `The sandbox does not serve ${route}.` });
  return new Refusal(404, 'Not Found');
}

const BAD_GATEWAY: Answer = { status: 502, body: { message: 'Server Error' } };

async function attempt<T extends object>(work: () => T): Promise<T | { readonly refused: Answer }> {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.answer };
    throw error;
  }
}

/** The status that a fault shows; 0 where there is no answer. */
function statusOf(fault: Fault): number {
  const statuses = {
    timeout: 0,
    reset: 0,
    secondary: 403,
    '429': 429,
    'commit-then-502': 502,
    status: fault.status ?? 500,
  };
  return statuses[fault.kind];
}

function fail(context: Context, fault: Fault, seen: SeenRequest, response: ServerResponse): void {
  const status = statusOf(fault);
  log(context, seen, status, false);
  if (fault.kind === 'reset') response.destroy();
  if (status === 0) return;
  const limited = fault.kind === 'secondary' || fault.kind === '429';
  const plain: Answer = { status, body: { message: 'Server Error' } };
  write(context, response, limited ? secondaryLimit(status, fault.retryAfter ?? 60).answer : plain, {});
}

function write(
  context: Context,
  response: ServerResponse,
  answer: Answer,
  headers: Readonly<Record<string, string>>,
): void {
  const { body } = answer;
  const plain = typeof body === 'string' || body instanceof Uint8Array;
  const bytes = plain ? Buffer.from(body) : Buffer.from(JSON.stringify(body ?? null));
  const empty = answer.status === 204 || answer.status === 304;
  const type = plain ? {} : { 'content-type': 'application/json; charset=utf-8' };
  // The App compares this with its own clock when a JWT is refused.
  const date = new Date(context.state.now()).toUTCString();
  response.writeHead(answer.status, {
    date,
    ...headers,
    ...(empty ? {} : type),
    'x-github-media-type': 'github.v3',
    ...answer.headers,
  });
  response.end(empty ? undefined : bytes);
}

function log(context: Context, seen: SeenRequest, status: number, write: boolean): void {
  context.state.requests.push({
    ...seen,
    status,
    at: context.state.now(),
    write: write && seen.route !== 'unknown' && !/access_tokens$/.test(seen.route),
  });
}
