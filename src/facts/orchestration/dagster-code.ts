import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import { child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument } from '../../documents/python/python.ts';
import { definitionNamed } from '../python/across.ts';
import { argument, type Call, callAt, calls } from '../python/calls.ts';
import { isConstant, stringOf } from '../python/constants.ts';
import { definitionOf } from '../python/hierarchy.ts';
import { elementsOf } from '../python/literals.ts';
import { qualifiedName } from '../python/names.ts';
import { singleAssignment } from '../python/reaching.ts';
import { type Decorator, decorators, definitionName, parameters } from '../python/structure.ts';

const WORDS = ['dagster'];
const ASSET = /^dagster\.(asset|multi_asset|graph_asset)$/;
const CHECK = /^dagster\.(asset_check|multi_asset_check)$/;

/** A piece of data that Dagster keeps fresh by running the function. */
export interface DagsterAsset {
  readonly document: PythonDocument;
  readonly node: PyNode;
  readonly name: string;
  /** Names of the assets that it reads, by its parameters and its `deps=`. */
  readonly reads: readonly string[];
}

/** A check of an asset; only a blocking one keeps what comes after from running. */
export interface DagsterCheck {
  readonly document: PythonDocument;
  readonly node: PyNode;
  readonly name: string;
  readonly asset: string | undefined;
  readonly blocking: boolean;
}

const given = (document: PythonDocument, mark: Decorator): Call | undefined =>
  mark.call === undefined ? undefined : callAt(document, mark.call);

/** An asset is named by a text, by `AssetKey("x")`, or by its function. */
function assetNamed(document: PythonDocument, node: PyNode): string | undefined {
  const call = callAt(document, node);
  const inner = call === undefined ? node : call.args[0];
  const said = stringOf(document, inner);
  if (said !== undefined) return said;
  return node.type === 'identifier' ? document.text.slice(node.start, node.end) : undefined;
}

function namesIn(document: PythonDocument, node: PyNode | undefined): readonly string[] {
  return node === undefined
    ? []
    : (elementsOf(document, node) ?? []).flatMap((each) => assetNamed(document, each) ?? []);
}

const marked = (
  project: Project,
  pattern: RegExp,
): readonly { readonly document: PythonDocument; readonly node: PyNode; readonly mark: Decorator }[] =>
  project.documents('python', WORDS).flatMap((document) =>
    nodesOf(document, 'function_definition').flatMap((node) => {
      const mark = decorators(document, node).find(({ name }) => pattern.test(name ?? ''));
      return mark === undefined ? [] : [{ document, node, mark }];
    }),
  );

/** Every `@asset` of the project. */
export const dagsterAssets: (project: Project) => readonly DagsterAsset[] = fact((project) => {
  const all = marked(project, ASSET).map(({ document, node, mark }) => {
    const call = given(document, mark);
    return {
      document,
      node,
      name: stringOf(document, call?.keywords.get('name')) ?? definitionName(document, node) ?? 'asset',
      reads: [
        ...namesIn(document, call?.keywords.get('deps') ?? call?.keywords.get('non_argument_deps')),
        ...parameters(document, node).map(({ name }) => name),
      ],
    };
  });
  const known = new Set(all.map(({ name }) => name));
  return all.map((asset) => ({ ...asset, reads: asset.reads.filter((name) => known.has(name)) }));
});

/** Every `@asset_check` of the project. */
export const dagsterChecks: (project: Project) => readonly DagsterCheck[] = fact((project) =>
  marked(project, CHECK).map(({ document, node, mark }) => {
    const call = given(document, mark);
    const asset = call === undefined ? undefined : argument(call, -1, 'asset');
    const blocking = call?.keywords.get('blocking');
    return {
      document,
      node,
      name: stringOf(document, call?.keywords.get('name')) ?? definitionName(document, node) ?? 'check',
      asset: asset === undefined ? undefined : assetNamed(document, asset),
      blocking: blocking !== undefined && isConstant(document, blocking, true),
    };
  }),
);

/** A job that is a selection of assets. */
export interface DagsterJob {
  readonly document: PythonDocument;
  readonly call: Call;
  readonly name: string;
  /** Names of the assets that are listed; empty where the selection is a query. */
  readonly assets: readonly string[];
}

