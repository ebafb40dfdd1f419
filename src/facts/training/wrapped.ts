import { bare, child, type PyNode, parts } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callAt } from '../python/calls.ts';
import { elementsOf } from '../python/literals.ts';
import { reachingBindings, singleAssignment } from '../python/reaching.ts';
import { typeOf } from '../python/types.ts';

const MOST_STEPS = 12;

/**
 * The type of the model that answers, as by `typeOf`, inside pipelines and searches: `RandomForestClassifier()` for a
 * `GridSearchCV` of a pipeline that ends with one. Undefined where it is not known.
 */
export function innermostModel(document: PythonDocument, start: PyNode): string | undefined {
  let at = bare(start);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const next = inside(document, at);
    if (next === undefined) return typeOf(document, at);
    at = bare(next);
  }
  return undefined;
}

/** What the expression hands its questions to, one step in. */
function inside(document: PythonDocument, node: PyNode): PyNode | undefined {
  if (node.type === 'identifier')
    return reachingBindings(document, node).length === 1 ? singleAssignment(document, node) : undefined;
  if (node.type === 'attribute') {
    const name = child(node, 'attribute');
    return name !== undefined && textOf(document, name) === 'best_estimator_' ? child(node, 'object') : undefined;
  }
  const call = node.type === 'call' ? callAt(document, node) : undefined;
  if (call === undefined) return undefined;
  if (call.method === 'fit' && call.receiver !== undefined) return call.receiver;
  const name = /^(?:sklearn|imblearn)\.(?:\w+\.)+(\w+)$/.exec(call.name ?? '')?.[1] ?? '';
  if (/SearchCV$/.test(name)) return call.args[0] ?? call.keywords.get('estimator');
  if (name === 'make_pipeline') return call.args.at(-1);
  if (name !== 'Pipeline') return undefined;
  const steps = call.args[0] ?? call.keywords.get('steps');
  const last = steps && elementsOf(document, steps)?.at(-1);
  return last?.type === 'tuple' ? parts(last)[1] : undefined;
}
