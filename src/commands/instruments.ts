import { readFile } from 'node:fs/promises';
import type { Incident } from '../core/report.ts';
import type { PullRequestSnapshot } from '../core/snapshot.ts';
import type { Engine } from '../engine.ts';
import type { ToolResults } from '../panel/review.ts';
import { runInstruments } from '../tools/bootstrap.ts';
import { askRegistry, type RegistryAnswer } from '../tools/mlflow.ts';
import { type RegistryAddress, registryAddress } from '../tools/mlflow-client.ts';
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

function addressOf(environment: NodeJS.ProcessEnv): RegistryAddress | undefined {
  try {
    return registryAddress(environment);
  } catch (error) {
    throw new ConfigurationError(error instanceof Error ? error.message : 'ML_REVIEW_MLFLOW_URI cannot be read');
  }
}

/** The row of the registry in the table of each participant that names it. */
function withRegistry(
  { panel }: Engine,
  statuses: ToolResults['statuses'],
  { status, note }: RegistryAnswer,
): ToolResults['statuses'] {
  const rows = panel.personas.flatMap(({ id, tools }) => {
    const tool = tools.find(({ name }) => name === 'MLflow');
    if (tool === undefined) return [];
    const others = (statuses[id] ?? []).filter(({ name }) => name !== tool.name);
    return [[id, [{ name: tool.name, required: tool.required, status, note }, ...others]] as const];
  });
  return { ...statuses, ...Object.fromEntries(rows) };
}

/** Runs, asks and reads what was asked for; undefined when nothing was. The registry is the operator's, by the environment alone. */
export async function gatherInstruments(
  engine: Engine,
  snapshot: PullRequestSnapshot,
  options: InstrumentOptions,
): Promise<ToolResults | undefined> {
  const address = addressOf(process.env);
  const files = await Promise.all((options.sarif ?? []).map(sarifResults));
  if (options.tools !== true && files.length === 0 && address === undefined) return undefined;
  const [ran, registry] = await Promise.all([
    options.tools === true ? runInstruments(engine.panel.personas, snapshot) : undefined,
    address === undefined ? undefined : askRegistry(address, snapshot),
  ]);
  const incidents: readonly Incident[] = ran?.incidents ?? [];
  const said = [...(ran?.observations ?? []), ...(registry?.observations ?? [])];
  return {
    statuses: registry === undefined ? (ran?.statuses ?? {}) : withRegistry(engine, ran?.statuses ?? {}, registry),
    observations: [...said, ...files.flatMap(({ observations }) => observations)],
    incidents,
    ...(registry === undefined ? {} : { notEvaluated: registry.notEvaluated }),
  };
}
