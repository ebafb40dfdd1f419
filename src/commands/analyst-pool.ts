import type { Incident, Report } from '../core/report.ts';
import type { Engine } from '../engine.ts';
import { createPool, type Pool } from '../service/pool.ts';
import type { Analyst } from './reviewer.ts';
import type { FetchingTask } from './task.ts';

const MB = 2 ** 20;

export interface AnalystOptions {
  /** Analyses at the same time. */
  readonly threads: number;
  readonly heapMb: number;
  readonly seconds: number;
}

/** Text of one change on both sides; what was withheld does not count. */
const LARGEST_CHANGE = 256 * MB;
const RECYCLE_AFTER = 100;
/** Beside the heaps: the main thread, and buffers and wasm memory of the threads. */
const BESIDE_MB = 1_536;

/** The engine in threads with budgets. Whatever a change does to it costs that change an incident. */
export function pooledAnalyst(
  engine: Engine,
  options: AnalystOptions,
): Analyst & { readonly close: () => Promise<void> } {
  const pool: Pool<FetchingTask, Report> = createPool({
    worker: new URL('./analyst.js', import.meta.url),
    threads: options.threads,
    heapMb: options.heapMb,
    taskMs: options.seconds * 1_000,
    taskBytes: LARGEST_CHANGE,
    sizeOf,
    processMb: options.threads * options.heapMb + BESIDE_MB,
    recycleAfter: RECYCLE_AFTER,
  });
  return {
    async review(task, signal) {
      const outcome = await pool.run(task, signal);
      return 'result' in outcome ? outcome.result : without(engine, task, outcome.incident);
    },
    close: pool.close,
  };
}

function sizeOf({ snapshot }: FetchingTask): number {
  let bytes = 0;
  for (const content of snapshot.contents.values()) {
    if (content.kind === 'text') bytes += content.text.length * 2;
    else if (content.kind === 'bytes') bytes += content.bytes.byteLength;
  }
  return bytes;
}

/** The report of a change that could not be analysed: nothing is read, and the incident says why. */
function without(engine: Engine, task: FetchingTask, incident: Incident): Report {
  const snapshot = { ...task.snapshot, contents: new Map() };
  return engine.review({ ...task, snapshot, incidents: [...(task.incidents ?? []), incident] });
}
