/** A fixed number of places, given out in the order of arrival. */
export interface Slots {
  /** Resolves when a place is free; with `alone`, when all are, and then keeps the others empty. */
  readonly enter: (alone: boolean) => Promise<void>;
  /** Gives the place back. */
  readonly leave: () => void;
  readonly waiting: () => number;
}

interface Guest {
  readonly alone: boolean;
  readonly enter: () => void;
}

export function createSlots(count: number): Slots {
  const line: Guest[] = [];
  let taken = 0;
  let closed = false;
  const fill = (): void => {
    for (let next = line[0]; next !== undefined && !closed; next = line[0]) {
      if (taken >= (next.alone ? 1 : count)) return;
      taken += 1;
      closed = next.alone;
      line.shift();
      next.enter();
    }
  };
  return {
    enter: (alone) =>
      new Promise((enter) => {
        // Whoever asks to be alone has stood in the line before.
        if (alone) line.unshift({ alone, enter });
        else line.push({ alone, enter });
        fill();
      }),
    leave() {
      taken -= 1;
      closed = false;
      fill();
    },
    waiting: () => line.length,
  };
}
