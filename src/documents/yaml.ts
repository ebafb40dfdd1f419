import { Composer, CST, type Document, Lexer, Parser } from 'yaml';
import type { DataDocument, DataNode } from './data.ts';
import { duplicateKeys, isTemplatePath, MAX_DAMAGE, openCollections } from './data-build.ts';
import type { Damage } from './document.ts';
import { nestsDeeper } from './nesting.ts';
import { baseOf, type TextSource } from './source.ts';
import { yamlTree } from './yaml-tree.ts';

const OPTIONS = {
  version: '1.2',
  merge: false,
  // The package compares every key with every other one; data-build does it in one pass.
  uniqueKeys: false,
  resolveKnownTags: false,
  logLevel: 'silent',
} as const;

interface Stream {
  readonly documents: readonly Document.Parsed[];
  readonly comments: DataDocument['comments'];
  readonly template: boolean;
}

/** `{{` and `{%` where YAML would begin a map; `{{ }}` inside a scalar is text. */
function beginsTemplate(before: string, lexeme: string): boolean {
  return before === '{' && (lexeme === '{' || lexeme.startsWith('%'));
}

function readStream(text: string): Stream {
  const parser = new Parser();
  const composer = new Composer(OPTIONS);
  const documents: Document.Parsed[] = [];
  const comments: { span: { start: number; end: number }; text: string }[] = [];
  let at = 0;
  let before = '';
  for (const lexeme of new Lexer().lex(text)) {
    const mark = lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END || lexeme === CST.SCALAR;
    if (beginsTemplate(before, lexeme)) return { documents: [], comments: [], template: true };
    if (!mark) {
      if (CST.tokenType(lexeme) === 'comment' && before !== CST.SCALAR) {
        comments.push({ span: { start: at, end: at + lexeme.length }, text: lexeme });
      }
      at += lexeme.length;
    }
    if (!(before === '{' && lexeme === CST.SCALAR)) before = lexeme;
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end());
  return { documents, comments, template: false };
}

function errorsOf(document: Document.Parsed, length: number): readonly Damage[] {
  return document.errors.slice(0, MAX_DAMAGE).map(({ pos, message }) => ({
    span: { start: Math.min(pos[0], length), end: Math.min(Math.max(...pos), length) },
    message: message.replace(/\.$/, ''),
  }));
}

function rootsOf(documents: readonly Document.Parsed[], text: string, damage: Damage[]): readonly DataNode[] {
  const roots: DataNode[] = [];
  for (const document of documents) {
    const errors = errorsOf(document, text.length);
    damage.push(...errors);
    const root = yamlTree(document, text, damage);
    if (root === undefined) continue;
    if (errors.length > 0) openCollections(root);
    damage.push(...duplicateKeys(root));
    roots.push(root);
  }
  return roots;
}

/**
 * Reads a stream of YAML 1.2 documents. Never throws: what cannot be read is damage, and the rest of the tree is kept
 * but open. Merge keys are applied, aliases resolved as long as they stay small, local tags make a node open.
 */
export function parseYaml(source: TextSource): DataDocument {
  const { path, text } = source;
  const template = { kind: 'yaml', ...baseOf(source, []), roots: [], comments: [], template: true } as const;
  if (isTemplatePath(path)) return template;
  if (nestsDeeper(text)) {
    const damage = [{ span: { start: 0, end: 0 }, message: 'the file nests too deeply to be read' }];
    return { kind: 'yaml', ...baseOf(source, damage), roots: [], comments: [], template: false };
  }
  try {
    const stream = readStream(text);
    if (stream.template) return template;
    const damage: Damage[] = [];
    const roots = rootsOf(stream.documents, text, damage);
    damage.splice(MAX_DAMAGE);
    return { kind: 'yaml', ...baseOf(source, damage), roots, comments: stream.comments, template: false };
  } catch (error) {
    // The package's composer recurses; hostile nesting may exhaust the stack outside of its own guard.
    if (!(error instanceof RangeError)) throw error;
    const damage = [{ span: { start: 0, end: 0 }, message: 'the file nests too deeply to be read' }];
    return { kind: 'yaml', ...baseOf(source, damage), roots: [], comments: [], template: false };
  }
}
