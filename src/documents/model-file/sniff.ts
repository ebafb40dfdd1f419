import { isTarHeader } from './archive/tar.ts';
import { centralDirectory } from './archive/zip-records.ts';
import { superblockAt } from './format/hdf5.ts';
import { wideEncoding } from './format/json-text.ts';
import { looksLikeOnnx } from './format/onnx.ts';
import { isMessage } from './format/protobuf.ts';
import { looksLikeGraph, looksLikeSavedModel } from './format/saved-model.ts';
import { pointerOf } from './format/text.ts';
import type { ContentKind, Pickle } from './model.ts';
import { OPCODES } from './pickle/opcodes.ts';
import { runPickle } from './pickle/run.ts';
import { callsName, looksUp } from './pickle/search.ts';
import { ascii, type ByteSource, decodeText, startsWithBytes, uintLE } from './source.ts';

const MAGIC: readonly (readonly [ContentKind, string, number])[] = [
  ['zip', 'PK\x03\x04', 0],
  ['zip', 'PK\x05\x06', 0],
  ['zip', 'PK\x07\x08PK\x03\x04', 0],
  ['npy', '\x93NUMPY', 0],
  ['gguf', 'GGUF', 0],
  ['tflite', 'TFL3', 4],
  ['7z', "7z\xbc\xaf'\x1c", 0],
  ['rar', 'Rar!\x1a\x07', 0],
  ['gzip', '\x1f\x8b', 0],
  ['bzip2', 'BZh', 0],
  ['xz', '\xfd7zXZ\0', 0],
  ['zlib', 'ZF0x', 0],
  ['zstd', '\x28\xb5\x2f\xfd', 0],
  ['lz4', '\x04\x22\x4d\x18', 0],
  ['parquet', 'PAR1', 0],
  ['elf', '\x7fELF', 0],
  ['mach-o', '\xcf\xfa\xed\xfe', 0],
  ['mach-o', '\xca\xfe\xba\xbe', 0],
  ['catboost', 'CBM1', 0],
  ['xgboost-binary', 'binf', 0],
  ['xgboost-binary', 'bs64', 0],
  ['xgboost-binary', '{L\0\0\0\0\0\0\0\x07learner', 0],
];

/** What the bytes are, by the bytes. The name decides only between readings that the bytes leave open. */
export function sniff(
  source: ByteSource,
  name: string,
): { readonly kind: ContentKind; readonly also: readonly ContentKind[] } {
  if (source.size === 0) return { kind: 'empty', also: [] };
  const head = source.read(0, 512);
  const kind = byMagic(source, head) ?? byShape(source, head, name) ?? byText(source, head, name) ?? 'unknown';
  const also =
    kind !== 'zip' && mayEndInZip(source, kind) && centralDirectory(source, 1) !== undefined ? (['zip'] as const) : [];
  return { kind, also };
}

/** An end record holds zeros, and a text to its end does not. */
function mayEndInZip(source: ByteSource, kind: ContentKind): boolean {
  if (kind !== 'text' && kind !== 'json' && kind !== 'script') return true;
  const tail = Math.min(source.size, 65_557);
  return source.read(source.size - tail, tail).includes(0);
}

function byMagic(source: ByteSource, head: Uint8Array): ContentKind | undefined {
  for (const [kind, text, at] of MAGIC) {
    if (startsWithBytes(head, ascii(text), at)) return kind;
  }
  if (head[0] === 0x4d && head[1] === 0x5a && uintLE(head, 60, 4) < source.size && source.size > 256) {
    if (startsWithBytes(source.read(uintLE(head, 60, 4), 4), ascii('PE\0\0'))) return 'pe';
  }
  if (isTarHeader(head)) return 'tar';
  return superblockAt(source) === -1 ? undefined : 'hdf5';
}

