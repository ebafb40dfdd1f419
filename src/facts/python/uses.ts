import { fact } from '../../core/fact.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import type { Binding } from './bindings.ts';
import { reachingBindings } from './reaching.ts';
import { identifiersNamed, scopes } from './scopes.ts';

/** True for an identifier that reads or binds a variable; false for attribute, keyword and import names. */
export function isVariable(identifier: PyNode): boolean {
  const holder = identifier.parent?.type ?? '';
  if (identifier.type !== 'identifier' || holder === 'dotted_name' || holder === 'aliased_import') return false;
  return (
    !(holder === 'attribute' && identifier.field === 'attribute') &&
    !(holder === 'keyword_argument' && identifier.field === 'name')
  );
}

/** The identifiers that may read the value of a binding, in source order; those that bind the name are left out. */
export function readsOf(document: PythonDocument, binding: Binding): readonly PyNode[] {
  const binders = bindersOf(document);
  return identifiersNamed(document, binding.name).filter(
    (each) =>
      isVariable(each) &&
      (!binders.has(each) || isAugmented(each)) &&
      reachingBindings(document, each).includes(binding),
  );
}

/** The bindings that take their value from exactly this expression: `[x, y]` of `x, y = f()` for the call. */
export function bindingsFrom(document: PythonDocument, value: PyNode): readonly Binding[] {
  return bindingsByValue(document).get(value) ?? [];
}

/** `x += 1` reads what it binds. */
function isAugmented(node: PyNode): boolean {
  return node.parent?.type === 'augmented_assignment' && node.field === 'left';
}

function* every(document: PythonDocument): Generator<Binding, void, undefined> {
  for (const scope of scopes(document).values()) for (const list of scope.names.values()) yield* list;
}

const bindersOf = fact(
  (document: PythonDocument): ReadonlySet<PyNode> => new Set([...every(document)].map(({ node }) => node)),
);

const bindingsByValue = fact((document: PythonDocument): ReadonlyMap<PyNode, readonly Binding[]> => {
  const all = new Map<PyNode, Binding[]>();
  for (const binding of every(document)) {
    if (binding.value === undefined) continue;
    const known = all.get(binding.value);
    if (known === undefined) all.set(binding.value, [binding]);
    else known.push(binding);
  }
  return all;
});
