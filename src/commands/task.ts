import type { Report } from '../core/report.ts';
import type { Engine, Task } from '../engine.ts';
import { describeFetched } from '../tools/fetch/describe.ts';
import type { Fetched } from '../tools/fetch/pointed.ts';

/** A task with what its pointers stand for, still as files on the disk: they are described where the analysis is bounded. */
export interface FetchingTask extends Task {
  readonly fetched?: readonly Fetched[];
}

/** Describes what was fetched, and reviews. */
export function reviewTask(engine: Engine, { fetched = [], ...task }: FetchingTask): Report {
  if (fetched.length === 0) return engine.review(task);
  return engine.review({ ...task, documents: [...(task.documents ?? []), ...describeFetched(fetched)] });
}
