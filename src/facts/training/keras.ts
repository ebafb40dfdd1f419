import { bare, child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, callAt, callsOfMethod } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { sameValue } from '../python/flow.ts';
import { elementsOf } from '../python/literals.ts';
import { typeOf } from '../python/types.ts';
import { constructionOf } from './torch.ts';

const KERAS = /^(tensorflow\.keras|tensorflow\.python\.keras|keras|tf_keras)\./;

/** The type of a keras model: a stack of layers, or a graph from inputs to outputs. */
export const isKerasModel = (type: string | undefined): boolean =>
  type !== undefined && KERAS.test(type) && /\.(Sequential|Model)\(\)$/.test(type);

/** The last layer of a keras model, where it is a `Dense` written out. */
export interface LastLayer {
  readonly node: PyNode;
  /** `softmax`, `sigmoid`, …; `linear` for none. */
  readonly activation: string;
}

/** What the model of this expression ends with; undefined when that cannot be read off the file. */
export function lastLayer(document: PythonDocument, model: PyNode): LastLayer | undefined {
  const made = constructionOf(document, model);
  const construction = made && callAt(document, made);
  if (construction === undefined || !isKerasModel(typeOf(document, construction.node))) return undefined;
  const layer = /\.Sequential$/.test(construction.name ?? '')
    ? lastOfStack(document, model, construction)
    : outputOf(document, construction);
  return layer && denseAt(document, layer);
}

function lastOfStack(document: PythonDocument, model: PyNode, construction: Call): Call | undefined {
  const added = callsOfMethod(document, 'add').filter(
    ({ receiver }) => receiver !== undefined && sameValue(document, receiver, model),
  );
  const given = argument(construction, 0, 'layers');
  const last = added.at(-1)?.args[0] ?? (given && elementsOf(document, given)?.at(-1));
  return last && callAt(document, bare(last));
}

/** `Dense(…)` of `outputs = Dense(…)(x)`. */
function outputOf(document: PythonDocument, construction: Call): Call | undefined {
  const outputs = argument(construction, 1, 'outputs');
  const made = outputs && constructionOf(document, outputs);
  const call = made && callAt(document, made);
  return call === undefined ? undefined : callAt(document, call.callee);
}

function denseAt(document: PythonDocument, layer: Call): LastLayer | undefined {
  if (!KERAS.test(layer.name ?? '')) return undefined;
  const activation = argument(layer, 1, 'activation');
  if (/\.Dense$/.test(layer.name ?? '')) {
    if (activation === undefined) return layer.spread ? undefined : { node: layer.node, activation: 'linear' };
    const name = activationName(document, activation);
    return name === undefined ? undefined : { node: layer.node, activation: name };
  }
  const only = /\.Activation$/.test(layer.name ?? '') ? layer.args[0] : undefined;
  const name =
    only === undefined ? /\.(Softmax)$/.exec(layer.name ?? '')?.[1]?.toLowerCase() : activationName(document, only);
  return name === undefined ? undefined : { node: layer.node, activation: name };
}

function activationName(document: PythonDocument, node: PyNode): string | undefined {
  const written = stringOf(document, node);
  if (written !== undefined) return written;
  if (node.type === 'none') return 'linear';
  const last = node.type === 'attribute' ? child(node, 'attribute') : undefined;
  return last && textOf(document, last);
}
