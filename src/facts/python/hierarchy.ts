import { child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { type AttributeAssignment, attributeAssignments, basesOf, methodsOf } from './classes.ts';
import { qualifiedNames } from './names.ts';
import { reachingBindings } from './reaching.ts';

/** Classes looked at above one class. */
const MOST_CLASSES = 50;

/** Assignments to one attribute that are told apart. */
export const MOST_ASSIGNMENTS = 64;

/** The only class or function of the file that an identifier can mean. */
export function definitionOf(document: PythonDocument, node: PyNode, kind: 'class' | 'function'): PyNode | undefined {
  if (node.type !== 'identifier') return undefined;
  const bindings = reachingBindings(document, node);
  return bindings.length === 1 && bindings[0]?.kind === kind ? bindings[0].value : undefined;
}

/** The class and those of this file that it inherits from, nearest first. */
export function lineage(document: PythonDocument, owner: PyNode): readonly PyNode[] {
  const all = new Set([owner]);
  for (const each of all) {
    if (all.size > MOST_CLASSES) break;
    for (const base of basesOf(each)) {
      const above = definitionOf(document, base, 'class');
      if (above !== undefined) all.add(above);
    }
  }
  return [...all];
}

/** Full names of everything outside of the file that the class inherits from, directly or through classes of the file. */
export function outerBases(document: PythonDocument, owner: PyNode): readonly string[] {
  return lineage(document, owner).flatMap((each) =>
    basesOf(each).flatMap((base) =>
      qualifiedNames(document, base.type === 'subscript' ? (child(base, 'value') ?? base) : base),
    ),
  );
}

/** True when the class inherits from one of these: `inherits(document, owner, 'torch.nn.Module')`. */
export function inherits(document: PythonDocument, owner: PyNode, ...names: readonly string[]): boolean {
  return outerBases(document, owner).some((each) => names.includes(each));
}

/** The method that the class or the nearest of its bases in the file defines. */
export function methodNamed(document: PythonDocument, owner: PyNode, name: string): PyNode | undefined {
  for (const each of lineage(document, owner)) {
    const method = methodsOf(document, each).get(name);
    if (method !== undefined) return method;
  }
  return undefined;
}

/** Assignments to an attribute in the class or, where it has none, in the nearest of its bases in the file that has; the last `MOST_ASSIGNMENTS` of them. */
export function attributeSources(
  document: PythonDocument,
  owner: PyNode,
  name: string,
): readonly AttributeAssignment[] {
  for (const each of lineage(document, owner)) {
    const own = attributeAssignments(document, each, name);
    if (own.length > 0) return own.slice(-MOST_ASSIGNMENTS);
  }
  return [];
}

/** The name that instances of a class of this file have as type: `./src/train.Net()`. */
export function instanceName(document: PythonDocument, owner: PyNode): string | undefined {
  const name = child(owner, 'name');
  return name && `./${document.path.replace(/\.[^./]+$/, '')}.${textOf(document, name)}()`;
}
