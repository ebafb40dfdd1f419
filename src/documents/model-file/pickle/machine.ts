import type { Note, PickleCall, TraceStep } from '../model.ts';
import type { ByteSource } from '../source.ts';
import { Broken, type Cursor } from './cursor.ts';
import { type Payload, payloadOf } from './payloads.ts';
import { globalName, type MutableGlobal, rootGlobal, type Value, words } from './values.ts';

/** The state of CPython's unpickler, over abstract values, and a record of what it looked up and called. */
export interface Machine {
  readonly cursor: Cursor;
  /** Where payloads lie; the cursor's own source. */
  readonly source: ByteSource;
  stack: Value[];
  /** The stacks below each MARK. */
  marks: Value[][];
  memo: Map<number, Value>;
  protocol: number;
  /** Objects on all stacks and in the memo, for the limit. */
  readonly most: number;
  /** Names, and calls, that may be kept. */
  readonly mostNames: number;
  below: number;
  opcodes: number;
  gets: number;
  puts: number;
  duplicates: number;
  /** Offset of the opcode that is executed. */
  offset: number;
  readonly globals: Map<string, MutableGlobal>;
  readonly calls: Map<string, PickleCall>;
  readonly trace: TraceStep[];
  traceOmitted: number;
  readonly notes: Note[];
  /** Bytes that a call got as an argument; a pickle may hide there. */
  readonly payloads: Map<number, Payload>;
  /** joblib writes an array's raw bytes behind the BUILD of its wrapper; set to step over them. */
  readonly joblibArrays: boolean;
  /** Arrays that joblib stepped over. */
  arrays: number;
  /** Pickles that wait for a pickle inside them to stop (joblib's arrays of objects). */
  readonly outer: Outer[];
  /** Opcodes before the first of this (inner) pickle. */
  firstOpcode: number;
  /** Torch storages by persistent id: bytes per element, by storage key. */
  readonly storages: Map<string, number>;
}

/** What an inner pickle puts aside. */
export interface Outer {
  readonly stack: Value[];
  readonly marks: Value[][];
  readonly memo: Map<number, Value>;
  readonly protocol: number;
}

const TRACE_KEPT = 256;

/** Thrown when a limit of ours is reached: the pickle may go on, we do not. */
export class Exhausted extends Error {}

/** A new machine with an empty stack. `most` bounds the objects it may hold. */
export function machineAt(cursor: Cursor, most: number, mostNames: number, joblibArrays: boolean): Machine {
  return {
    cursor,
    source: cursor.source,
    stack: [],
    marks: [],
    memo: new Map(),
    protocol: 0,
    most,
    mostNames,
    below: 0,
    opcodes: 0,
    gets: 0,
    puts: 0,
    duplicates: 0,
    offset: cursor.position,
    globals: new Map(),
    calls: new Map(),
    trace: [],
    traceOmitted: 0,
    notes: cursor.notes,
    payloads: new Map(),
    joblibArrays,
    arrays: 0,
    outer: [],
    firstOpcode: 0,
    storages: new Map(),
  };
}

export function push(machine: Machine, value: Value): void {
  machine.stack.push(value);
  if (value.kind === 'global') value.global.handedOn += 1;
  if (machine.stack.length + machine.below + machine.memo.size > machine.most) {
    throw new Exhausted(`the pickle holds more than ${machine.most} objects at once`);
  }
}

/** Takes the top of the stack above the last MARK. */
export function pop(machine: Machine): Value {
  const value = machine.stack.pop();
  if (value === undefined) throw new Broken('the stack is empty');
  return value;
}

export function top(machine: Machine): Value {
  const value = machine.stack[machine.stack.length - 1];
  if (value === undefined) throw new Broken('the stack is empty');
  return value;
}

export function mark(machine: Machine): void {
  machine.below += machine.stack.length + 1;
  machine.marks.push(machine.stack);
  machine.stack = [];
  if (machine.below > machine.most) throw new Exhausted(`the pickle holds more than ${machine.most} objects at once`);
}

/** The values above the last MARK, which is taken away. */
export function popMark(machine: Machine): readonly Value[] {
  const items = machine.stack;
  const under = machine.marks.pop();
  if (under === undefined) throw new Broken('there is no MARK to go back to');
  machine.stack = under;
  machine.below -= under.length + 1;
  return items;
}

export function remember(machine: Machine, index: number): void {
  const value = top(machine);
  machine.puts += 1;
  machine.memo.set(index, value);
  if (machine.stack.length + machine.below + machine.memo.size > machine.most) {
    throw new Exhausted(`the pickle holds more than ${machine.most} objects at once`);
  }
  if (index > 10_000_000 && index > machine.opcodes * 100) {
    noteOnce(machine, 'memo-sparse', `memo index ${index} makes CPython reserve memory for as many entries`);
  }
}

