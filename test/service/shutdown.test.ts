import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { createShutdown, onSignals } from '../../src/service/shutdown.ts';

test('the last that was begun ends first, and a fault does not keep the rest from ending', async () => {
  let now = 0;
  const order: string[] = [];
  const shutdown = createShutdown({ graceMs: 100, now: () => now });
  shutdown.add('log', async (left) => void order.push(`log ${left}`));
  shutdown.add('queue', async (left) => {
    order.push(`queue ${left}`);
    now += 70;
    throw new Error('Redis is away');
  });
  shutdown.add('server', async (left) => {
    order.push(`server ${left}`);
    now += 20;
  });
  expect(shutdown.closing()).toBe(false);
  const both = Promise.all([shutdown.begin(), shutdown.begin()]);
  expect(shutdown.closing()).toBe(true);
  const [faults] = await both;
  expect(order).toEqual(['server 100', 'queue 80', 'log 10']);
  expect(faults).toEqual([{ name: 'queue', error: new Error('Redis is away') }]);
});

test('a step that does not end is left behind', async () => {
  const shutdown = createShutdown({ graceMs: 0, now: () => 0 });
  const order: string[] = [];
  shutdown.add('log', async () => void order.push('log'));
  shutdown.add('hangs', () => new Promise(() => {}));
  const faults = await shutdown.begin();
  expect(order).toEqual(['log']);
  expect(faults.map(({ name }) => name)).toEqual(['hangs']);
});

test('the first signal ends, the second aborts', () => {
  const process = new EventEmitter();
  const seen: string[] = [];
  onSignals(
    process,
    () => seen.push('end'),
    () => seen.push('abort'),
  );
  process.emit('SIGTERM');
  process.emit('SIGINT');
  expect(seen).toEqual(['end', 'abort']);
});
