import { bare, type PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { callAt, callsOfMethod } from '../python/calls.ts';
import { mutationsBefore } from '../python/mutations.ts';
import { reachingBindings, singleAssignment } from '../python/reaching.ts';

const LISTINGS = ['os.listdir', 'glob.glob', 'os.scandir', 'glob.iglob'];

/** An expression without an order of its own. */
export interface Unordered {
  readonly node: PyNode;
  readonly kind: 'set' | 'listing';
}

/** `set(x)`, `{…}`, `os.listdir(x)`, also inside `list(…)` and `tuple(…)`; through one name at a time. */
export function unorderedAt(document: PythonDocument, start: PyNode): Unordered | undefined {
  let at = bare(start);
  let named: PyNode | undefined;
  for (let step = 0; step < 6; step += 1) {
    if (at.type === 'set_comprehension') return { node: at, kind: 'set' };
    if (at.type === 'identifier') {
      const source = singleAssignment(document, at);
      if (source === undefined || isSorted(document, at)) return undefined;
      named = at;
      at = bare(source);
      continue;
    }
    const call = at.type === 'call' ? callAt(document, at) : undefined;
    if (call?.name === 'builtins.set') {
      if (call.args.length === 1) return { node: at, kind: 'set' };
      // Filled later; only its use can be sorted.
      return named !== undefined && isFilled(document, named) ? { node: named, kind: 'set' } : undefined;
    }
    if (call?.name !== undefined && LISTINGS.includes(call.name)) return { node: at, kind: 'listing' };
    const [inner] = call?.args ?? [];
    if (call === undefined || inner === undefined || !/^builtins\.(list|tuple)$/.test(call.name ?? ''))
      return undefined;
    at = bare(inner);
  }
  return undefined;
}

const isFilled = (document: PythonDocument, name: PyNode): boolean => mutationsBefore(document, name).length > 0;

/** `classes.sort()` somewhere on the same object. */
function isSorted(document: PythonDocument, name: PyNode): boolean {
  const bindings = reachingBindings(document, name);
  return callsOfMethod(document, 'sort').some(
    ({ receiver }) =>
      receiver?.type === 'identifier' && reachingBindings(document, receiver).some((each) => bindings.includes(each)),
  );
}
