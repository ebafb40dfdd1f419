import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, callAt, callsTo } from '../python/calls.ts';
import { classOfSelf } from '../python/classes.ts';
import { originsOf } from '../python/flow.ts';
import { calledFunction } from '../python/functions.ts';
import { definitionOf, methodNamed } from '../python/hierarchy.ts';
import { statementOf } from '../python/structure.ts';

const PICKS = /(^|\.)(max|min|argmax|argmin|nanargmax|idxmax|idxmin|sorted)$/;
const BEST = /(^|[^a-z])(best|max|highest|top|lowest|min)([^a-z]|$)/i;

/** The functions that a tuner calls for each trial: `study.optimize(objective)`, `fmin(objective, …)`. */
export function objectives(document: PythonDocument): readonly PyNode[] {
  const tuners = callsTo(
    document,
    'optuna.create_study().optimize',
    'optuna.study.create_study().optimize',
    'optuna.load_study().optimize',
    'hyperopt.fmin',
    'skopt.gp_minimize',
    'skopt.forest_minimize',
  );
  return tuners.flatMap((call) => {
    const given = argument(call, 0, 'func', 'fn');
    return given === undefined ? [] : runBy(document, given);
  });
}

/** The functions that a callable runs: itself, what `partial` wraps, what a lambda calls. */
function runBy(document: PythonDocument, callable: PyNode): readonly PyNode[] {
  if (callable.type === 'lambda') {
    const inner = nodesWithin(document, callable, 'call').flatMap((node) => callAt(document, node) ?? []);
    return [callable, ...inner.flatMap((call) => calledFunction(document, call) ?? [])];
  }
  const wrapped = callable.type === 'call' ? callAt(document, callable) : undefined;
  const inner = wrapped?.name === 'functools.partial' ? wrapped.args[0] : callable;
  return [
    inner === undefined ? undefined : (definitionOf(document, inner, 'function') ?? boundMethod(document, inner)),
  ].flatMap((each) => each ?? []);
}

/** `self.objective`. */
function boundMethod(document: PythonDocument, node: PyNode): PyNode | undefined {
  const object = node.type === 'attribute' ? child(node, 'object') : undefined;
  const name = node.type === 'attribute' ? child(node, 'attribute') : undefined;
  const owner = object && classOfSelf(document, object);
  return owner && name && methodNamed(document, owner, textOf(document, name));
}

/**
 * Where the loop keeps the best of the values a call computes: `if score > best:` with the best noted below, or a pick such
 * as `max(scores)` after the loop. Undefined when nothing is chosen by it.
 */
export function pickedBest(
  document: PythonDocument,
  loop: PyNode,
  score: Call,
  calls: readonly Call[],
): PyNode | undefined {
  for (const comparison of nodesWithin(document, loop, 'comparison_operator')) {
    const branch = comparison.parent;
    if (branch === undefined || !/^(if_statement|elif_clause)$/.test(branch.type) || comparison.field !== 'condition')
      continue;
    if (
      BEST.test(textOf(document, comparison)) &&
      originsOf(document, comparison).has(score.node) &&
      notesBest(document, branch)
    )
      return comparison;
  }
  return calls.find(
    (call) =>
      call.node.start > loop.start &&
      !insideOf(loop, call.node) &&
      PICKS.test(nameOf(document, call)) &&
      originsOf(document, call.node).has(score.node),
  )?.node;
}

const nameOf = (document: PythonDocument, call: Call): string =>
  call.name ?? call.method ?? textOf(document, call.callee);

const insideOf = (outer: PyNode, inner: PyNode): boolean => outer.start <= inner.start && inner.end <= outer.end;

function notesBest(document: PythonDocument, branch: PyNode): boolean {
  return nodesWithin(document, branch, 'assignment').some((each) => {
    const left = child(each, 'left');
    return left !== undefined && statementOf(each) !== branch && BEST.test(textOf(document, left));
  });
}