export function recall(machine: Machine, index: number): void {
  machine.gets += 1;
  const value = machine.memo.get(index);
  if (value === undefined) {
    noteOnce(machine, 'get-without-put', `memo entry ${index} is read but was never written`);
    throw new Broken(`memo entry ${index} was never written`);
  }
  push(machine, value);
}

export function noteOnce(machine: Machine, kind: Note['kind'], text: string): void {
  if (machine.notes.length >= 50 || machine.notes.some((known) => known.kind === kind)) return;
  machine.notes.push({ kind, offset: machine.offset, text });
}

/** Records that a name is looked up and returns the value it stands for. */
export function lookUp(
  machine: Machine,
  found: Pick<MutableGlobal, 'opcode' | 'module' | 'name' | 'constant' | 'mapped'>,
): Value {
  const key = `${found.constant ? '' : '?'}${found.module}\n${found.name}`;
  const known = machine.globals.get(key);
  if (known !== undefined) return { kind: 'global', global: known };
  if (machine.globals.size >= machine.mostNames) {
    throw new Exhausted(`the pickles look up more than ${machine.mostNames} further names`);
  }
  const global: MutableGlobal = { ...found, offset: machine.offset, reached: true, called: false, handedOn: 0 };
  machine.globals.set(key, global);
  const named = found.constant ? globalName(global) : `a name that is no constant (${globalName(global)})`;
  const text =
    found.mapped === undefined ? named : `${named}, which Python 3 maps to ${found.mapped.module}.${found.mapped.name}`;
  trace(machine, found.opcode, `looks up ${text}`);
  return { kind: 'global', global };
}

/** Records that `callee` is called with `args`, and keeps bytes arguments for a look inside. */
export function call(machine: Machine, opcode: string, callee: Value, args: readonly Value[]): void {
  if (callee.kind === 'global') {
    callee.global.called = true;
    // INST never puts it on the stack.
    if (opcode !== 'INST') callee.global.handedOn -= 1;
  }
  recordCall(machine, opcode, callee, args, 'calls');
  for (const value of args) {
    const payload = payloadOf(callee, value, machine.offset);
    if (payload === 'unseen')
      noteOnce(machine, 'payload-unseen', `${words(callee)} unpickles bytes that are put together while it is loaded`);
    else if (payload !== undefined && payload.length >= 4 && machine.payloads.size < 256)
      machine.payloads.set(payload.offset, payload);
  }
}

/** Records a use of `callee` that is no plain call: state set by BUILD, items set on an object. */
export function recordCall(
  machine: Machine,
  opcode: string,
  callee: Value,
  args: readonly Value[],
  verb: string,
): void {
  const root = rootGlobal(callee);
  const label = words(callee);
  const attribute = attributeOf(callee, args);
  const key = `${opcode} ${label} ${attribute === undefined ? '' : Object.values(attribute).join(' ')}`;
  if (machine.calls.has(key)) return;
  if (machine.calls.size >= machine.mostNames)
    throw new Exhausted(`the pickles make more than ${machine.mostNames} kinds of calls`);
  const shown = args
    .slice(0, 4)
    .map((value) => words(value))
    .join(', ');
  const text = args.length > 4 ? `${shown}, and ${args.length - 4} more` : shown;
  machine.calls.set(key, {
    offset: machine.offset,
    opcode,
    callee: label,
    args: text,
    direct: callee.kind === 'global',
    ...(root === undefined ? {} : { module: root.module, name: root.name }),
    ...(attribute === undefined ? {} : { attribute }),
  });
  trace(machine, opcode, verb === 'calls' ? `calls ${label}(${text})` : `${verb} ${label}`);
}

/** Which attribute of which class a getattr reaches; undefined for any other call and for what is no constant. */
function attributeOf(callee: Value, args: readonly Value[]): PickleCall['attribute'] | undefined {
  if (callee.kind !== 'global' || callee.global.name !== 'getattr') return undefined;
  const [target, name] = args;
  if (target?.kind !== 'instance' || target.callee.kind !== 'global' || name?.kind !== 'text') return undefined;
  return { name: name.text, module: target.callee.global.module, class: target.callee.global.name };
}

function trace(machine: Machine, opcode: string, text: string): void {
  if (machine.trace.length >= TRACE_KEPT) machine.traceOmitted += 1;
  else machine.trace.push({ offset: machine.offset, opcode, text });
}
