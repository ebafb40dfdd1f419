import { type DataNode, entryOf } from '../../documents/data.ts';
import type { Described, Field } from '../formats/field.ts';

/** How much of an online service is always up. */
export interface Capacity extends Described {
  /** The same before and after a change: system, namespace, name. */
  readonly key: string;
  /** What its users call it. */
  readonly name: string;
  readonly system:
    | 'kserve'
    | 'seldon'
    | 'kubernetes'
    | 'keda'
    | 'hpa'
    | 'knative'
    | 'azure'
    | 'sagemaker'
    | 'databricks'
    | 'ray'
    | 'vertex'
    | 'helm';
  /** The field that sets it, as written: `minReplicas`. */
  readonly setting: string;
  /** The value that sets it, or what it is of where nothing sets it. */
  readonly place: DataNode;
  /** Fewest instances; undefined where a substitution hides it. */
  readonly minimum: number | undefined;
  /** False where the number is the default. */
  readonly written: boolean;
}

export type Told = Omit<Capacity, 'setting' | 'place' | 'minimum' | 'written'>;

/** `least` stands where the field is absent. */
export function capacity(
  told: Told,
  setting: string,
  field: Field<number> | undefined,
  least: number,
  fallback: DataNode,
): Capacity {
  return {
    ...told,
    setting: field === undefined ? setting : (entryOf(field.node)?.key ?? setting),
    place: field?.node ?? fallback,
    minimum: field === undefined ? least : field.value,
    written: field !== undefined,
  };
}
