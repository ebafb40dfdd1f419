import type { BlobId } from '../../core/snapshot.ts';
import type { Document } from '../../documents/kinds.ts';
import { lineIndex } from '../../documents/lines.ts';
import { describeModelFile } from '../../documents/model-file/describe.ts';
import type { ModelFile } from '../../documents/model-file/model.ts';
import { bytesSource } from '../../documents/model-file/source.ts';
import { parse } from '../../documents/parse.ts';
import { openFileSource } from '../file-source.ts';
import type { Fetched } from './pointed.ts';

/** The pointers as documents that say what stands behind them, or why nobody looked. Reads the disk; never throws. */
export function describeFetched(files: readonly Fetched[]): readonly Document[] {
  return files.map((fetched) => {
    const file = fileOf(fetched);
    const { path, blob, text } = fetched;
    const parsed =
      text === undefined ? undefined : parse({ path, blob, content: { kind: 'text', text, lossy: false } });
    if (parsed !== undefined) return { ...parsed, stored: file };
    return { kind: 'model-file', path, blob: blob as BlobId, text: '', lines: lineIndex(''), damage: [], file };
  });
}

function fileOf({ found, name, pointer }: Fetched): ModelFile {
  if ('why' in found) return unread(name, pointer, found.why);
  try {
    const source = openFileSource(found.file);
    try {
      return describeModelFile(source, name);
    } finally {
      source.close();
    }
  } catch (error) {
    return unread(
      name,
      pointer,
      `it cannot be read again: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`,
    );
  }
}

function unread(name: string, pointer: Fetched['pointer'], reason: string): ModelFile {
  const nothing = describeModelFile(bytesSource(new Uint8Array(0)), name);
  const kind = pointer.by === 'git-lfs' ? 'lfs-pointer' : 'dvc-pointer';
  return { ...nothing, kind, pointer, notScanned: [{ path: '', reason }] };
}
