import { fact } from '../../core/fact.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { argument, type Call, callsOfMethod } from '../python/calls.ts';
import { sameValue } from '../python/flow.ts';
import { singleAssignment } from '../python/reaching.ts';
import { typeOf } from '../python/types.ts';
import { MOST } from './most.ts';
import { isEstimator } from './transformers.ts';

/** A model learning: `model.fit(X, y)`. */
export interface Fit {
  readonly call: Call;
  readonly model: PyNode;
  /** Type of the model, as by `typeOf`; undefined where it is not known. */
  readonly type: string | undefined;
  readonly rows: PyNode;
  readonly target: PyNode | undefined;
}

/** Every `fit` of the file, of models and transformers, known or not. */
export const fits: (document: PythonDocument) => readonly Fit[] = fact((document) =>
  callsOfMethod(document, 'fit')
    .slice(0, MOST)
    .flatMap((call) => {
      const rows = argument(call, 0, 'X', 'x');
      if (call.receiver === undefined || rows === undefined) return [];
      const type = typeOf(document, call.receiver);
      return [{ call, model: call.receiver, type, rows, target: argument(call, 1, 'y', 'Y') }];
    }),
);

/** The fits of known models that are told a target. */
export const supervisedFits: (document: PythonDocument) => readonly Fit[] = fact((document) =>
  fits(document).filter(({ type, target }) => isEstimator(type) && target !== undefined),
);

/** True for the variable that is fitted, and for the one that a chained `model = Model().fit(X)` gave. */
export const isModelOf = (document: PythonDocument, fit: Fit, node: PyNode | undefined): boolean =>
  node !== undefined && (sameValue(document, node, fit.model) || singleAssignment(document, node) === fit.call.node);

/** A transformer that learnt from rows, and the rows as it gave them back. */
export interface Learnt {
  readonly call: Call;
  readonly type: string;
  readonly rows: PyNode;
  readonly target: PyNode | undefined;
  readonly output: PyNode;
}

/** `fit_transform(X)`, and `fit(X)` with the `transform` of the same rows, of objects whose type passes. */
export function learntRows(
  document: PythonDocument,
  wanted: (type: string, receiver: PyNode) => boolean,
): readonly Learnt[] {
  const found: Learnt[] = [];
  for (const call of callsOfMethod(document, 'fit_transform', 'fit').slice(0, MOST)) {
    const type = call.receiver && typeOf(document, call.receiver);
    const rows = argument(call, 0, 'X');
    if (type === undefined || rows === undefined || call.receiver === undefined || !wanted(type, call.receiver))
      continue;
    const target = argument(call, 1, 'y');
    if (call.method === 'fit_transform') found.push({ call, type, rows, target, output: call.node });
    else for (const output of transformsOf(document, call, rows)) found.push({ call, type, rows, target, output });
  }
  return found;
}

function transformsOf(document: PythonDocument, fit: Call, rows: PyNode): readonly PyNode[] {
  return callsOfMethod(document, 'transform')
    .slice(0, MOST)
    .flatMap(({ node, receiver, args }) => {
      const [given] = args;
      if (receiver === undefined || given === undefined || node.end < fit.node.end || !sameValue(document, given, rows))
        return [];
      const chained = receiver === fit.node;
      return chained || (fit.receiver !== undefined && sameValue(document, receiver, fit.receiver)) ? [node] : [];
    });
}
