import type { Queue as BullQueue, JobsOptions, Job as Token } from 'bullmq';
import type { Slot } from './redis-state.ts';
import { rank } from './schedule.ts';

const HIGHEST_RANK = 2_097_151;

/** Gives the key a token; does nothing when it has one. */
export async function place(tokens: BullQueue, key: string, slot: Slot): Promise<void> {
  const options: JobsOptions = {
    jobId: tokenId(key),
    delay: slot.delayMs,
    priority: tokenPriority(slot),
    removeOnComplete: true,
    removeOnFail: true,
    // A turn that fails is not a token that fails: this is for a Redis that went away in the middle.
    attempts: 1_000_000,
    backoff: { type: 'fixed', delay: 1_000 },
  };
  await tokens.add('turn', { key }, options);
}

/** Brings a waiting token to another slot. */
export async function move(tokens: BullQueue, key: string, slot: Slot): Promise<void> {
  const token: Token | undefined = await tokens.getJob(tokenId(key));
  if (token === undefined) return;
  try {
    await token.changePriority({ priority: tokenPriority(slot) });
    await token.changeDelay(slot.delayMs);
  } catch (error) {
    // It came up in the meantime: its holder reads the newest job when the turn begins or ends.
    if (await token.isDelayed()) throw error;
  }
}

/** BullMQ serves 0 before all numbers, then the lowest number first. */
export function tokenPriority({ round, priority }: Slot): number {
  return Math.min(HIGHEST_RANK, rank(round, priority));
}

/** The Redis key under which BullMQ holds the token. */
export function tokenKey(tokens: BullQueue, key: string): string {
  return tokens.toKey(tokenId(key));
}

/** BullMQ forbids colons in ids. */
function tokenId(key: string): string {
  return `k${Buffer.from(key).toString('base64url')}`;
}
