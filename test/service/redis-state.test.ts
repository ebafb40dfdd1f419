import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { RedisState } from '../../src/service/redis-state.ts';
import { redisState } from '../../src/service/redis-state.ts';
import type { Payload } from './queue-contract.ts';
import { job } from './queue-contract.ts';
import type { RedisServer } from './redis-server.ts';
import { noRedis, startRedis } from './redis-server.ts';

const missing = noRedis();

if (missing !== undefined) {
  test.skip(`what is kept in Redis: ${missing}`, () => {});
} else {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    await redis.quit();
    await server.stop();
  });
  turnsOfTheDead(() => redisState<Payload>(redis, `{${randomUUID()}}`));
}

function turnsOfTheDead(fresh: () => RedisState<Payload>): void {
  test('a turn whose process died is begun again and counted', async () => {
    const state = fresh();
    await state.enqueue(job('r#1'), 0);
    expect(await state.begin('r#1', 'first')).toMatchObject({ failed: 0, died: false });
    expect(await state.begin('r#1', 'second')).toMatchObject({ failed: 1, died: true, job: { head: 'a1' } });
    expect(await state.begin('r#1', 'second')).toMatchObject({ failed: 1 });
  });

  test('who lost the turn can neither end it nor hand it back', async () => {
    const state = fresh();
    await state.enqueue(job('r#1'), 0);
    await state.begin('r#1', 'first');
    await state.begin('r#1', 'second');
    expect(await state.end('r#1', 'first', { how: 'done' })).toBeUndefined();
    expect(await state.end('r#1', 'first', { how: 'back' })).toBeUndefined();
    expect(await state.stats()).toMatchObject({ waiting: 0, running: 1 });
    expect(await state.watch([{ key: 'r#1', owner: 'first' }])).toEqual(['lost']);
    expect(await state.watch([{ key: 'r#1', owner: 'second' }])).toEqual(['']);
    await state.end('r#1', 'second', { how: 'done' });
    expect(await state.stats()).toMatchObject({ waiting: 0, running: 0 });
  });

  test('a newer head is told which heads dead processes left', async () => {
    const state = fresh();
    await state.enqueue(job('r#1', { head: 'a1' }), 0);
    await state.begin('r#1', 'first');
    await state.enqueue(job('r#1', { head: 'b2', generation: 2 }), 0);
    const begun = await state.begin('r#1', 'second');
    expect(begun).toMatchObject({ orphans: ['a1'], failed: 0, died: false, job: { head: 'b2' } });
    await state.enqueue(job('r#1', { head: 'c3', generation: 3 }), 0);
    await state.enqueue(job('r#1', { head: 'd4', generation: 4 }), 0);
    expect(await state.begin('r#1', 'third')).toMatchObject({ orphans: ['a1', 'b2'], job: { head: 'd4' } });
    await state.end('r#1', 'third', { how: 'retry', delayMs: 0 });
    expect(await state.begin('r#1', 'fourth')).toMatchObject({ orphans: ['a1', 'b2'], failed: 1 });
  });

  test('the same question asked twice over a broken connection changes nothing', async () => {
    const state = fresh();
    await state.enqueue(job('r#1'), 0);
    await state.begin('r#1', 'first');
    expect(await state.end('r#1', 'first', { how: 'retry', delayMs: 50 })).toMatchObject({ priority: 'push' });
    expect(await state.end('r#1', 'first', { how: 'retry', delayMs: 50 })).toMatchObject({ priority: 'push' });
    expect(await state.begin('r#1', 'second')).toMatchObject({ failed: 1, died: false });
  });

  test('a payload comes back as it was, whatever is in it', async () => {
    const state = fresh();
    const payload = { note: '\u2028 "é" 😀', list: [], number: 12345678901234 } as unknown as Payload;
    await state.enqueue(job('r#1', { payload }), 0);
    expect((await state.begin('r#1', 'first'))?.job.payload).toEqual(payload);
  });
}
