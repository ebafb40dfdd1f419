import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { originsOf } from '../python/flow.ts';
import { bindingsFrom, readsOf } from '../python/uses.ts';
import { fits } from './fits.ts';
import { divisions } from './rows.ts';

/** True when a list of columns, or the variable it is kept in, picks columns of what a model is fitted on. */
export function isUsedAsFeatures(document: PythonDocument, list: PyNode): boolean {
  const learnt = [...fits(document).map(({ rows }) => rows), ...divisions(document).map(({ rows }) => rows)];
  const selections = subscriptsBy(document, list);
  return learnt.some((rows) => {
    const origins = originsOf(document, rows);
    return selections.some((each) => origins.has(each));
  });
}

/** `df[list]`, also where the list has a name. */
function subscriptsBy(document: PythonDocument, list: PyNode): readonly PyNode[] {
  if (list.parent?.type === 'subscript' && list.field === 'subscript') return [list.parent];
  const reads = bindingsFrom(document, list).flatMap((binding) => readsOf(document, binding));
  return reads.flatMap((use) => (use.parent?.type === 'subscript' && use.field === 'subscript' ? [use.parent] : []));
}
