import { fact } from '../../core/fact.ts';
import { bare, child, firstPart, type PyNode, parts } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import type { Binding } from './bindings.ts';
import { classOfSelf } from './classes.ts';
import { attributeSources, definitionOf, instanceName, MOST_ASSIGNMENTS } from './hierarchy.ts';
import { qualifiedName } from './names.ts';
import { bindingsAt, reachingBindings } from './reaching.ts';
import { itemOf, partOf, resultOf } from './returns.ts';
import { decorators, enclosingFunction, returnsOf } from './structure.ts';

/** Steps from a use to a construction before a type counts as unknown. */
const MOST_STEPS = 60;

const LITERALS: Readonly<Record<string, string>> = {
  string: 'builtins.str()',
  concatenated_string: 'builtins.str()',
  integer: 'builtins.int()',
  float: 'builtins.float()',
  true: 'builtins.bool()',
  false: 'builtins.bool()',
  list: 'builtins.list()',
  list_comprehension: 'builtins.list()',
  dictionary: 'builtins.dict()',
  dictionary_comprehension: 'builtins.dict()',
  set: 'builtins.set()',
  set_comprehension: 'builtins.set()',
  tuple: 'builtins.tuple()',
};

/**
 * How a value was made: the full name of the class or function with `()`, such as
 * `sklearn.preprocessing.StandardScaler()` or `torch.load()`; everything that is a pandas frame is `pandas.DataFrame()`;
 * an instance of a class of this file is `./path/of/module.Class()`. Undefined when unknown or not always the same.
 */
export function typeOf(document: PythonDocument, node: PyNode): string | undefined {
  return derive(document, node, MOST_STEPS);
}

interface Known {
  readonly types: Map<PyNode, string | undefined>;
  readonly open: Set<PyNode>;
}

const knownTypes = fact((_: PythonDocument): Known => ({ types: new Map(), open: new Set() }));

function derive(document: PythonDocument, outer: PyNode, steps: number): string | undefined {
  const node = bare(outer);
  const { types, open } = knownTypes(document);
  if (types.has(node)) return types.get(node);
  if (steps === 0 || open.has(node)) return undefined;
  open.add(node);
  const type = expression(document, node, steps - 1);
  open.delete(node);
  types.set(node, type);
  return type;
}

function expression(document: PythonDocument, node: PyNode, steps: number): string | undefined {
  switch (node.type) {
    case 'identifier': {
      const owner = classOfSelf(document, node);
      if (owner !== undefined) return instanceName(document, owner);
      return same(reachingBindings(document, node), (each) => bindingType(document, each, steps));
    }
    case 'attribute':
      return attributeType(document, node, steps);
    case 'call':
      return callType(document, node, steps);
    case 'subscript': {
      const value = child(node, 'value');
      const key = child(node, 'subscript');
      return value && key && itemOf(derive(document, value, steps), bare(key).type);
    }
    case 'await':
    case 'named_expression': {
      const inner = child(node, 'value') ?? firstPart(node);
      return inner && derive(document, inner, steps);
    }
    case 'conditional_expression':
      return same([parts(node)[0], parts(node)[2]], (each) => each && derive(document, each, steps));
    case 'boolean_operator':
      return same([child(node, 'left'), child(node, 'right')], (each) => each && derive(document, each, steps));
    default:
      return LITERALS[node.type];
  }
}

/** The answer that all items agree on. */
function same<Item>(items: readonly Item[], of: (item: Item) => string | undefined): string | undefined {
  let agreed: string | undefined;
  for (const item of items) {
    const own = of(item);
    if (own === undefined || (agreed !== undefined && own !== agreed)) return undefined;
    agreed = own;
  }
  return agreed;
}

function bindingType(document: PythonDocument, binding: Binding, steps: number): string | undefined {
  const { kind, value, path, node } = binding;
  if (kind === 'parameter' || kind === 'annotation') return annotationType(document, node.parent);
  if (path.length > 0 || value === undefined) return undefined;
  if (kind === 'assignment' && node.parent?.type === 'assignment') {
    const declared = annotationType(document, node.parent);
    if (declared !== undefined) return derive(document, value, steps) ?? declared;
  }
  return kind === 'assignment' || kind === 'walrus' || kind === 'with' ? derive(document, value, steps) : undefined;
}

/** The type that an annotated parameter, assignment or function (by its `return_type`) declares. */
function annotationType(document: PythonDocument, holder: PyNode | undefined): string | undefined {
  const annotation = holder && (child(holder, 'type') ?? child(holder, 'return_type'));
  const written = annotation && firstPart(annotation);
  const name = written && classNamed(document, written, 4);
  return name === undefined || name.startsWith('typing.') ? undefined : `${name}()`;
}

