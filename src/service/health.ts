import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';

/** Resolves when the thing is there; throws with the reason when it is not. */
export type Probe = () => Promise<unknown>;

export interface HealthOptions {
  /** What must be there before this process takes work, by name. */
  readonly probes: Readonly<Record<string, Probe>>;
  /** True once shutting down: the load balancer is to look elsewhere. */
  readonly closing: () => boolean;
  readonly metrics: Metrics;
  /** Time for one probe, in milliseconds. */
  readonly probeMs: number;
}

/**
 * Answers `/healthz` (the process turns), `/readyz` (it may be given work; tells what is missing) and `/metrics`.
 * Returns false for every other request, untouched.
 */
export function createHealth(options: HealthOptions): (request: IncomingMessage, response: ServerResponse) => boolean {
  const pages: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> = {
    '/healthz': async (response) => answer(response, 200, 'text/plain; charset=utf-8', 'ok\n'),
    '/readyz': (response) => ready(options, response),
    '/metrics': async (response) => {
      const { type, text } = await options.metrics.expose();
      answer(response, 200, type, text);
    },
  };
  return (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) return false;
    if (request.method !== 'GET' && request.method !== 'HEAD')
      answer(response, 405, 'text/plain; charset=utf-8', 'GET only\n');
    else void page(response).catch((error: unknown) => response.destroy(error as Error));
    return true;
  };
}

async function ready({ probes, closing, probeMs }: HealthOptions, response: ServerResponse): Promise<void> {
  const results = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => [name, await within(probe, probeMs)] as const),
  );
  const checks: Record<string, string> = Object.fromEntries(results);
  if (closing()) checks.process = 'shutting down';
  const fine = Object.values(checks).every((state) => state === 'ok');
  answer(response, fine ? 200 : 503, 'application/json', `${JSON.stringify({ ready: fine, checks })}\n`);
}

/** `ok`, or one word for what is wrong: the page may be public, so an error's own text stays in the log. */
async function within(probe: Probe, probeMs: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer'), probeMs);
  });
  const asked = Promise.resolve()
    .then(probe)
    .then(
      () => 'ok',
      () => 'failed',
    );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}
