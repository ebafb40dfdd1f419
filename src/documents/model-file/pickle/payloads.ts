import type { ByteSource } from '../source.ts';
import { globalName, rootGlobal, type Value } from './values.ts';

/** Bytes that a call gets. They stand in the stream at `offset`, as they are or as the text that protocols below 3 make of them. */
export interface Payload {
  readonly offset: number;
  readonly length: number;
  readonly callee: string;
  /** The text of bytes that were short enough to be kept. */
  readonly text?: string;
  /** True where the stream holds the UTF-8 of the Latin-1 of the bytes. */
  readonly encoded: boolean;
}

/** Callees that unpickle what they get. */
const UNPICKLING = /^torch\.storage\._load_from_bytes$/;

/** What of an argument may be a file of its own; `unseen` where it is unpickled and cannot be known. */
export function payloadOf(callee: Value, value: Value, offset: number): Payload | 'unseen' | undefined {
  const root = rootGlobal(callee);
  const name = root === undefined ? '' : globalName(root);
  if (value.kind === 'bytes') return { offset: value.offset, length: value.length, callee: name, encoded: false };
  if (!UNPICKLING.test(name)) return undefined;
  const text = latin1Text(value);
  if (text === undefined) return 'unseen';
  const whole = text.offset === undefined ? { text: text.text } : {};
  return { offset: text.offset ?? offset, length: text.length, callee: name, encoded: true, ...whole };
}

/** The text of `_codecs.encode(text, 'latin1')`, as pickle writes bytes for Python 2. */
function latin1Text(value: Value): Extract<Value, { kind: 'text' }> | undefined {
  if (value.kind !== 'instance' || value.callee.kind !== 'global') return undefined;
  const [text, encoding] = value.args;
  const known = globalName(value.callee.global) === '_codecs.encode' && text?.kind === 'text';
  if (!known || encoding?.kind !== 'text' || !/^latin[-_]?1$/i.test(encoding.text)) return undefined;
  return text.offset === undefined && text.length > text.text.length * 4 ? undefined : text;
}

/** The bytes of an encoded payload; undefined where they are longer than `most`. */
export function encodedBytes(
  source: ByteSource,
  { offset, length, text }: Payload,
  most: number,
): Uint8Array | undefined {
  if (length > most) return undefined;
  const characters = text ?? new TextDecoder('utf-8').decode(source.read(offset, length));
  return Uint8Array.from(characters, (character) => character.charCodeAt(0) & 0xff);
}
