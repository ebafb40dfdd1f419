import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { openPull, QUICK, settled, world } from '../chaos/world.mjs';
import { SECRET, until } from '../stage.mjs';

const PULLS = 60;

/** Webhooks at a steady rate against a receiver and two workers: how soon they are acknowledged, and that none is lost. */
export async function webhooks({ rate, seconds }) {
  const tuning = { ...QUICK, lockMs: 30_000, reconcileMs: 3_600_000, queue: { ...QUICK.queue, debounceMs: 2_500 } };
  const stage = await world({ roles: { receiver: 1, worker: 2 }, tuning });
  const target = stage.target;
  stage.sandbox.deliverTo(undefined);
  const repository = await stage.sandbox.repository('acme/fraud');
  const pulls = [];
  for (let n = 0; n < PULLS; n += 1) pulls.push(await openPull(repository, `change-${n}`, n));
  const payloads = pulls.map(
    (pull) =>
      stage.sandbox.deliveries.findLast(
        ({ event, payload }) => event === 'pull_request' && payload.number === pull.number,
      ).payload,
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const times = [];
  const statuses = new Map();
  const sent = [];
  const begun = performance.now();
  for (let n = 0; n < rate * seconds; n += 1) {
    const due = begun + (n * 1_000) / rate;
    if (due > performance.now()) await pause(due - performance.now());
    sent.push(
      post(agent, target, changed(payloads[n % PULLS], n)).then(({ status, ms }) => {
        times.push(ms);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }),
    );
  }
  await Promise.all(sent);
  const took = (performance.now() - begun) / 1_000;
  const late = await until('every pull request has its result', () => pulls.every(settled), 600_000).catch(
    (error) => error,
  );
  await until('the queue is empty', async () => (await idle(stage)) === 0, 600_000);
  const drained = (performance.now() - begun) / 1_000 - took;
  await stage.end();
  times.sort((a, b) => a - b);
  const at = (share) => `${times[Math.floor(times.length * share)]?.toFixed(0)} ms`;
  const bad = [...statuses].filter(([status]) => status !== 200 && status !== 202);
  return {
    rows: [
      ['webhooks', 'rate', 'answers', 'p50', 'p90', 'p99', 'slowest', 'lost', 'drained after'],
      [
        times.length,
        `${(times.length / took).toFixed(0)}/s`,
        [...statuses].map(([status, count]) => `${count} x ${status}`).join(' '),
        at(0.5),
        at(0.9),
        at(0.99),
        at(0.999999),
        late instanceof Error ? pulls.filter((pull) => !settled(pull)).length : 0,
        `${drained.toFixed(0)} s`,
      ],
    ],
    faults: [
      ...(late instanceof Error ? [late.message] : []),
      ...bad.map(([status, count]) => `${count} webhooks were answered ${status}`),
    ],
  };
}

async function idle({ processes }) {
  const receiver = processes.find(({ role }) => role === 'receiver');
  return (await receiver.metric('ml_review_queue_waiting ')) + (await receiver.metric('ml_review_queue_running '));
}

/** The same pull request a little later, as any of its events would say it. */
function changed(payload, n) {
  const updated_at = new Date(Date.now() + n).toISOString();
  return JSON.stringify({ ...payload, pull_request: { ...payload.pull_request, updated_at } });
}

function post(agent, url, body) {
  const began = performance.now();
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-github-event': 'pull_request',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
  };
  return new Promise((resolve) => {
    const sending = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode, ms: performance.now() - began }));
    });
    sending.on('error', () => resolve({ status: 0, ms: performance.now() - began }));
    sending.end(body);
  });
}
