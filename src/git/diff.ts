import type { RepoPath } from '../core/location.ts';
import type { Incident } from '../core/report.ts';
import type { BlobId, Change, ChangeKind } from '../core/snapshot.ts';
import { gitStream } from './command.ts';
import { BLOB_LIMIT } from './content.ts';
import { gitProblem } from './errors.ts';
import { editedTree } from './index-file.ts';
import { suppliedSizes } from './objects.ts';
import { LINE_LIMIT, type PatchSection, patchReader } from './patch.ts';
import { ABSENT, idsOf, type RawEntry, rawDiff, SUBMODULE } from './raw.ts';
import type { Repository } from './repository.ts';
import { fileMode, oddName, readablePath } from './tree.ts';

export interface Comparison {
  readonly changes: readonly Change[];
  /** Blobs of the changed files on both sides. */
  readonly blobs: readonly BlobId[];
  readonly incidents: readonly Incident[];
}

/** Milliseconds that each of the comparisons may take. */
export const PATIENCE = 60_000;
/** Bytes of a file that is still compared line by line after the first attempt took too long. */
const QUICK = 256 * 1024;

const KINDS: Readonly<Record<string, ChangeKind>> = { A: 'added', D: 'deleted', R: 'renamed', C: 'copied' };
const WITHOUT_LINES: PatchSection = { hunks: [], binary: false, cut: false };

type Ends = readonly [base: string, head: string];
type Compared = readonly (readonly [RawEntry, PatchSection])[];

interface Sizes {
  readonly known: ReadonlyMap<BlobId, number>;
  readonly outside: ReadonlyMap<BlobId, number>;
}

function largest(entry: RawEntry, sizes: Sizes): number {
  return Math.max(0, ...idsOf(entry).map((id) => sizes.known.get(id) ?? sizes.outside.get(id) ?? 0));
}

/** What git cannot compare: it would die of an object that is not there. */
function absent(entry: RawEntry, sizes: Sizes): 'missing' | 'large' | undefined {
  const ids = idsOf(entry).filter((id) => !sizes.known.has(id));
  if (ids.some((id) => !sizes.outside.has(id))) return 'missing';
  return ids.length > 0 || largest(entry, sizes) > BLOB_LIMIT ? 'large' : undefined;
}

function joined(sections: readonly PatchSection[]): PatchSection {
  const hunks = sections.flatMap((section) => section.hunks);
  return { hunks, binary: sections.some(({ binary }) => binary), cut: sections.some(({ cut }) => cut) };
}

function paired(entries: readonly RawEntry[], sections: readonly PatchSection[]): Compared {
  let at = 0;
  const pairs = entries.map((entry) => {
    // A file that becomes a link, or the other way round, is written as a deletion and a creation.
    const own = sections.slice(at, at + (entry.status === 'T' ? 2 : 1));
    at += own.length;
    return [entry, joined(own)] as const;
  });
  if (at !== sections.length) throw new Error(`the patch has ${sections.length} sections for ${at} changed files`);
  return pairs;
}

/** Undefined when it took too long. */
async function comparedByLine(repo: Repository, ends: Ends, patience: number): Promise<Compared | undefined> {
  const similar = ['-M', '-C', '-l1000'];
  const found = await rawDiff(repo, ends, similar, patience);
  const renames = found === undefined ? ['--no-renames'] : similar;
  const entries = found ?? (await rawDiff(repo, ends, renames, patience));
  const reader = patchReader({ left: LINE_LIMIT });
  const args = ['diff-tree', '-r', '-p', '-U0', '--no-color', '--no-ext-diff', '--no-textconv', '--submodule=short'];
  const whole = await gitStream(repo.view, [...args, ...renames, ...ends], patience, reader.take);
  return whole && entries !== undefined ? paired(entries, reader.sections) : undefined;
}

async function without(repo: Repository, ends: Ends, left: readonly RawEntry[]): Promise<Ends> {
  if (left.length === 0) return ends;
  const paths = left.map((entry) => entry.path);
  return [await editedTree(repo, ends[0], paths), await editedTree(repo, ends[1], paths)];
}

/** Compares what can be compared, first everything, then only small files, and lists the rest without lines. */
async function compare(repo: Repository, ends: Ends, plain: readonly RawEntry[], sizes: Sizes, patience: number) {
  const left = plain.filter((entry) => absent(entry, sizes) !== undefined);
  const all = await comparedByLine(repo, await without(repo, ends, left), patience);
  if (all !== undefined) return { pairs: all, left, late: [] };
  const slow = plain.filter((entry) => largest(entry, sizes) > QUICK && absent(entry, sizes) === undefined);
  const quick = await comparedByLine(repo, await without(repo, ends, [...left, ...slow]), patience);
  if (quick !== undefined) return { pairs: quick, left, late: slow };
  return { pairs: [], left, late: plain.filter((entry) => absent(entry, sizes) === undefined) };
}

function changeOf(entry: RawEntry, lines: PatchSection): Change | undefined {
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

function about(entries: readonly RawEntry[], kind: Incident['kind'], rest: string): readonly Incident[] {
  const first = entries[0];
  if (first === undefined) return [];
  const files = `${entries.length} changed ${entries.length === 1 ? 'file' : 'files'}`;
  return [{ kind, clouds: true, message: `${files} (first: ${JSON.stringify(first.path.slice(0, 200))}) ${rest}` }];
}

/**
 * Compares two trees. Renames and copies are recognised among what can be read; a copy carries no hunks yet, because
 * all of its lines count as introduced and their number is known only once its content is read.
 */
export async function compareTrees(repo: Repository, ends: Ends, patience = PATIENCE): Promise<Comparison> {
  const plain = await rawDiff(repo, ends, ['--no-renames'], PATIENCE);
  if (plain === undefined)
    throw gitProblem('too-slow', 'The two commits could not be compared within a minute; review a smaller range.');
  const blobs = [...new Set(plain.flatMap(idsOf))];
  const sizes = { known: await suppliedSizes(repo, blobs), outside: repo.outside ?? new Map() };
  const { pairs, left, late } = await compare(repo, ends, plain, sizes, patience);
  const bare = [...left, ...late].map((entry) => {
    return [entry, { ...WITHOUT_LINES, binary: absent(entry, sizes) === 'large' }] as const;
  });
  const changes = [...pairs, ...bare].flatMap(([entry, lines]) => changeOf(entry, lines) ?? []);
  const odd = plain.map((entry) => entry.path).filter((path) => readablePath(path) === undefined);
  const missing = left.filter((entry) => absent(entry, sizes) === 'missing');
  const cut = pairs.flatMap(([entry, lines]) => (lines.cut ? [entry] : []));
  const incidents = [
    ...odd.slice(0, 20).map((path) => oddName(path, true)),
    ...about(missing, 'unread', 'are missing from this partial clone and were not compared; run git fetch --refetch.'),
    ...about(late, 'budget-exceeded', 'were not compared line by line, because that took too long; split the change.'),
    ...about(cut, 'budget-exceeded', 'have too many changed lines to be listed; split the change.'),
  ];
  return { changes: changes.sort((a, b) => order(a.path, b.path)), blobs, incidents };
}

function order(a: RepoPath, b: RepoPath): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
