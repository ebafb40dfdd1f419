import type { Incident } from '../core/report.ts';
import type { BlobId, Change, CommitSha, Content, Side } from '../core/snapshot.ts';
import { lineCount } from './content.ts';
import { compareTrees } from './diff.ts';
import { readFolder } from './folder.ts';
import { type Budget, CONTENT_BUDGET, type KeptContents, readBlobs } from './objects.ts';
import { wholeFile } from './patch.ts';
import type { Range, Reading, Wants } from './reading.ts';
import { endsOf, resolveRef } from './refs.ts';
import type { Repository } from './repository.ts';
import { readSide } from './tree.ts';
import { stagedTree, worktreeTree } from './worktree.ts';

export type { Range, Reading, Wants } from './reading.ts';

/** Rounds of `Wants`: a project file names a pipeline, the pipeline a script, the script its parameters. */
const ROUNDS = 3;

interface Ends {
  readonly base: CommitSha;
  /** A commit, or a tree made of what is not committed. */
  readonly head: string;
  readonly incidents: readonly Incident[];
  readonly outside?: ReadonlyMap<BlobId, number>;
}

async function uncommitted(repo: Repository, base: string | undefined, made: typeof stagedTree): Promise<Ends> {
  const from = await resolveRef(repo, base ?? 'HEAD');
  const { tree, incidents, outside } = await made(repo);
  return { base: from, head: tree, incidents, outside };
}

async function ends(repo: Repository, range: Range): Promise<Ends> {
  if ('worktree' in range) return uncommitted(repo, range.base, worktreeTree);
  if ('staged' in range) return uncommitted(repo, range.base, stagedTree);
  if ('all' in range)
    return { base: repo.emptyTree as CommitSha, head: await resolveRef(repo, range.head ?? 'HEAD'), incidents: [] };
  return { ...(await endsOf(repo, range)), incidents: [] };
}

/** Completes what only the contents tell: the lines of a copy, and a binary file that was moved untouched. */
function completed(change: Change, head: Side, contents: ReadonlyMap<BlobId, Content>): Change {
  const blob = head.tree.get(change.path)?.blob;
  const content = blob === undefined ? undefined : contents.get(blob);
  if (content?.kind === 'bytes' && change.hunks.length === 0) return { ...change, binary: true };
  if (change.kind !== 'copied' || content?.kind !== 'text') return change;
  return { ...change, hunks: wholeFile(lineCount(content.text)) };
}

/** Asks for companions until nothing new is named, three times at most. */
async function readWanted(
  wants: Wants,
  sides: { readonly base: Side; readonly head: Side },
  changes: readonly Change[],
  contents: Map<BlobId, Content>,
  read: (ids: readonly BlobId[]) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const fresh = wants(sides, changes, contents).filter((id) => !contents.has(id));
    if (fresh.length === 0) return;
    await read(fresh);
  }
}

/**
 * Reads a change into plain data. Nothing of the reviewed repository is run, and nothing in it is written.
 * With `kept`, texts that were read for an earlier change are not read again.
 * Throws a GitProblem: `unknown-ref`, `empty-repository`, `no-merge-base`, `git-failed`.
 */
export async function readChange(
  opened: Repository,
  range: Range,
  wants: Wants = () => [],
  kept?: KeptContents,
): Promise<Reading> {
  if ('all' in range && range.head === undefined && opened.root !== undefined) return readFolder(opened.dir);
  const { base: from, head: to, incidents, outside } = await ends(opened, range);
  const repo = outside === undefined ? opened : { ...opened, outside };
  const [base, head] = await Promise.all([readSide(repo, from, from), readSide(repo, to, to as CommitSha)]);
  const compared = await compareTrees(repo, [from, to]);
  const sides = { base: base.side, head: head.side };
  const contents = new Map<BlobId, Content>();
  const budget: Budget = { left: CONTENT_BUDGET };
  const read = (ids: readonly BlobId[]) => readBlobs(repo, ids, budget, contents, kept);
  await read(compared.blobs);
  const changes = compared.changes.map((change) => completed(change, head.side, contents));
  await readWanted(wants, sides, changes, contents, read);
  return {
    snapshot: { ...sides, changes, contents },
    incidents: [...incidents, ...head.incidents, ...compared.incidents],
  };
}
