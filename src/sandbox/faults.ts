import type { Fault, SeenRequest } from './types.ts';

/** The faults that wait for their request. */
export interface Faults {
  readonly add: (fault: Fault) => void;
  readonly clear: () => void;
  /** The first fault that matches, used up by one. */
  readonly take: (request: SeenRequest) => Fault | undefined;
}

/** Starts without faults. */
export function createFaults(): Faults {
  let waiting: { readonly fault: Fault; left: number }[] = [];
  return {
    add: (fault) => {
      waiting.push({ fault, left: fault.times });
    },
    clear: () => {
      waiting = [];
    },
    take: (request) => {
      const found = waiting.find(({ fault, left }) => left > 0 && fault.match(request));
      if (found === undefined) return undefined;
      found.left -= 1;
      return found.fault;
    },
  };
}
