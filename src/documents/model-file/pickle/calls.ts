import { Broken } from './cursor.ts';
import { stepOverArray } from './joblib.ts';
import { call, type Machine, noteOnce, pop, popMark, push, recordCall, top } from './machine.ts';
import { globalLine } from './names.ts';
import { addItems, addPairs, type Value, words } from './values.ts';

/** REDUCE: `callable(*args)`. */
export function callReduce(machine: Machine): void {
  const args = pop(machine);
  const callee = pop(machine);
  push(machine, called(machine, 'REDUCE', callee, argumentsOf(machine, 'REDUCE', args)));
}

/** NEWOBJ and NEWOBJ_EX: `cls.__new__(cls, *args, **kwargs)`. */
export function newObject(machine: Machine, opcode: 'NEWOBJ' | 'NEWOBJ_EX'): void {
  const keywords = opcode === 'NEWOBJ_EX' ? pop(machine) : undefined;
  const args = pop(machine);
  const callee = pop(machine);
  const all = argumentsOf(machine, opcode, args);
  push(
    machine,
    called(machine, opcode, callee, keywords?.kind === 'dict' && keywords.length > 0 ? [...all, keywords] : all),
  );
}

/** INST (name in the stream) and OBJ (class on the stack): an object of the values above the MARK. */
export function instance(machine: Machine, opcode: 'INST' | 'OBJ'): void {
  if (opcode === 'INST') {
    const callee = globalLine(machine, 'INST');
    push(machine, called(machine, opcode, callee, popMark(machine)));
    return;
  }
  const [callee, ...args] = popMark(machine);
  if (callee === undefined) throw new Broken('OBJ has no class');
  push(machine, called(machine, opcode, callee, args));
}

function called(machine: Machine, opcode: string, callee: Value, args: readonly Value[]): Value {
  if (
    callee.kind !== 'global' &&
    callee.kind !== 'instance' &&
    callee.kind !== 'unknown' &&
    callee.kind !== 'persistent'
  ) {
    noteOnce(machine, 'wrong-operand', `${opcode} calls ${words(callee)}, which is nothing to call`);
  }
  call(machine, opcode, callee, args);
  return { kind: 'instance', callee, args: args.slice(0, 8) };
}

function argumentsOf(machine: Machine, opcode: string, args: Value): readonly Value[] {
  if (args.kind === 'tuple') return args.items;
  noteOnce(machine, 'wrong-operand', `${opcode} gets ${words(args)} where a tuple of arguments belongs`);
  return [args];
}

/** BUILD: `__setstate__` or the object's `__dict__`. On a looked-up name it overwrites attributes of a class or module. */
export function build(machine: Machine): void {
  const state = pop(machine);
  const target = top(machine);
  recordCall(machine, 'BUILD', target, [state], 'sets the state of');
  if (target.kind === 'global') {
    noteOnce(
      machine,
      'attribute-overwritten',
      `BUILD overwrites attributes of ${words(target)} itself, not of an object of it`,
    );
  }
  if (target.kind !== 'instance') return;
  target.state = state;
  if (machine.joblibArrays && stepOverArray(machine, target)) machine.arrays += 1;
}

/** SETITEM and SETITEMS: on anything but a dict it calls `__setitem__` of that object. */
export function setPairs(machine: Machine, opcode: string, pairs: readonly Value[]): void {
  const target = top(machine);
  if (pairs.length % 2 !== 0) throw new Broken(`${opcode} has a key without a value`);
  if (pairs.length === 0) return;
  if (target.kind === 'dict') {
    addPairs(target, pairs);
    return;
  }
  setOnObject(machine, opcode, target, pairs);
}

/** APPEND, APPENDS and ADDITEMS: on anything but a list or set it calls that object's method. */
export function addToContainer(machine: Machine, opcode: string, items: readonly Value[]): void {
  const target = top(machine);
  if (target.kind === 'list' || target.kind === 'set') addItems(target, items);
  else if (items.length > 0) setOnObject(machine, opcode, target, items);
}

function setOnObject(machine: Machine, opcode: string, target: Value, items: readonly Value[]): void {
  if (target.kind !== 'instance' && target.kind !== 'global') {
    noteOnce(machine, 'wrong-operand', `${opcode} works on ${words(target)}`);
    return;
  }
  recordCall(machine, opcode, target, items, 'sets items of');
  if (target.kind === 'global') {
    noteOnce(machine, 'item-set-on-object', `${opcode} changes ${words(target)} itself`);
  }
}

/** PERSID and BINPERSID: the loader decides what the id stands for. Torch's ids tell the size of a storage. */
export function persistent(machine: Machine, id: Value): void {
  if (id.kind === 'tuple') noteStorage(machine, id.items);
  push(machine, { kind: 'persistent', id });
}

/** Torch: `('storage', torch.FloatStorage, key, location, elements)`. */
function noteStorage(machine: Machine, items: readonly Value[]): void {
  const [tag, type, key] = items;
  if (tag?.kind !== 'text' || tag.text !== 'storage' || type?.kind !== 'global' || key?.kind !== 'text') return;
  machine.storages.set(key.text, ELEMENT_BYTES[type.global.name] ?? Number.NaN);
}

const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  DoubleStorage: 8,
  FloatStorage: 4,
  HalfStorage: 2,
  BFloat16Storage: 2,
  LongStorage: 8,
  IntStorage: 4,
  ShortStorage: 2,
  CharStorage: 1,
  ByteStorage: 1,
  BoolStorage: 1,
  ComplexDoubleStorage: 16,
  ComplexFloatStorage: 8,
  QInt8Storage: 1,
  QUInt8Storage: 1,
  QInt32Storage: 4,
  UntypedStorage: 1,
};
