import type { Report } from '../core/report.ts';
import { createEngine, type Engine, type Task } from '../engine.ts';

let engine: Promise<Engine> | undefined;

/** Runs in a thread of the pool: one change in, its report out. The engine is loaded once for each thread. */
export default async function analyse(task: Task): Promise<Report> {
  engine ??= createEngine();
  return (await engine).review(task);
}
