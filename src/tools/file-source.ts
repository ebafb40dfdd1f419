import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../documents/model-file/source.ts';

/** Bytes fetched at once; neighbouring small reads are then served from memory. */
const BLOCK = 4096;

/** An open file as a source of bytes. Close it when the file is judged. */
export interface FileSource extends ByteSource {
  readonly close: () => void;
  /** Bytes read from the disk so far. */
  readonly fetched: () => number;
}

/** Opens a regular file, never through a link. Throws what node:fs throws where it cannot be opened or read. */
export function openFileSource(path: string): FileSource {
  // Without waiting: a pipe that nobody writes to must not hang the reader.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const status = fstatSync(descriptor);
  if (!status.isFile()) {
    closeSync(descriptor);
    throw new Error(`${path} is no regular file`);
  }
  const size = status.size;
  let block: Uint8Array = new Uint8Array(0);
  let blockAt = 0;
  let fetched = 0;

  const fetch = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(descriptor, bytes, done, bytes.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    fetched += done;
    return bytes.subarray(0, done);
  };

  const read = (offset: number, length: number): Uint8Array => {
    if (offset < 0 || length <= 0 || offset >= size) return new Uint8Array(0);
    if (length > BLOCK) return fetch(offset, length);
    const wanted = Math.min(length, size - offset);
    if (offset < blockAt || offset + wanted > blockAt + block.length) {
      block = fetch(offset, BLOCK);
      blockAt = offset;
    }
    return block.subarray(offset - blockAt, offset - blockAt + wanted);
  };

  return { size, read, close: () => closeSync(descriptor), fetched: () => fetched };
}
