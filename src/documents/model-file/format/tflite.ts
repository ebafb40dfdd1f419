import { type ByteSource, decodeText, uintLE } from '../source.ts';
import type { Reader } from '../walk.ts';
import { operatorCount } from './operators.ts';

/** TFLite: custom operators, which only a program that brings them can run. Layout: tensorflow/compiler/mlir/lite/schema/schema.fbs. */
export const readTflite: Reader = (part, walk) => {
  const operators = operatorCount();
  const root = uintLE(part.source.read(0, 4), 0, 4);
  const vector = fieldAt(part.source, root, 1);
  if (vector === undefined)
    return { kind: 'tflite', notes: [{ kind: 'header-invalid', text: 'the TFLite tables are broken' }] };
  const start = vector + uintLE(part.source.read(vector, 4), 0, 4);
  const count = Math.min(uintLE(part.source.read(start, 4), 0, 4), walk.limits.records, 10_000);
  for (let index = 0; index < count; index++) {
    const at = start + 4 + index * 4;
    const custom = fieldAt(part.source, at + uintLE(part.source.read(at, 4), 0, 4), 1);
    if (custom === undefined) continue;
    const text = custom + uintLE(part.source.read(custom, 4), 0, 4);
    const length = Math.min(200, uintLE(part.source.read(text, 4), 0, 4));
    operators.add('custom', decodeText(part.source.read(text + 4, length)));
  }
  return { kind: 'tflite', operators: operators.all() };
};

/** Where a flatbuffers table keeps its field; undefined where it has none. */
function fieldAt(source: ByteSource, table: number, field: number): number | undefined {
  const back = uintLE(source.read(table, 4), 0, 4) | 0;
  const vtable = table - back;
  const head = source.read(vtable, 4 + field * 2 + 2);
  if (head.length < 4 + field * 2 + 2 || uintLE(head, 0, 2) < 4 + field * 2 + 2) return undefined;
  const offset = uintLE(head, 4 + field * 2, 2);
  const at = table + offset;
  return offset === 0 || at + 4 > source.size ? undefined : at;
}
