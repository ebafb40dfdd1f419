import { fact } from '../../core/fact.ts';
import { bare, child, type PyNode, parts } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type Call, callAt, callsOfMethod, callsTo } from '../python/calls.ts';
import { classOfSelf } from '../python/classes.ts';
import { calledFunction, exportedDefinition } from '../python/functions.ts';
import { attributeSources, instanceName, methodNamed, outerBases } from '../python/hierarchy.ts';
import { importsModule } from '../python/imports.ts';
import { elementsOf } from '../python/literals.ts';
import { singleAssignment } from '../python/reaching.ts';
import { enclosingLoop, returnsOf } from '../python/structure.ts';
import { typeOf } from '../python/types.ts';
import { MOST } from './most.ts';

const MODULE =
  /^(torch\.nn\.(modules\.\w+\.)?[A-Z]\w*|(pytorch_lightning|lightning(\.pytorch)?)\.(\w+\.)*LightningModule|transformers\.(\w+\.)*PreTrainedModel)$/;
/** Layers that hold parameters, or other layers. */
const LAYER =
  /^torch\.nn\.(modules\.\w+\.)?(Lazy)?(Linear|Bilinear|Conv\w+|Embedding(Bag)?|BatchNorm\w*|SyncBatchNorm|LayerNorm|RMSNorm|GroupNorm|InstanceNorm\w*|LSTM|GRU|RNN|LSTMCell|GRUCell|RNNCell|MultiheadAttention|Transformer\w*|PReLU|Sequential)$/;

/** The classes of the file that are `torch.nn.Module`s, directly or through others, Lightning's included. */
export const moduleClasses: (document: PythonDocument) => readonly PyNode[] = fact((document) =>
  nodesOf(document, 'class_definition').filter((owner) =>
    outerBases(document, owner).some((base) => MODULE.test(base)),
  ),
);

/** True for a call that makes a layer with parameters: one of torch's, or a module class of the file. */
export function makesLayer(document: PythonDocument, node: PyNode): boolean {
  const type = node.type === 'call' ? typeOf(document, node) : undefined;
  if (type === undefined) return false;
  return LAYER.test(type.slice(0, -2)) || classOfType(document, type) !== undefined;
}

/** The module class of this file that a type names. */
export function classOfType(document: PythonDocument, type: string | undefined): PyNode | undefined {
  if (type === undefined || !type.startsWith('./')) return undefined;
  const owner = exportedDefinition(document, type.slice(type.lastIndexOf('.') + 1, -2));
  return owner !== undefined && instanceName(document, owner) === type && moduleClasses(document).includes(owner)
    ? owner
    : undefined;
}

/** `loss.backward()` that runs in a loop. */
export interface Backward {
  readonly call: Call;
  /** What is differentiated; `loss` of `scaler.scale(loss).backward()` too. */
  readonly loss: PyNode;
  readonly loop: PyNode;
}

/** Every `backward()` on a tensor in a loop of the file, in source order; empty where torch is not imported. */
export const backwards: (document: PythonDocument) => readonly Backward[] = fact((document) => {
  if (!importsModule(document, 'torch')) return [];
  return callsOfMethod(document, 'backward')
    .slice(0, MOST)
    .flatMap((call) => {
      const loop = enclosingLoop(call.node);
      if (
        loop === undefined ||
        call.receiver === undefined ||
        call.args.some((each) => !/^(identifier|call)$/.test(each.type))
      )
        return [];
      const scaled = call.receiver.type === 'call' ? callAt(document, call.receiver) : undefined;
      return [{ call, loss: scaled?.method === 'scale' ? (scaled.args[0] ?? call.receiver) : call.receiver, loop }];
    });
});

/** True for an optimizer: by type, or by what it is called when its type is unknown. */
export function isOptimizer(document: PythonDocument, node: PyNode): boolean {
  const type = typeOf(document, node);
  if (type !== undefined) return /^torch\.optim\.(?!lr_scheduler)\w+(\.\w+)?\(\)$/.test(type);
  return /(^|[._])(optim|optimi[sz]er|opt)\w*$/i.test(textOf(document, node)) && !/sched/i.test(textOf(document, node));
}

