import { ancestor, child, contains, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { constantOf } from '../python/constants.ts';
import { definitionName, enclosingFunction } from '../python/structure.ts';
import { directionOf } from './directions.ts';
import type { Threshold } from './thresholds.ts';

const ALARMS =
  /\braise\b|\bassert\b|sys\.exit|alert|alarm|notify|notification|slack|pager|warn|trigger|retrain|drift(ed|_detected|_found)?\s*=\s*True|return True|drift(ed)?["']?\s*[:,)]|critical|error\(/i;
const CALM = /\b(no|not|without) drift|ok\b|stable|return False|=\s*False|pass$/i;
const ANSWERS = /drift|shift|diverg|anomal/i;

/** Name of what is compared: `p_value`, `result["psi"]`, `scores.psi`. */
function quantityOf(document: PythonDocument, node: PyNode): string {
  const said = textOf(document, node);
  return (/([A-Za-z_]\w*)["']?\]?$/.exec(said.slice(-80))?.[1] ?? said).slice(0, 80);
}

/** True where a comparison that holds says that there is drift: what it guards alarms, or it is the answer to that question. */
function saysDrift(document: PythonDocument, comparison: PyNode): boolean {
  const branch = ancestor(comparison, 'if_statement');
  const condition = branch === undefined ? undefined : child(branch, 'condition');
  if (branch !== undefined && condition !== undefined && contains(condition, comparison)) {
    if (comparison.parent?.type === 'not_operator') return false;
    const body = textOf(document, child(branch, 'consequence') ?? branch).slice(0, 1000);
    return ALARMS.test(body) && !CALM.test(body);
  }
  if (comparison.parent?.type === 'assignment')
    return ANSWERS.test(textOf(document, child(comparison.parent, 'left') ?? comparison).slice(0, 80));
  const owner = comparison.parent?.type === 'return_statement' ? enclosingFunction(comparison) : undefined;
  return owner !== undefined && ANSWERS.test(definitionName(document, owner) ?? '');
}

const OPERATORS: Readonly<Record<string, Threshold['failsWhen']>> = {
  '>': 'above',
  '>=': 'above',
  '<': 'below',
  '<=': 'below',
};

/** A number that a measure of drift is compared with, and where. */
type Compared = Omit<Threshold, 'key'> & { readonly at: PyNode };

/** `if psi > 0.2: alert()` and `drifted = p_value < 0.05`: numbers that code compares a measure of drift with. */
export function comparedThresholds(document: PythonDocument): readonly Compared[] {
  return nodesOf(document, 'comparison_operator').flatMap((node): readonly Compared[] => {
    const operands = node.children.filter(({ type }) => !/^(>=?|<=?|==|!=|in|not|is)$/.test(type));
    const [left, right, more] = operands;
    const between = left === undefined || right === undefined ? '' : document.text.slice(left.end, right.start).trim();
    const failsWhen = OPERATORS[between];
    const value = constantOf(document, right)?.value;
    if (left === undefined || right === undefined || more !== undefined || failsWhen === undefined) return [];
    // A named number is a threshold of its own.
    if (right.type === 'identifier') return [];
    const quantity = quantityOf(document, left);
    const direction = directionOf(quantity);
    if (
      typeof value !== 'number' ||
      typeof direction !== 'object' ||
      !/^(p-value|distance|share)$/.test(direction.kind)
    )
      return [];
    if (!saysDrift(document, node)) return [];
    const written = textOf(document, right);
    return [{ at: node, name: quantity, span: right, value, written, quantity, failsWhen }];
  });
}
