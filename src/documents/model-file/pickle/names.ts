import { mappedName } from './compat.ts';
import { Broken, cutLine, takeLine } from './cursor.ts';
import { lookUp, type Machine, pop, push } from './machine.ts';
import { type Value, words } from './values.ts';

/** Longer names exist in no program. */
const LONGEST = 1024;

/** The two lines of GLOBAL and INST. */
export function globalLine(machine: Machine, opcode: string): Value {
  const module = takeLine(machine.cursor);
  return named(machine, opcode, module, nameLine(machine, opcode, module));
}

/** Where the data ends in the name, the module is imported all the same before unpickling fails. */
function nameLine(machine: Machine, opcode: string, module: string): string {
  try {
    return takeLine(machine.cursor);
  } catch (failure) {
    if (failure instanceof Broken) named(machine, opcode, module, cutLine(machine.cursor));
    throw failure;
  }
}

/** STACK_GLOBAL: both parts come from the stack. What is no constant text cannot be judged, and is said to be so. */
export function stackGlobal(machine: Machine): void {
  const name = pop(machine);
  const module = pop(machine);
  if (name.kind === 'text' && module.kind === 'text' && whole(name) && whole(module)) {
    push(machine, named(machine, 'STACK_GLOBAL', module.text, name.text));
    return;
  }
  const parts = { opcode: 'STACK_GLOBAL', module: words(module), name: words(name), constant: false };
  push(machine, lookUp(machine, parts));
  if (neverText(name) || neverText(module)) throw new Broken('STACK_GLOBAL gets parts that are no texts');
}

/** An entry of the extension registry, which only the loading process knows. */
export function extension(machine: Machine, opcode: string, code: number): void {
  if (code <= 0) throw new Broken(`extension code ${code} does not exist`);
  push(machine, lookUp(machine, { opcode, module: 'copyreg extension', name: String(code), constant: false }));
}

function named(machine: Machine, opcode: string, module: string, name: string): Value {
  if (module.length > LONGEST || name.length > LONGEST) {
    const parts = { opcode, module: module.slice(0, LONGEST), name: name.slice(0, LONGEST), constant: false };
    return lookUp(machine, parts);
  }
  const mapped = machine.protocol < 3 ? mappedName(module, name) : undefined;
  return lookUp(machine, { opcode, module, name, constant: true, ...(mapped === undefined ? {} : { mapped }) });
}

function whole(value: Extract<Value, { kind: 'text' }>): boolean {
  return value.length <= LONGEST;
}

/** True for what CPython surely refuses; an object that a call returned may be a text. */
function neverText(value: Value): boolean {
  return value.kind !== 'text' && value.kind !== 'instance' && value.kind !== 'unknown' && value.kind !== 'persistent';
}
