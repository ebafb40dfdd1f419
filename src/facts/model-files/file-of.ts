import { fact } from '../../core/fact.ts';
import type { Document } from '../../documents/kinds.ts';
import { describeModelFile } from '../../documents/model-file/describe.ts';
import { looksLikeModelSource } from '../../documents/model-file/document.ts';
import type { ModelFile } from '../../documents/model-file/model.ts';
import { bytesSource } from '../../documents/model-file/source.ts';

/** What a check on model files reads: the files themselves, and texts that may be one under another name. */
export const MODEL_KINDS = ['model-file', 'json', 'text', 'markdown', 'yaml'] as const;

/** The model file that a document is, whatever its name says; undefined for ordinary texts. */
export const modelFileOf = fact((document: Document): ModelFile | undefined => {
  if (document.kind === 'model-file') return document.file;
  if (document.stored !== undefined) return document.stored;
  const source = bytesSource(new TextEncoder().encode(document.text));
  const telling =
    document.kind === 'json' &&
    /"(?:chat_template|class_name|__loader__|auto_map|custom_pipelines)"/.test(document.text);
  return telling || looksLikeModelSource(document.path, source) ? describeModelFile(source, document.path) : undefined;
});

/** `model.zip!data.pkl` for a part, the path itself for the file. */
export function partName(path: string, part: string): string {
  return part === '' ? path : `${path}!${part}`;
}

/** A name from a hostile file, fit to be printed: one line, no backticks, at most 120 characters. */
export function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  const plain = name.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069`]+/g, ' ').trim();
  return plain.length > 120 ? `${plain.slice(0, 120)}…` : plain;
}
