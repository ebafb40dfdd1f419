import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** GitHub never sends more. */
const MOST_BYTES = 25 * 1024 * 1024;

/** True when `signature` is the `X-Hub-Signature-256` of the body. */
export function isSigned(body: Uint8Array, signature: string | undefined, secret: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const given = Buffer.from(signature ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function readAll(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MOST_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function refuse(response: ServerResponse, status: number): true {
  response.writeHead(status, { connection: 'close' }).end();
  return true;
}

/**
 * Turns away whatever is not a signed webhook of bearable size, before anything parses or logs it. Answers true when the
 * request is answered; else the verified body is on the request, where the webhook receiver looks for it.
 */
export async function guardWebhook(
  request: IncomingMessage & { body?: string | undefined },
  response: ServerResponse,
  { path, secret }: { readonly path: string; readonly secret: string },
): Promise<boolean> {
  if (request.method !== 'POST' || (request.url ?? '').split('?')[0] !== path) return false;
  if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) return refuse(response, 413);
  const body = await readAll(request);
  if (body === undefined) return refuse(response, 413);
  const signature = request.headers['x-hub-signature-256'];
  if (!isSigned(body, typeof signature === 'string' ? signature : undefined, secret)) return refuse(response, 401);
  request.body = body.toString('utf8');
  return false;
}
