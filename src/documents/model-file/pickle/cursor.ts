import type { Note } from '../model.ts';
import { type ByteSource, decodeText, uintLE } from '../source.ts';

/** Thrown when unpickling fails here, caught by the machine and nowhere else. */
export class Broken extends Error {}

/**
 * How reads relate to frames. CPython's `loads` reads on across a frame's end; its `load` from a file drops the rest of the
 * frame and reads behind it. A file that straddles a frame means two different things, and both are followed.
 */
export type FrameReading = 'across' | 'behind';

/** A position in a stream of opcodes, with the frame it is in. */
export interface Cursor {
  readonly source: ByteSource;
  readonly reading: FrameReading;
  readonly notes: Note[];
  position: number;
  /** Offset behind the current frame, -1 outside of one. */
  frameEnd: number;
  straddled: boolean;
  window: Uint8Array;
  windowStart: number;
}

const WINDOW = 32_768;
const LONGEST_LINE = 1_000_000;
const NEWLINE = 0x0a;

export function cursorAt(source: ByteSource, position: number, reading: FrameReading): Cursor {
  return {
    source,
    reading,
    position,
    notes: [],
    frameEnd: -1,
    straddled: false,
    window: new Uint8Array(0),
    windowStart: 0,
  };
}

/** The next byte; breaks at the end of the stream. */
export function takeByte(cursor: Cursor): number {
  enter(cursor, 1);
  const inside = cursor.position - cursor.windowStart;
  if (inside < 0 || inside >= cursor.window.length) fill(cursor, 1);
  const byte = cursor.window[cursor.position - cursor.windowStart];
  if (byte === undefined) throw new Broken('the data ends in the middle of the pickle');
  cursor.position += 1;
  return byte;
}

/** The next `length` bytes. For payloads of any size use `skip`. */
export function take(cursor: Cursor, length: number): Uint8Array {
  enter(cursor, length);
  const inside = cursor.position - cursor.windowStart;
  if (inside < 0 || inside + length > cursor.window.length) fill(cursor, length);
  const start = cursor.position - cursor.windowStart;
  const bytes = cursor.window.subarray(start, start + length);
  if (bytes.length < length) throw new Broken('the data ends in the middle of the pickle');
  cursor.position += length;
  return bytes;
}

/** Steps over `length` bytes without reading them; returns where they start. */
export function skip(cursor: Cursor, length: number): number {
  enter(cursor, length);
  if (cursor.position + length > cursor.source.size) {
    throw new Broken(`a payload of ${length} bytes reaches past the end of the data`);
  }
  const start = cursor.position;
  cursor.position += length;
  return start;
}

/** A line without its newline, as UTF-8 text. */
export function takeLine(cursor: Cursor): string {
  return decodeText(takeLineBytes(cursor));
}

/** What is left of a line that the data ends in, without its last byte, as Python's own unpickler reads it. */
export function cutLine(cursor: Cursor): string {
  const rest = cursor.source.read(cursor.position, 1024);
  return decodeText(rest.subarray(0, Math.max(0, rest.length - 1)));
}

/** A line without its newline. */
export function takeLineBytes(cursor: Cursor): Uint8Array {
  let length = newlineAt(cursor);
  if (cursor.frameEnd !== -1 && cursor.position === cursor.frameEnd) cursor.frameEnd = -1;
  if (cursor.frameEnd !== -1 && cursor.position + length + 1 > cursor.frameEnd) {
    leaveFrame(cursor);
    length = newlineAt(cursor);
  }
  return take(cursor, length + 1).subarray(0, length);
}

export function takeUint(cursor: Cursor, width: number): number {
  return uintLE(take(cursor, width), 0, width);
}

/** Opens a frame as FRAME does. */
export function openFrame(cursor: Cursor, offset: number, length: number): void {
  if (cursor.frameEnd !== -1 && cursor.position < cursor.frameEnd) {
    note(cursor, 'frame-nested', offset, 'a frame begins before the frame around it ends');
  }
  const end = cursor.position + length;
  if (end > cursor.source.size) {
    note(cursor, 'frame-truncated', offset, `a frame of ${length} bytes reaches past the end of the data`);
  }
  cursor.frameEnd = end > cursor.source.size ? -1 : end;
}

function enter(cursor: Cursor, length: number): void {
  if (cursor.frameEnd === -1 || length === 0) return;
  if (cursor.position >= cursor.frameEnd) cursor.frameEnd = -1;
  else if (cursor.position + length > cursor.frameEnd) leaveFrame(cursor);
}

function leaveFrame(cursor: Cursor): void {
  const lost = cursor.frameEnd - cursor.position;
  note(
    cursor,
    'frame-straddled',
    cursor.position,
    `an opcode's argument crosses the end of its frame, ${lost} bytes before it; CPython reads it differently from memory and from a file`,
  );
  cursor.straddled = true;
  if (cursor.reading === 'behind') cursor.position = cursor.frameEnd;
  cursor.frameEnd = -1;
}

function note(cursor: Cursor, kind: Note['kind'], offset: number, text: string): void {
  if (cursor.notes.length < 50) cursor.notes.push({ kind, offset, text });
}

function fill(cursor: Cursor, length: number): void {
  cursor.window = cursor.source.read(cursor.position, Math.max(WINDOW, length));
  cursor.windowStart = cursor.position;
}

/** Length of the line at the cursor, without newline. */
function newlineAt(cursor: Cursor): number {
  const inside = cursor.position - cursor.windowStart;
  if (inside >= 0 && inside < cursor.window.length) {
    const found = cursor.window.indexOf(NEWLINE, inside);
    if (found !== -1) return found - inside;
  }
  for (let want = WINDOW; ; want *= 4) {
    fill(cursor, want);
    const found = cursor.window.indexOf(NEWLINE);
    if (found !== -1) return found;
    if (cursor.window.length < want) throw new Broken('a line has no end');
    if (want > LONGEST_LINE) throw new Broken('a line is longer than a million bytes');
  }
}
