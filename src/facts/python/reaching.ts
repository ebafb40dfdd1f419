import { fact } from '../../core/fact.ts';
import type { PyNode } from '../../documents/python/node.ts';
import { child } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import type { Binding } from './bindings.ts';
import { resolve, type Scope } from './scopes.ts';

const BRANCHING = new Set(['if_statement', 'for_statement', 'while_statement', 'try_statement', 'match_statement']);
const LOOPS = new Set(['for_statement', 'while_statement']);
/** More ways than this for a name to get its value are not told apart. */
const MOST_BINDINGS = 64;
const NOTHING: readonly Binding[] = [];

/**
 * The bindings whose value an identifier may have where it stands, latest first; empty when nothing in the file binds it
 * there. Follows statement order, branches, loops and `del`; a name used in a function that an outer scope binds may have
 * any of the outer bindings.
 */
export function reachingBindings(document: PythonDocument, identifier: PyNode): readonly Binding[] {
  const known = reachingByNode(document);
  const hit = known.get(identifier);
  if (hit !== undefined) return hit;
  const found = bindingsAt(document, textOf(document, identifier), identifier);
  known.set(identifier, found);
  return found;
}

const reachingByNode = fact((_: PythonDocument) => new Map<PyNode, readonly Binding[]>());

/** As `reachingBindings`, for a name that need not be written at `use`. */
export function bindingsAt(document: PythonDocument, name: string, use: PyNode): readonly Binding[] {
  const found = resolve(document, name, use);
  if (found === undefined) return NOTHING;
  const all = found.scope.names.get(name) ?? NOTHING;
  if (found.scope.kind === 'comprehension' || !runsInPlace(found.from, found.scope)) {
    return all
      .slice(-MOST_BINDINGS)
      .filter((each) => each.kind !== 'delete')
      .reverse();
  }
  const before = beforeUse(all, found.scope.node, use);
  const later = aroundLoop(all, found.scope.node, use, before);
  return [...before, ...later].filter((each) => each.kind !== 'delete');
}

/**
 * The expression that an identifier stands for, when exactly one plain assignment of a whole value reaches it and nothing
 * else in the file may rebind it. Undefined for parameters, loop variables, unpacked and augmented names.
 */
export function singleAssignment(document: PythonDocument, identifier: PyNode): PyNode | undefined {
  if (identifier.type !== 'identifier') return undefined;
  const bindings = reachingBindings(document, identifier);
  const only = bindings[0];
  if (bindings.length !== 1 || only === undefined || only.path.length > 0) return undefined;
  return only.kind === 'assignment' || only.kind === 'walrus' ? only.value : undefined;
}

/** Comprehensions run where they stand; the body of a function runs some time later. */
function runsInPlace(from: Scope, to: Scope): boolean {
  for (let at: Scope | undefined = from; at !== undefined && at !== to; at = at.parent) {
    if (at.kind !== 'comprehension' && at.kind !== 'class') return false;
  }
  return true;
}

function beforeUse(all: readonly Binding[], scope: PyNode, use: PyNode): readonly Binding[] {
  const reached: Binding[] = [];
  for (let index = firstFrom(all, use.start) - 1; index >= 0 && reached.length < MOST_BINDINGS; index -= 1) {
    const each = all[index];
    if (each === undefined || each.from > use.start) continue;
    const standing = standingOf(each, scope, use);
    if (standing === 'never') continue;
    if (standing === 'sure' || each.kind !== 'delete') reached.push(each);
    if (standing === 'sure' || exhausted(reached, each, scope, use)) break;
  }
  return reached;
}

/** Index of the first binding written at or after an offset. */
function firstFrom(all: readonly Binding[], offset: number): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.node.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bindings below the use that come back to it because a loop holds both, or that another function makes at any time. */
function aroundLoop(
  all: readonly Binding[],
  scope: PyNode,
  use: PyNode,
  before: readonly Binding[],
): readonly Binding[] {
  const remote = remoteOf(all).filter((each) => each.from > use.start);
  const loop = outermostLoop(scope, use);
  const killer = before.at(-1);
  if (loop === undefined) return remote;
  if (killer !== undefined && within(loop, killer.node) && standingOf(killer, scope, use) === 'sure') return remote;
  const later: Binding[] = [...remote];
  for (let index = firstFrom(all, use.start); index < all.length && later.length < MOST_BINDINGS; index += 1) {
    const each = all[index];
    if (each === undefined || each.node.start >= loop.end) break;
    if (each.from > use.start && each.remote === undefined) later.push(each);
  }
  return later;
}

const remoteOf = fact((all: readonly Binding[]): readonly Binding[] =>
  all.filter((each) => each.remote).slice(-MOST_BINDINGS),
);

