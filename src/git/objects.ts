import type { Kept } from '../core/generations.ts';
import type { BlobId, Content } from '../core/snapshot.ts';
import { gitBytes, gitText } from './command.ts';
import { BLOB_LIMIT, contentOf } from './content.ts';
import type { Repository } from './repository.ts';

/** Bytes of all contents together that one snapshot may hold. */
export const CONTENT_BUDGET = 256 * 1024 * 1024;
/** Bytes that one `cat-file` process hands over, so that no buffer grows with the change. */
const BATCH = 64 * 1024 * 1024;

/** Sizes in bytes of the objects that the clone has; ids it lacks are absent. */
export async function sizesOf(repo: Repository, ids: Iterable<BlobId>): Promise<ReadonlyMap<BlobId, number>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const input = `${wanted.join('\n')}\n`;
  const listing = await gitText(
    repo.view,
    ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)', '--buffer'],
    { input },
  );
  const sizes = new Map<BlobId, number>();
  for (const line of listing.split('\n')) {
    const [id, type, size] = line.split(' ');
    if (type === 'blob') sizes.set(id as BlobId, Number(size));
  }
  return sizes;
}

/** Fetches what is missing where the clone can, then returns the sizes. */
export async function suppliedSizes(repo: Repository, ids: Iterable<BlobId>): Promise<ReadonlyMap<BlobId, number>> {
  const wanted = [...new Set(ids)].filter((id) => !repo.outside?.has(id));
  const sizes = await sizesOf(repo, wanted);
  const missing = wanted.filter((id) => !sizes.has(id));
  if (missing.length === 0 || repo.supply === undefined) return sizes;
  await repo.supply(missing);
  return sizesOf(repo, missing).then((more) => new Map([...sizes, ...more]));
}

function* blobs(output: Buffer): Generator<readonly [BlobId, Buffer]> {
  let at = 0;
  while (at < output.length) {
    const end = output.indexOf(10, at);
    const [id = '', type, size] = output.toString('latin1', at, end).split(' ');
    at = end + 1;
    if (type !== 'blob') continue;
    yield [id as BlobId, output.subarray(at, at + Number(size))];
    at += Number(size) + 1;
  }
}

async function readBatch(repo: Repository, ids: readonly BlobId[], into: Map<BlobId, Content>): Promise<void> {
  const output = await gitBytes(repo.view, ['--batch', '--buffer'], `${ids.join('\n')}\n`);
  for (const [id, bytes] of blobs(output)) {
    const content = contentOf(bytes);
    into.set(id, content.kind === 'bytes' ? { kind: 'bytes', bytes: new Uint8Array(content.bytes) } : content);
  }
}

function withheldBecause(size: number | undefined, left: number, outside: boolean) {
  if (size === undefined) return 'unreadable';
  if (size > BLOB_LIMIT) return 'too-large';
  return outside || size > left ? 'over-budget' : undefined;
}

/** What is left of the budget, in bytes; shared by all reads of one snapshot. */
export interface Budget {
  left: number;
}

/** Contents of blobs that were read before; equal ids are equal bytes. */
export type KeptContents = Kept<Content>;

/** Takes what is kept; returns the ids that are left to be read. */
function known(
  ids: readonly BlobId[],
  budget: Budget,
  into: Map<BlobId, Content>,
  kept: KeptContents,
): readonly BlobId[] {
  return ids.filter((id) => {
    const content = kept.get(id);
    if (content?.kind !== 'text' || content.text.length > budget.left) return true;
    budget.left -= content.text.length;
    into.set(id, content);
    return false;
  });
}

/**
 * Reads blobs, the smallest first, into `into`. What is too large, missing from the clone or over the budget is
 * recorded as withheld with its reason. Ids already present are not read again.
 */
export async function readBlobs(
  repo: Repository,
  ids: Iterable<BlobId>,
  budget: Budget,
  into: Map<BlobId, Content>,
  kept?: KeptContents,
): Promise<void> {
  const asked = [...new Set(ids)].filter((id) => !into.has(id));
  const wanted = kept === undefined ? asked : known(asked, budget, into, kept);
  const sizes = await suppliedSizes(repo, wanted);
  const bySize = [...wanted].sort((a, b) => (sizes.get(a) ?? 0) - (sizes.get(b) ?? 0) || (a < b ? -1 : 1));
  let batch: BlobId[] = [];
  let bytes = 0;
  for (const id of bySize) {
    const size = sizes.get(id) ?? repo.outside?.get(id);
    const reason = withheldBecause(size, budget.left, repo.outside?.has(id) ?? false);
    if (size === undefined || reason !== undefined) {
      into.set(id, { kind: 'withheld', reason: reason ?? 'unreadable', ...(size === undefined ? {} : { size }) });
      continue;
    }
    if (batch.length > 0 && bytes + size > BATCH) {
      await readBatch(repo, batch, into);
      batch = [];
      bytes = 0;
    }
    batch.push(id);
    bytes += size;
    budget.left -= size;
  }
  if (batch.length > 0) await readBatch(repo, batch, into);
  for (const id of kept === undefined ? [] : wanted) {
    const content = into.get(id);
    if (content?.kind === 'text') kept?.set(id, content);
  }
}
