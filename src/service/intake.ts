import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A webhook whose signature was right. */
export interface Webhook {
  /** `X-GitHub-Event`. */
  readonly name: string;
  /** `X-GitHub-Delivery`. */
  readonly delivery: string;
  readonly payload: unknown;
}

export interface IntakeOptions {
  readonly path: string;
  /** Any of them may have signed, so that a secret can be changed without losing a delivery. */
  readonly secrets: readonly string[];
  /** GitHub sends at most 25 MB. */
  readonly maxBytes: number;
  /** Time for a body to arrive, in milliseconds. */
  readonly bodyMs: number;
  /** Must be quick: GitHub waits ten seconds. A throw is answered with 503, so that the delivery counts as failed. */
  readonly receive: (webhook: Webhook) => Promise<void>;
  /** What was refused and why; never the body. */
  readonly onRefused: (status: number, reason: string) => void;
  readonly onFault: (error: unknown) => void;
}

export const GITHUB_MAX_BYTES = 25 * 2 ** 20;

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Takes webhooks: the size is bounded and the signature checked before anything is parsed or logged. Returns false for
 * requests to other paths, untouched.
 */
export function createIntake(options: IntakeOptions): (request: IncomingMessage, response: ServerResponse) => boolean {
  if (options.secrets.length === 0) throw new Error('an intake needs a secret');
  return (request, response) => {
    if ((request.url ?? '').split('?', 1)[0] !== options.path) return false;
    void take(options, request).then(
      () => reply(response, 202, 'taken'),
      (error: unknown) => refuse(options, request, response, error),
    );
    return true;
  };
}

async function take(options: IntakeOptions, request: IncomingMessage): Promise<void> {
  if (request.method !== 'POST') throw new Refusal(405, 'POST only');
  const name = headerOf(request, 'x-github-event');
  const delivery = headerOf(request, 'x-github-delivery');
  const signature = headerOf(request, 'x-hub-signature-256');
  if (!headerOf(request, 'content-type').toLowerCase().startsWith('application/json')) {
    throw new Refusal(415, 'choose the content type application/json at GitHub');
  }
  const body = await bodyOf(request, options);
  if (!options.secrets.some((secret) => signed(body, secret, signature))) throw new Refusal(401, 'wrong signature');
  await options.receive({ name, delivery, payload: parsed(body) });
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  if (typeof value !== 'string' || value === '' || value.length > 200)
    throw new Refusal(400, `no usable ${name} header`);
  return value;
}

function bodyOf(request: IncomingMessage, { maxBytes, bodyMs }: IntakeOptions): Promise<Buffer> {
  const tooLarge = (): Refusal => new Refusal(413, `more than ${maxBytes} bytes`);
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) return reject(tooLarge());
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => reject(new Refusal(408, 'the body did not arrive in time')), bodyMs);
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => {
      clearTimeout(timer);
      reject(new Refusal(400, 'the connection ended early'));
    });
  });
}

function signed(body: Buffer, secret: string, signature: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refusal(400, 'the body is not JSON');
  }
}

function refuse(options: IntakeOptions, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (error instanceof Refusal) {
    options.onRefused(error.status, error.message);
    reply(response, error.status, error.message);
  } else {
    options.onFault(error);
    reply(response, 503, 'not taken; deliver again');
  }
  // What was not read is not read any more: a refused sender gets no more of our time.
  if (!request.complete) response.once('finish', () => request.destroy());
}

function reply(response: ServerResponse, status: number, message: string): void {
  if (response.writableEnded || response.destroyed) return;
  const more = status >= 400 ? { connection: 'close' } : {};
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...more }).end(`${message}\n`);
}
