import { fact } from '../../core/fact.ts';
import { ancestor, bare, child, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import type { Binding } from './bindings.ts';
import { BUILTINS } from './builtins.ts';
import { reachingBindings } from './reaching.ts';
import { resolve } from './scopes.ts';

/** How many `a = b` steps a name is followed through. */
const MOST_STEPS = 8;
const UNKNOWN: readonly string[] = [];

/**
 * The full name of what an identifier or attribute stands for: `np.random.seed` after `import numpy as np` is
 * `numpy.random.seed`; what a relative import brings is `./path/of/module.name`; builtins are `builtins.open`. Undefined
 * when the name comes from no import: locals, parameters, classes and functions of the file, star imports. Where imports
 * are alternatives (`try`/`except ImportError`, `if`/`else`) this is the first in the file.
 */
export function qualifiedName(document: PythonDocument, node: PyNode): string | undefined {
  return qualifiedNames(document, node)[0];
}

/** All alternatives of `qualifiedName`, in source order. */
export function qualifiedNames(document: PythonDocument, node: PyNode): readonly string[] {
  return named(document, node, MOST_STEPS);
}

const namesByNode = fact((_: PythonDocument) => new Map<PyNode, readonly string[]>());

function named(document: PythonDocument, node: PyNode, steps: number): readonly string[] {
  const known = namesByNode(document);
  const hit = known.get(node);
  if (hit !== undefined) return hit;
  const names = derived(document, bare(node), steps);
  known.set(node, names);
  return names;
}

function derived(document: PythonDocument, node: PyNode, steps: number): readonly string[] {
  const attributes: string[] = [];
  let at = node;
  while (at.type === 'attribute') {
    const object = child(at, 'object');
    const attribute = child(at, 'attribute');
    if (object === undefined || attribute === undefined) return UNKNOWN;
    attributes.push(textOf(document, attribute));
    at = bare(object);
  }
  if (at.type !== 'identifier') return UNKNOWN;
  const roots = identifierNames(document, at, steps);
  if (attributes.length === 0) return roots;
  const rest = attributes.reverse().join('.');
  return roots.map((root) => (root.endsWith('/') ? root + rest : `${root}.${rest}`));
}

function identifierNames(document: PythonDocument, node: PyNode, steps: number): readonly string[] {
  const name = textOf(document, node);
  const bindings = withoutFallbacks(reachingBindings(document, node));
  if (bindings.length === 0) {
    return BUILTINS.has(name) && resolve(document, name, node) === undefined ? [`builtins.${name}`] : UNKNOWN;
  }
  const names: string[] = [];
  for (const binding of bindings) {
    const own = bindingNames(document, binding, steps);
    if (own.length === 0) return UNKNOWN;
    names.unshift(...own);
  }
  return names;
}

function bindingNames(document: PythonDocument, binding: Binding, steps: number): readonly string[] {
  if (binding.imported !== undefined) return [binding.imported];
  const { value } = binding;
  if (binding.kind !== 'assignment' || value === undefined || binding.path.length > 0 || steps === 0) return UNKNOWN;
  const source = bare(value);
  if (source.type !== 'identifier' && source.type !== 'attribute') return UNKNOWN;
  return named(document, source, steps - 1);
}

/** `except ImportError: torch = None` and the like do not change what the name means where it can be used. */
function withoutFallbacks(bindings: readonly Binding[]): readonly Binding[] {
  const imported = bindings.filter((each) => each.kind === 'import');
  if (imported.length === 0 || imported.length === bindings.length) return bindings;
  return bindings.filter((each) => each.kind === 'import' || !isFallback(each, imported));
}

function isFallback(binding: Binding, imported: readonly Binding[]): boolean {
  if (binding.value?.type === 'none' || binding.value?.type === 'false') return true;
  const handler = ancestor(binding.node, 'except_clause');
  if (handler?.parent === undefined) return false;
  const { start, end } = handler.parent;
  return imported.some((each) => each.node.start >= start && each.node.end <= end);
}

/** True when `qualifiedName` may be one of these names. */
export function isNamed(document: PythonDocument, node: PyNode, ...names: readonly string[]): boolean {
  return qualifiedNames(document, node).some((each) => names.includes(each));
}
