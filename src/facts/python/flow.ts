import { fact } from '../../core/fact.ts';
import { ancestor, bare, child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import type { Binding } from './bindings.ts';
import { type Call, callAt } from './calls.ts';
import { classOfSelf } from './classes.ts';
import { calledFunction, callsOf, type Definition, givenFor } from './functions.ts';
import { attributeSources } from './hierarchy.ts';
import { mutationsBefore } from './mutations.ts';
import { operands, unpacked } from './operands.ts';
import { reachingBindings } from './reaching.ts';
import { enclosingFunction, returnsOf } from './structure.ts';

/** Nodes looked at in one question; a flow that is longer is cut. */
const MOST_STEPS = 2000;
/** Nodes looked at in all questions about one document, after which a question gets few: enough for any file people write. */
const MOST_STEPS_OF_ALL = 500_000;
const FEW_STEPS = 100;
/** Calls of functions within calls of functions that are followed. */
const DEEPEST = 3;

/** Finds the function that a call of a file runs in another file; see `modules.ts`. */
export type Crossing = (document: PythonDocument, call: Call) => Definition | undefined;

/** The call through which a function was entered, so that its parameters mean this call's arguments and no other's. */
interface Frame {
  readonly call: Call;
  readonly caller: PythonDocument;
  readonly definition: Definition;
  readonly outer: Frame | undefined;
  readonly depth: number;
}

interface Step {
  readonly document: PythonDocument;
  readonly node: PyNode;
  readonly frame: Frame | undefined;
}

/**
 * Every expression whose value may have gone into this one, the expression itself included: through names (the
 * definitions that reach), `self` attributes, subscripts, unpacking, operators, conditions' results, containers, receivers
 * and arguments of calls, values put into an object before (`df['a'] = v`), and through functions of the same file from
 * arguments to returns. What an index, a comparison in an index or a condition holds does not flow. With `crossing`,
 * functions of other files count too, and nodes of their documents are among the answers.
 */
export function originsOf(document: PythonDocument, node: PyNode, crossing?: Crossing): ReadonlySet<PyNode> {
  return traceOf(document, node, crossing).nodes;
}

/**
 * The bindings that the value of an expression may have come through, as by `originsOf`. Each tells what was assigned and
 * by `path` which part of it, as the second output of a split.
 */
export function originBindings(document: PythonDocument, node: PyNode, crossing?: Crossing): ReadonlySet<Binding> {
  return traceOf(document, node, crossing).bindings;
}

interface Trace {
  readonly nodes: Set<PyNode>;
  readonly bindings: Set<Binding>;
}

function traceOf(document: PythonDocument, node: PyNode, crossing: Crossing | undefined): Trace {
  const known = crossing === undefined ? tracesWithin(document) : tracesAcross(crossing);
  const hit = known.get(node);
  if (hit !== undefined) return hit;
  const found = trace(document, node, crossing);
  known.set(node, found);
  return found;
}

const tracesWithin = fact((_: PythonDocument) => new Map<PyNode, Trace>());
/** Documents outlive a review, what crosses between them does not. */
const tracesAcross = fact((_: Crossing) => new Map<PyNode, Trace>());

/** True when the value of `from`, or of the variable it names, may have gone into `to`. */
export function flowsInto(document: PythonDocument, from: PyNode, to: PyNode, crossing?: Crossing): boolean {
  const source = bare(from);
  const origins = originsOf(document, to, crossing);
  if (origins.has(source)) return true;
  if (source.type !== 'identifier' && source.type !== 'attribute' && source.type !== 'subscript') return false;
  for (const each of origins) if (each.type === source.type && sameValue(document, source, each)) return true;
  return false;
}

/**
 * True when two expressions are the same variable holding the same value: the same name with a definition that reaches both,
 * the same attribute or written-out item of such. Two equal literals or calls are not the same value.
 */
export function sameValue(document: PythonDocument, first: PyNode, second: PyNode): boolean {
  let a = bare(first);
  let b = bare(second);
  while (a !== b) {
    if (a.type !== b.type) return false;
    if (a.type === 'identifier') return sameName(document, a, b);
    if (a.type !== 'attribute' && a.type !== 'subscript') return false;
    const inner = a.type === 'attribute' ? 'object' : 'value';
    const from = child(a, inner);
    const other = child(b, inner);
    if (from === undefined || other === undefined) return false;
    if (document.text.slice(from.end, a.end) !== document.text.slice(other.end, b.end)) return false;
    a = bare(from);
    b = bare(other);
  }
  return true;
}

function sameName(document: PythonDocument, a: PyNode, b: PyNode): boolean {
  if (textOf(document, a) !== textOf(document, b)) return false;
  const own = new Set(reachingBindings(document, a));
  return reachingBindings(document, b).some((each) => own.has(each));
}

function trace(document: PythonDocument, start: PyNode, crossing: Crossing | undefined): Trace {
  const seen = new Map<Frame | undefined, Set<PyNode>>();
  const found: Trace = { nodes: new Set(), bindings: new Set() };
  const waiting: Step[] = [{ document, node: start, frame: undefined }];
  const frames = new Map<PyNode, Frame>();
  const spent = stepsSpent(document);
  let left = spent.steps < MOST_STEPS_OF_ALL ? MOST_STEPS : FEW_STEPS;
  spent.steps += left;
  for (let step = waiting.pop(); step !== undefined && left > 0; step = waiting.pop()) {
    left -= 1;
    const at = { ...step, node: bare(step.node) };
    const visited = seen.get(at.frame) ?? new Set<PyNode>();
    seen.set(at.frame, visited);
    if (visited.has(at.node)) continue;
    visited.add(at.node);
    found.nodes.add(at.node);
    if (at.node.type === 'identifier')
      for (const each of reachingBindings(at.document, at.node)) found.bindings.add(each);
    for (const next of sources(at, crossing, frames)) waiting.push(next);
  }
  spent.steps -= left;
  return found;
}

const stepsSpent = fact((_: PythonDocument) => ({ steps: 0 }));

function sources(step: Step, crossing: Crossing | undefined, frames: Map<PyNode, Frame>): readonly Step[] {
  const { document, node, frame } = step;
  const here = (nodes: readonly PyNode[]): readonly Step[] => nodes.map((each) => ({ document, node: each, frame }));
  switch (node.type) {
    case 'identifier': {
      const put = here(mutationsBefore(document, node).map(({ value }) => value));
      return [...put, ...reachingBindings(document, node).flatMap((each) => bindingSources(step, each))];
    }
    case 'attribute':
      return here([...attributeValues(document, node), ...operands(node)]);
    case 'call': {
      const call = callAt(document, node);
      const entered = call && enter(step, call, crossing, frames);
      return entered ?? here(operands(node));
    }
    default:
      return here(operands(node));
  }
}

/** The returns of the function that is called, when it is known; undefined for functions from elsewhere. */
function enter(
  { document, frame }: Step,
  call: Call,
  crossing: Crossing | undefined,
  frames: Map<PyNode, Frame>,
): readonly Step[] | undefined {
  const depth = (frame?.depth ?? 0) + 1;
  if (depth > DEEPEST) return undefined;
  const local = calledFunction(document, call);
  const target = local === undefined ? crossing?.(document, call) : { document, node: local };
  if (target === undefined) return undefined;
  const returned = returnsOf(target.document, target.node);
  if (returned.length === 0) return undefined;
  const known = frames.get(call.node);
  const inner =
    known?.outer === frame && known !== undefined
      ? known
      : { call, caller: document, definition: target, outer: frame, depth };
  frames.set(call.node, inner);
  return returned.map((node) => ({ document: target.document, node, frame: inner }));
}

function bindingSources(step: Step, binding: Binding): readonly Step[] {
  const { document, frame } = step;
  const here = (nodes: readonly (PyNode | undefined)[]): readonly Step[] =>
    nodes.flatMap((node) => (node === undefined ? [] : [{ document, node, frame }]));
  switch (binding.kind) {
    case 'assignment':
    case 'walrus':
    case 'with':
      return here([binding.value && unpacked(binding.value, binding.path)]);
    case 'loop':
    case 'comprehension':
      return here([binding.value]);
    case 'augmented':
      return here([binding.value, ...reachingBindings(document, binding.node).map((each) => each.value)]);
    case 'parameter':
      return parameterSources(step, binding);
    default:
      return [];
  }
}

/** The arguments of the call the trace came through; of every call in the file when it began inside the function. */
function parameterSources({ document, frame }: Step, binding: Binding): readonly Step[] {
  const node = enclosingFunction(binding.node);
  if (node === undefined) return [];
  for (let at = frame; at !== undefined; at = at.outer) {
    if (at.definition.node === node) return givenSteps(at.caller, at.call, at.definition, binding.name, at.outer);
  }
  const definition = { document, node };
  return callsOf(document, node).flatMap((call) => givenSteps(document, call, definition, binding.name, undefined));
}

function givenSteps(
  caller: PythonDocument,
  call: Call,
  definition: Definition,
  name: string,
  frame: Frame | undefined,
): readonly Step[] {
  return givenFor(caller, call, definition, name).map((node) => {
    const isDefault = ancestor(node, 'parameters')?.parent === definition.node;
    return { document: isDefault ? definition.document : caller, node, frame };
  });
}

function attributeValues(document: PythonDocument, node: PyNode): readonly PyNode[] {
  const object = child(node, 'object');
  const attribute = child(node, 'attribute');
  const owner = object && classOfSelf(document, object);
  if (owner === undefined || attribute === undefined) return [];
  return attributeSources(document, owner, textOf(document, attribute)).flatMap(
    (each) => each.value ?? child(each.node, 'right') ?? [],
  );
}
