import type { Finding } from '../core/finding.ts';
import type { Assessment, LifecycleRow, Readiness } from '../core/report.ts';
import { contradictionsOf, gapOf } from './lifecycle.ts';

/** What would count as evidence for a row of the lifecycle table. */
const WOULD_COUNT: Readonly<Record<LifecycleRow, readonly string[]>> = {
  data: ['a data check that a pipeline or CI runs'],
  training: ['a lock file, a pinned data version and a seed for the training job'],
  validation: ['a gate between training and deployment that can fail'],
  deployment: ['a pinned model version and the version before it kept deployable'],
  'monitoring-health': ['a latency or error alert for the serving endpoint'],
  'monitoring-drift': ['a scheduled drift or quality monitor that alerts somebody'],
};

const NOTHING_SCORED: Readiness['score'] = { data: 0, model: 0, infrastructure: 0, monitoring: 0, total: 0 };

/** Lifecycle table and readiness from what the findings contradict. */
export function assess({ findings }: { readonly findings: readonly Finding[] }): Assessment {
  const against = contradictionsOf(findings);
  const rows = Object.entries(WOULD_COUNT).map(([row, wouldCount]) => [
    row,
    gapOf([], against[row as LifecycleRow], wouldCount),
  ]);
  return {
    lifecycle: Object.fromEntries(rows) as Assessment['lifecycle'],
    constraints: [],
    conflicts: [],
    readiness: {
      confidence: 'insufficient evidence',
      why: 'only the change itself was judged',
      score: NOTHING_SCORED,
      coverage: 0,
      tests: [],
      wouldRaise: [],
    },
  };
}
