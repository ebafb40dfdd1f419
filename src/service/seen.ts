/** Remembers the newest `capacity` texts. */
export interface Seen {
  /** True when the text was already known; remembers it otherwise. */
  readonly before: (text: string) => boolean;
}

/** Bounded memory for delivery ids: the oldest is forgotten first. */
export function createSeen(capacity: number): Seen {
  const known = new Set<string>();
  return {
    before(text) {
      if (known.has(text)) return true;
      known.add(text);
      const oldest = known.values().next();
      if (known.size > capacity && !oldest.done) known.delete(oldest.value);
      return false;
    },
  };
}
