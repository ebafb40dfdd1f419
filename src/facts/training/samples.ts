import { fact } from '../../core/fact.ts';
import { bare, child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { isFrame } from '../pandas/frames.ts';
import { type Call, callsOfMethod } from '../python/calls.ts';
import { reachingBindings } from '../python/reaching.ts';
import { bindingsFrom } from '../python/uses.ts';
import { MOST } from './most.ts';

/** `df.sample(frac=0.8)` whose rows are set apart: the others are taken by `df.drop(train.index)` or `~df.index.isin(…)`. */
export const sampledSplits: (document: PythonDocument) => readonly Call[] = fact((document) => {
  const indices = nodesOf(document, 'attribute')
    .filter((node) => isIndex(document, node) && isTakenAway(document, node))
    .slice(0, MOST);
  return callsOfMethod(document, 'sample')
    .slice(0, MOST)
    .filter(({ node, receiver }) => {
      if (receiver === undefined || !isFrame(document, receiver)) return false;
      const drawn = bindingsFrom(document, node);
      return indices.some((index) => {
        const frame = bare(child(index, 'object') ?? index);
        return frame.type === 'identifier' && reachingBindings(document, frame).some((each) => drawn.includes(each));
      });
    });
});

const isIndex = (document: PythonDocument, node: PyNode): boolean =>
  node.field !== 'function' && textOf(document, child(node, 'attribute') ?? node) === 'index';

/** An argument of `drop` or `isin`. */
function isTakenAway(document: PythonDocument, node: PyNode): boolean {
  const list = node.parent?.type === 'keyword_argument' ? node.parent.parent : node.parent;
  const callee = list?.type === 'argument_list' ? list.parent && child(list.parent, 'function') : undefined;
  const method = callee?.type === 'attribute' ? child(callee, 'attribute') : undefined;
  return method !== undefined && /^(drop|isin)$/.test(textOf(document, method));
}
