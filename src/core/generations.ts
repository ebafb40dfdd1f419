/** Values by key that may be forgotten. */
export interface Kept<Value> {
  readonly get: (key: string) => Value | undefined;
  readonly set: (key: string, value: Value) => void;
}

/**
 * Keeps two generations, whose weights together stay near the limit: what was not used while the younger one filled is
 * forgotten with the older one.
 */
export function generations<Value>(limit: number, weightOf: (value: Value) => number): Kept<Value> {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  let weight = 0;
  const set = (key: string, value: Value): void => {
    const replaced = young.get(key);
    if (replaced !== undefined) weight -= weightOf(replaced);
    young.set(key, value);
    weight += weightOf(value);
    if (weight <= limit / 2) return;
    old = young;
    young = new Map();
    weight = 0;
  };
  return {
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const older = old.get(key);
      if (older !== undefined) set(key, older);
      return older;
    },
    set,
  };
}