/** `optimizer.step()` and `scaler.step(optimizer)`; one that is given a closure is none. */
export const optimizerSteps: (document: PythonDocument) => readonly Call[] = fact((document) =>
  callsOfMethod(document, 'step')
    .slice(0, MOST)
    .filter(({ receiver, args, spread }) => {
      if (receiver === undefined || spread) return false;
      const [only] = args;
      return only === undefined
        ? isOptimizer(document, receiver)
        : args.length === 1 && /scaler$/i.test(textOf(document, receiver)) && isOptimizer(document, only);
    }),
);

export type Activation = 'softmax' | 'log_softmax' | 'sigmoid' | 'linear';

const FUNCTIONS: Readonly<Record<string, Activation>> = Object.fromEntries(
  (['softmax', 'log_softmax', 'sigmoid'] as const).flatMap((name) => [
    [`torch.${name}`, name],
    [`torch.nn.functional.${name}`, name],
    [`torch.special.${name}`, name],
  ]),
);
const LAYERS: Readonly<Record<string, Activation>> = {
  'torch.nn.Softmax()': 'softmax',
  'torch.nn.LogSoftmax()': 'log_softmax',
  'torch.nn.Sigmoid()': 'sigmoid',
  'torch.nn.Linear()': 'linear',
};
const RESHAPES = /^(view|reshape|squeeze|unsqueeze|float|double|half|to|contiguous|flatten|cpu|cuda|clone)$/;

/** What a tensor went through last, as far as this file shows: an activation, or a linear layer without one. */
export interface LastOperation {
  readonly activation: Activation;
  readonly node: PyNode;
}

/** Follows a value through names, reshapes, module classes and functions of the file to the last operation that made it. */
export function lastOperation(document: PythonDocument, start: PyNode): LastOperation | undefined {
  let at: PyNode | undefined = bare(start);
  for (let step = 0; at !== undefined && step < 20; step += 1) {
    const call: Call | undefined = at.type === 'call' ? callAt(document, at) : undefined;
    const activation = call && activationOf(document, call);
    if (activation !== undefined) return { activation, node: at };
    const next: PyNode | undefined = call === undefined ? singleAssignment(document, at) : insideCall(document, call);
    at = next && bare(next);
  }
  return undefined;
}

function activationOf(document: PythonDocument, call: Call): Activation | undefined {
  const named = FUNCTIONS[call.name ?? ''] ?? LAYERS[typeOf(document, call.callee) ?? ''] ?? LAYERS[`${call.name}()`];
  if (named !== undefined || call.name !== undefined) return named;
  if (call.receiver === undefined || classOfSelf(document, call.receiver) !== undefined) return undefined;
  return /^(softmax|log_softmax|sigmoid)$/.test(call.method ?? '') ? (call.method as Activation) : undefined;
}

/** The value that a call answers with, in this file. */
function insideCall(document: PythonDocument, call: Call): PyNode | undefined {
  if (call.receiver !== undefined && RESHAPES.test(call.method ?? '')) return call.receiver;
  const type = typeOf(document, call.callee);
  if (type === 'torch.nn.Sequential()') return lastOfSequence(document, call.callee);
  const owner = classOfType(document, type);
  const run = owner === undefined ? calledFunction(document, call) : methodNamed(document, owner, 'forward');
  const returned = run === undefined ? [] : returnsOf(document, run);
  return returned.length === 1 ? returned[0] : undefined;
}

/** A call of the last layer of `nn.Sequential(…)` has no node of its own; its construction stands for it. */
function lastOfSequence(document: PythonDocument, sequence: PyNode): PyNode | undefined {
  const made = constructionOf(document, sequence);
  const call = made && callAt(document, made);
  const last = call === undefined || call.spread ? undefined : (lastNamed(document, call) ?? call.args.at(-1));
  return last?.type === 'call' && LAYERS[typeOf(document, last) ?? ''] !== undefined ? last : undefined;
}

