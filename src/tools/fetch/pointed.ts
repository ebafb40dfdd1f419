import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RepoPath } from '../../core/location.ts';
import type { BlobId, PullRequestSnapshot } from '../../core/snapshot.ts';
import { kindOfPath } from '../../documents/kinds.ts';
import { pointerOf } from '../../documents/model-file/format/text.ts';
import type { Pointer } from '../../documents/model-file/model.ts';
import { askBatch, download, type LfsObject, type LfsServer, lfsUrl, type Offer } from './lfs.ts';
import type { FetchSettings } from './settings.ts';
import { dvcPlaces, lfsPlace, provenFile } from './store.ts';
import { failureOf, type Leash } from './wire.ts';

/** A changed file that stands for another one. */
export interface Pointing {
  readonly path: RepoPath;
  readonly blob: BlobId;
  readonly pointer: Pointer;
  /** Of what it stands for. */
  readonly name: string;
  /** Of a DVC file, which is a document of its own. */
  readonly text?: string;
}

/** What a pointer stands for, on the disk until `close`, or why it was not read. Plain data. */
export interface Fetched extends Pointing {
  readonly found: { readonly file: string } | { readonly why: string };
}

/** Where the objects of a repository are. */
export interface Origin {
  /** Address of its remote, as git knows it. */
  readonly remote?: string;
  /** Goes to the remote's host alone. */
  readonly token?: string;
  /** Host that the operator named for GitHub; it may have a private address. */
  readonly host?: string;
  /** Folder `lfs` of its git directory. */
  readonly lfsFolder?: string;
}

export interface Pointed {
  readonly files: readonly Fetched[];
  /** Removes what was downloaded. */
  readonly close: () => Promise<void>;
}

const MOST_POINTERS = 100;

/** The pointers that a change adds or replaces, model files first, small ones before large ones. */
export function pointersIn({ head, changes, contents }: PullRequestSnapshot): readonly Pointing[] {
  const found = changes.flatMap(({ kind, path }): readonly Pointing[] => {
    const entry = kind === 'deleted' ? undefined : head.tree.get(path);
    const content = entry === undefined ? undefined : contents.get(entry.blob);
    if (entry === undefined || content === undefined) return [];
    const { blob } = entry;
    if (content.kind === 'lfs-pointer')
      return [{ path, blob, name: path, pointer: { by: 'git-lfs', oid: content.oid, size: content.size } }];
    if (content.kind !== 'text' || !path.endsWith('.dvc') || content.text.length > 65_536) return [];
    const pointer = pointerOf(content.text, path);
    return pointer === undefined ? [] : [{ path, blob, pointer, name: path.slice(0, -4), text: content.text }];
  });
  return inOrder(found);
}

const isModel = ({ name }: Pointing): number => Number(kindOfPath(name as RepoPath) === 'model-file');

export const inOrder = (found: readonly Pointing[]): readonly Pointing[] =>
  [...found].sort((a, b) => isModel(b) - isModel(a) || (a.pointer.size ?? 0) - (b.pointer.size ?? 0));

interface Run {
  readonly origin: Origin;
  readonly settings: FetchSettings;
  readonly leash: Leash;
  readonly folder: string;
  readonly known: Map<string, Fetched['found']>;
  left: number;
}

/**
 * Brings what the pointers stand for onto the disk, within the operator's limits: Git LFS objects from the repository's own
 * store or server, DVC files from the operator's cache. Nothing of the repository is run, and of its contents only the hash and
 * the size are used. Never rejects; what could not be had says why. `signal` ends it early.
 */
export async function fetchPointed(
  pointers: readonly Pointing[],
  origin: Origin,
  settings: FetchSettings,
  signal?: AbortSignal,
): Promise<Pointed> {
  const folder = await mkdtemp(join(tmpdir(), 'ml-review-models-'));
  const timer = AbortSignal.timeout(settings.totalMs);
  const leash: Leash = {
    signal: signal === undefined ? timer : AbortSignal.any([timer, signal]),
    stallMs: settings.stallMs,
    trusted: new Set([settings.host, origin.host].filter((host) => host !== undefined)),
  };
  const run: Run = { origin, settings, leash, folder, known: new Map(), left: settings.totalBytes };
  const taken = pointers.slice(0, MOST_POINTERS);
  const offers = await offersFor(taken, run);
  const files: Fetched[] = [];
  for (const pointing of taken) files.push({ ...pointing, found: await once(pointing, offers, run) });
  const beyond = `more than ${MOST_POINTERS} pointers in one change`;
  for (const pointing of pointers.slice(MOST_POINTERS)) files.push({ ...pointing, found: { why: beyond } });
  return { files, close: () => rm(folder, { recursive: true, force: true }) };
}

