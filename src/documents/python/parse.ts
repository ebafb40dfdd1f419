import type { Place, Span } from '../../core/location.ts';
import { baseOf, type TextSource } from '../source.ts';
import { pythonGrammar } from './grammar.ts';
import { mend, withoutLongContinuations } from './mend.ts';
import type { Magic, PythonDocument } from './python.ts';
import { type Copied, copyTree, emptyModule } from './tree.ts';

export { loadPython } from './grammar.ts';

/** Longest text that is parsed, in UTF-16 code units. */
export const PYTHON_LIMIT = 5 * 1024 * 1024;

/** What to parse. The optional parts come from notebooks. */
export interface PythonSource extends TextSource {
  /** `text` with what is not Python blanked out, of the same length. */
  readonly parsed?: string;
  readonly magics?: readonly Magic[];
  readonly origin?: (span: Span) => Omit<Place, 'path'>;
}

/**
 * Reads Python, whole or broken: around damaged places the rest of the tree stands. Never throws for any text;
 * throws when `loadPython` was not awaited before. Python 2 is accepted in part, so no damage does not mean valid Python 3.
 */
export function parsePython(source: PythonSource): PythonDocument {
  const { root, byType, damage, magics } = read(source.parsed ?? source.text);
  return {
    kind: 'python',
    ...baseOf(source, damage),
    ...(source.origin === undefined ? {} : { origin: source.origin }),
    root,
    byType,
    magics: [...(source.magics ?? []), ...magics],
  };
}

type Read = Copied & { readonly magics: readonly Magic[] };

/** A text that does not parse is read again without what is known not to be Python, and the better reading is taken. */
function read(text: string): Read {
  const first = { ...copyOf(text), magics: [] };
  if (first.damage.length === 0 || text.length > PYTHON_LIMIT) return first;
  const mended = mend(text);
  if (mended.text === text) return first;
  const second = copyOf(mended.text);
  if (second.damage.length > first.damage.length) return first;
  return { ...second, damage: [...mended.damage, ...second.damage], magics: mended.magics };
}

function copyOf(text: string): Copied {
  if (text.length > PYTHON_LIMIT)
    return unread(text, `the file is longer than ${PYTHON_LIMIT / 1024 / 1024} MB and was not read`);
  const tree = pythonGrammar().parser.parse(withoutLongContinuations(text));
  if (tree === null) return unread(text, 'the parser gave up on this file');
  try {
    return copyTree(tree);
  } finally {
    tree.delete();
  }
}

function unread(text: string, message: string): Copied {
  const root = emptyModule(text.length);
  return { root, byType: new Map([['module', [root]]]), damage: [{ span: { start: 0, end: 0 }, message }] };
}