/** Every `define_asset_job(...)` of the project. */
export const dagsterJobs: (project: Project) => readonly DagsterJob[] = fact((project) =>
  project.documents('python', ['define_asset_job']).flatMap((document) =>
    calls(document)
      .filter(({ name }) => /^dagster(\.\w+)*\.define_asset_job$/.test(name ?? ''))
      .map((call) => {
        const selection = argument(call, 1, 'selection');
        const chosen = selection === undefined ? undefined : callAt(document, selection);
        const assets =
          chosen?.method === 'assets'
            ? chosen.args.flatMap((each) => assetNamed(document, each) ?? [])
            : namesIn(document, selection);
        return { document, call, name: stringOf(document, argument(call, 0, 'name')) ?? 'asset job', assets };
      }),
  ),
);

/** A schedule or a sensor. */
export interface DagsterSchedule {
  readonly document: PythonDocument;
  readonly node: PyNode;
  readonly name: string;
  readonly kind: 'schedule' | 'sensor';
  /** Undefined for sensors. */
  readonly cron: PyNode | undefined;
  /** Names of the jobs that it starts. */
  readonly jobs: readonly string[];
  /** Switched on in code; undefined where an expression decides. Dagster starts none by itself. */
  readonly running: boolean | undefined;
}

/** The name of the job that an expression is. */
function jobNamed(project: Project, document: PythonDocument, node: PyNode, steps = 4): string | undefined {
  const said = stringOf(document, node);
  if (said !== undefined) return said;
  const made = dagsterJobs(project).find(({ call }) => call.node === node);
  if (made !== undefined) return made.name;
  const own = definitionOf(document, node, 'function');
  if (own !== undefined) return definitionName(document, own);
  const value = node.type === 'identifier' && steps > 0 ? singleAssignment(document, node) : undefined;
  if (value !== undefined) return jobNamed(project, document, value, steps - 1);
  const name = qualifiedName(document, node);
  const found = name === undefined ? undefined : definitionNamed(project, document.path, name);
  if (found !== undefined) return definitionName(found.document, found.node);
  const last = name?.slice(name.lastIndexOf('.') + 1);
  return dagsterJobs(project).find((job) => assignedTo(job) === last)?.name;
}

function assignedTo({ document, call }: DagsterJob): string | undefined {
  const left = call.node.parent?.type === 'assignment' ? child(call.node.parent, 'left') : undefined;
  return left && document.text.slice(left.start, left.end);
}

const SCHEDULE =
  /^dagster(\.\w+)*\.(ScheduleDefinition|schedule|build_schedule_from_partitioned_job|SensorDefinition|sensor|asset_sensor|multi_asset_sensor|run_status_sensor|AutomationConditionSensorDefinition)$/;

function scheduleOf(project: Project, document: PythonDocument, call: Call): DagsterSchedule | undefined {
  const full = call.names.find((name) => SCHEDULE.test(name));
  if (full === undefined) return undefined;
  const kind = /sensor/i.test(full.slice(full.lastIndexOf('.'))) ? 'sensor' : 'schedule';
  const cron = argument(call, -1, 'cron_schedule');
  const job = argument(call, /build_schedule/.test(full) ? 0 : -1, 'job', 'job_name', 'target', 'request_job');
  const jobs = argument(call, -1, 'jobs');
  const status = argument(call, -1, 'default_status');
  const said = status && document.text.slice(status.start, status.end);
  const decorated = call.node.parent?.type === 'decorator' ? call.node.parent.parent : undefined;
  const definition = decorated && child(decorated, 'definition');
  const listed = jobs === undefined ? [] : (elementsOf(document, jobs) ?? []);
  const names = [...(job === undefined ? [] : [job]), ...listed].flatMap(
    (each) => jobNamed(project, document, each) ?? [],
  );
  return {
    document,
    node: call.callee,
    name:
      stringOf(document, argument(call, -1, 'name')) ??
      (definition && definitionName(document, definition)) ??
      names[0] ??
      kind,
    kind,
    cron,
    jobs: names,
    running: said === undefined ? false : /\.RUNNING$/.test(said) ? true : /\.STOPPED$/.test(said) ? false : undefined,
  };
}

/** Every schedule and sensor of the project. */
export const dagsterSchedules: (project: Project) => readonly DagsterSchedule[] = fact((project) =>
  project
    .documents('python', WORDS)
    .flatMap((document) => calls(document).flatMap((call) => scheduleOf(project, document, call) ?? [])),
);
