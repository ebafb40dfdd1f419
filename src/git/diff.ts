import type { RepoPath } from '../core/location.ts';
import type { Incident } from '../core/report.ts';
import type { BlobId, Change, ChangeKind } from '../core/snapshot.ts';
import { gitText } from './command.ts';
import { BLOB_LIMIT } from './content.ts';
import { editedTree } from './index-file.ts';
import { suppliedSizes } from './objects.ts';
import { patchSections } from './patch.ts';
import type { Repository } from './repository.ts';
import { fileMode, oddName, readablePath } from './tree.ts';

/** Bytes of changed files that are compared line by line; beyond it the largest get no hunks. */
const PATCH_BUDGET = 200 * 1024 * 1024;

interface RawEntry {
  readonly before: string;
  readonly after: string;
  readonly oldId: BlobId;
  readonly newId: BlobId;
  readonly status: string;
  readonly path: string;
  readonly from?: string;
}

export interface Comparison {
  readonly changes: readonly Change[];
  /** Blobs of the changed files on both sides. */
  readonly blobs: readonly BlobId[];
  readonly incidents: readonly Incident[];
}

const KINDS: Readonly<Record<string, ChangeKind>> = { A: 'added', D: 'deleted', R: 'renamed', C: 'copied' };
const SUBMODULE = '160000';
const ABSENT = '000000';

function rawEntries(output: string): readonly RawEntry[] {
  const fields = output.split('\0');
  const entries: RawEntry[] = [];
  for (let at = 0; at + 1 < fields.length; ) {
    const [before = '', after = '', oldId = '', newId = '', status = ''] = (fields[at] ?? '').slice(1).split(' ');
    const moved = status.startsWith('R') || status.startsWith('C');
    const path = fields[at + (moved ? 2 : 1)] ?? '';
    const from = moved ? { from: fields[at + 1] ?? '' } : {};
    entries.push({
      before,
      after,
      oldId: oldId as BlobId,
      newId: newId as BlobId,
      status: status.slice(0, 1),
      path,
      ...from,
    });
    at += moved ? 3 : 2;
  }
  return entries;
}

async function raw(
  repo: Repository,
  base: string,
  head: string,
  renames: readonly string[],
): Promise<readonly RawEntry[]> {
  const args = [
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--no-abbrev',
    '--no-ext-diff',
    '--no-textconv',
    ...renames,
    base,
    head,
  ];
  return rawEntries(await gitText(repo.view, args));
}

function idsOf(entry: RawEntry): readonly BlobId[] {
  const old = entry.before === ABSENT || entry.before === SUBMODULE ? [] : [entry.oldId];
  const young = entry.after === ABSENT || entry.after === SUBMODULE ? [] : [entry.newId];
  return [...old, ...young];
}

interface Sorted {
  readonly missing: readonly RawEntry[];
  readonly large: readonly RawEntry[];
  readonly overBudget: readonly RawEntry[];
}

/** Which entries git must not be asked to compare line by line, because it would die, choke or flood us. */
function notComparable(
  entries: readonly RawEntry[],
  sizes: ReadonlyMap<BlobId, number>,
  outside: ReadonlySet<BlobId>,
): Sorted {
  const largest = (entry: RawEntry) => Math.max(0, ...idsOf(entry).map((id) => sizes.get(id) ?? 0));
  const large = entries.filter((entry) => idsOf(entry).some((id) => outside.has(id)) || largest(entry) > BLOB_LIMIT);
  const known = new Set(large);
  const missing = entries.filter((entry) => !known.has(entry) && idsOf(entry).some((id) => !sizes.has(id)));
  const gone = new Set([...missing, ...large]);
  const rest = entries.filter((entry) => !gone.has(entry)).sort((a, b) => largest(a) - largest(b));
  let total = 0;
  const overBudget = rest.filter((entry) => {
    total += idsOf(entry).reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0);
    return total > PATCH_BUDGET;
  });
  return { missing, large, overBudget };
}

