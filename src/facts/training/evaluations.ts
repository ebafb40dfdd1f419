import { fact } from '../../core/fact.ts';
import { bare, firstPart, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, callAt, callsOfMethod } from '../python/calls.ts';
import { singleAssignment } from '../python/reaching.ts';
import { MOST } from './most.ts';
import { isHeldOutName } from './splits.ts';

const METHODS = [
  'predict',
  'predict_proba',
  'predict_log_proba',
  'decision_function',
  'score',
  'evaluate',
  'predict_classes',
];

/** A model being used on rows to be judged. */
export interface Evaluation {
  readonly call: Call;
  readonly model: PyNode;
  readonly rows: PyNode;
}

/** Every `predict`, `score` and `evaluate` of the file with the rows it is given, in source order. */
export const evaluations: (document: PythonDocument) => readonly Evaluation[] = fact((document) =>
  callsOfMethod(document, ...METHODS)
    .slice(0, MOST)
    .flatMap((call) => {
      const rows = argument(call, 0, 'X', 'x', 'data', 'eval_dataset', 'test_dataset');
      return call.receiver === undefined || rows === undefined
        ? []
        : [{ call, model: call.receiver, rows: bare(rows) }];
    }),
);

/** Library containers that only wrap the features. */
const WRAPS = /^(xgboost\.(DMatrix|QuantileDMatrix)|lightgbm\.Dataset|catboost\.Pool)$/;

/**
 * The variable in which held-out rows by name (`X_test`, `dtest`, `data["test"]`) are given: through names, tuples and the
 * libraries' own containers. Undefined for validation rows and for what cannot be told.
 */
export function testRowsIn(document: PythonDocument, node: PyNode, steps = 6): PyNode | undefined {
  const value = bare(node);
  if (steps === 0) return undefined;
  if (value.type === 'subscript') return /\[\s*['"]test['"]\s*\]$/.test(textOf(document, value)) ? value : undefined;
  if (value.type === 'tuple' || value.type === 'list') {
    const first = firstPart(value);
    return first && testRowsIn(document, first, steps - 1);
  }
  if (value.type === 'call') return wrappedIn(document, value, steps);
  if (value.type !== 'identifier' && value.type !== 'attribute') return undefined;
  // A validation part is called so, whatever the library calls the half it was taken from.
  if (/(^|_|\.)(val|valid|validation|dev)(_|$|\d)/i.test(textOf(document, value))) return undefined;
  const source = value.type === 'identifier' ? singleAssignment(document, value) : undefined;
  const inner = source && testRowsIn(document, source, steps - 1);
  if (inner !== undefined) return inner;
  return isHeldOutName(document, value) || /^dtest$/i.test(textOf(document, value)) ? value : undefined;
}

function wrappedIn(document: PythonDocument, node: PyNode, steps: number): PyNode | undefined {
  const call = callAt(document, node);
  const first = call && argument(call, 0, 'data');
  return call !== undefined && first !== undefined && WRAPS.test(call.name ?? '')
    ? testRowsIn(document, first, steps - 1)
    : undefined;
}

/** The element of `[("train", x), (X_test, y_test)]` and the like that is held out by name, and its rows. */
export function testRowsAmong(document: PythonDocument, list: PyNode): PyNode | undefined {
  const value = bare(singleAssignment(document, bare(list)) ?? list);
  if (value.type !== 'list') return testRowsIn(document, value);
  for (const each of value.children) {
    const found = each.named && each.type !== 'comment' ? testRowsIn(document, each) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
