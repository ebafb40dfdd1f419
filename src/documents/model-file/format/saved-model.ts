import type { Note } from '../model.ts';
import type { ByteSource } from '../source.ts';
import { leaveOut, type PartInput, type Reader, type Walk } from '../walk.ts';
import { parsePythonJson } from './json-text.ts';
import { kerasObjects } from './keras-config.ts';
import { operatorCount } from './operators.ts';
import { fieldOf, fieldsOf, textOf } from './protobuf.ts';

/** Routes by field number from SavedModel to the nodes of its graphs and functions (tensorflow/core/protobuf/saved_model.proto). */
type Kind = 'saved-model' | 'meta-graph' | 'graph' | 'library' | 'function' | 'node';
const BELOW: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  'saved-model': { 2: 'meta-graph' },
  'meta-graph': { 2: 'graph' },
  graph: { 1: 'node', 2: 'library' },
  library: { 1: 'function' },
  function: { 3: 'node' },
  node: {},
};
const NODE_OP = 2;

/** A SavedModel's `saved_model.pb`, or a frozen graph: the operators of all graphs and functions. */
export const readSavedModel: Reader = (part, walk) => {
  if (looksLikeSavedModel(part.source)) return graphOperators(part, walk, ['saved-model'], true);
  if (looksLikeGraph(part.source)) return graphOperators(part, walk, ['graph'], true);
  // Neither for sure: what is no message in one of the two readings says nothing.
  return graphOperators(part, walk, ['saved-model', 'graph'], false);
};

function graphOperators(part: PartInput, walk: Walk, roots: readonly Kind[], sure: boolean) {
  const operators = operatorCount();
  const notes: Note[] = [];
  const waiting: { readonly kind: Kind; readonly source: ByteSource }[] = roots.map((kind) => ({
    kind,
    source: part.source,
  }));
  let left = walk.limits.records;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { fields, sound } = fieldsOf(next.source, left);
    left -= fields.length;
    if (left <= 0) {
      leaveOut(walk, part.path, 'a SavedModel with more records than are read');
      break;
    }
    if (!sound && sure) notes.push({ kind: 'truncated', text: `a SavedModel ${next.kind} message is broken` });
    if (next.kind === 'node') operators.add('', textOf(fieldOf(fields, NODE_OP), 200));
    for (const field of fields) {
      const kind = BELOW[next.kind][field.number];
      if (kind !== undefined && field.wire === 2) waiting.push({ kind, source: field.body });
    }
  }
  return { kind: 'saved-model', operators: operators.all(), notes: notes.slice(0, 100) } as const;
}

/** Keras 2 writes its layers beside a SavedModel, as JSON texts inside `keras_metadata.pb`. */
export const readKerasMetadata: Reader = (part, walk) => {
  const keras = fieldsOf(part.source, 100_000).fields.flatMap((node) =>
    fieldsOf(node.body, 64).fields.flatMap((field) => {
      if (field.wire !== 2 || field.body.read(0, 1)[0] !== 0x7b) return [];
      return kerasObjects(parsePythonJson(textOf(field, walk.limits.textBytes)), part.path, walk);
    }),
  );
  return { kind: 'keras-metadata', keras: keras.slice(0, 10_000) };
};

/** True when the bytes are a SavedModel message: a schema version and meta graphs, nothing else. */
export function looksLikeSavedModel(source: ByteSource): boolean {
  const { fields, sound } = fieldsOf(source, 1000);
  return (
    sound &&
    fieldOf(fields, 2)?.wire === 2 &&
    fields.every(({ number, wire }) => (number === 1 && wire === 0) || (number === 2 && wire === 2))
  );
}

/** True when the bytes are a frozen GraphDef: nodes with a name and an operator. */
export function looksLikeGraph(source: ByteSource): boolean {
  if (source.read(0, 1)[0] !== 0x0a) return false;
  const { fields, sound } = fieldsOf(source, 100_000);
  if (!sound || fields.length === 0) return false;
  const nodes = fields.filter(({ number, wire }) => number === 1 && wire === 2).slice(0, 8);
  const known = fields.every(({ number }) => number >= 1 && number <= 5);
  return (
    known &&
    nodes.length > 0 &&
    nodes.every((node) => /^[A-Z_]\w{0,100}$/.test(textOf(fieldOf(fieldsOf(node.body, 100).fields, NODE_OP), 200)))
  );
}
