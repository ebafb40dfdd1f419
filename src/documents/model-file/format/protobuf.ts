import { type ByteSource, decodeText, sliceSource } from '../source.ts';

/** One field of a protocol-buffers message. A length-delimited field is a stretch of the source, not read. */
export interface Field {
  readonly number: number;
  readonly wire: 0 | 1 | 2 | 5;
  /** Varint value; 0 for other wire types. */
  readonly value: number;
  /** Content of a length-delimited field. */
  readonly body: ByteSource;
}

const EMPTY: ByteSource = { size: 0, read: () => new Uint8Array(0) };

/** The fields of a message, at most `most`; `sound` is false where the bytes are no message or end too soon. */
export function fieldsOf(
  source: ByteSource,
  most: number,
): { readonly fields: readonly Field[]; readonly sound: boolean } {
  const fields: Field[] = [];
  let at = 0;
  while (at < source.size) {
    if (fields.length >= most) return { fields, sound: false };
    const head = source.read(at, 20);
    const key = varint(head, 0);
    if (key === undefined || key.value < 8) return { fields, sound: false };
    const read = fieldAt(source, head, at, key);
    if (read === undefined) return { fields, sound: false };
    fields.push(read.field);
    at = read.next;
  }
  return { fields, sound: true };
}

interface Varint {
  readonly value: number;
  readonly next: number;
}

function fieldAt(source: ByteSource, head: Uint8Array, at: number, key: Varint) {
  const number = Math.floor(key.value / 8);
  const wire = key.value % 8;
  if (wire === 1 || wire === 5) {
    const next = at + key.next + (wire === 1 ? 8 : 4);
    return next > source.size ? undefined : { field: { number, wire, value: 0, body: EMPTY } as const, next };
  }
  const second = wire === 0 || wire === 2 ? varint(head, key.next) : undefined;
  if (second === undefined) return undefined;
  if (wire === 0) return { field: { number, wire, value: second.value, body: EMPTY } as const, next: at + second.next };
  const start = at + second.next;
  const next = start + second.value;
  if (!(next <= source.size)) return undefined;
  return { field: { number, wire: 2, body: sliceSource(source, start, second.value), value: 0 } as const, next };
}

function varint(bytes: Uint8Array, start: number): Varint | undefined {
  let value = 0;
  let scale = 1;
  for (let at = start; at < bytes.length && at < start + 10; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) return { value, next: at + 1 };
  }
  return undefined;
}

/** A length-delimited field as text, cut at `most` bytes. */
export function textOf(field: Field | undefined, most = 4096): string {
  return field === undefined ? '' : decodeText(field.body.read(0, most));
}

/** The field of that number; of several the last, which every parser takes. */
export function fieldOf(fields: readonly Field[], number: number): Field | undefined {
  return fields.findLast((field) => field.number === number);
}

/** True when the bytes are a message of some schema that holds another message or a text. */
export function isMessage(source: ByteSource): boolean {
  const { fields, sound } = fieldsOf(source, 10_000);
  return sound && fields.some(({ wire }) => wire === 2);
}
