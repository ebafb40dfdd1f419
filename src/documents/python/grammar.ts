import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';

/** What the reader needs to know of a grammar symbol, looked up once per parser instead of once per node. */
export interface GrammarSymbol {
  readonly type: string;
  readonly named: boolean;
  /** Punctuation has no node of its own. */
  readonly kept: boolean;
}

interface Grammar {
  readonly parser: Parser;
  readonly symbols: readonly GrammarSymbol[];
  readonly fields: readonly (string | undefined)[];
}

const PUNCTUATION = new Set(['(', ')', '[', ']', '{', '}', ',', ':', ';', '.', '=', '->', '@', '\n', 'newline', '']);

let loading: Promise<void> | undefined;
let grammar: Grammar | undefined;

/**
 * Makes `parsePython` usable. May be called any number of times; the grammar is loaded once per thread.
 * Rejects when the grammar that comes with the package cannot be read.
 */
export function loadPython(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const { resolve } = createRequire(import.meta.url);
  const runtime = resolve('web-tree-sitter/web-tree-sitter.wasm');
  await Parser.init({ locateFile: () => runtime });
  const language = await Language.load(resolve('tree-sitter-python/tree-sitter-python.wasm'));
  const parser = new Parser();
  parser.setLanguage(language);
  grammar = { parser, symbols: symbolsOf(language), fields: language.fields.map((name) => name ?? undefined) };
}

function symbolsOf(language: Language): readonly GrammarSymbol[] {
  return Array.from({ length: language.nodeTypeCount }, (_, id) => {
    const type = language.nodeTypeForId(id) ?? '';
    const named = language.nodeTypeIsNamed(id);
    return { type, named, kept: named || !PUNCTUATION.has(type) };
  });
}

/** The loaded grammar. Throws when `loadPython` was not awaited before. */
export function pythonGrammar(): Grammar {
  if (grammar === undefined) throw new Error('loadPython must be awaited before Python is parsed');
  return grammar;
}
