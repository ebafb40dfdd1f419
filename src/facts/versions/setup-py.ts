import { child, type PyNode, parts } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument } from '../../documents/python/python.ts';
import { parseRequirement } from '../../documents/requirements.ts';
import type { Declared } from './declaration.ts';
import { declaredBy } from './requirement.ts';

/** The plain string that a node is, and where its text starts; undefined for f-strings, escapes and everything else. */
function plainString(
  document: PythonDocument,
  node: PyNode,
): { readonly text: string; readonly start: number } | undefined {
  if (node.type !== 'string') return undefined;
  const raw = document.text.slice(node.start, node.end);
  const match = /^("""|'''|"|')([^\\]*)\1$/.exec(raw);
  return match === null ? undefined : { text: match[2] ?? '', start: node.start + (match[1] ?? '').length };
}

/** The literal `install_requires=[...]` of `setup(...)`, also through a list of the same module's top level. */
export function setupPy(document: PythonDocument): readonly Declared[] {
  return nodesOf(document, 'keyword_argument').flatMap((argument) => {
    const name = child(argument, 'name');
    const value = child(argument, 'value');
    if (name === undefined || value === undefined || document.text.slice(name.start, name.end) !== 'install_requires')
      return [];
    const list = value.type === 'identifier' ? assigned(document, document.text.slice(value.start, value.end)) : value;
    if (list?.type !== 'list') return [];
    return parts(list).flatMap((item) => {
      const string = plainString(document, item);
      const requirement = string && parseRequirement(string.text, string.start);
      return (requirement && declaredBy(requirement, 'requirement', 'main')) ?? [];
    });
  });
}

/** The value of a name that the module assigns exactly once. */
function assigned(document: PythonDocument, name: string): PyNode | undefined {
  const all = nodesOf(document, 'assignment').filter((node) => {
    const left = child(node, 'left');
    return left !== undefined && document.text.slice(left.start, left.end) === name;
  });
  return all.length === 1 && all[0] !== undefined ? child(all[0], 'right') : undefined;
}
