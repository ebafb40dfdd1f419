import { tmpdir } from 'node:os';
import type { Persona, PersonaTool } from '../core/persona.ts';
import type { Incident, ToolStatus } from '../core/report.ts';
import type { PullRequestSnapshot } from '../core/snapshot.ts';
import type { ToolObservation } from '../core/tool.ts';
import type { Adapter } from './adapter.ts';
import { bandit } from './adapters/bandit.ts';
import { detectSecrets } from './adapters/detect-secrets.ts';
import { hadolint } from './adapters/hadolint.ts';
import { modelscan } from './adapters/modelscan.ts';
import { promtool } from './adapters/promtool.ts';
import { ruff } from './adapters/ruff.ts';
import { semgrep } from './adapters/semgrep.ts';
import { sqlfluff } from './adapters/sqlfluff.ts';
import { squawk } from './adapters/squawk.ts';
import { trivy } from './adapters/trivy.ts';
import { yamllint } from './adapters/yamllint.ts';
import { withCheckout } from './checkout.ts';
import { RUN_LIMITS, run } from './run.ts';
import { isOutside, versionNote } from './versions.ts';

export const ADAPTERS: readonly Adapter[] = [
  ruff,
  bandit,
  promtool,
  yamllint,
  sqlfluff,
  semgrep,
  trivy,
  detectSecrets,
  hadolint,
  modelscan,
  squawk,
];

/** Time to say which version one is. */
const CHECK_MS = 15_000;

/** What is known of one tool, whoever names it. */
export interface Found {
  readonly status: ToolStatus['status'];
  readonly version?: string;
  readonly outside?: true;
  readonly note: string;
}

const adapterOf = ({ name }: PersonaTool): Adapter | undefined =>
  ADAPTERS.find(({ tool }) => tool === name.toLowerCase());

const versionIn = (text: string): string | undefined => /\d+\.\d+(?:\.\d+)?(?:[\w.+-]*)?/.exec(text)?.[0];

/** The one service that is asked, at the address of the operator. */
const isAddressed = ({ name }: PersonaTool): boolean =>
  name === 'MLflow' && (process.env['ML_REVIEW_MLFLOW_URI'] ?? '') !== '';

function idle(tool: PersonaTool): Found | undefined {
  if (tool.class === 'never-run-here')
    return { status: 'not-run', note: `never run here: ${tool.neverRunBecause ?? ''}${standing(tool)}` };
  if (tool.class === 'read-only-service')
    return {
      status: 'not-run',
      note: isAddressed(tool)
        ? 'an address is configured; it is asked during a review'
        : `no address is configured${standing(tool)}`,
    };
  return undefined;
}

const standing = ({ standIns }: PersonaTool): string =>
  standIns.length === 0 ? '' : `; ${standIns.slice(0, 3).join(', ')} stand in`;

async function lookFor(tool: PersonaTool): Promise<Found> {
  const resting = idle(tool);
  if (resting !== undefined) return resting;
  if (tool.install.bundled !== undefined) return { status: 'ok', note: 'comes with the panel' };
  if (tool.check?.kind !== 'program') return { status: 'not-run', note: 'has no program to check' };
  const outcome = await run(tool.check.argv, tmpdir(), { ...RUN_LIMITS, timeMs: CHECK_MS });
  if (outcome.kind === 'missing') return { status: 'missing', note: `is not installed${standing(tool)}` };
  if (outcome.kind === 'stopped') return { status: 'failed', note: outcome.why };
  if (outcome.status !== 0)
    return { status: 'failed', note: `\`${tool.check.argv.join(' ')}\` ended with status ${outcome.status}` };
  const version = versionIn(`${outcome.out}\n${outcome.err}`);
  return { status: 'ok', ...known(adapterOf(tool), version), ...(version === undefined ? {} : { version }) };
}

/** What the adapter knows of the installed version. */
function known(adapter: Adapter | undefined, version: string | undefined): Pick<Found, 'note' | 'outside'> {
  if (adapter === undefined) return { note: 'is there; the panel does not call it' };
  const { versions } = adapter;
  if (versions === undefined) return { note: 'ready' };
  const outside = version !== undefined && isOutside(version, versions);
  return { note: versionNote(version, versions), ...(outside ? { outside } : {}) };
}

/** Checks every tool of all participants once, however many name it, and all at the same time. */
export async function bootstrap(personas: readonly Persona[]): Promise<ReadonlyMap<string, Found>> {
  const tools = new Map(personas.flatMap(({ tools: each }) => each).map((tool) => [tool.name, tool]));
  return new Map(await Promise.all([...tools].map(async ([name, tool]) => [name, await lookFor(tool)] as const)));
}

/** Each participant's own table. */
export function statusesOf(
  personas: readonly Persona[],
  found: ReadonlyMap<string, Found>,
): Readonly<Record<string, readonly ToolStatus[]>> {
  const rows = personas.map(({ id, tools }) => [
    id,
    tools.map(
      ({ name, required }): ToolStatus => ({
        name,
        required,
        ...(found.get(name) ?? { status: 'not-run', note: 'was not asked for' }),
      }),
    ),
  ]);
  return Object.fromEntries(rows);
}

export interface Instruments {
  readonly statuses: Readonly<Record<string, readonly ToolStatus[]>>;
  readonly observations: readonly ToolObservation[];
  readonly incidents: readonly Incident[];
}

/** Bootstraps the participants' tools and runs those that are there over the changed files, each once, side by side. */
export async function runInstruments(
  personas: readonly Persona[],
  snapshot: PullRequestSnapshot,
): Promise<Instruments> {
  const found = new Map(await bootstrap(personas));
  const names = new Map([...found.keys()].map((name) => [name.toLowerCase(), name]));
  const ready = ADAPTERS.filter(({ tool }) => found.get(names.get(tool) ?? '')?.status === 'ok');
  const answers = await withCheckout(snapshot, (checkout) =>
    Promise.all(
      ready.map(async (adapter) => {
        const mine = checkout.paths.filter(adapter.reads);
        return { adapter, answer: mine.length === 0 ? undefined : await adapter.run(checkout, mine) };
      }),
    ),
  );
  const incidents: Incident[] = [];
  const observations: ToolObservation[] = [];
  for (const { adapter, answer } of answers) {
    const name = names.get(adapter.tool) ?? adapter.tool;
    if (answer?.kind === 'answered') observations.push(...answer.observations);
    if (answer?.kind !== 'failed') continue;
    const known = found.get(name);
    found.set(name, {
      ...(known?.version === undefined ? {} : { version: known.version }),
      status: 'failed',
      note: answer.why,
    });
    incidents.push({
      kind: 'tool-failed',
      clouds: false,
      message: `${name} ${answer.why}; what it would have said is missing`,
    });
  }
  return { statuses: statusesOf(personas, found), observations, incidents };
}
