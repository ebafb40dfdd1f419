import type { Place, RepoPath, Span } from '../../core/location.ts';
import type { BlobId } from '../../core/snapshot.ts';
import type { Damage } from '../document.ts';
import { lineIndex } from '../lines.ts';
import { pythonGrammar } from './grammar.ts';
import type { Magic, PythonDocument } from './python.ts';
import { type Copied, copyTree, emptyModule } from './tree.ts';

export { loadPython } from './grammar.ts';

/** Longest text that is parsed, in UTF-16 code units. */
export const PYTHON_LIMIT = 5 * 1024 * 1024;

/** What to parse. The optional parts come from notebooks. */
export interface PythonSource {
  readonly path: RepoPath;
  readonly blob: BlobId;
  readonly text: string;
  /** `text` with what is not Python blanked out, of the same length. */
  readonly parsed?: string;
  readonly magics?: readonly Magic[];
  readonly damage?: readonly Damage[];
  readonly origin?: (span: Span) => Omit<Place, 'path'>;
}

/**
 * Reads Python, whole or broken: around damaged places the rest of the tree stands. Never throws for any text;
 * throws when `loadPython` was not awaited before. Python 2 is accepted in part, so no damage does not mean valid Python 3.
 */
export function parsePython(source: PythonSource): PythonDocument {
  const { root, byType, damage } = copyOf(source.parsed ?? source.text);
  return {
    kind: 'python',
    path: source.path,
    blob: source.blob,
    text: source.text,
    lines: lineIndex(source.text),
    damage: [...(source.damage ?? []), ...damage],
    ...(source.origin === undefined ? {} : { origin: source.origin }),
    root,
    byType,
    magics: source.magics ?? [],
  };
}

function copyOf(text: string): Copied {
  if (text.length > PYTHON_LIMIT) {
    const span = { start: 0, end: 0 };
    return unread(text, { span, message: `the file is longer than ${PYTHON_LIMIT / 1024 / 1024} MB and was not read` });
  }
  const tree = pythonGrammar().parser.parse(text);
  if (tree === null) return unread(text, { span: { start: 0, end: 0 }, message: 'the parser gave up on this file' });
  try {
    return copyTree(tree);
  } finally {
    tree.delete();
  }
}

function unread(text: string, damage: Damage): Copied {
  const root = emptyModule(text.length);
  return { root, byType: new Map([['module', [root]]]), damage: [damage] };
}
