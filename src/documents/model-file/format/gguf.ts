import type { Note, Template } from '../model.ts';
import { type ByteSource, decodeText, uintBE, uintLE } from '../source.ts';
import { keptText, leaveOut, type Reader, type Walk } from '../walk.ts';

/** Bytes of GGUF's fixed-size value types; 8 is a string, 9 an array. Source: github.com/ggml-org/ggml, docs/gguf.md. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const STRING = 8;
const ARRAY = 9;

interface Position {
  readonly source: ByteSource;
  readonly big: boolean;
  readonly wide: 4 | 8;
  at: number;
  left: number;
}

/** GGUF: walks the metadata and keeps the chat templates; tensors are not read. */
export const readGguf: Reader = (part, walk) => {
  const head = part.source.read(0, 24);
  const little = uintLE(head, 4, 4);
  const big = little > 0xffff;
  const version = big ? uintBE(head, 4, 4) : little;
  const wide = version === 1 ? 4 : 8;
  const position: Position = { source: part.source, big, wide, at: 8 + wide, left: walk.limits.records };
  const count = number(position, wide);
  const templates: Template[] = [];
  const notes: Note[] = [];
  if (!(version >= 1 && version <= 3))
    notes.push({ kind: 'header-invalid', offset: 4, text: `GGUF version ${version} is not known` });
  for (let index = 0; index < count; index++) {
    const broken = readPair(position, templates, walk, part.path);
    if (broken === undefined) continue;
    if (position.left <= 0) leaveOut(walk, part.path, `GGUF metadata behind the first ${walk.limits.records} values`);
    else notes.push({ kind: 'truncated', offset: position.at, text: broken });
    leaveOut(walk, part.path, `GGUF metadata behind entry ${index + 1} of ${count}: ${broken}`);
    break;
  }
  return { kind: 'gguf', templates, notes };
};

function readPair(position: Position, templates: Template[], walk: Walk, path: string): string | undefined {
  const key = text(position, 65_535);
  const type = number(position, 4);
  if (key === undefined || Number.isNaN(type)) return 'the metadata ends in the middle of an entry';
  if (type !== STRING)
    return skipValue(position, type) ? undefined : `the value of ${JSON.stringify(key.slice(0, 80))} is broken`;
  const start = position.at;
  const value = text(position, isTemplate(key) ? walk.limits.textBytes : 0);
  if (value === undefined) return `the text of ${JSON.stringify(key.slice(0, 80))} reaches past the end`;
  if (isTemplate(key)) {
    templates.push({ where: key.slice(0, 300), text: keptText(walk, path, value) });
    if (position.at - start > walk.limits.textBytes) leaveOut(walk, path, `the end of the template ${key}`);
  }
  return undefined;
}

function isTemplate(key: string): boolean {
  return key.startsWith('tokenizer.') && key.includes('template');
}

/** A text, of which at most `keep` bytes are read; undefined where it reaches past the end. */
function text(position: Position, keep: number): string | undefined {
  const length = number(position, position.wide);
  if (!(position.at + length <= position.source.size) || position.left-- <= 0) return undefined;
  const value = keep === 0 ? '' : decodeText(position.source.read(position.at, Math.min(length, keep)));
  position.at += length;
  return value;
}

function number(position: Position, width: number): number {
  const bytes = position.source.read(position.at, width);
  position.at += width;
  return position.big ? uintBE(bytes, 0, width) : uintLE(bytes, 0, width);
}

function skipValue(position: Position, type: number): boolean {
  const fixed = TYPE_BYTES[type];
  if (fixed !== undefined) {
    position.at += fixed;
    return position.at <= position.source.size;
  }
  if (type !== ARRAY) return false;
  const item = number(position, 4);
  const count = number(position, position.wide);
  const width = TYPE_BYTES[item];
  if (width !== undefined) {
    position.at += width * count;
    return position.at <= position.source.size;
  }
  // Arrays of arrays exist in no known file; one level of texts is what tokenizers use.
  if (item !== STRING) return false;
  return skipTexts(position, count);
}

/** Texts of an array, through a window, for vocabularies have hundreds of thousands. */
function skipTexts(position: Position, count: number): boolean {
  let window = position.source.read(position.at, 65_536);
  let windowAt = position.at;
  for (let index = 0; index < count; index++) {
    if (position.left-- <= 0) return false;
    if (position.at < windowAt || position.at + position.wide > windowAt + window.length) {
      window = position.source.read(position.at, 65_536);
      windowAt = position.at;
    }
    const inside = position.at - windowAt;
    const length = position.big ? uintBE(window, inside, position.wide) : uintLE(window, inside, position.wide);
    position.at += position.wide + length;
    if (!(position.at <= position.source.size)) return false;
  }
  return true;
}
