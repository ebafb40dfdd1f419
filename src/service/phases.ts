import type { Metrics } from './metrics.ts';
import type { Traces } from './traces.ts';

/** The parts of a review, in the order in which they come. */
export type Phase = 'queue' | 'clone' | 'snapshot' | 'tools' | 'analyse' | 'publish';

/** Times the parts of a review, for the metrics and as spans below the one that is open. */
export interface Phases {
  /** Begins a phase, `agoMs` milliseconds ago; the answer ends it, once. */
  readonly begin: (phase: Phase, agoMs?: number) => () => void;
  /** Times a phase that is one piece of work, also when it fails. */
  readonly timed: <Value>(phase: Phase, work: () => Promise<Value>) => Promise<Value>;
}

export function createPhases(metrics: Pick<Metrics, 'phase'>, traces: Pick<Traces, 'begin'>): Phases {
  const begin: Phases['begin'] = (phase, agoMs = 0) => {
    const begun = performance.now() - agoMs;
    const endSpan = traces.begin(phase, agoMs);
    let over = false;
    return () => {
      if (over) return;
      over = true;
      endSpan();
      metrics.phase(phase, (performance.now() - begun) / 1_000);
    };
  };
  return {
    begin,
    async timed(phase, work) {
      const end = begin(phase);
      try {
        return await work();
      } finally {
        end();
      }
    },
  };
}