async function once(pointing: Pointing, offers: Offers, run: Run): Promise<Fetched['found']> {
  const { by, oid } = pointing.pointer;
  const key = `${by}:${oid}`;
  const known =
    run.known.get(key) ?? (await (by === 'git-lfs' ? fromLfs(pointing, offers, run) : fromDvc(pointing, run)));
  run.known.set(key, known);
  return known;
}

/** Why a file of this size is left alone. */
function tooLarge(size: number, { settings, left }: Run): string | undefined {
  if (size > settings.fileBytes) return `it has ${size} bytes, and one file may have ${settings.fileBytes}`;
  return size > left ? `the ${settings.totalBytes} bytes for one review are used up` : undefined;
}

const objectOf = ({ pointer: { oid, size } }: Pointing): LfsObject => ({ oid, size: size ?? 0 });

type Offers = ReadonlyMap<string, Offer> | string;

const wantsServer = async (pointing: Pointing, { origin, settings }: Run): Promise<boolean> => {
  const { by, oid, size = Number.POSITIVE_INFINITY } = pointing.pointer;
  if (by !== 'git-lfs' || size > settings.fileBytes) return false;
  if (origin.lfsFolder === undefined) return true;
  return !(await stat(lfsPlace(origin.lfsFolder, oid)).then(
    () => true,
    () => false,
  ));
};

/** Asks the server once for all that is not here and not too large; a sentence where it cannot be asked. */
async function offersFor(pointers: readonly Pointing[], run: Run): Promise<Offers> {
  const wanted = new Map<string, LfsObject>();
  for (const pointing of pointers) {
    if (await wantsServer(pointing, run)) wanted.set(pointing.pointer.oid, objectOf(pointing));
  }
  if (wanted.size === 0) return new Map();
  const server = serverOf(run);
  if (server === undefined) return 'the repository has no remote with an LFS server';
  return askBatch(server, [...wanted.values()], run.leash).catch((error: unknown) =>
    failureOf(server.url, error, run.leash),
  );
}

function serverOf({ origin, settings }: Run): LfsServer | undefined {
  const url = origin.remote === undefined ? undefined : lfsUrl(origin.remote);
  if (url === undefined) return undefined;
  const token = url.host === settings.host ? (settings.token ?? origin.token) : origin.token;
  return { url, ...(token === undefined ? {} : { token }) };
}

async function fromLfs(pointing: Pointing, offers: Offers, run: Run): Promise<Fetched['found']> {
  const object = objectOf(pointing);
  const large = tooLarge(object.size, run);
  if (large !== undefined) return { why: large };
  const { lfsFolder } = run.origin;
  const here = lfsFolder === undefined ? undefined : lfsPlace(lfsFolder, object.oid);
  if (here !== undefined && (await provenFile(here, 'sha256', object.oid, object.size)) === undefined)
    return { file: here };
  if (typeof offers === 'string') return { why: offers };
  const offer = offers.get(object.oid) ?? { kind: 'refused', why: 'what lies in the local LFS store is damaged' };
  if (offer.kind === 'refused') return { why: offer.why };
  run.left -= object.size;
  const file = join(run.folder, object.oid);
  const why = await download(offer, object, file, run.leash);
  return why === undefined ? { file } : { why };
}

const FAR = 'DVC remotes need credentials and programs of the repository, and are not asked';

async function fromDvc({ pointer: { oid, size = 0 } }: Pointing, run: Run): Promise<Fetched['found']> {
  const { dvcCache } = run.settings;
  if (dvcCache === undefined) return { why: `no DVC cache is named; ${FAR}` };
  if (!/^[0-9a-f]{32}$/i.test(oid)) return { why: 'it stands for a folder, or for something without an MD5' };
  const large = tooLarge(size, run);
  if (large !== undefined) return { why: large };
  let why = '';
  for (const place of dvcPlaces(dvcCache, oid)) {
    const problem = await provenFile(place, 'md5', oid, run.settings.fileBytes);
    if (problem === undefined) return { file: place };
    if (why === '' || why.includes('is not there')) why = `the file in the DVC cache ${problem}`;
  }
  return { why: why.includes('is not there') ? `the DVC cache does not hold it; ${FAR}` : why };
}
