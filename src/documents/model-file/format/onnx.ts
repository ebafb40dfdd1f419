import type { ExternalData, Note, Template } from '../model.ts';
import type { ByteSource } from '../source.ts';
import { keptText, leaveOut, type Reader } from '../walk.ts';
import { operatorCount } from './operators.ts';
import { type Field, fieldOf, fieldsOf, textOf } from './protobuf.ts';

/** Field numbers of onnx.proto3 (github.com/onnx/onnx/blob/main/onnx/onnx.proto3). */
const MODEL = { graph: 7, metadata: 14, training: 20, functions: 25 } as const;
const GRAPH = { node: 1, initializer: 5, sparse: 15 } as const;
const NODE = { operator: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { tensor: 5, graph: 6, tensors: 10, graphs: 11, sparse: 22, sparses: 23 } as const;
const TRAINING = { initialization: 1, algorithm: 2 } as const;
const SPARSE = { values: 1, indices: 2 } as const;
const TENSOR = { name: 8, external: 13 } as const;
const FUNCTION_NODE = 7;

type Kind = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'sparse' | 'function' | 'training';

/** What stands below a message of each kind: field number to kind. */
const BELOW: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  model: { [MODEL.graph]: 'graph', [MODEL.functions]: 'function', [MODEL.training]: 'training' },
  graph: { [GRAPH.node]: 'node', [GRAPH.initializer]: 'tensor', [GRAPH.sparse]: 'sparse' },
  node: { [NODE.attribute]: 'attribute' },
  attribute: {
    [ATTRIBUTE.tensor]: 'tensor',
    [ATTRIBUTE.graph]: 'graph',
    [ATTRIBUTE.tensors]: 'tensor',
    [ATTRIBUTE.graphs]: 'graph',
    [ATTRIBUTE.sparse]: 'sparse',
    [ATTRIBUTE.sparses]: 'sparse',
  },
  sparse: { [SPARSE.values]: 'tensor', [SPARSE.indices]: 'tensor' },
  training: { [TRAINING.initialization]: 'graph', [TRAINING.algorithm]: 'graph' },
  function: { [FUNCTION_NODE]: 'node' },
  tensor: {},
};

/** ONNX: operators of all graphs and functions, external data, metadata; raw tensors are not read. */
export const readOnnx: Reader = (part, walk) => {
  const operators = operatorCount();
  const externalData: ExternalData[] = [];
  const templates: Template[] = [];
  const notes: Note[] = [];
  const waiting: { readonly kind: Kind; readonly source: ByteSource; readonly depth: number }[] = [
    { kind: 'model', source: part.source, depth: 0 },
  ];
  let left = walk.limits.records;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { fields, sound } = fieldsOf(next.source, left);
    left -= fields.length;
    if (left <= 0 || next.depth > 64) {
      leaveOut(walk, part.path, 'an ONNX graph with more records or levels than are read');
      break;
    }
    if (!sound) notes.push({ kind: 'truncated', text: `an ONNX ${next.kind} message is broken` });
    if (next.kind === 'node')
      operators.add(textOf(fieldOf(fields, NODE.domain)), textOf(fieldOf(fields, NODE.operator)));
    if (next.kind === 'tensor') externalData.push(...externalOf(fields));
    if (next.kind === 'model')
      templates.push(
        ...metadataOf(fields).map(({ where, text }) => ({ where, text: keptText(walk, part.path, text) })),
      );
    for (const field of fields) {
      const kind = BELOW[next.kind][field.number];
      if (kind !== undefined && field.wire === 2) waiting.push({ kind, source: field.body, depth: next.depth + 1 });
    }
  }
  return {
    kind: 'onnx',
    operators: operators.all(),
    externalData: externalData.slice(0, 10_000),
    templates,
    notes: notes.slice(0, 100),
  };
};

function externalOf(tensor: readonly Field[]): readonly ExternalData[] {
  const found: ExternalData[] = [];
  for (const field of tensor) {
    if (field.number !== TENSOR.external || field.wire !== 2) continue;
    const pair = fieldsOf(field.body, 16).fields;
    if (textOf(fieldOf(pair, 1)) === 'location') {
      found.push({ tensor: textOf(fieldOf(tensor, TENSOR.name), 200), location: textOf(fieldOf(pair, 2)) });
    }
  }
  return found;
}

function metadataOf(model: readonly Field[]): readonly Template[] {
  const found: Template[] = [];
  for (const field of model) {
    if (field.number !== MODEL.metadata || field.wire !== 2 || found.length >= 100) continue;
    const pair = fieldsOf(field.body, 16).fields;
    const key = textOf(fieldOf(pair, 1), 200);
    if (key.includes('chat_template'))
      found.push({ where: `metadata ${key}`, text: textOf(fieldOf(pair, 2), 1_000_000) });
  }
  return found;
}

/** True when the top-level fields are those of a model with a graph, and every one of them is in the schema. */
export function looksLikeOnnx(source: ByteSource): boolean {
  const { fields, sound } = fieldsOf(source, 10_000);
  const graph = fieldOf(fields, MODEL.graph);
  if (!sound || graph?.wire !== 2) return false;
  const known = new Set([1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26]);
  return fields.every(({ number }) => known.has(number)) && fields.some(({ number }) => number === 8 || number === 1);
}
