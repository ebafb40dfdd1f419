import { fact } from '../../core/fact.ts';
import { ancestor, child, firstPart, type PyNode, parts } from '../../documents/python/node.ts';
import { nodesOf, nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';

/** The class a method is defined directly in. */
export function classOfMethod(method: PyNode): PyNode | undefined {
  const statement = method.parent?.type === 'decorated_definition' ? method.parent : method;
  const body = statement.parent;
  return body?.type === 'block' && body.parent?.type === 'class_definition' ? body.parent : undefined;
}

/** The class whose instance (or itself, in a class method) this identifier is as first parameter of a method. */
export function classOfSelf(document: PythonDocument, identifier: PyNode): PyNode | undefined {
  if (identifier.type !== 'identifier') return undefined;
  const name = textOf(document, identifier);
  for (
    let at = ancestor(identifier, 'function_definition');
    at !== undefined;
    at = ancestor(at, 'function_definition')
  ) {
    const list = child(at, 'parameters');
    const first = list === undefined ? undefined : firstPart(list);
    const owner = classOfMethod(at);
    if (first === undefined || owner === undefined || textOf(document, first) !== name) continue;
    return isStatic(document, at) ? undefined : owner;
  }
  return undefined;
}

function isStatic(document: PythonDocument, method: PyNode): boolean {
  const holder = method.parent?.type === 'decorated_definition' ? method.parent.children : [];
  return holder.some((each) => each.type === 'decorator' && textOf(document, each) === '@staticmethod');
}

/** A value given to an attribute of an instance: `self.x = value`, or `x = value` in the class body. */
export interface AttributeAssignment {
  /** The assignment or augmented assignment. */
  readonly node: PyNode;
  /** The right side; undefined where the attribute is one of several unpacked targets or augmented. */
  readonly value: PyNode | undefined;
}

type Attributes = ReadonlyMap<string, readonly AttributeAssignment[]>;
const NONE: readonly AttributeAssignment[] = [];

/** Every assignment in the class to this attribute of its instances, in source order. */
export function attributeAssignments(
  document: PythonDocument,
  owner: PyNode,
  name: string,
): readonly AttributeAssignment[] {
  return attributesByClass(document).get(owner)?.get(name) ?? NONE;
}

const attributesByClass = fact((document: PythonDocument): ReadonlyMap<PyNode, Attributes> => {
  const all = new Map<PyNode, Map<string, AttributeAssignment[]>>();
  const note = (owner: PyNode, name: string, assignment: AttributeAssignment): void => {
    const known = all.get(owner) ?? new Map<string, AttributeAssignment[]>();
    all.set(owner, known);
    const list = known.get(name);
    if (list === undefined) known.set(name, [assignment]);
    else list.push(assignment);
  };
  for (const node of nodesOf(document, 'assignment', 'augmented_assignment')) {
    const left = child(node, 'left');
    if (left === undefined || (node.type === 'assignment' && child(node, 'right') === undefined)) continue;
    const value = node.type === 'assignment' ? lastValue(node) : undefined;
    for (const { target, whole } of targetsOf(left)) {
      const owner = ownerOf(document, node, target);
      if (owner !== undefined) note(owner.owner, owner.name, { node, value: whole ? value : undefined });
    }
  }
  return all;
});

function lastValue(assignment: PyNode): PyNode | undefined {
  let value = child(assignment, 'right');
  while (value?.type === 'assignment') value = child(value, 'right');
  return value;
}

function targetsOf(left: PyNode): readonly { readonly target: PyNode; readonly whole: boolean }[] {
  if (left.type === 'pattern_list' || left.type === 'tuple_pattern')
    return parts(left).map((target) => ({ target, whole: false }));
  return [{ target: left, whole: true }];
}

function ownerOf(
  document: PythonDocument,
  assignment: PyNode,
  target: PyNode,
): { readonly owner: PyNode; readonly name: string } | undefined {
  if (target.type === 'attribute') {
    const object = child(target, 'object');
    const name = child(target, 'attribute');
    const owner = object === undefined ? undefined : classOfSelf(document, object);
    return owner === undefined || name === undefined ? undefined : { owner, name: textOf(document, name) };
  }
  const holder = assignment.parent?.parent;
  const owner = holder?.type === 'block' ? holder.parent : undefined;
  if (target.type !== 'identifier' || owner?.type !== 'class_definition') return undefined;
  return { owner, name: textOf(document, target) };
}

/** Methods defined directly in the class, by name; of two with one name the later. */
export function methodsOf(document: PythonDocument, owner: PyNode): ReadonlyMap<string, PyNode> {
  return methodsByClass(document)(owner);
}

const methodsByClass = fact((document: PythonDocument) =>
  fact((owner: PyNode): ReadonlyMap<string, PyNode> => {
    const methods = new Map<string, PyNode>();
    for (const node of nodesWithin(document, owner, 'function_definition')) {
      const name = child(node, 'name');
      if (name !== undefined && classOfMethod(node) === owner) methods.set(textOf(document, name), node);
    }
    return methods;
  }),
);

/** The base classes as written, keywords such as `metaclass=` left out. */
export function basesOf(owner: PyNode): readonly PyNode[] {
  const list = child(owner, 'superclasses');
  return list === undefined ? [] : parts(list).filter((each) => each.type !== 'keyword_argument');
}
