import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** An answer of the REST API. A string body is sent as it is, anything else as JSON. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by a route to answer with one of GitHub's errors. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(
    status: number,
    message: string,
    more: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    const body = { message, documentation_url: 'https://docs.github.com/rest', status: String(status), ...more };
    this.answer = { status, body, headers };
  }
}

/** The answer of `work`, or that of the {@link Refusal} that it throws. */
export async function refusable(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

/** GitHub's answer for what is not there or may not be seen. */
export function notFound(): Refusal {
  return new Refusal(404, 'Not Found');
}

/** GitHub's answer for what the App was not granted. */
export function forbidden(): Refusal {
  return new Refusal(403, 'Resource not accessible by integration');
}

/** GitHub's 422 with one error object. */
export function invalid(resource: string, field: string, code: string, message?: string): Refusal {
  const error = message === undefined ? { resource, field, code } : { resource, field, code, message };
  return new Refusal(422, 'Validation Failed', { errors: [error] });
}

/** GitHub's 422 in words. */
export function unprocessable(...sentences: readonly string[]): Refusal {
  return new Refusal(422, 'Unprocessable Entity', { errors: sentences });
}

const MAX_BODY = 26_000_000;

/** The whole body of a request; throws a 413 above 26 MB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Refusal(413, 'Payload too big');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Parses a JSON body; an empty one is `undefined`. */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}

/** Query parameters; one that is repeated is a list. */
export function readQuery(url: URL): Readonly<Record<string, string | readonly string[]>> {
  const query: Record<string, string | readonly string[]> = {};
  for (const key of new Set(url.searchParams.keys())) {
    const all = url.searchParams.getAll(key);
    query[key] = all.length === 1 ? (all[0] ?? '') : all;
  }
  return query;
}

/** GitHub's media types: the word after `application/vnd.github.` (and `v3.`) in Accept, such as `diff` or `raw`. */
export function mediaType(headers: IncomingHttpHeaders): string {
  const match = /application\/vnd\.github\.(?:v3\.)?([a-z-]+)/.exec(headers.accept ?? '');
  const word = match?.[1] ?? 'json';
  return word === 'v' ? 'json' : word;
}
