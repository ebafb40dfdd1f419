import type { Report } from '../core/report.ts';
import { createEngine, type Engine } from '../engine.ts';
import { type FetchingTask, reviewTask } from './task.ts';

let engine: Promise<Engine> | undefined;

/** Runs in a thread of the pool: one change in, its report out. The engine is loaded once for each thread. */
export default async function analyse(task: FetchingTask): Promise<Report> {
  engine ??= createEngine();
  return reviewTask(await engine, task);
}
