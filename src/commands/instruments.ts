import { readFile } from 'node:fs/promises';
import type { Incident } from '../core/report.ts';
import type { PullRequestSnapshot } from '../core/snapshot.ts';
import type { Engine } from '../engine.ts';
import type { ToolResults } from '../panel/review.ts';
import { runInstruments } from '../tools/bootstrap.ts';
import { readSarif } from '../tools/sarif.ts';
import { ConfigurationError } from './errors.ts';

/** What the user wants brought to the panel beside its own checks. */
export interface InstrumentOptions {
  /** Run the participants' tools that are installed. */
  readonly tools?: boolean;
  /** SARIF files of the team's own scanners. */
  readonly sarif?: readonly string[];
}

async function sarifResults(path: string): Promise<Pick<ToolResults, 'observations'>> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ConfigurationError(`${path} cannot be read: ${error.message}`);
  });
  const reading = readSarif(text);
  if (!reading.ok) throw new ConfigurationError(`${path} ${reading.why}`);
  return reading;
}

/** Runs and reads what was asked for; undefined when nothing was. */
export async function gatherInstruments(
  engine: Engine,
  snapshot: PullRequestSnapshot,
  options: InstrumentOptions,
): Promise<ToolResults | undefined> {
  const files = await Promise.all((options.sarif ?? []).map(sarifResults));
  if (options.tools !== true && files.length === 0) return undefined;
  const ran = options.tools === true ? await runInstruments(engine.panel.personas, snapshot) : undefined;
  const incidents: readonly Incident[] = ran?.incidents ?? [];
  return {
    statuses: ran?.statuses ?? {},
    observations: [...(ran?.observations ?? []), ...files.flatMap(({ observations }) => observations)],
    incidents,
  };
}
