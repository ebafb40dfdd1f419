import type { Pickle, PickleGlobal } from '../model.ts';
import type { ByteSource } from '../source.ts';
import { leaveOut, type Walk } from '../walk.ts';
import { OPCODES } from './opcodes.ts';
import { type Run, runPickle } from './run.ts';

const STEP = 65_536;
const TRIAL_OPCODES = 200_000;
/** Opcodes of protocol 0 and 1 that look something up. */
const GLOBAL = 0x63;
const INST = 0x69;
const PROTO = 0x80;
const NEWLINE = 0x0a;

/** True for a name as Python writes modules and attributes. */
export function isDottedName(text: string): boolean {
  return text.length <= 200 && /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(text);
}

/** True when a pickle header of protocol 2 to 5 with a known opcode behind it stands at `offset`. */
export function hasPickleHeader(bytes: Uint8Array, offset = 0): boolean {
  const version = bytes[offset + 1];
  const next = bytes[offset + 2];
  return (
    bytes[offset] === PROTO &&
    version !== undefined &&
    version >= 2 &&
    version <= 5 &&
    next !== undefined &&
    OPCODES.has(next)
  );
}

/** True when a pickle looks up what can be the name of a module and of something in it. Chance seldom writes that. */
export function looksUp(pickle: Pickle): boolean {
  return pickle.globals.some(isNamed);
}

/** True when it also calls it. */
export function callsName(pickle: Pickle): boolean {
  return pickle.globals.some((global) => global.called && isNamed(global));
}

function isNamed({ constant, module, name }: PickleGlobal): boolean {
  return constant && module.length > 1 && name.length > 1 && isDottedName(module) && isDottedName(name);
}

/** A pickle that stands where raw numbers are expected: its header and its looking up say so. */
export function hidesInTensor(source: ByteSource, walk: Walk): boolean {
  const head = source.read(0, 64);
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4) return true;
  if (!hasPickleHeader(head)) return false;
  const run = runPickle(source, 0, { opcodes: 2000, objects: 10_000 });
  walk.opcodesLeft -= run.spent;
  return looksUp(run.pickle) || walk.opcodesLeft <= 0;
}

/** Searches `[from, to)` for pickles that hide between other bytes and returns those that look something up. */
export function searchPickles(source: ByteSource, from: number, to: number, path: string, walk: Walk): readonly Run[] {
  const found: Run[] = [];
  const end = Math.min(to, source.size, from + walk.searchLeft);
  if (end < Math.min(to, source.size))
    leaveOut(walk, path, `bytes from ${end} on, searched for hidden pickles up to there`);
  walk.searchLeft -= Math.max(0, end - from);
  let at = from;
  let trials = 0;
  while (at < end && found.length < 64 && trials < 20_000) {
    const window = source.read(at, Math.min(STEP, end - at) + 512);
    const next = nextCandidate(window, Math.min(STEP, end - at));
    if (next === -1) {
      at += STEP;
      continue;
    }
    trials += 1;
    const start = window[next] === INST ? markBefore(window, next) : next;
    const run = trial(source, at + start, walk);
    const hit = window[next] === PROTO ? looksUp(run.pickle) : callsName(run.pickle);
    if (hit) found.push(run);
    at = hit ? Math.max(run.pickle.end, at + next + 1) : at + next + 1;
  }
  if (at < end) leaveOut(walk, path, `bytes from ${at} on: too many places that look like the start of a pickle`);
  return found;
}

function trial(source: ByteSource, at: number, walk: Walk): Run {
  const run = runPickle(source, at, { opcodes: Math.min(TRIAL_OPCODES, walk.opcodesLeft), objects: TRIAL_OPCODES });
  walk.opcodesLeft -= run.spent;
  return run;
}

/** INST takes what stands above the last MARK: the pickle starts before its opcode. */
function markBefore(window: Uint8Array, at: number): number {
  const found = window.lastIndexOf(0x28, at);
  return found === -1 || found < at - 1024 ? at : found;
}

function nextCandidate(window: Uint8Array, length: number): number {
  for (let at = 0; at < length; at++) {
    const byte = window[at];
    if (byte === PROTO && hasPickleHeader(window, at)) return at;
    if ((byte === GLOBAL || byte === INST) && twoNames(window, at + 1)) return at;
  }
  return -1;
}

/** Two lines of name characters, as GLOBAL has them. */
function twoNames(window: Uint8Array, start: number): boolean {
  const first = nameLine(window, start);
  return first !== -1 && nameLine(window, first) !== -1;
}

function nameLine(window: Uint8Array, start: number): number {
  for (let at = start; at < window.length && at < start + 200; at++) {
    const byte = window[at] ?? 0;
    if (byte === NEWLINE) return at > start ? at + 1 : -1;
    const letter = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f;
    const inner = (byte >= 0x30 && byte <= 0x39) || byte === 0x2e;
    if (!letter && !(inner && at > start)) return -1;
  }
  return -1;
}

/** Names behind a break, in the order of the stream: no unpickler of today gets there, a more lenient one might. */
export function namesBehind(source: ByteSource, from: number, walk: Walk): readonly Pickle[] {
  const found: Pickle[] = [];
  let at = from;
  for (let round = 0; round < 256 && at < source.size && at < from + 4096; round++) {
    const run = runPickle(source, at, { opcodes: Math.min(10_000, walk.opcodesLeft), objects: 10_000 });
    walk.opcodesLeft -= run.spent;
    const named = run.pickle.globals.filter(
      (global) => global.constant && isDottedName(global.module) && isDottedName(global.name),
    );
    if (named.length > 0) found.push({ ...run.pickle, globals: named });
    at = Math.max(at + 1, named.length > 0 ? run.pickle.end : 0);
  }
  return found;
}
