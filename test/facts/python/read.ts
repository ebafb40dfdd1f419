import { repoPath } from '../../../src/core/location.ts';
import type { BlobId } from '../../../src/core/snapshot.ts';
import { type PyNode, walk } from '../../../src/documents/python/node.ts';
import { parsePython } from '../../../src/documents/python/parse.ts';
import { type PythonDocument, textOf } from '../../../src/documents/python/python.ts';

/** Reads Python given as text; `loadPython` must have been awaited. */
export function read(text: string, path = 'src/pkg/train.py'): PythonDocument {
  return parsePython({ path: repoPath(path), blob: 'b' as BlobId, text });
}

/** The last node with exactly this text (the innermost where several span it), of this type where one is given. */
export function last(document: PythonDocument, text: string, type?: string): PyNode {
  const all = [...walk(document.root)].filter((node) => node.named && textOf(document, node) === text);
  const found = all.findLast((node) => type === undefined || node.type === type);
  if (found === undefined) throw new Error(`no node reads ${text}`);
  return found;
}
