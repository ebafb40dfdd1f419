import { child, firstPart, type PyNode, parts } from '../../documents/python/node.ts';
import { nodesOf, nodesWithin, type PythonDocument, textOf } from '../../documents/python/python.ts';

export type BindingKind =
  | 'assignment'
  | 'augmented'
  | 'annotation'
  | 'walrus'
  | 'loop'
  | 'comprehension'
  | 'with'
  | 'except'
  | 'parameter'
  | 'function'
  | 'class'
  | 'import'
  | 'pattern'
  | 'delete';

/** One place that gives a name a value (or takes it away). */
export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  /** The identifier that is bound. */
  readonly node: PyNode;
  /** Offset from which the binding holds. */
  readonly from: number;
  /**
   * Assignment, walrus and augmented: the right side. Loop and comprehension: the iterable. With and except: the expression
   * before `as`. Parameter: the default. Function and class: the definition.
   */
  readonly value: PyNode | undefined;
  /** Where in an unpacked value the name sits, outermost first; `'rest'` for a starred name. Empty when it is the whole value. */
  readonly path: readonly (number | 'rest')[];
  /** Import only: full name of what is bound, such as `torch.nn` or `./src/data.load`. */
  readonly imported?: string;
  /** Made by another function than the scope's own, through `global` or `nonlocal`: may happen at any time. */
  readonly remote?: true;
}

type Found = Omit<Binding, 'name'>;
const WHOLE: readonly (number | 'rest')[] = [];
const UNPACKED = new Set(['pattern_list', 'tuple_pattern', 'list_pattern', 'tuple', 'list', 'expression_list']);

/** Every binding in the document but imports, unsorted. */
export function* foundBindings(document: PythonDocument): Generator<Binding, void, undefined> {
  for (const found of everything(document)) yield { name: textOf(document, found.node), ...found };
}

function* everything(document: PythonDocument): Generator<Found, void, undefined> {
  for (const node of nodesOf(document, 'assignment')) yield* assigned(node);
  for (const node of nodesOf(document, 'augmented_assignment')) {
    yield* targets('augmented', child(node, 'left'), child(node, 'right'), node.end);
  }
  for (const node of nodesOf(document, 'named_expression')) {
    yield* targets('walrus', child(node, 'name'), child(node, 'value'), node.end);
  }
  for (const node of nodesOf(document, 'for_statement')) {
    yield* targets('loop', child(node, 'left'), child(node, 'right'), child(node, 'right')?.end ?? node.end);
  }
  for (const node of nodesOf(document, 'for_in_clause')) {
    yield* targets('comprehension', child(node, 'left'), child(node, 'right'), node.parent?.start ?? node.start);
  }
  for (const node of nodesOf(document, 'as_pattern')) yield* asPattern(node);
  for (const node of nodesOf(document, 'except_clause')) {
    yield* targets('except', child(node, 'alias'), child(node, 'value'), child(node, 'alias')?.end ?? node.end);
  }
  yield* definitions(document);
  for (const node of nodesOf(document, 'parameters', 'lambda_parameters')) yield* parameterBindings(node);
  for (const node of nodesOf(document, 'delete_statement'))
    yield* targets('delete', firstPart(node), undefined, node.end);
  yield* casePatterns(document);
}

/** `a = b = value` nests to the right; each target gets the last value. */
function* assigned(node: PyNode): Generator<Found, void, undefined> {
  let value = child(node, 'right');
  while (value?.type === 'assignment') value = child(value, 'right');
  yield* targets(value === undefined ? 'annotation' : 'assignment', child(node, 'left'), value, node.end);
}

function* asPattern(node: PyNode): Generator<Found, void, undefined> {
  const holder = node.parent?.type;
  const kind = holder === 'except_clause' ? 'except' : holder === 'case_pattern' ? 'pattern' : 'with';
  const target = child(node, 'alias');
  if (target !== undefined) yield* targets(kind, target, firstPart(node), node.end);
  else if (kind === 'pattern') {
    const last = parts(node).at(-1);
    if (last?.type === 'identifier') yield { kind, node: last, from: node.end, value: undefined, path: WHOLE };
  }
}

function* definitions(document: PythonDocument): Generator<Found, void, undefined> {
  for (const type of ['function_definition', 'class_definition'] as const) {
    for (const node of nodesOf(document, type)) {
      const name = child(node, 'name');
      const kind = type === 'class_definition' ? 'class' : 'function';
      const from = kind === 'class' ? node.end : (name?.end ?? node.end);
      if (name !== undefined) yield { kind, node: name, from, value: node, path: WHOLE };
    }
  }
}

function* parameterBindings(list: PyNode): Generator<Found, void, undefined> {
  for (const each of parts(list)) {
    const named = child(each, 'name') ?? (each.type === 'identifier' ? each : firstPart(each));
    const name = named?.type === 'identifier' || named === undefined ? named : firstPart(named);
    if (name?.type !== 'identifier') continue;
    yield { kind: 'parameter', node: name, from: list.start, value: child(each, 'value'), path: WHOLE };
  }
}

/** Names that a `case` captures: undotted names that are neither a class nor a keyword. */
function* casePatterns(document: PythonDocument): Generator<Found, void, undefined> {
  for (const clause of nodesOf(document, 'case_clause')) {
    const body = child(clause, 'consequence');
    for (const name of nodesWithin(document, clause, 'identifier')) {
      if (name.start >= (body?.start ?? clause.end)) break;
      if (captures(name)) yield { kind: 'pattern', node: name, from: name.end, value: undefined, path: WHOLE };
    }
  }
}

function captures(name: PyNode): boolean {
  const holder = name.parent;
  if (holder?.type === 'splat_pattern') return true;
  return holder?.type === 'dotted_name' && parts(holder).length === 1 && holder.parent?.type === 'case_pattern';
}

function* targets(
  kind: BindingKind,
  target: PyNode | undefined,
  value: PyNode | undefined,
  from: number,
): Generator<Found, void, undefined> {
  if (target === undefined) return;
  const waiting: { readonly node: PyNode; readonly path: readonly (number | 'rest')[] }[] = [
    { node: target, path: WHOLE },
  ];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { node, path } = at;
    if (node.type === 'identifier') yield { kind, node, from, value, path };
    else if (UNPACKED.has(node.type)) {
      for (const [index, each] of parts(node).entries()) waiting.push({ node: each, path: [...path, index] });
    } else if (node.type === 'list_splat_pattern' || node.type === 'list_splat') {
      const inner = firstPart(node);
      if (inner !== undefined) waiting.push({ node: inner, path: [...path.slice(0, -1), 'rest'] });
    } else if (node.type === 'as_pattern_target' || node.type === 'parenthesized_expression') {
      const inner = firstPart(node);
      if (inner !== undefined) waiting.push({ node: inner, path });
    }
  }
}
