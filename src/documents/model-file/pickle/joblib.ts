import { Broken, skip, take, takeByte } from './cursor.ts';
import { Exhausted, type Machine, noteOnce, push } from './machine.ts';
import { entryOf, type Instance, type Value } from './values.ts';

/**
 * joblib writes an array's raw bytes into the stream right behind the BUILD of its `NumpyArrayWrapper`. Steps over them and
 * returns true; for an array of objects another pickle stands there, which is executed before the rest of this one.
 * Source: joblib/numpy_pickle.py, `NumpyArrayWrapper.read_array`.
 */
export function stepOverArray(machine: Machine, target: Instance): boolean {
  if (target.callee.kind !== 'global' || target.callee.global.name !== 'NumpyArrayWrapper') return false;
  if (!target.callee.global.module.startsWith('joblib.')) return false;
  const dtype = dtypeOf(entryOf(target.state, 'dtype'));
  const elements = elementsOf(entryOf(target.state, 'shape'));
  if (dtype === undefined || elements === undefined) {
    noteOnce(machine, 'wrong-operand', 'a joblib array does not say its shape and type in constants');
    return false;
  }
  if (dtype.objects) {
    noteOnce(machine, 'object-array', 'a joblib array holds objects, which are pickled inside it');
    enterInner(machine);
    return true;
  }
  const alignment = entryOf(target.state, 'numpy_array_alignment_bytes');
  if (alignment !== undefined && alignment.kind !== 'none') take(machine.cursor, takeByte(machine.cursor));
  skip(machine.cursor, elements * dtype.bytes);
  return true;
}

function elementsOf(shape: Value | undefined): number | undefined {
  if (shape?.kind !== 'tuple' || shape.length > 64) return undefined;
  let product = 1;
  for (const item of shape.items) {
    if (item.kind !== 'int' || typeof item.value !== 'number' || item.value < 0) return undefined;
    product *= item.value;
  }
  return Number.isSafeInteger(product) ? product : undefined;
}

/** Element size of `numpy.dtype('f8', ...)`, with what its BUILD state adds. */
function dtypeOf(dtype: Value | undefined): { readonly bytes: number; readonly objects: boolean } | undefined {
  if (dtype?.kind !== 'instance') return undefined;
  const code = dtype.args[0];
  if (code?.kind !== 'text') return undefined;
  const match = /^[<>=|]?([?bhilqBHILQefdgFDGSUVOmMaciu])(\d{1,9})$/.exec(code.text);
  if (match === null) return undefined;
  const letter = match[1] ?? '';
  const count = Number(match[2]);
  const state = dtype.state?.kind === 'tuple' ? dtype.state.items : [];
  const flags = state[7];
  const objects = letter === 'O' || (flags?.kind === 'int' && (Number(flags.value) & 1) === 1);
  return { bytes: letter === 'U' ? count * 4 : count, objects };
}

function enterInner(machine: Machine): void {
  if (machine.outer.length >= 64) throw new Exhausted('joblib arrays are nested deeper than 64 levels');
  machine.outer.push({ stack: machine.stack, marks: machine.marks, memo: machine.memo, protocol: machine.protocol });
  machine.below += machine.stack.length + machine.memo.size;
  machine.stack = [];
  machine.marks = [];
  machine.memo = new Map();
  machine.firstOpcode = machine.opcodes;
}

/** Goes back to the pickle around an inner one after its STOP; false where there is none. */
export function leaveInner(machine: Machine): boolean {
  const outer = machine.outer.pop();
  if (outer === undefined) return false;
  machine.below -= outer.stack.length + outer.memo.size;
  machine.stack = outer.stack;
  machine.marks = outer.marks;
  machine.memo = outer.memo;
  machine.protocol = outer.protocol;
  machine.firstOpcode = machine.opcodes;
  if (machine.stack.pop() === undefined) throw new Broken('the stack is empty');
  push(machine, { kind: 'unknown', why: 'an array of objects' });
  return true;
}