function classNamed(document: PythonDocument, written: PyNode, steps: number): string | undefined {
  if (steps === 0) return undefined;
  if (written.type === 'identifier' || written.type === 'attribute') {
    return qualifiedName(document, written) ?? localClass(document, written);
  }
  if (written.type === 'binary_operator') {
    const sides = [child(written, 'left'), child(written, 'right')].filter(
      (each) => each !== undefined && each.type !== 'none',
    );
    return sides.length === 1 && sides[0] !== undefined ? classNamed(document, sides[0], steps - 1) : undefined;
  }
  if (written.type === 'string') return quotedClass(document, written);
  if (written.type !== 'generic_type') return undefined;
  const [outer, inside] = parts(written);
  const name = outer && qualifiedName(document, outer);
  if (name !== 'typing.Optional' && name !== 'typing.Annotated') return name;
  const first = inside && firstPart(inside);
  const inner = first?.type === 'type' ? firstPart(first) : first;
  return inner && classNamed(document, inner, steps - 1);
}

/** An annotation in quotes: `'pd.DataFrame'`. */
function quotedClass(document: PythonDocument, written: PyNode): string | undefined {
  const text = textOf(document, written).slice(1, -1);
  if (!/^[\w.]+$/.test(text)) return undefined;
  const [root = '', ...rest] = text.split('.');
  const bindings = bindingsAt(document, root, written);
  const [only] = bindings;
  if (bindings.length !== 1 || only === undefined) return undefined;
  if (only.kind === 'class' && only.value !== undefined) return instanceName(document, only.value)?.slice(0, -2);
  return only.imported && [only.imported, ...rest].join('.');
}

/** `./path/of/module.Class` for a class that this file defines. */
function localClass(document: PythonDocument, node: PyNode): string | undefined {
  const owner = definitionOf(document, node, 'class');
  return owner && instanceName(document, owner)?.slice(0, -2);
}

function attributeType(document: PythonDocument, node: PyNode, steps: number): string | undefined {
  const object = child(node, 'object');
  const attribute = child(node, 'attribute');
  if (object === undefined || attribute === undefined) return undefined;
  const name = textOf(document, attribute);
  const owner = classOfSelf(document, object);
  if (owner === undefined) return partOf(derive(document, object, steps), name);
  const assignments = attributeSources(document, owner, name).filter((each) => each.value?.type !== 'none');
  if (assignments.length >= MOST_ASSIGNMENTS) return undefined;
  return same(assignments, (each) => {
    const made = each.value && derive(document, each.value, steps);
    return made ?? annotationType(document, each.node);
  });
}

function callType(document: PythonDocument, call: PyNode, steps: number): string | undefined {
  const callee = child(call, 'function');
  if (callee === undefined) return undefined;
  const name = qualifiedName(document, callee) ?? localClass(document, callee);
  if (name !== undefined) return resultOf(name);
  const inner = bare(callee);
  if (inner.type === 'attribute') {
    const object = child(inner, 'object');
    const method = child(inner, 'attribute');
    const type = object && derive(document, object, steps);
    return type === undefined || method === undefined ? undefined : resultOf(`${type}.${textOf(document, method)}`);
  }
  const definition = definitionOf(document, inner, 'function');
  return definition && returnType(document, definition, steps);
}

/** The type of what a function of the file answers when called, as by `typeOf`. */
export function returnTypeOf(document: PythonDocument, definition: PyNode): string | undefined {
  return returnType(document, definition, MOST_STEPS);
}

function returnType(document: PythonDocument, definition: PyNode, steps: number): string | undefined {
  const { types, open } = knownTypes(document);
  if (types.has(definition)) return types.get(definition);
  if (open.has(definition)) return undefined;
  open.add(definition);
  const declared = annotationType(document, definition);
  const type =
    declared ??
    (answers(document, definition)
      ? same(returnsOf(document, definition), (each) => derive(document, each, steps))
      : undefined);
  open.delete(definition);
  types.set(definition, type);
  return type;
}

/** False for generators, whose call makes an iterator; a context manager made from one gives what it yields. */
function answers(document: PythonDocument, definition: PyNode): boolean {
  if (!nodesWithin(document, definition, 'yield').some((each) => enclosingFunction(each) === definition)) return true;
  return decorators(document, definition).some(({ name }) => /^contextlib\.(async)?contextmanager$/.test(name ?? ''));
}
