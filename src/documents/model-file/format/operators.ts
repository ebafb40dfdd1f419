import type { OperatorUse } from '../model.ts';

/** Counts operators by domain and name. */
export interface OperatorCount {
  readonly add: (domain: string, operator: string) => void;
  readonly all: () => readonly OperatorUse[];
}

/** Keeps at most 10,000 distinct operators; real graphs have a few hundred. */
export function operatorCount(): OperatorCount {
  const counts = new Map<string, { domain: string; operator: string; count: number }>();
  return {
    add: (domain, operator) => {
      const key = `${domain}\n${operator}`;
      const known = counts.get(key);
      if (known !== undefined) known.count += 1;
      else if (counts.size < 10_000) counts.set(key, { domain, operator, count: 1 });
    },
    all: () => [...counts.values()],
  };
}
