import type { Note, Pickle, PickleCall, PickleGlobal } from '../model.ts';
import type { ByteSource } from '../source.ts';
import { Broken, cursorAt, type FrameReading, takeByte } from './cursor.ts';
import { STEPS } from './execute.ts';
import { leaveInner } from './joblib.ts';
import { Exhausted, type Machine, machineAt, noteOnce, pop } from './machine.ts';
import { OPCODES } from './opcodes.ts';
import type { Payload } from './payloads.ts';
import type { Value } from './values.ts';

/** A pickle as far as it ran, with what its readers need besides the description. */
export interface Run {
  readonly pickle: Pickle;
  /** What STOP returned. */
  readonly result?: Value;
  readonly payloads: ReadonlyMap<number, Payload>;
  readonly storages: ReadonlyMap<string, number>;
  readonly arrays: number;
  /** Opcodes spent. */
  readonly spent: number;
}

export interface RunOptions {
  /** Opcodes this run may execute. */
  readonly opcodes: number;
  /** Objects it may hold. */
  readonly objects: number;
  /** Names it may keep; 50,000 by default. */
  readonly names?: number;
  readonly joblibArrays?: boolean;
}

/**
 * Executes the pickle at `start` over abstract values, as CPython's unpickler would, and returns what it did. Never throws.
 * A pickle that straddles a frame is run a second time in the other reading, and both are merged.
 */
export function runPickle(source: ByteSource, start: number, options: RunOptions): Run {
  const across = runOnce(source, start, options, 'across');
  if (!across.straddled) return across.run;
  const left = { ...options, opcodes: Math.max(0, options.opcodes - across.run.spent) };
  return merged(across.run, runOnce(source, start, left, 'behind').run);
}

function runOnce(source: ByteSource, start: number, options: RunOptions, reading: FrameReading) {
  const machine = machineAt(
    cursorAt(source, start, reading),
    options.objects,
    options.names ?? 50_000,
    options.joblibArrays ?? false,
  );
  const ended = execute(machine, options.opcodes);
  noteExpansion(machine);
  const pickle: Pickle = {
    start,
    end: machine.cursor.position,
    protocol: machine.protocol,
    opcodes: machine.opcodes,
    ended: ended.ended,
    ...(ended.error === undefined ? {} : { error: ended.error }),
    globals: [...machine.globals.values()],
    calls: [...machine.calls.values()],
    trace: machine.trace,
    traceOmitted: machine.traceOmitted,
    notes: machine.notes,
  };
  const run: Run = {
    pickle,
    ...(ended.result === undefined ? {} : { result: ended.result }),
    payloads: machine.payloads,
    storages: machine.storages,
    arrays: machine.arrays,
    spent: machine.opcodes,
  };
  return { run, straddled: machine.cursor.straddled };
}

interface Ended {
  readonly ended: Pickle['ended'];
  readonly error?: string;
  readonly result?: Value;
}

function execute(machine: Machine, most: number): Ended {
  try {
    return loop(machine, most);
  } catch (failure) {
    if (failure instanceof Broken) return { ended: 'broken', error: failure.message };
    if (failure instanceof Exhausted) return { ended: 'budget', error: failure.message };
    throw failure;
  }
}

function loop(machine: Machine, most: number): Ended {
  for (;;) {
    if (machine.opcodes >= most) throw new Exhausted('the limit of opcodes per file is reached');
    machine.offset = machine.cursor.position;
    const byte = takeByte(machine.cursor);
    // A dropped frame moves the read; the opcode stands where it was read.
    machine.offset = machine.cursor.position - 1;
    const opcode = OPCODES.get(byte);
    if (opcode === undefined) {
      machine.cursor.position = machine.offset;
      throw new Broken(`byte 0x${byte.toString(16).padStart(2, '0')} is no opcode`);
    }
    machine.opcodes += 1;
    if (opcode.name === 'STOP') {
      const result = pop(machine);
      if (!leaveInner(machine)) return { ended: 'stop', result };
      continue;
    }
    STEPS.get(opcode.name)?.(machine);
  }
}

/** Little is written and much is read again: the shape of a pickle that grows when it is loaded. */
function noteExpansion(machine: Machine): void {
  if (machine.gets > 1000 && machine.gets > machine.puts * 20 && machine.gets > machine.opcodes * 0.4) {
    noteOnce(machine, 'expansion', `the memo is read ${machine.gets} times but written only ${machine.puts} times`);
  }
  if (machine.duplicates > 1000 && machine.duplicates > machine.opcodes * 0.2) {
    noteOnce(
      machine,
      'expansion',
      `${machine.duplicates} of ${machine.opcodes} opcodes duplicate the top of the stack`,
    );
  }
}

function merged(first: Run, second: Run): Run {
  const a = first.pickle;
  const b = second.pickle;
  const pickle: Pickle = {
    ...a,
    end: Math.max(a.end, b.end),
    ended: a.ended === 'budget' || b.ended === 'budget' ? 'budget' : a.ended,
    globals: distinct<PickleGlobal>(
      [...a.globals, ...b.globals],
      (item) => `${item.module}\n${item.name}\n${item.called}`,
    ),
    calls: distinct<PickleCall>([...a.calls, ...b.calls], (item) => `${item.opcode} ${item.callee}`),
    trace: distinct([...a.trace, ...b.trace], (item) => `${item.offset} ${item.text}`),
    traceOmitted: a.traceOmitted + b.traceOmitted,
    notes: distinct<Note>([...a.notes, ...b.notes], (item) => `${item.kind} ${item.offset}`),
  };
  return {
    ...first,
    pickle,
    payloads: new Map([...first.payloads, ...second.payloads]),
    spent: first.spent + second.spent,
  };
}

function distinct<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [key(item), item] as const)).values()];
}
