import { createHash } from 'node:crypto';
import { constants, createReadStream, type Stats } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepoPath } from '../core/location.ts';
import type { Incident } from '../core/report.ts';
import type { BlobId, FileMode } from '../core/snapshot.ts';
import { BLOB_LIMIT } from './content.ts';

/** A file as it lies on disk. Without `bytes` it is larger than `BLOB_LIMIT`. */
export interface DiskFile {
  readonly mode: FileMode;
  readonly size: number;
  readonly modified: number;
  readonly bytes?: Uint8Array;
}

/** The id git gives to these bytes as a blob. */
export function blobId(bytes: Uint8Array, format: 'sha1' | 'sha256' = 'sha1'): BlobId {
  return createHash(format).update(`blob ${bytes.length}\0`).update(bytes).digest('hex') as BlobId;
}

/** As `blobId`, without holding the file in memory. */
export async function blobIdOfFile(file: string, size: number, format: 'sha1' | 'sha256'): Promise<BlobId> {
  const hash = createHash(format).update(`blob ${size}\0`);
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex') as BlobId;
}

/** A link is never followed, not even one that replaced the file a moment ago. */
async function bytesOf(file: string): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function regular(file: string, stats: Stats): Promise<DiskFile> {
  const mode = (stats.mode & 0o100) === 0 ? 'file' : 'executable';
  const known = { mode, size: stats.size, modified: stats.mtimeMs } as const;
  if (stats.size > BLOB_LIMIT) return known;
  const bytes = await bytesOf(file);
  return { ...known, size: bytes.length, bytes };
}

/**
 * Reads a file's own bytes, a link's target as text. Undefined where nothing is there, or a folder; devices, pipes
 * and files that may not be read are an incident.
 */
export async function readDisk(root: string, path: RepoPath): Promise<DiskFile | Incident | undefined> {
  const file = join(root, path);
  try {
    const stats = await lstat(file);
    if (stats.isDirectory()) return undefined;
    if (stats.isFile()) return await regular(file, stats);
    if (stats.isSymbolicLink()) {
      const bytes = await readlink(file, 'buffer');
      return { mode: 'symlink', size: bytes.length, modified: stats.mtimeMs, bytes };
    }
    return unread(path, 'is a device, a pipe or a socket');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    return unread(path, `could not be read (${code ?? 'unknown error'})`);
  }
}

function unread(path: RepoPath, why: string): Incident {
  return {
    kind: 'unread',
    path,
    message: `${JSON.stringify(path)} ${why}; it was left out of the review.`,
    clouds: true,
  };
}
