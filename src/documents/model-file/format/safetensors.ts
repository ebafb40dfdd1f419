import type { Note } from '../model.ts';
import { decodeText, uintLE } from '../source.ts';
import { leaveOut, quoted, type Reader } from '../walk.ts';
import { parseJson, repeatedKeys } from './json-text.ts';

/** The reference implementation refuses longer headers. Source: github.com/huggingface/safetensors, README "Format". */
const LONGEST_HEADER = 100_000_000;
const DTYPE_BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  F64: 64,
  I64: 64,
  U64: 64,
  C64: 64,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
};

/** safetensors: the header is read and checked, the tensors are not read. */
export const readSafetensors: Reader = (part, walk) => {
  const length = uintLE(part.source.read(0, 8), 0, 8);
  const body = part.source.size - 8 - length;
  if (!(body >= 0))
    return invalid(`the header claims ${length} bytes, the file has ${part.source.size}`, 'header-invalid');
  if (length > LONGEST_HEADER)
    return invalid(`the header claims ${length} bytes; loaders refuse more than ${LONGEST_HEADER}`, 'header-too-large');
  if (length > walk.limits.textBytes) {
    leaveOut(walk, part.path, `a safetensors header of ${length} bytes`);
    return { kind: 'safetensors' };
  }
  const text = decodeText(part.source.read(8, length));
  const header = parseJson(text);
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    return invalid('the header is no JSON object', 'header-invalid');
  const notes: Note[] = repeatedKeys(text).map((key) => ({
    kind: 'duplicate-key',
    text: `the header names ${quoted(key)} twice`,
  }));
  const entries = Object.entries(header as Readonly<Record<string, unknown>>);
  notes.push(...metadataNotes(entries.find(([name]) => name === '__metadata__')?.[1]));
  notes.push(
    ...tensorNotes(
      entries.filter(([name]) => name !== '__metadata__'),
      body,
    ),
  );
  return { kind: 'safetensors', notes };
};

function invalid(text: string, kind: Note['kind']) {
  return { kind: 'safetensors', notes: [{ kind, offset: 0, text }] } as const;
}

function metadataNotes(metadata: unknown): readonly Note[] {
  if (metadata === undefined) return [];
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    return [{ kind: 'metadata-not-text', text: '__metadata__ is no object of texts' }];
  }
  const notes: Note[] = [];
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string')
      notes.push({ kind: 'metadata-not-text', text: `__metadata__ ${quoted(key)} is no text` });
    else if (isSuspicious(value)) {
      notes.push({
        kind: 'metadata-suspicious',
        text: `__metadata__ ${quoted(key)} holds what looks like code`,
      });
    }
  }
  return notes.slice(0, 100);
}

/** Script tags, interpreters and Python that runs something; a link to a homepage is no such thing. */
function isSuspicious(text: string): boolean {
  return /<script\b|javascript:|^#!|\b(?:eval|exec|__import__|os\.system|subprocess\.\w+)\s{0,8}\(|data:text\/html/i.test(
    text.slice(0, 100_000),
  );
}

interface Stretch {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

function tensorNotes(entries: readonly (readonly [string, unknown])[], body: number): readonly Note[] {
  const notes: Note[] = [];
  const stretches: Stretch[] = [];
  for (const [name, value] of entries) {
    const tensor = value as { dtype?: unknown; shape?: unknown; data_offsets?: unknown } | null;
    const stretch = stretchOf(name, tensor?.data_offsets);
    if (stretch === undefined || stretch.to > body) {
      notes.push({
        kind: 'header-invalid',
        text: `tensor ${quoted(name)} has offsets that do not lie in the file`,
      });
      continue;
    }
    stretches.push(stretch);
    const bytes = bytesOf(tensor?.dtype, tensor?.shape);
    if (bytes !== undefined && bytes !== stretch.to - stretch.from) {
      notes.push({
        kind: 'header-invalid',
        text: `tensor ${quoted(name)} has ${stretch.to - stretch.from} bytes where its shape needs ${bytes}`,
      });
    }
  }
  return [...notes, ...orderNotes(stretches, body)].slice(0, 100);
}

function orderNotes(stretches: readonly Stretch[], body: number): readonly Note[] {
  const notes: Note[] = [];
  let at = 0;
  for (const { name, from, to } of [...stretches].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < at)
      notes.push({
        kind: 'offsets-overlap',
        offset: from,
        text: `tensor ${quoted(name)} overlaps the one before it`,
      });
    if (from > at)
      notes.push({
        kind: 'offsets-hole',
        offset: at,
        text: `${from - at} bytes before tensor ${quoted(name)} belong to none`,
      });
    at = Math.max(at, to);
  }
  if (at < body)
    notes.push({ kind: 'offsets-hole', offset: at, text: `${body - at} bytes at the end belong to no tensor` });
  return notes;
}

function stretchOf(name: string, offsets: unknown): Stretch | undefined {
  if (!Array.isArray(offsets) || offsets.length !== 2) return undefined;
  const [from, to] = offsets as readonly unknown[];
  if (!isCount(from) || !isCount(to) || from > to) return undefined;
  return { name, from, to };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function bytesOf(dtype: unknown, shape: unknown): number | undefined {
  const bits = typeof dtype === 'string' ? DTYPE_BITS[dtype] : undefined;
  if (bits === undefined || !Array.isArray(shape) || !shape.every(isCount)) return undefined;
  const elements = shape.reduce<number>((product, size) => product * size, 1);
  return Math.ceil((elements * bits) / 8);
}
