import { ascii, type ByteSource, startsWithBytes, uintLE } from '../source.ts';

/**
 * The wanted attributes of an HDF5 file's root group, read by the file's own structure (HDF5 File Format Specification 3.0), so that a
 * file of any size costs a few reads. Attributes in dense storage are not followed; `complete` is false where there are some.
 */
export interface RootAttributes {
  readonly attributes: ReadonlyMap<string, Uint8Array>;
  readonly complete: boolean;
}

const SIGNATURE = ascii('\x89HDF\r\n\x1a\n');
const MOST_MESSAGES = 10_000;
const LONGEST_VALUE = 64 * 1024 * 1024;

interface File {
  readonly source: ByteSource;
  readonly base: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Where the superblock stands: at 0, or behind a user block of 512 bytes and powers of two up; -1 where none does. */
export function superblockAt(source: ByteSource): number {
  for (let at = 0, step = 0; at < source.size && step < 24; at = at === 0 ? 512 : at * 2, step++) {
    if (startsWithBytes(source.read(at, 8), SIGNATURE)) return at;
  }
  return -1;
}

/** Undefined where the structure cannot be followed. */
export function rootAttributes(source: ByteSource, wanted: readonly string[]): RootAttributes | undefined {
  const base = superblockAt(source);
  if (base === -1) return undefined;
  const head = source.read(base, 128);
  const version = head[8] ?? 255;
  const old = version < 2;
  const offsetBytes = head[old ? 13 : 9] ?? 0;
  const lengthBytes = head[old ? 14 : 10] ?? 0;
  if (version > 3 || ![2, 4, 8].includes(offsetBytes) || ![2, 4, 8].includes(lengthBytes)) return undefined;
  const file: File = { source, base, offsetBytes, lengthBytes };
  // Old superblocks end in the root's symbol table entry, new ones in the address of its object header.
  const at = old ? (version === 0 ? 24 : 28) + 4 * offsetBytes + offsetBytes : 12 + 3 * offsetBytes;
  return objectAttributes(file, base + uintLE(head, at, offsetBytes), wanted);
}

function objectAttributes(file: File, at: number, wanted: readonly string[]): RootAttributes | undefined {
  const head = file.source.read(at, 64);
  const modern = startsWithBytes(head, ascii('OHDR'));
  if (!modern && head[0] !== 1) return undefined;
  const messages = modern ? modernMessages(file, head, at) : oldMessages(file, head, at);
  const attributes = new Map<string, Uint8Array>();
  for (const message of messages) {
    if (message.type !== 12) continue;
    const attribute = attributeOf(
      file,
      message.body,
      wanted.filter((name) => !attributes.has(name)),
    );
    if (attribute !== undefined) attributes.set(attribute.name, attribute.value);
  }
  return { attributes, complete: !messages.some(({ type, body }) => type === 21 && denseAttributes(file, body)) };
}

interface Message {
  readonly type: number;
  readonly body: Uint8Array;
}

interface Block {
  readonly at: number;
  readonly length: number;
}

function oldMessages(file: File, head: Uint8Array, at: number): readonly Message[] {
  return messagesOf(file, { at: at + 16, length: uintLE(head, 8, 4) }, (bytes, offset) => ({
    type: uintLE(bytes, offset, 2),
    length: uintLE(bytes, offset + 2, 2),
    header: 8,
  }));
}

function modernMessages(file: File, head: Uint8Array, at: number): readonly Message[] {
  const flags = head[5] ?? 0;
  const sizeAt = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const width = 1 << (flags & 3);
  const header = flags & 4 ? 6 : 4;
  return messagesOf(
    file,
    { at: at + sizeAt + width, length: uintLE(head, sizeAt, width) },
    (bytes, offset) => ({
      type: bytes[offset] ?? 0,
      length: uintLE(bytes, offset + 1, 2),
      header,
    }),
    ascii('OCHK'),
  );
}

type MessageHead = (
  bytes: Uint8Array,
  offset: number,
) => { readonly type: number; readonly length: number; readonly header: number };

/** Messages of a header's blocks; a continuation message (16) names one more block. */
function messagesOf(
  file: File,
  first: Block,
  headAt: MessageHead,
  signature: Uint8Array = ascii(''),
): readonly Message[] {
  const messages: Message[] = [];
  const blocks: Block[] = [first];
  for (let index = 0; index < blocks.length && index < 256; index++) {
    const block = blocks[index];
    if (block === undefined || !(block.length < LONGEST_VALUE)) break;
    const bytes = file.source.read(block.at, block.length);
    let at = index > 0 && startsWithBytes(bytes, signature) ? signature.length : 0;
    while (at + 4 <= bytes.length && messages.length < MOST_MESSAGES) {
      const { type, length, header } = headAt(bytes, at);
      if (!(at + header + length <= bytes.length)) break;
      const body = bytes.subarray(at + header, at + header + length);
      messages.push({ type, body });
      if (type === 16) blocks.push(continuation(file, body));
      at += header + length;
    }
  }
  return messages;
}

function continuation(file: File, body: Uint8Array): Block {
  return {
    at: file.base + uintLE(body, 0, file.offsetBytes),
    length: uintLE(body, file.offsetBytes, file.lengthBytes),
  };
}

/** True when an attribute-info message names a heap: attributes are stored where we do not follow. */
function denseAttributes(file: File, body: Uint8Array): boolean {
  const at = 2 + ((body[1] ?? 0) & 1 ? 2 : 0);
  return body.subarray(at, at + file.offsetBytes).some((byte) => byte !== 0xff);
}

function attributeOf(
  file: File,
  body: Uint8Array,
  wanted: readonly string[],
): { readonly name: string; readonly value: Uint8Array } | undefined {
  const version = body[0] ?? 0;
  if (version < 1 || version > 3) return undefined;
  const sizes = [uintLE(body, 2, 2), uintLE(body, 4, 2), uintLE(body, 6, 2)] as const;
  const padded = version === 1 ? sizes.map((size) => Math.ceil(size / 8) * 8) : sizes;
  const nameAt = version === 3 ? 9 : 8;
  const typeAt = nameAt + (padded[0] ?? 0);
  const dataAt = typeAt + (padded[1] ?? 0) + (padded[2] ?? 0);
  if (!(dataAt <= body.length)) return undefined;
  const name = new TextDecoder().decode(body.subarray(nameAt, nameAt + sizes[0])).replace(/\0+$/, '');
  if (!wanted.includes(name)) return undefined;
  const variable = ((body[typeAt] ?? 0) & 0x0f) === 9;
  const data = body.subarray(dataAt);
  return { name, value: variable ? heapObject(file, data) : data };
}

/** A variable-length text lies in a global heap collection; the attribute holds its length, the heap's address and an index. */
function heapObject(file: File, reference: Uint8Array): Uint8Array {
  const heapAt = file.base + uintLE(reference, 4, file.offsetBytes);
  const index = uintLE(reference, 4 + file.offsetBytes, 4);
  const head = file.source.read(heapAt, 8 + file.lengthBytes);
  const size = uintLE(head, 8, file.lengthBytes);
  if (!startsWithBytes(head, ascii('GCOL')) || !(size <= LONGEST_VALUE)) return new Uint8Array(0);
  let at = heapAt + 8 + file.lengthBytes;
  for (let count = 0; at < heapAt + size && count < 65_536; count++) {
    const object = file.source.read(at, 8 + file.lengthBytes);
    const length = uintLE(object, 8, file.lengthBytes);
    if (!(length <= LONGEST_VALUE) || object.length < 8) break;
    if (uintLE(object, 0, 2) === index) return file.source.read(at + 8 + file.lengthBytes, length);
    at += 8 + file.lengthBytes + Math.ceil(length / 8) * 8;
  }
  return new Uint8Array(0);
}
