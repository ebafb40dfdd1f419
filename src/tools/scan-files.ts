import { lstat, readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { repoPath } from '../core/location.ts';
import type { Incident } from '../core/report.ts';
import type { BlobId } from '../core/snapshot.ts';
import { looksLikeModelSource, type ModelFileDocument, modelFileDocument } from '../documents/model-file/document.ts';
import type { Limits } from '../documents/model-file/limits.ts';
import { openFileSource } from './file-source.ts';

export interface ScanOptions {
  /** Files larger than this are not opened. Bytes; 256 GiB by default, for tensors are not read. */
  readonly maxBytes?: number;
  /** Files of a folder that are looked at; 100,000 by default. */
  readonly maxFiles?: number;
  readonly limits?: Partial<Limits>;
}

export interface Scan {
  /** Model files, in path order. Paths are relative to the scanned folder, or the name of the scanned file. */
  readonly documents: readonly ModelFileDocument[];
  /** What could not be read, and what was read in part. */
  readonly incidents: readonly Incident[];
  /** Files looked at, model files or not. */
  readonly files: number;
  /** Bytes read from the disk, against the bytes that the model files have. */
  readonly bytesRead: number;
  readonly bytes: number;
}

/**
 * Describes the model files at `path`: the one file, or those below a folder that their name or bytes show to be model files.
 * Links are not followed, `.git` is left out. Throws where `path` itself does not exist; everything else is an incident.
 */
export async function scanPath(path: string, options: ScanOptions = {}): Promise<Scan> {
  const status = await lstat(path);
  const incidents: Incident[] = [];
  const found = status.isDirectory() ? await filesBelow(path, options.maxFiles ?? 100_000, incidents) : [path];
  const documents: ModelFileDocument[] = [];
  let bytesRead = 0;
  for (const file of found) {
    const name = status.isDirectory() ? relative(path, file).split(sep).join('/') : basename(file);
    const read = readOne(file, name, status.isDirectory(), options, incidents);
    bytesRead += read.fetched;
    if (read.document !== undefined) documents.push(read.document);
  }
  const bytes = documents.reduce((sum, { file }) => sum + file.size, 0);
  return { documents, incidents, files: found.length, bytesRead, bytes };
}

/** Regular files below a folder, sorted. */
async function filesBelow(root: string, most: number, incidents: Incident[]): Promise<readonly string[]> {
  const files: string[] = [];
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch((failure: Error) => {
      incidents.push(incident('unread', `a folder cannot be listed: ${failure.message}`));
      return [];
    });
    for (const entry of entries) {
      if (entry.isDirectory() && entry.name !== '.git') waiting.push(join(folder, entry.name));
      else if (entry.isFile()) files.push(join(folder, entry.name));
    }
    if (files.length > most) {
      incidents.push(incident('budget-exceeded', `more than ${most} files: the rest is not scanned`));
      return files.sort().slice(0, most);
    }
  }
  return files.sort();
}

interface ReadOne {
  readonly document?: ModelFileDocument;
  readonly fetched: number;
}

function readOne(file: string, name: string, filter: boolean, options: ScanOptions, incidents: Incident[]): ReadOne {
  try {
    return describeOne(file, name, filter, options, incidents);
  } catch (failure) {
    incidents.push(incident('unread', `${name} cannot be read: ${(failure as Error).message}`));
    return { fetched: 0 };
  }
}

function describeOne(
  file: string,
  name: string,
  filter: boolean,
  options: ScanOptions,
  incidents: Incident[],
): ReadOne {
  const path = repoPath(name);
  const source = openFileSource(file);
  try {
    if (source.size > (options.maxBytes ?? 256 * 1024 ** 3)) {
      incidents.push({ ...incident('withheld', `${name} has ${source.size} bytes and is not scanned`), path });
      return { fetched: 0 };
    }
    if (filter && !looksLikeModelSource(name, source)) return { fetched: source.fetched() };
    const document = modelFileDocument(path, `unhashed:${name}` as BlobId, source, options.limits);
    for (const { path: part, reason } of document.file.notScanned) {
      const where = part === '' ? name : `${name}!${part}`;
      incidents.push({ ...incident('withheld', `${where} is not scanned in full: ${reason}`), path });
    }
    return { document, fetched: source.fetched() };
  } finally {
    source.close();
  }
}

function incident(kind: Incident['kind'], message: string): Incident {
  return { kind, message, clouds: true };
}
