import { fact } from '../../core/fact.ts';
import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, calls, callsOfMethod } from '../python/calls.ts';
import { constantOf, stringOf } from '../python/constants.ts';
import { enclosingFunction } from '../python/structure.ts';
import { aboutOf, type GateNumber } from './gates.ts';

function ownerName(document: PythonDocument, node: PyNode): string {
  const owner = enclosingFunction(node);
  const name = owner === undefined ? undefined : child(owner, 'name');
  return name === undefined ? '' : textOf(document, name).slice(0, 100);
}

function gate(
  document: PythonDocument,
  node: PyNode,
  name: string,
  value: PyNode | undefined,
  quantity = name,
  failsWhen?: GateNumber['failsWhen'],
): readonly GateNumber[] {
  const found = constantOf(document, value)?.value;
  const about = failsWhen === undefined ? aboutOf(name, quantity, []) : 'quality';
  if (value === undefined || typeof found !== 'number' || about === undefined || about === 'unknown') return [];
  return [
    {
      key: `${ownerName(document, node)}\0${name}\0${quantity}`,
      name: quantity === name ? name : `${name} of ${quantity}`,
      quantity,
      about,
      failsWhen,
      span: value,
      value: found,
      written: textOf(document, value),
    },
  ];
}

/** `{"rmse": MetricThreshold(threshold=0.8, greater_is_better=False)}`. */
function metricThresholds(document: PythonDocument): readonly GateNumber[] {
  return calls(document)
    .filter(({ name }) => /^mlflow\..*MetricThreshold$/.test(name ?? ''))
    .flatMap((call) => {
      const greater = constantOf(document, argument(call, 3, 'greater_is_better', 'higher_is_better'))?.value;
      const pair = call.node.parent?.type === 'pair' ? child(call.node.parent, 'key') : undefined;
      const metric = (pair === undefined ? undefined : stringOf(document, pair)) ?? 'metric';
      const fails = greater === true ? 'below' : greater === false ? 'above' : undefined;
      return gate(document, call.node, 'threshold', argument(call, 0, 'threshold'), metric, fails);
    });
}

function named(document: PythonDocument): readonly GateNumber[] {
  const assigned = nodesOf(document, 'assignment').flatMap((node) => {
    const target = child(node, 'left');
    return target?.type === 'identifier' ? gate(document, node, textOf(document, target), child(node, 'right')) : [];
  });
  const defaults = (['default_parameter', 'typed_default_parameter'] as const).flatMap((type) =>
    nodesOf(document, type).flatMap((node) => {
      const name = child(node, 'name');
      return name === undefined ? [] : gate(document, node, textOf(document, name), child(node, 'value'));
    }),
  );
  return [...assigned, ...defaults];
}

function passed(document: PythonDocument): readonly GateNumber[] {
  const options = callsOfMethod(document, 'add_argument').flatMap((call) =>
    gate(
      document,
      call.node,
      stringOf(document, argument(call, 0))?.replace(/^-+/, '') ?? '',
      argument(call, -1, 'default'),
    ),
  );
  const keywords = calls(document).flatMap((call) =>
    [...call.keywords].flatMap(([name, value]) =>
      /^mlflow\..*MetricThreshold$/.test(call.name ?? '') ? [] : gate(document, call.node, name, value),
    ),
  );
  return [...options, ...keywords];
}

/** Every gate for models that the code writes as a number. */
export const pythonGates: (document: PythonDocument) => readonly GateNumber[] = fact((document) => [
  ...metricThresholds(document),
  ...named(document),
  ...passed(document),
]);