/** Of the scope: a `for`, `while` or comprehension that runs the use more than once. */
function outermostLoop(scope: PyNode, use: PyNode): PyNode | undefined {
  let loop: PyNode | undefined;
  let below = use;
  for (let at = use.parent; at !== undefined && below !== scope; at = at.parent) {
    if (
      at.type.endsWith('comprehension') ||
      (LOOPS.has(at.type) && (below.field === 'body' || below.field === 'condition'))
    )
      loop = at;
    below = at;
  }
  return loop;
}

type Standing = 'sure' | 'maybe' | 'never';

/** Whether a binding above a use certainly, perhaps or never holds at the use, other bindings aside. */
function standingOf(binding: Binding, scope: PyNode, use: PyNode): Standing {
  let standing: Standing = binding.remote ? 'maybe' : 'sure';
  let below = binding.kind === 'function' || binding.kind === 'class' ? (binding.value ?? binding.node) : binding.node;
  for (let at = below.parent; at !== undefined && below !== scope; at = at.parent) {
    if (BRANCHING.has(at.type) && below.field !== 'left' && below.field !== 'right' && !within(below, use)) {
      const through = throughBranch(at, below, use);
      if (through === 'never') return 'never';
      if (through === 'maybe') standing = 'maybe';
    }
    below = at;
  }
  return standing;
}

function throughBranch(statement: PyNode, branch: PyNode, use: PyNode): Standing {
  if (branch.field === 'condition' || branch.field === 'subject' || branch.type === 'finally_clause') return 'sure';
  const inside = within(statement, use);
  if (statement.type === 'try_statement') return throughTry(statement, branch, use, inside);
  if (inside && isChoice(statement) && use.start > branch.end) return loopAround(statement) ? 'maybe' : 'never';
  if (!inside && leaves(branch)) return 'never';
  return 'maybe';
}

/** After a `try` its body has run unless a handler swallowed the error and went on. */
function throughTry(statement: PyNode, branch: PyNode, use: PyNode, inside: boolean): Standing {
  const handlers = statement.children.filter((each) => each.type === 'except_clause');
  if (branch.type === 'except_clause') {
    if (inside && handlers.some((each) => within(each, use))) return 'never';
    return leaves(branch) ? 'never' : 'maybe';
  }
  if (inside) {
    const user = statement.children.find((each) => within(each, use));
    return user?.type === 'else_clause' ? 'sure' : 'maybe';
  }
  return handlers.every(leaves) ? 'sure' : 'maybe';
}

function isChoice(statement: PyNode): boolean {
  return statement.type === 'if_statement' || statement.type === 'match_statement';
}

function loopAround(node: PyNode): boolean {
  for (let at = node.parent; at !== undefined && at.type !== 'function_definition'; at = at.parent) {
    if (LOOPS.has(at.type)) return true;
  }
  return false;
}

/** The last statement of a branch is `return`, `raise`, `continue` or `break`. */
export function leaves(branch: PyNode): boolean {
  const last = blockOf(branch)?.children.findLast((each) => each.named && each.type !== 'comment');
  if (last === undefined) return false;
  return /^(return|raise|continue|break)_statement$/.test(last.type);
}

function blockOf(branch: PyNode): PyNode | undefined {
  if (branch.type === 'block') return branch;
  return child(branch, 'consequence') ?? child(branch, 'body') ?? branch.children.find((each) => each.type === 'block');
}

/** True when the bindings found so far, of which `last` is the newest, stand in every branch of an `if` with `else`. */
function exhausted(found: readonly Binding[], last: Binding, scope: PyNode, use: PyNode): boolean {
  let statement: PyNode | undefined;
  for (let at = last.node.parent; at !== undefined && at !== scope; at = at.parent) {
    if (at.type === 'if_statement' && !within(at, use)) statement = at;
  }
  if (statement === undefined) return false;
  if (statement.children.length > MOST_BINDINGS) return false;
  const branches = statement.children.filter((each) => each.field === 'consequence' || each.field === 'alternative');
  if (!branches.some((each) => each.type === 'else_clause')) return false;
  if (!unconditional(statement, scope, use)) return false;
  return branches.every((branch) => leaves(branch) || found.some((each) => bindsDirectly(each, branch)));
}

function unconditional(statement: PyNode, scope: PyNode, use: PyNode): boolean {
  let below = statement;
  for (let at = statement.parent; at !== undefined && below !== scope; at = at.parent) {
    if (BRANCHING.has(at.type) && !within(below, use)) return false;
    below = at;
  }
  return true;
}

function bindsDirectly(binding: Binding, branch: PyNode): boolean {
  for (let at = binding.node.parent; at !== undefined; at = at.parent) {
    if (at === branch) return binding.kind !== 'delete';
    if (BRANCHING.has(at.type)) return false;
  }
  return false;
}

function within(outer: PyNode, inner: PyNode): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
