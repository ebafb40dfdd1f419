import { expect, test } from '@jest/globals';
import type { HealthOptions } from '../../src/service/health.ts';
import { createHealth } from '../../src/service/health.ts';
import { createMetrics } from '../../src/service/metrics.ts';
import { serving } from './http.ts';

let now = 1_000;
const calm = async () => ({ waiting: 3, running: 1, oldestWaitingMs: 4_500 });
const metricsOf = (queue = calm) => createMetrics({ version: '1.2.3', queue, now: () => now });

async function pages(more: Partial<HealthOptions>, ask: (get: typeof fetch) => Promise<void>): Promise<void> {
  const health = createHealth({ probes: {}, closing: () => false, metrics: metricsOf(), probeMs: 50, ...more });
  const listener: Parameters<typeof serving>[0] = (request, response) => {
    if (!health(request, response)) response.writeHead(404).end();
  };
  await serving(listener, (url) => ask((path, init) => fetch(`${url}${String(path)}`, init)));
}

test('a process that turns is healthy; other pages are not answered here', async () => {
  await pages({}, async (get) => {
    expect((await get('/healthz?verbose')).status).toBe(200);
    expect((await get('/healthz', { method: 'POST' })).status).toBe(405);
    expect((await get('/')).status).toBe(404);
    expect((await get('/constructor')).status).toBe(404);
  });
});

test('readiness names what is missing and says no more than that', async () => {
  const probes = {
    queue: async () => {},
    github: async () => {
      throw new Error('401 for redis://user:password@host');
    },
    pool: () => new Promise(() => {}),
  };
  await pages({ probes }, async (get) => {
    const answer = await get('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ ready: false, checks: { queue: 'ok', github: 'failed', pool: 'no answer' } });
  });
  await pages({ probes: { queue: probes.queue } }, async (get) => expect((await get('/readyz')).status).toBe(200));
});

test('a process that shuts down is healthy and not ready', async () => {
  await pages({ closing: () => true }, async (get) => {
    expect((await get('/readyz')).status).toBe(503);
    expect((await get('/healthz')).status).toBe(200);
  });
});

test('what happens is counted and exposed', async () => {
  const metrics = metricsOf();
  metrics.reviewEnded('success', 1.5);
  metrics.phase('analyse', 0.2);
  metrics.finding('fit-before-split', 'high');
  metrics.incident('unparsable');
  metrics.webhook('pull_request', 'queued');
  metrics.githubRequest('GET', 200, { remaining: 4_000, resetAt: 2_000 });
  metrics.githubRequest('POST', 502, { remaining: 90, resetAt: 1_500 });
  metrics.reconciled({ queued: 2, redelivered: 1, faults: 0 });
  await pages({ metrics }, async (get) => {
    const first = await (await get('/metrics')).text();
    expect(first).toContain('ml_review_review_duration_seconds_count{outcome="success"} 1');
    expect(first).toContain('ml_review_phase_duration_seconds_bucket{le="0.25",phase="analyse"} 1');
    expect(first).toContain('ml_review_findings_total{check="fit-before-split",severity="high"} 1');
    expect(first).toContain('ml_review_incidents_total{kind="unparsable"} 1');
    expect(first).toContain('ml_review_webhooks_total{event="pull_request",result="queued"} 1');
    expect(first).toContain('ml_review_github_requests_total{method="POST",status="502"} 1');
    expect(first).toContain('ml_review_github_requests_left 90');
    expect(first).toContain('ml_review_reconciled_total{kind="queued"} 2');
    expect(first).toContain('ml_review_queue_waiting 3');
    expect(first).toContain('ml_review_queue_oldest_seconds 4.5');
    expect(first).toContain('ml_review_queue_up 1');
    expect(first).toContain('ml_review_build_info{version="1.2.3"} 1');
    now = 1_600;
    expect(await (await get('/metrics')).text()).toContain('ml_review_github_requests_left 4000');
  });
});

test('a queue that is away does not take the metrics with it', async () => {
  const metrics = metricsOf(async () => {
    throw new Error('ECONNREFUSED');
  });
  expect((await metrics.expose()).text).toContain('ml_review_queue_up 0');
});
