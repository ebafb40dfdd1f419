import { expect, test } from '@jest/globals';
import { createMemoryQueue } from '../../src/service/memory-queue.ts';
import { job, QUICK, queueContract } from './queue-contract.ts';

queueContract('in process', async (options) => createMemoryQueue(options));

test('closing tells what still waited, since it is lost with the process', async () => {
  const queue = createMemoryQueue(QUICK);
  await queue.enqueue(job('r#1'));
  await queue.enqueue(job('r#2'));
  const left = await queue.close({ timeoutMs: 0 });
  expect(left.map(({ key }) => key)).toEqual(['r#1', 'r#2']);
  expect(await queue.stats()).toEqual({ waiting: 0, running: 0, oldestWaitingMs: 0 });
});
