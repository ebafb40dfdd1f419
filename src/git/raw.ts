import type { BlobId } from '../core/snapshot.ts';
import { gitStream } from './command.ts';
import type { Repository } from './repository.ts';

/** One line of `git diff-tree --raw`. Modes are git's, `000000` for a side without the file. */
export interface RawEntry {
  readonly before: string;
  readonly after: string;
  readonly oldId: BlobId;
  readonly newId: BlobId;
  readonly status: string;
  readonly path: string;
  readonly from?: string;
}

export const SUBMODULE = '160000';
export const ABSENT = '000000';

function rawEntries(output: string): readonly RawEntry[] {
  const fields = output.split('\0');
  const entries: RawEntry[] = [];
  for (let at = 0; at + 1 < fields.length; ) {
    const [before = '', after = '', oldId = '', newId = '', status = ''] = (fields[at] ?? '').slice(1).split(' ');
    const moved = status.startsWith('R') || status.startsWith('C');
    const path = fields[at + (moved ? 2 : 1)] ?? '';
    const from = moved ? { from: fields[at + 1] ?? '' } : {};
    const ids = { oldId: oldId as BlobId, newId: newId as BlobId };
    entries.push({ before, after, ...ids, status: status.slice(0, 1), path, ...from });
    at += moved ? 3 : 2;
  }
  return entries;
}

/** Lists what differs between two trees; undefined when that took longer than `limit` milliseconds. */
export async function rawDiff(
  repo: Repository,
  ends: readonly [base: string, head: string],
  renames: readonly string[],
  limit: number,
): Promise<readonly RawEntry[] | undefined> {
  const pieces: Buffer[] = [];
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-ext-diff', '--no-textconv', ...renames, ...ends];
  const whole = await gitStream(repo.view, args, limit, (piece) => pieces.push(piece));
  return whole ? rawEntries(Buffer.concat(pieces).toString('utf8')) : undefined;
}

/** The blobs that an entry names; the commit of a submodule is none. */
export function idsOf(entry: RawEntry): readonly BlobId[] {
  const old = entry.before === ABSENT || entry.before === SUBMODULE ? [] : [entry.oldId];
  const young = entry.after === ABSENT || entry.after === SUBMODULE ? [] : [entry.newId];
  return [...old, ...young];
}
