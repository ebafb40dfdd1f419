import { addToContainer, build, callReduce, instance, newObject, persistent, setPairs } from './calls.ts';
import * as constant from './constants.ts';
import { Broken, type Cursor, openFrame, takeByte, takeLine, takeUint } from './cursor.ts';
import { type Machine, mark, noteOnce, pop, popMark, push, recall, remember, top } from './machine.ts';
import { extension, globalLine, stackGlobal } from './names.ts';
import { collection, dict, FALSE, int, NONE, TRUE, tuple, unknown, type Value } from './values.ts';

type Step = (machine: Machine) => void;

/** Each opcode as CPython executes it. STOP is not here: the machine's loop knows it. */
export const STEPS: ReadonlyMap<string, Step> = new Map<string, Step>([
  ['MARK', mark],
  ['POP', popOne],
  ['POP_MARK', (machine) => void popMark(machine)],
  ['DUP', duplicate],
  ['FLOAT', constantOf(constant.floatLine)],
  ['BINFLOAT', constantOf(constant.binaryFloat)],
  ['INT', constantOf(constant.intLine)],
  ['BININT', constantOf((cursor) => int(constant.signed32(cursor)))],
  ['BININT1', constantOf((cursor) => int(takeByte(cursor)))],
  ['BININT2', constantOf((cursor) => int(takeUint(cursor, 2)))],
  ['LONG', constantOf(constant.longLine)],
  ['LONG1', constantOf((cursor) => constant.longBytes(cursor, takeByte(cursor)))],
  ['LONG4', constantOf((cursor) => constant.longBytes(cursor, constant.signed32(cursor)))],
  ['NONE', (machine) => push(machine, NONE)],
  ['NEWTRUE', (machine) => push(machine, TRUE)],
  ['NEWFALSE', (machine) => push(machine, FALSE)],
  ['STRING', constantOf(constant.stringLine)],
  ['BINSTRING', constantOf(constant.signedText)],
  ['SHORT_BINSTRING', constantOf((cursor) => constant.text(cursor, takeByte(cursor)))],
  ['UNICODE', constantOf(constant.unicodeLine)],
  ['BINUNICODE', constantOf((cursor) => constant.text(cursor, takeUint(cursor, 4)))],
  ['SHORT_BINUNICODE', constantOf((cursor) => constant.text(cursor, takeByte(cursor)))],
  ['BINUNICODE8', constantOf((cursor) => constant.text(cursor, takeUint(cursor, 8)))],
  ['BINBYTES', constantOf((cursor) => constant.bytes(cursor, takeUint(cursor, 4)))],
  ['SHORT_BINBYTES', constantOf((cursor) => constant.bytes(cursor, takeByte(cursor)))],
  ['BINBYTES8', constantOf((cursor) => constant.bytes(cursor, takeUint(cursor, 8)))],
  ['BYTEARRAY8', constantOf((cursor) => constant.bytes(cursor, takeUint(cursor, 8)))],
  ['NEXT_BUFFER', (machine) => push(machine, unknown('an out-of-band buffer'))],
  ['READONLY_BUFFER', (machine) => void top(machine)],
  ['EMPTY_TUPLE', (machine) => push(machine, tuple([]))],
  ['TUPLE1', (machine) => tupleOf(machine, 1)],
  ['TUPLE2', (machine) => tupleOf(machine, 2)],
  ['TUPLE3', (machine) => tupleOf(machine, 3)],
  ['TUPLE', (machine) => push(machine, tuple(popMark(machine)))],
  ['EMPTY_LIST', (machine) => push(machine, collection('list', []))],
  ['LIST', (machine) => push(machine, collection('list', popMark(machine)))],
  ['EMPTY_SET', (machine) => push(machine, collection('set', []))],
  ['FROZENSET', (machine) => push(machine, collection('frozenset', popMark(machine)))],
  ['EMPTY_DICT', (machine) => push(machine, dict([]))],
  ['DICT', dictOf],
  ['APPEND', (machine) => addToContainer(machine, 'APPEND', [pop(machine)])],
  ['APPENDS', (machine) => addToContainer(machine, 'APPENDS', popMark(machine))],
  ['ADDITEMS', (machine) => addToContainer(machine, 'ADDITEMS', popMark(machine))],
  ['SETITEM', setOne],
  ['SETITEMS', (machine) => setPairs(machine, 'SETITEMS', popMark(machine))],
  ['GET', (machine) => recall(machine, constant.indexLine(machine.cursor))],
  ['BINGET', (machine) => recall(machine, takeByte(machine.cursor))],
  ['LONG_BINGET', (machine) => recall(machine, takeUint(machine.cursor, 4))],
  ['PUT', (machine) => remember(machine, constant.indexLine(machine.cursor))],
  ['BINPUT', (machine) => remember(machine, takeByte(machine.cursor))],
  ['LONG_BINPUT', (machine) => remember(machine, takeUint(machine.cursor, 4))],
  ['MEMOIZE', (machine) => remember(machine, machine.memo.size)],
  ['GLOBAL', (machine) => push(machine, globalLine(machine, 'GLOBAL'))],
  ['STACK_GLOBAL', stackGlobal],
  ['EXT1', (machine) => extension(machine, 'EXT1', takeByte(machine.cursor))],
  ['EXT2', (machine) => extension(machine, 'EXT2', takeUint(machine.cursor, 2))],
  ['EXT4', (machine) => extension(machine, 'EXT4', constant.signed32(machine.cursor))],
  ['REDUCE', callReduce],
  ['NEWOBJ', (machine) => newObject(machine, 'NEWOBJ')],
  ['NEWOBJ_EX', (machine) => newObject(machine, 'NEWOBJ_EX')],
  ['INST', (machine) => instance(machine, 'INST')],
  ['OBJ', (machine) => instance(machine, 'OBJ')],
  ['BUILD', build],
  ['PERSID', (machine) => persistent(machine, { kind: 'text', text: takeLine(machine.cursor), length: 0 })],
  ['BINPERSID', (machine) => persistent(machine, pop(machine))],
  ['PROTO', protocol],
  ['FRAME', (machine) => openFrame(machine.cursor, machine.offset, takeUint(machine.cursor, 8))],
]);

