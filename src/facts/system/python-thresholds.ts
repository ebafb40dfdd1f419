import { fact } from '../../core/fact.ts';
import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, type Call, calls } from '../python/calls.ts';
import { constantOf, stringOf } from '../python/constants.ts';
import { enclosingFunction } from '../python/structure.ts';
import { directionOf } from './directions.ts';
import { comparedThresholds } from './python-comparisons.ts';
import { speaksOfDrift, type Threshold } from './thresholds.ts';

/** Packages whose calls set thresholds of drift. */
const LIBRARY = /^(evidently|alibi_detect|nannyml|whylogs|deepchecks|frouros|river\.drift|azure\.ai\.ml)\b/;

/** Keywords that bound a drift test from above (`lt`) or below (`gt`). */
const BOUNDS: Readonly<Record<string, Threshold['failsWhen']>> = {
  lt: 'above',
  lte: 'above',
  gt: 'below',
  gte: 'below',
  lower: 'below',
  upper: 'above',
};

const SETTING = /^(drift_share|\w*stattest_threshold|\w*threshold|p_val|alpha|ert)$/;

function keyOf(document: PythonDocument, node: PyNode, name: string, seen: Map<string, number>): string {
  const owner = enclosingFunction(node);
  const within = owner === undefined ? '' : textOf(document, child(owner, 'name') ?? owner).slice(0, 100);
  const key = `${within}\0${name}`;
  const count = seen.get(key) ?? 0;
  seen.set(key, count + 1);
  return `${key}\0${count}`;
}

function quantityOf(document: PythonDocument, call: Call, keyword: string): string {
  const prefix = keyword.replace(/_?threshold$/, '');
  const test = stringOf(document, argument(call, -1, prefix, 'stattest', 'method'));
  return typeof directionOf(keyword) === 'object' ? keyword : (test ?? keyword);
}

function callThresholds(document: PythonDocument, seen: Map<string, number>): readonly Threshold[] {
  return calls(document).flatMap((call) => {
    const name = call.names.find((each) => LIBRARY.test(each));
    if (name === undefined) return [];
    const short = name.slice(name.lastIndexOf('.') + 1);
    const column = stringOf(document, argument(call, 0, 'column_name', 'column', 'signal')) ?? '';
    return [...call.keywords].flatMap(([keyword, node]): readonly Threshold[] => {
      const bound = BOUNDS[keyword];
      const value = constantOf(document, node)?.value;
      if (typeof value !== 'number' || (bound === undefined && !SETTING.test(keyword))) return [];
      if (bound !== undefined && !speaksOfDrift(short)) return [];
      const key = keyOf(document, call.node, `${short}(${column}).${keyword}`, seen);
      return [
        {
          key,
          name: `${keyword} of ${short}`,
          span: node,
          value,
          written: textOf(document, node),
          quantity: quantityOf(document, call, keyword),
          failsWhen: bound,
        },
      ];
    });
  });
}

/** `PSI_THRESHOLD = 0.2`, also inside of functions and classes. */
function namedThresholds(document: PythonDocument, seen: Map<string, number>): readonly Threshold[] {
  return nodesOf(document, 'assignment').flatMap((node): readonly Threshold[] => {
    const target = child(node, 'left');
    const right = child(node, 'right');
    if (target === undefined || right === undefined || (target.type !== 'identifier' && target.type !== 'attribute'))
      return [];
    const name = textOf(document, target);
    if (!speaksOfDrift(name) || !/threshold|limit|alpha|share|p_?val/i.test(name)) return [];
    const value = constantOf(document, right)?.value;
    if (typeof value !== 'number') return [];
    return [
      {
        key: keyOf(document, node, name, seen),
        name,
        span: right,
        value,
        written: textOf(document, right),
        quantity: name,
        failsWhen: undefined,
      },
    ];
  });
}

/** Every threshold of drift that the code writes as a number. */
export const pythonThresholds: (document: PythonDocument) => readonly Threshold[] = fact((document) => {
  const seen = new Map<string, number>();
  const compared = comparedThresholds(document).map(
    ({ at, ...rest }): Threshold => ({ ...rest, key: keyOf(document, at, `if ${rest.name}`, seen) }),
  );
  return [...callThresholds(document, seen), ...namedThresholds(document, seen), ...compared];
});