/** The last layer of `OrderedDict([("fc", …), ("out", …)])`. */
function lastNamed(document: PythonDocument, { args }: Call): PyNode | undefined {
  const [only, other] = args;
  const dictionary = only?.type === 'call' && other === undefined ? callAt(document, only) : undefined;
  if (dictionary?.name !== 'collections.OrderedDict') return undefined;
  const [list] = dictionary.args;
  const pair = list && elementsOf(document, list)?.at(-1);
  return pair?.type === 'tuple' ? parts(pair)[1] : undefined;
}

/** The call that made a value: behind a name or an attribute of `self`, `.to(…)` and the like taken off. */
export function constructionOf(document: PythonDocument, node: PyNode): PyNode | undefined {
  let at: PyNode | undefined = bare(node);
  for (let step = 0; at !== undefined && step < 8; step += 1) {
    const call: Call | undefined = at.type === 'call' ? callAt(document, at) : undefined;
    if (call !== undefined && !/^(to|cuda|cpu|eval|train|float|half)$/.test(call.method ?? '')) return at;
    const next: PyNode | undefined =
      call?.receiver ?? (at.type === 'attribute' ? attributeValue(document, at) : singleAssignment(document, at));
    at = next && bare(next);
  }
  return undefined;
}

function attributeValue(document: PythonDocument, node: PyNode): PyNode | undefined {
  const object = child(node, 'object');
  const name = child(node, 'attribute');
  const owner = object && classOfSelf(document, object);
  if (owner === undefined || name === undefined) return undefined;
  const sources = attributeSources(document, owner, textOf(document, name));
  return sources.length === 1 ? sources[0]?.value : undefined;
}

/** A model that got weights from a file. */
export interface WeightLoad {
  readonly node: PyNode;
  /** The model as written: `net`, `self.net`. */
  readonly model: string;
}

/** Where the file fills a model with stored weights: `model.load_state_dict(…)`, and `model = torch.load(…)` of a whole module. */
export function weightLoads(document: PythonDocument): readonly WeightLoad[] {
  const weights = callsOfMethod(document, 'load_state_dict').flatMap(({ node, receiver }) =>
    receiver === undefined || enclosingLoop(node) !== undefined ? [] : [{ node, model: textOf(document, receiver) }],
  );
  const loads = callsTo(document, 'torch.load').length > 0;
  const whole = (loads ? nodesOf(document, 'assignment') : []).flatMap((each) => {
    const left = child(each, 'left');
    const right = child(each, 'right');
    const loaded = right !== undefined && /^torch\.load\(\)$/.test(typeOf(document, right) ?? '');
    return left === undefined || !loaded || !/^(identifier|attribute)$/.test(left.type)
      ? []
      : [{ node: right, model: textOf(document, left) }];
  });
  return [...weights, ...whole].slice(0, MOST);
}

/** The layers inside a list, tuple, dictionary or comprehension that is written out. */
export function layersIn(document: PythonDocument, value: PyNode, depth = 8): readonly PyNode[] {
  if (depth === 0) return [];
  const held = heldBy(value);
  if (held !== undefined) return held.flatMap((each) => layersIn(document, bare(each), depth - 1));
  return makesLayer(document, value) ? [value] : [];
}

/** What a container that is written out holds; undefined for other expressions. */
function heldBy(value: PyNode): readonly PyNode[] | undefined {
  if (/^(list|tuple|conditional_expression)$/.test(value.type)) return parts(value);
  if (value.type === 'dictionary') return parts(value).flatMap((each) => child(each, 'value') ?? []);
  if (!/^(list|dictionary)_comprehension$/.test(value.type)) return undefined;
  const body = child(value, 'body');
  const held = body?.type === 'pair' ? child(body, 'value') : body;
  return held === undefined ? [] : [held];
}