function changeOf(entry: RawEntry, lines: Pick<Change, 'hunks' | 'binary'>): Change | undefined {
  const path = readablePath(entry.path);
  const from = entry.from === undefined ? undefined : readablePath(entry.from);
  if (path === undefined) return undefined;
  const submodule = entry.before === SUBMODULE || entry.after === SUBMODULE;
  const moded = entry.before !== ABSENT && entry.after !== ABSENT && entry.before !== entry.after;
  return {
    kind: entry.from !== undefined && from === undefined ? 'added' : (KINDS[entry.status] ?? 'modified'),
    path,
    ...(from === undefined ? {} : { from }),
    hunks: submodule ? [] : lines.hunks,
    binary: lines.binary,
    ...(moded ? { mode: { before: fileMode(entry.before), after: fileMode(entry.after) } } : {}),
  };
}

async function comparedByLine(
  repo: Repository,
  base: string,
  head: string,
): Promise<readonly (readonly [RawEntry, Pick<Change, 'hunks' | 'binary'>])[]> {
  const renames = ['-M', '-C', '-l1000'];
  const entries = await raw(repo, base, head, renames);
  const args = [
    'diff-tree',
    '-r',
    '-p',
    '-U0',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--submodule=short',
    ...renames,
    base,
    head,
  ];
  const sections = patchSections(await gitText(repo.view, args));
  let at = 0;
  const pairs = entries.map((entry) => {
    // A file that becomes a link, or the other way round, is written as a deletion and a creation.
    const own = sections.slice(at, at + (entry.status === 'T' ? 2 : 1));
    at += own.length;
    return [
      entry,
      { hunks: own.flatMap((section) => section.hunks), binary: own.some((section) => section.binary) },
    ] as const;
  });
  if (at !== sections.length) throw new Error(`the patch has ${sections.length} sections for ${at} changed files`);
  return pairs;
}

function incidentsOf(sorted: Sorted): readonly Incident[] {
  const list = (entries: readonly RawEntry[]) => JSON.stringify(entries[0]?.path.slice(0, 200) ?? '');
  const { missing, overBudget } = sorted;
  const first: readonly Incident[] =
    missing.length === 0
      ? []
      : [
          {
            kind: 'unread',
            clouds: true,
            message: `${missing.length} changed files are missing from this partial clone (first: ${list(missing)}), so their lines were not compared; fetch them with git fetch --refetch --filter=blob:limit=64m.`,
          },
        ];
  const second: readonly Incident[] =
    overBudget.length === 0
      ? []
      : [
          {
            kind: 'budget-exceeded',
            clouds: true,
            message: `${overBudget.length} of the largest changed files (first: ${list(overBudget)}) were not compared line by line because the change is larger than 200 MB; split it.`,
          },
        ];
  return [...first, ...second];
}

/**
 * Compares two trees. Renames and copies are recognised among what can be read; a copy carries no hunks yet, because
 * all of its lines count as introduced and their number is known only once its content is read.
 */
export async function compareTrees(repo: Repository, base: string, head: string): Promise<Comparison> {
  const plain = await raw(repo, base, head, ['--no-renames']);
  const blobs = plain.flatMap(idsOf);
  const sorted = notComparable(plain, await suppliedSizes(repo, blobs), new Set(repo.outside?.keys()));
  const left = [...sorted.missing, ...sorted.large, ...sorted.overBudget];
  const without = left.map((entry) => entry.path);
  const [from, to] =
    left.length === 0 ? [base, head] : [await editedTree(repo, base, without), await editedTree(repo, head, without)];
  const found = await comparedByLine(repo, from, to);
  const large = new Set(sorted.large);
  const pairs = [...found, ...left.map((entry) => [entry, { hunks: [], binary: large.has(entry) }] as const)];
  const changes = pairs.flatMap(([entry, lines]) => changeOf(entry, lines) ?? []);
  const odd = pairs.map(([entry]) => entry.path).filter((path) => readablePath(path) === undefined);
  const incidents = [...odd.slice(0, 20).map((path) => oddName(path, true)), ...incidentsOf(sorted)];
  return { changes: changes.sort((a, b) => order(a.path, b.path)), blobs: [...new Set(blobs)], incidents };
}

function order(a: RepoPath, b: RepoPath): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
