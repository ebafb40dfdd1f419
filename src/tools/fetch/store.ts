import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Where Git LFS keeps an object that it has downloaded. `folder` is `lfs` inside the git directory. */
export const lfsPlace = (folder: string, oid: string): string =>
  join(folder, 'objects', oid.slice(0, 2), oid.slice(2, 4), oid);

/** Where DVC keeps it: since version 3 below `files/md5`, before that in the cache itself. */
export const dvcPlaces = (folder: string, oid: string): readonly string[] => [
  join(folder, 'files', 'md5', oid.slice(0, 2), oid.slice(2)),
  join(folder, oid.slice(0, 2), oid.slice(2)),
];

/**
 * Whether the file is there and is what its hash says: undefined when it is, else why not. Only a regular file is read,
 * never through a link, and not beyond `most` bytes.
 */
export async function provenFile(
  path: string,
  algorithm: 'sha256' | 'md5',
  oid: string,
  most: number,
): Promise<string | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (file === undefined) return 'is not there';
  try {
    const status = await file.stat();
    if (!status.isFile()) return 'is no regular file';
    if (status.size > most) return `has ${status.size} bytes, of which at most ${most} are read`;
    const hash = createHash(algorithm);
    for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) hash.update(chunk);
    return hash.digest('hex') === oid.toLowerCase() ? undefined : `has another ${algorithm} than its name says`;
  } finally {
    await file.close();
  }
}
