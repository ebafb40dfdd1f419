import { fact } from '../../core/fact.ts';
import { ancestor, child, firstPart, type PyNode, parts } from '../../documents/python/node.ts';
import { nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { qualifiedName } from './names.ts';
import { scopeOf } from './scopes.ts';

const BODIES = new Set(['module', 'block']);

/** The innermost function or lambda that holds the node (the node itself left out). */
export function enclosingFunction(node: PyNode): PyNode | undefined {
  return ancestor(node, 'function_definition', 'lambda');
}

/** The innermost class that holds the node, functions in between or not. */
export function enclosingClass(node: PyNode): PyNode | undefined {
  return ancestor(node, 'class_definition');
}

/** The innermost `for` or `while` of the same function whose body holds the node. */
export function enclosingLoop(node: PyNode): PyNode | undefined {
  return ownAncestor(node, (at, below) => /^(for|while)_statement$/.test(at.type) && below.field === 'body');
}

/** The innermost `with` of the same function whose body holds the node. */
export function enclosingWith(node: PyNode): PyNode | undefined {
  return ownAncestor(node, (at, below) => at.type === 'with_statement' && below.field === 'body');
}

/** The innermost `if` or `elif` of the same function on whose outcome the node depends (its `else` included). */
export function enclosingIf(node: PyNode): PyNode | undefined {
  return ownAncestor(node, (at, below) => /^(if_statement|elif_clause)$/.test(at.type) && below.field !== 'condition');
}

/** All `with` statements of the same function whose bodies hold the node, innermost first. */
export function enclosingWiths(node: PyNode): readonly PyNode[] {
  const all: PyNode[] = [];
  for (let at = enclosingWith(node); at !== undefined; at = enclosingWith(at)) all.push(at);
  return all;
}

function ownAncestor(node: PyNode, wanted: (at: PyNode, below: PyNode) => boolean): PyNode | undefined {
  let below = node;
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (wanted(at, below)) return at;
    if (at.type === 'function_definition' || at.type === 'lambda' || at.type === 'class_definition') return undefined;
    below = at;
  }
  return undefined;
}

/** The statement that the node is part of; for a compound statement's own words that statement. */
export function statementOf(node: PyNode): PyNode {
  let at = node;
  while (at.parent !== undefined && !BODIES.has(at.parent.type)) at = at.parent;
  return at;
}

/** True when an ancestor of the node has one of these types. */
export function isInside(node: PyNode, ...types: readonly string[]): boolean {
  return ancestor(node, ...types) !== undefined;
}

/**
 * True when `a` is always evaluated before `b` starts, loops aside: both run in the same scope and `a` ends above `b`.
 * False for nodes of different functions.
 */
export function precedes(document: PythonDocument, a: PyNode, b: PyNode): boolean {
  return a.end <= b.start && functionScope(document, a) === functionScope(document, b);
}

function functionScope(document: PythonDocument, node: PyNode): PyNode {
  let scope = scopeOf(document, node);
  while (scope.kind === 'comprehension' && scope.parent !== undefined) scope = scope.parent;
  return scope.node;
}

export interface Decorator {
  /** What follows the `@`: a name, an attribute or a call. */
  readonly expression: PyNode;
  /** Full name of the decorator, or of what is called to make it; `./…` for what relative imports bring. */
  readonly name: string | undefined;
  /** As written, without arguments: `app.post`. */
  readonly text: string;
  /** The decorator's arguments where it is a call. */
  readonly call: PyNode | undefined;
}

/** The decorators of a function or class definition, top first. */
export function decorators(document: PythonDocument, definition: PyNode): readonly Decorator[] {
  const holder = definition.parent?.type === 'decorated_definition' ? definition.parent : undefined;
  return (holder?.children ?? []).flatMap((each) => {
    const expression = each.type === 'decorator' ? firstPart(each) : undefined;
    if (expression === undefined) return [];
    const called = expression.type === 'call' ? child(expression, 'function') : expression;
    if (called === undefined) return [];
    const call = expression.type === 'call' ? expression : undefined;
    return [{ expression, call, name: qualifiedName(document, called), text: textOf(document, called) }];
  });
}

/** The name of a function or class definition; undefined for a lambda. */
export function definitionName(document: PythonDocument, definition: PyNode): string | undefined {
  const name = child(definition, 'name');
  return name && textOf(document, name);
}

export interface Parameter {
  readonly name: string;
  /** The identifier. */
  readonly node: PyNode;
  readonly default: PyNode | undefined;
  /** The expression inside the annotation. */
  readonly annotation: PyNode | undefined;
  readonly kind: 'plain' | 'args' | 'kwargs';
  /** After `*` or `*args`: can only be given by keyword. */
  readonly keywordOnly: boolean;
}

/** The parameters of a function or lambda in order, `self` included. */
export function parameters(document: PythonDocument, definition: PyNode): readonly Parameter[] {
  const list = child(definition, 'parameters');
  const found: Parameter[] = [];
  let keywordOnly = false;
  for (const each of list === undefined ? [] : parts(list)) {
    if (each.type === 'keyword_separator') keywordOnly = true;
    const parameter = parameterOf(document, each, keywordOnly);
    if (parameter === undefined) continue;
    found.push(parameter);
    if (parameter.kind === 'args') keywordOnly = true;
  }
  return found;
}

function parameterOf(document: PythonDocument, node: PyNode, keywordOnly: boolean): Parameter | undefined {
  const typed = node.type === 'typed_parameter';
  const named = child(node, 'name') ?? (typed ? firstPart(node) : node);
  const starred = named?.type === 'list_splat_pattern' || named?.type === 'dictionary_splat_pattern';
  const name = starred && named !== undefined ? firstPart(named) : named;
  if (name?.type !== 'identifier') return undefined;
  const annotation = child(node, 'type');
  return {
    name: textOf(document, name),
    node: name,
    default: child(node, 'value'),
    annotation: annotation && firstPart(annotation),
    kind: named?.type === 'list_splat_pattern' ? 'args' : starred ? 'kwargs' : 'plain',
    keywordOnly,
  };
}

/** True for `async def`. */
export function isAsync(definition: PyNode): boolean {
  return definition.children[0]?.type === 'async';
}

/** The values that a function returns itself, nested functions aside; a bare `return` is left out. */
export function returnsOf(document: PythonDocument, definition: PyNode): readonly PyNode[] {
  return returnsByFunction(document)(definition);
}

const returnsByFunction = fact((document: PythonDocument) =>
  fact((definition: PyNode): readonly PyNode[] => {
    if (definition.type === 'lambda') return [child(definition, 'body') ?? []].flat();
    return ['return_statement', 'yield']
      .flatMap((type) => nodesWithin(document, definition, type))
      .filter((each) => enclosingFunction(each) === definition)
      .flatMap((each) => firstPart(each) ?? []);
  }),
);
