import { ancestor, type PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { originsOf } from '../python/flow.ts';
import { bindingsAt } from '../python/reaching.ts';
import { readsOf } from '../python/uses.ts';
import { fits } from './fits.ts';
import { divisions } from './rows.ts';

/** The list, or the variable it is kept in, picks columns of what a model is fitted on. */
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
  const assignment = list.parent?.type === 'assignment' && list.field === 'right' ? list.parent : undefined;
  const target = assignment?.children.find((each) => each.field === 'left');
  if (target?.type !== 'identifier') return [];
  const name = document.text.slice(target.start, target.end);
  const binding =
    bindingsAt(document, name, list.parent ?? list).find(({ node }) => node === target) ??
    bindingOf(document, target, name);
  return (binding === undefined ? [] : readsOf(document, binding)).flatMap((use) => {
    const holder = ancestor(use, 'subscript');
    return holder !== undefined && use.parent === holder && use.field === 'subscript' ? [holder] : [];
  });
}

const bindingOf = (
  document: PythonDocument,
  target: PyNode,
  name: string,
): ReturnType<typeof bindingsAt>[number] | undefined =>
  bindingsAt(document, name, document.root.children.at(-1) ?? target).find(({ node }) => node === target);
