import { fact } from '../../core/fact.ts';
import { bare, type PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { argument, type Call, callAt, calls } from '../python/calls.ts';
import { sameValue } from '../python/flow.ts';
import { singleAssignment } from '../python/reaching.ts';
import { typeOf } from '../python/types.ts';

/** A drift detector or a report that compares recent rows with reference rows. */
export interface Comparison {
  readonly library: 'evidently' | 'nannyml' | 'alibi-detect' | 'whylogs';
  /** The call that makes the comparison. */
  readonly call: Call;
  readonly reference: PyNode;
  readonly current: PyNode;
  /** Evidently only: both were given by position. */
  readonly positional: boolean;
}

const EVIDENTLY = /^evidently(\.\w+)*\.(Report|TestSuite|Dashboard|Profile)\(\)$/;
const NANNYML = /^nannyml(\.\w+)*\.\w+\(\)$/;
const ALIBI = /^alibi_detect(\.\w+)*\.\w+\(\)$/;

function ofEvidently(call: Call): Comparison | undefined {
  const first = call.keywords.get('current_data') ?? call.args[0];
  const second = call.keywords.get('reference_data') ?? call.args[1];
  const named = call.keywords.has('current_data') || call.keywords.has('reference_data');
  if (first === undefined || second === undefined) return undefined;
  return { library: 'evidently', call, current: first, reference: second, positional: !named };
}

/** The `fit` of the same estimator that a `calculate` or `estimate` follows. */
function ofNannyml(document: PythonDocument, call: Call): Comparison | undefined {
  const current = argument(call, 0, 'data');
  const { receiver } = call;
  if (receiver === undefined || current === undefined) return undefined;
  const chained = receiver.type === 'call' ? callAt(document, receiver) : undefined;
  const fit =
    chained?.method === 'fit'
      ? chained
      : calls(document)
          .filter(
            (each) =>
              each.method === 'fit' &&
              each.node.end < call.node.end &&
              each.receiver !== undefined &&
              sameValue(document, each.receiver, receiver),
          )
          .at(-1);
  const reference = fit && argument(fit, 0, 'reference_data');
  return reference && { library: 'nannyml', call, current, reference, positional: false };
}

function ofAlibi(document: PythonDocument, call: Call): Comparison | undefined {
  const { receiver } = call;
  const made = receiver?.type === 'identifier' ? singleAssignment(document, receiver) : receiver;
  const detector = made?.type === 'call' ? callAt(document, made) : undefined;
  const reference = detector && argument(detector, 0, 'x_ref');
  const current = argument(call, 0, 'x');
  return reference && current && { library: 'alibi-detect', call, current, reference, positional: false };
}

function ofWhylogs(call: Call): Comparison | undefined {
  const current = call.keywords.get('target_view') ?? call.keywords.get('target_profile_view');
  const reference =
    call.keywords.get('ref_view') ?? call.keywords.get('reference_view') ?? call.keywords.get('reference_profile_view');
  return current && reference && { library: 'whylogs', call, current, reference, positional: false };
}

function comparisonOf(document: PythonDocument, call: Call): Comparison | undefined {
  const type = call.receiver === undefined ? '' : (typeOf(document, call.receiver) ?? '');
  if ((call.method === 'run' || call.method === 'calculate') && EVIDENTLY.test(type)) return ofEvidently(call);
  if ((call.method === 'calculate' || call.method === 'estimate') && NANNYML.test(type))
    return ofNannyml(document, call);
  if (call.method === 'predict' && ALIBI.test(type)) return ofAlibi(document, call);
  return /^whylogs\./.test(call.name ?? '') ? ofWhylogs(call) : undefined;
}

/** Every comparison of recent with reference rows in the file, in source order. */
export const comparisons: (document: PythonDocument) => readonly Comparison[] = fact((document) =>
  calls(document).flatMap((call) => comparisonOf(document, call) ?? []),
);

const COPIES = new Set(['copy', 'sample', 'head', 'tail', 'reset_index', 'deepcopy']);

/** The variable that an expression is, or is a copy, alias or sample of. */
export function originalOf(document: PythonDocument, node: PyNode): PyNode {
  let at = bare(node);
  for (let steps = 0; steps < 20; steps += 1) {
    const call = at.type === 'call' ? callAt(document, at) : undefined;
    const source = at.type === 'identifier' ? singleAssignment(document, at) : undefined;
    const next = call?.receiver !== undefined && COPIES.has(call.method ?? '') ? call.receiver : source;
    if (next === undefined || !/^(identifier|call|attribute)$/.test(bare(next).type)) return at;
    const inner = bare(next);
    const copying = inner.type === 'call' ? COPIES.has(callAt(document, inner)?.method ?? '') : true;
    if (!copying) return at;
    at = inner;
  }
  return at;
}
