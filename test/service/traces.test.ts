import { afterEach, expect, test } from '@jest/globals';
import { createTraces, tracesWanted } from '../../src/service/traces.ts';
import { serving } from './http.ts';

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
  const spans = [...all.matchAll(/"spanId":"([0-9a-f]+)","parentSpanId":"([0-9a-f]*)"|"spanId":"([0-9a-f]+)"/g)];
  expect(spans).toHaveLength(2);
  expect(all).toMatch(/"parentSpanId":"[0-9a-f]{16}"/);
});