function byShape(source: ByteSource, head: Uint8Array, name: string): ContentKind | undefined {
  if (/\.json$/i.test(name) && wideEncoding(head) !== undefined) return 'json';
  if (isPickle(source, head, name)) return 'pickle';
  const length = uintLE(head, 0, 8);
  if (head[8] === 0x7b && length >= 2 && (length <= source.size - 8 || /\.safetensors$/i.test(name)))
    return 'safetensors';
  if (isZlib(head)) return 'zlib';
  if (isLzma(head)) return 'lzma';
  if (looksLikeSavedModel(source)) return 'saved-model';
  if (/(^|\/)keras_metadata\.pb$/.test(name)) return 'keras-metadata';
  if (looksLikeOnnx(source)) return 'onnx';
  if (looksLikeGraph(source)) return 'saved-model';
  // Fields that no schema knows are skipped by every loader, so that the name decides.
  if (/\.onnx$/i.test(name) && isMessage(source)) return 'onnx';
  return /\.pb$/i.test(name) && isMessage(source) ? 'saved-model' : undefined;
}

/** No text goes on for so many opcodes without a mistake. */
const TRIAL_OPCODES = 2000;

const PICKLE_NAME = /\.(pkl|pickle|pk|p|joblib|dill|pt|pth|ckpt|bin|th|model|sav|cloudpickle|dat)\d?$/i;

function isPickle(source: ByteSource, head: Uint8Array, name: string): boolean {
  if (head[0] === 0x80 && head.length > 2) {
    const likely = OPCODES.has(head[2] ?? 0) && (head[1] ?? 255) <= 5;
    return likely || PICKLE_NAME.test(name);
  }
  if (!OPCODES.has(head[0] ?? 0)) return false;
  // Protocols 0 and 1 have no header, and no unpickler asks for one in the others: the bytes are tried.
  const { pickle, result } = runPickle(source, 0, { opcodes: TRIAL_OPCODES, objects: TRIAL_OPCODES });
  if (callsName(pickle)) return true;
  if ((head[0] ?? 0) >= 0x80) return PICKLE_NAME.test(name) && (pickle.ended === 'stop' || pickle.globals.length > 0);
  if (pickle.ended === 'budget') return true;
  if (pickle.ended === 'stop') return pickle.opcodes > 2 || PICKLE_NAME.test(name) || result?.kind === 'global';
  return PICKLE_NAME.test(name) && (pickle.opcodes > 8 || looksUpSomething(pickle));
}

/** A name, or one that nobody can know; a line of text is no name. */
const looksUpSomething = (pickle: Pickle): boolean =>
  looksUp(pickle) ||
  pickle.globals.some(({ constant, opcode }) => !constant && opcode !== 'GLOBAL' && opcode !== 'INST');

/** A zlib header as Python writes it, with the checks of RFC 1950. */
function isZlib(head: Uint8Array): boolean {
  const second = head[1] ?? 0;
  const type = (head[2] ?? 7) & 6;
  return head[0] === 0x78 && (0x7800 + second) % 31 === 0 && (second & 0x20) === 0 && type !== 6;
}

/** The header of the old LZMA format as every writer makes it: lc=3 lp=0 pb=2, a power of two for a dictionary, a size or none. */
function isLzma(head: Uint8Array): boolean {
  const dictionary = uintLE(head, 1, 4);
  const size = uintLE(head, 5, 8);
  const plain = dictionary >= 4096 && Number.isInteger(Math.log2(dictionary)) && (size < 2 ** 40 || size >= 2 ** 63);
  return head[0] === 0x5d && plain && head[13] === 0;
}

function byText(source: ByteSource, head: Uint8Array, name: string): ContentKind | undefined {
  // Text holds no control characters but tab, newline, form feed, carriage return and escape.
  if (head.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 11 || byte === 127))
    return undefined;
  const text = decodeText(head.length < 512 ? head : head.subarray(0, 508));
  if (text.slice(0, -4).includes('\ufffd')) return undefined;
  if (source.size < 4096) {
    const pointer = pointerOf(decodeText(source.read(0, 4096)), name);
    if (pointer !== undefined) return pointer.by === 'git-lfs' ? 'lfs-pointer' : 'dvc-pointer';
  }
  if (/^\ufeff?\s{0,400}[{[]/.test(text) && !/\{[{%]/.test(text.slice(0, 20))) return 'json';
  if (/\.jinja2?$|(^|\/)chat_template(\.txt)?$/i.test(name)) return 'chat-template';
  if (text.startsWith('tree\n') && text.includes('num_class=')) return 'lightgbm-text';
  return text.startsWith('#!') ? 'script' : 'text';
}
