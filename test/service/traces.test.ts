import { afterEach, expect, test } from '@jest/globals';
import { createPhases } from '../../src/service/phases.ts';
import { createTraces, tracesWanted } from '../../src/service/traces.ts';
import { serving } from './http.ts';

interface Sent {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[] }[];
}

const sent = ({ resourceSpans }: Sent): readonly SentSpan[] =>
  resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

const before = { ...process.env };

afterEach(() => {
  process.env = { ...before };
});

test.each([
  [{}, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_SDK_DISABLED: 'TRUE' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_TRACES_EXPORTER: 'none' }, false],
])('traces are made when %j', (env, wanted) => expect(tracesWanted(env)).toBe(wanted));

test('without a collector the work is done all the same', async () => {
  const traces = await createTraces({});
  expect(await traces.span('review', {}, async () => 7)).toBe(7);
  await traces.close();
});

interface SentSpan {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
}

test('spans reach the collector with their parent, and without the text of an error', async () => {
  const received: string[] = [];
  await serving(
    async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      received.push(`${request.url} ${body}`);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    },
    async (url) => {
      Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SERVICE_NAME: 'panel-test' });
      const traces = await createTraces(process.env);
      const phases = createPhases({ phase: () => {} }, traces);
      await traces.span('turn', {}, async () => {
        phases.begin('queue', 5_000)();
        await phases.timed('analyse', async () => {});
      });
      const failing = traces.span('review', { run: 'r1' }, () =>
        traces.span('clone', {}, async () => {
          throw new TypeError('text of the change');
        }),
      );
      await expect(failing).rejects.toThrow('text of the change');
      await traces.close();
    },
  );
  const all = received.join('\n');
  expect(all).toContain('/v1/traces');
  expect(all).toContain('panel-test');
  expect(all).not.toContain('text of the change');
  const spans = received.flatMap((text) => sent(JSON.parse(text.slice(text.indexOf(' ')))));
  const parent = ({ parentSpanId }: SentSpan) => spans.find(({ spanId }) => spanId === parentSpanId)?.name;
  expect(Object.fromEntries(spans.map((span) => [span.name, parent(span)]))).toEqual({
    review: undefined,
    clone: 'review',
    turn: undefined,
    queue: 'turn',
    analyse: 'turn',
  });
  const startOf = (wanted: string) => Number(spans.find(({ name }) => name === wanted)?.startTimeUnixNano) / 1e6;
  expect(startOf('turn') - startOf('queue')).toBeGreaterThan(4_000);
});
