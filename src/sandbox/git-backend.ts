import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate, grants, maySee } from './auth.ts';
import type { Context } from './context.ts';
import { gitEnvironment } from './git.ts';
import { Refusal } from './http.ts';
import { findMoved, findRepository, fullName } from './lookup.ts';
import type { Repository } from './state.ts';

const SERVED = /^\/([^/]+\/[^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** The repository and the part of it that a path of git's smart HTTP names, or `undefined` for any other path. */
export function gitPath(path: string): { readonly name: string; readonly rest: string } | undefined {
  const match = SERVED.exec(path);
  return match === null ? undefined : { name: match[1] ?? '', rest: match[2] ?? '' };
}

/** Serves a clone or fetch through git's own program; answers the status. A token that may read contents is required. */
export function serveGit(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<number> {
  const named = gitPath(url.pathname);
  try {
    const moved = findMoved(context.state, named?.name ?? '');
    if (moved !== undefined)
      throw new Refusal(301, 'Moved Permanently', {}, { location: movedTo(context, moved, url) });
    const repository = allowed(context, request, named?.name ?? '');
    return run(repository, request, response, url, named?.rest ?? '');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, headers = {} } = error.answer;
    // git asks for a password only when it is told how.
    response.writeHead(status, status === 401 ? { 'www-authenticate': 'Basic realm="GitHub"' } : headers);
    response.end(`${error.message}\n`);
    return Promise.resolve(status);
  }
}

function movedTo(context: Context, repository: Repository, { pathname, search }: URL): string {
  return `${context.url()}/${fullName(repository)}.git/${gitPath(pathname)?.rest ?? ''}${search}`;
}

function allowed(context: Context, request: IncomingMessage, name: string): Repository {
  const { authorization } = request.headers;
  if (authorization === undefined) throw new Refusal(401, 'Repository access needs a token.');
  const caller = authenticate(context, authorization);
  const repository = findRepository(context.state, name);
  if (repository === undefined || !maySee(caller, repository)) throw new Refusal(404, 'Repository not found.');
  if (caller.kind === 'installation' && !grants(caller.permissions, 'contents', 'read'))
    throw new Refusal(403, 'The token may not read contents.');
  return repository;
}

function run(
  repository: Repository,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  rest: string,
): Promise<number> {
  const { headers } = request;
  const variables = {
    GIT_PROJECT_ROOT: repository.git,
    GIT_HTTP_EXPORT_ALL: '1',
    REQUEST_METHOD: request.method ?? 'GET',
    PATH_INFO: `/${rest}`,
    QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: headers['content-type'] ?? '',
    ...(headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: headers['content-length'] }),
    ...(headers['content-encoding'] === undefined ? {} : { HTTP_CONTENT_ENCODING: headers['content-encoding'] }),
    ...(typeof headers['git-protocol'] === 'string' ? { GIT_PROTOCOL: headers['git-protocol'] } : {}),
    REMOTE_ADDR: '127.0.0.1',
  };
  const child = spawn('git', ['-c', 'core.hooksPath=/dev/null', 'http-backend'], { env: gitEnvironment(variables) });
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  response.on('close', () => child.kill());
  return new Promise((resolve) => {
    let status = 0;
    let head = Buffer.alloc(0);
    const onHead = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      child.stdout.off('data', onHead);
      status = writeHead(response, head.subarray(0, end).toString());
      response.write(head.subarray(end + 4));
      child.stdout.pipe(response);
    };
    child.stdout.on('data', onHead);
    child.on('close', () => {
      if (status === 0) response.writeHead(500);
      response.end();
      resolve(status === 0 ? 500 : status);
    });
  });
}

/** Turns the CGI head into HTTP's; answers the status. */
function writeHead(response: ServerResponse, head: string): number {
  const fields = head
    .split('\r\n')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const);
  const status = Number.parseInt(fields.find(([name]) => name.toLowerCase() === 'status')?.[1] ?? '200', 10);
  response.writeHead(status, Object.fromEntries(fields.filter(([name]) => name.toLowerCase() !== 'status')));
  return status;
}