function constantOf(read: (cursor: Cursor) => Value): Step {
  return (machine) => push(machine, read(machine.cursor));
}

/** POP takes the last object, or the last MARK where nothing stands above it. */
function popOne(machine: Machine): void {
  if (machine.stack.length > 0) machine.stack.pop();
  else popMark(machine);
}

function duplicate(machine: Machine): void {
  machine.duplicates += 1;
  push(machine, top(machine));
}

function tupleOf(machine: Machine, length: number): void {
  const items: Value[] = [];
  for (let index = 0; index < length; index++) items.unshift(pop(machine));
  push(machine, tuple(items));
}

function dictOf(machine: Machine): void {
  const pairs = popMark(machine);
  if (pairs.length % 2 !== 0) throw new Broken('a DICT has a key without a value');
  push(machine, dict(pairs));
}

function setOne(machine: Machine): void {
  const value = pop(machine);
  const key = pop(machine);
  setPairs(machine, 'SETITEM', [key, value]);
}

function protocol(machine: Machine): void {
  const version = takeByte(machine.cursor);
  if (version > 5) {
    noteOnce(machine, 'protocol-unknown', `the pickle claims protocol ${version}; the highest is 5`);
    throw new Broken(`protocol ${version} does not exist`);
  }
  if (machine.opcodes > machine.firstOpcode + 1) {
    noteOnce(machine, 'protocol-repeated', `PROTO stands at opcode ${machine.opcodes}, not at the start of the pickle`);
  }
  machine.protocol = version;
}
