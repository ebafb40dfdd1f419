import { expect, test } from '@jest/globals';
import { backoffMs, fairClock, nextRound, rank } from '../../src/service/schedule.ts';
import { createSeen } from '../../src/service/seen.ts';

const backoff = { firstMs: 1_000, capMs: 60_000 };

test('the delay doubles up to the cap', () => {
  expect([1, 2, 3, 7, 40].map((failed) => backoffMs(failed, backoff, new Error('x')))).toEqual([
    1_000, 2_000, 4_000, 60_000, 60_000,
  ]);
});

test('a longer wait that GitHub asks for wins, nonsense does not', () => {
  expect(backoffMs(1, backoff, Object.assign(new Error('x'), { retryAfterMs: 3_600_000 }))).toBe(3_600_000);
  expect(backoffMs(1, backoff, Object.assign(new Error('x'), { retryAfterMs: Number.NaN }))).toBe(1_000);
});

test('a reconcile comes after a thousand rounds of pushes, not never', () => {
  const clock = fairClock();
  const reconcile = rank(nextRound(clock, { installation: 1, priority: 'reconcile' }), 'reconcile');
  let push = 0;
  let rounds = 0;
  while (push <= reconcile) {
    clock.now = nextRound(clock, { installation: 2, priority: 'push' });
    push = rank(clock.now, 'push');
    rounds += 1;
  }
  expect(rounds).toBe(1_002);
});

test('the memory for deliveries is bounded, the oldest goes first', () => {
  const seen = createSeen(2);
  expect(['a', 'b', 'a', 'c', 'a'].map(seen.before)).toEqual([false, false, true, false, false]);
});
