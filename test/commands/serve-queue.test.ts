import { expect, test } from '@jest/globals';
import { gitSilence } from '../../src/commands/serve-queue.ts';
import { QUEUE_DEFAULTS } from '../../src/service/queue.ts';

test('a silent git server is given up while there is time for the other fetch of a turn', () => {
  expect(gitSilence({})).toBe(120_000);
  expect(2 * gitSilence({})).toBeLessThan(QUEUE_DEFAULTS.turnMs);
  expect(gitSilence({ queue: { turnMs: 60_000 } })).toBe(20_000);
});
