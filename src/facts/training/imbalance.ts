import { fact } from '../../core/fact.ts';
import type { PyNode } from '../../documents/python/node.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { calls } from '../python/calls.ts';
import { constantOf, isConstant, stringOf } from '../python/constants.ts';
import { columnOf } from './columns.ts';
import { supervisedFits } from './fits.ts';
import { divisions } from './rows.ts';

const RARE =
  /(^|_)(is_?)?(fraud|fraudulent|churn|churned|default|defaulted|anomaly|anomalous|intrusion|attrition)(_|$)/i;
const WEIGHTS = ['class_weight', 'scale_pos_weight', 'is_unbalance', 'auto_class_weights'];

/** What shows that one class is rare: weights for classes, a resampler, or what the target is called. */
export interface Imbalance {
  readonly node: PyNode;
  readonly says: string;
}

/** The first sign in the file that the classes are of unequal size; undefined when there is none. */
export const imbalance: (document: PythonDocument) => Imbalance | undefined = fact((document) => {
  for (const call of calls(document)) {
    const name = WEIGHTS.find((each) => call.keywords.has(each));
    const weight = name === undefined ? undefined : call.keywords.get(name);
    if (name !== undefined && weight !== undefined && weighs(document, weight))
      return { node: weight, says: `\`${name}\` evens out classes` };
    if (/^imblearn\.(over_sampling|under_sampling|combine)\.\w+$/.test(call.name ?? ''))
      return { node: call.node, says: 'classes are evened out by resampling' };
  }
  for (const { target } of [...divisions(document), ...supervisedFits(document)]) {
    const column = target && columnOf(document, target)?.name;
    if (target !== undefined && column !== undefined && RARE.test(column))
      return { node: target, says: `\`${column}\` is a rare event` };
  }
  return undefined;
});

function weighs(document: PythonDocument, weight: PyNode): boolean {
  if (isConstant(document, weight, false) || isConstant(document, weight, null) || isConstant(document, weight, 1))
    return false;
  const known = stringOf(document, weight);
  return known !== undefined || weight.type === 'dictionary' || constantOf(document, weight) !== undefined;
}
