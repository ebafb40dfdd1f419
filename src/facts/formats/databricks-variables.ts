import { type DataNode, get, has, literal } from '../../documents/data.ts';
import type { BundleResource } from './databricks.ts';

/** What a value of a bundle's resource is in one of the targets. */
export interface InTarget {
  /** Undefined for a value that does not depend on the target. */
  readonly target: string | undefined;
  readonly mode: string | undefined;
  readonly value: string;
  /** Where the value is written. */
  readonly node: DataNode;
}

/**
 * The values that a scalar has in the targets of the bundles that include its file: the literal itself, or what
 * `${var.name}` comes to. Values that cannot be known are left out.
 */
export function valuesInTargets(resource: BundleResource, node: DataNode | undefined): readonly InTarget[] {
  const own = literal(node);
  const modeOf = (target: string): string | undefined =>
    resource.bundles.flatMap(({ targets }) => targets).find(({ name }) => name === target)?.mode;
  if (node === undefined) return [];
  if (own !== undefined)
    return [
      {
        target: resource.target,
        mode: resource.target === undefined ? undefined : modeOf(resource.target),
        value: own,
        node,
      },
    ];
  const name = node.kind === 'scalar' ? /^\$\{var\.([\w-]+)\}$/.exec(String(node.value))?.[1] : undefined;
  if (name === undefined) return [];
  return resource.bundles.flatMap((bundle) =>
    bundle.targets.flatMap((target): readonly InTarget[] => {
      if (resource.target !== undefined && target.name !== resource.target) return [];
      const set = get(target.entry.value, 'variables', name);
      const given = set?.kind === 'map' ? (get(set, 'default') ?? set) : set;
      const fallback =
        has(bundle.node, 'variables', name, 'default') === 'yes'
          ? get(bundle.node, 'variables', name, 'default')
          : undefined;
      const found = given ?? fallback;
      const value = literal(found);
      return found === undefined || value === undefined
        ? []
        : [{ target: target.name, mode: target.mode, value, node: found }];
    }),
  );
}
