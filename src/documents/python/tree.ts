import type { Tree, TreeCursor } from 'web-tree-sitter';
import type { Damage } from '../document.ts';
import { type GrammarSymbol, pythonGrammar } from './grammar.ts';
import type { PyNode } from './node.ts';

/** How many damaged places of one file are kept. */
const MOST_DAMAGE = 20;
/** Levels that are kept; climbing from any node to the module takes at most so many steps. */
export const DEEPEST = 1000;
const NO_CHILDREN: readonly PyNode[] = [];
const ERROR: GrammarSymbol = { type: 'ERROR', named: true, kept: true };

type Growing = { -readonly [Key in keyof PyNode]: PyNode[Key] } & { children: PyNode[] };

export interface Copied {
  readonly root: PyNode;
  readonly byType: ReadonlyMap<string, readonly PyNode[]>;
  readonly damage: readonly Damage[];
}

/** Copies a parser tree into plain nodes in one pass of a cursor; the tree may be deleted afterwards. */
export function copyTree(tree: Tree): Copied {
  const { symbols, fields } = pythonGrammar();
  const byType = new Map<string, PyNode[]>();
  const damage: Damage[] = [];
  const broken = tree.rootNode.hasError;
  const cursor = tree.walk();

  const copy = (parent: Growing | undefined): Growing | undefined => {
    const symbol = symbols[cursor.nodeTypeId] ?? ERROR;
    if (broken) noteDamage(cursor, symbol, damage);
    if (!symbol.kept) return undefined;
    const node = {
      type: symbol.type,
      named: symbol.named,
      start: cursor.startIndex,
      end: cursor.endIndex,
      field: fields[cursor.currentFieldId],
      parent: parent as PyNode | undefined,
      children: NO_CHILDREN as PyNode[],
    };
    if (parent !== undefined) {
      if (parent.children === NO_CHILDREN) parent.children = [node];
      else parent.children.push(node);
    }
    if (symbol.named) register(byType, node);
    return node;
  };

  const root = copy(undefined) ?? emptyModule(0);
  let open: Growing = root;
  let depth = 0;
  let down = cursor.gotoFirstChild();
  while (down) {
    const node = copy(open);
    if (node !== undefined && depth < DEEPEST && cursor.gotoFirstChild()) {
      open = node;
      depth += 1;
      continue;
    }
    if (node !== undefined && depth === DEEPEST) noteDepth(node, damage);
    while (!cursor.gotoNextSibling()) {
      down = cursor.gotoParent() && depth > 0;
      if (!down) break;
      open = (open.parent ?? root) as Growing;
      depth -= 1;
    }
  }
  cursor.delete();
  return { root, byType, damage };
}

function register(byType: Map<string, PyNode[]>, node: PyNode): void {
  const known = byType.get(node.type);
  if (known === undefined) byType.set(node.type, [node]);
  else known.push(node);
}

function noteDamage(cursor: TreeCursor, symbol: GrammarSymbol, damage: Damage[]): void {
  if (damage.length >= MOST_DAMAGE) return;
  const missing = cursor.nodeIsMissing;
  if (!missing && symbol !== ERROR) return;
  const span = { start: cursor.startIndex, end: cursor.endIndex };
  damage.push({
    span,
    message: missing ? `${symbol.type || 'something'} is missing here` : 'this is not Python syntax',
  });
}

function noteDepth(node: PyNode, damage: Damage[]): void {
  if (damage.length >= MOST_DAMAGE || node.end - node.start < 2) return;
  const span = { start: node.start, end: node.end };
  damage.push({ span, message: `what is nested deeper than ${DEEPEST} levels was not read` });
}

/** A module without statements, for text that is not parsed. */
export function emptyModule(end: number): Growing {
  return { type: 'module', named: true, start: 0, end, field: undefined, parent: undefined, children: [] };
}
