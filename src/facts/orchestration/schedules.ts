import type { RepoPath, Span } from '../../core/location.ts';
import { entries, get, literal } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { azureMonitors, azureSchedules } from '../formats/azure.ts';
import { eventRules } from '../formats/cloudformation.ts';
import { databricksResources } from '../formats/databricks.ts';
import { boolAt } from '../formats/field.ts';
import { githubWorkflows } from '../formats/github.ts';
import { kubernetesWorkloads } from '../formats/kubernetes.ts';
import { prefectDeployments } from '../formats/prefect.ts';
import { terraformResources } from '../formats/terraform.ts';
import { argoWorkflows } from '../formats/training.ts';
import { tokensOf } from '../paths.ts';
import { calls } from '../python/calls.ts';
import { isConstant, stringOf } from '../python/constants.ts';
import { mayBeProduction } from '../system/production.ts';

/** A job and whether it starts by itself. */
export interface ScheduledJob {
  /** The same at base and at head. */
  readonly key: string;
  readonly name: string;
  readonly state: 'runs' | 'paused' | 'none';
  readonly document: DocumentBase;
  /** The schedule, the switch that pauses it, or the job where there is no schedule. */
  readonly span: Span;
}

const PURPOSE = new Set(
  'train training retrain retraining finetune materialize materialise materialization monitor monitoring drift score scoring batch inference predict prediction predictions feature features ingest ingestion refresh evaluate evaluation validate validation etl'.split(
    ' ',
  ),
);

/** True for jobs that keep models, features or what is known of them fresh. */
export const keepsFresh = (said: string): boolean => tokensOf(said.slice(0, 2000)).some((token) => PURPOSE.has(token));

/** True when two jobs keep the same thing fresh, by the words of their names and files. */
export function servesSamePurpose(one: ScheduledJob, other: ScheduledJob): boolean {
  const purposes = ({ name, document }: ScheduledJob): readonly string[] =>
    tokensOf(`${name} ${document.path}`)
      .filter((token) => PURPOSE.has(token))
      .map((token) => token.replace(/^re|ing$|ization$|isation$/g, ''));
  const own = new Set(purposes(one));
  return purposes(other).some((purpose) => own.has(purpose));
}

/** True when the file of the job is removed together with a file or folder that it names: what it ran is gone as well. */
export function leavesWithItsWork({ document }: ScheduledJob, before: Project, after: Project): boolean {
  if (after.tree.has(document.path)) return false;
  const isThere = ({ tree, paths }: Project, path: string): boolean =>
    tree.has(path as RepoPath) || paths.some((each) => each.startsWith(`${path}/`));
  const words = new Set(document.text.slice(0, 20_000).match(/[\w.-]+(?:\/[\w.-]+)+/g) ?? []);
  words.delete(document.path);
  return [...words].slice(0, 200).some((path) => isThere(before, path) && !isThere(after, path));
}

const at = (
  kind: string,
  name: string,
  state: ScheduledJob['state'],
  document: DocumentBase,
  span: Span,
): ScheduledJob => ({ key: `${kind}\0${name}`, name, state, document, span });

function databricks(project: Project): readonly ScheduledJob[] {
  return databricksResources(project, 'jobs')
    .filter(({ document, node }) => mayBeProduction(document, node))
    .map(({ document, node, key, target, entry }) => {
      const schedule = ['schedule', 'trigger', 'continuous']
        .map((name) => get(node, name))
        .find((each) => each !== undefined);
      const pause = get(schedule, 'pause_status');
      const state = schedule === undefined ? 'none' : literal(pause) === 'PAUSED' ? 'paused' : 'runs';
      return at(
        `databricks ${target ?? ''}`,
        key,
        state,
        document,
        (state === 'paused' ? pause : schedule)?.span ?? entry.keySpan,
      );
    });
}

function cloud(project: Project): readonly ScheduledJob[] {
  const rules = eventRules(project)
    .filter(({ schedule }) => schedule !== undefined)
    .map(({ document, id, state, schedule, entry }) => {
      const off = state?.value === 'DISABLED';
      return at(
        `rule ${document.path}`,
        id,
        off ? 'paused' : 'runs',
        document,
        (off ? state : schedule)?.node.span ?? entry.keySpan,
      );
    });
  const terraform = terraformResources(project)
    .filter(({ type }) => /^aws_(cloudwatch_event_rule|scheduler_schedule)$|^google_cloud_scheduler_job$/.test(type))
    .map(({ document, name, node }) => {
      const flag = [get(node, 'is_enabled'), get(node, 'state'), get(node, 'paused')].find(
        (each) => each !== undefined,
      );
      const off =
        flag !== undefined &&
        (literal(flag) === 'false' ||
          literal(flag) === 'DISABLED' ||
          (literal(flag) === 'true' && flag === get(node, 'paused')));
      return at('terraform', name, off ? 'paused' : 'runs', document, flag?.span ?? node.span);
    });
  return [...rules, ...terraform];
}

function clusters(project: Project): readonly ScheduledJob[] {
  const crons = kubernetesWorkloads(project).filter(
    ({ kind, document, node }) => kind === 'CronJob' && mayBeProduction(document, node),
  );
  const flows = argoWorkflows(project).filter(
    ({ kind, document, node }) => kind === 'CronWorkflow' && mayBeProduction(document, node),
  );
  return [...crons, ...flows].flatMap(({ document, kind, name, schedule, suspend }) => {
    const off = suspend?.value === true;
    const node = (off ? suspend : schedule)?.node;
    return name === undefined || node === undefined
      ? []
      : [at(kind, name.text ?? '', off ? 'paused' : 'runs', document, node.span)];
  });
}

function workflows(project: Project): readonly ScheduledJob[] {
  return githubWorkflows(project).map(({ document, schedules, triggers, node }) => {
    const trigger = triggers.find(({ name }) => name === 'schedule');
    const state = trigger === undefined ? 'none' : 'runs';
    return at(
      'workflow',
      document.path,
      state,
      document,
      schedules[0]?.node.span ?? trigger?.node.span ?? entries(node)[0]?.keySpan ?? node.span,
    );
  });
}

function azure(project: Project): readonly ScheduledJob[] {
  return [...azureSchedules(project), ...azureMonitors(project)].flatMap(({ document, name, trigger, node }) => {
    const off = boolAt(node, 'is_enabled')?.value === false ? boolAt(node, 'is_enabled') : undefined;
    return name === undefined || trigger === undefined
      ? []
      : [at('azure', name.text ?? '', off === undefined ? 'runs' : 'paused', document, off?.node.span ?? trigger.span)];
  });
}

/** Deployments of `prefect.yaml`; several schedules of one run as long as one of them is active. */
function prefect(project: Project): readonly ScheduledJob[] {
  return prefectDeployments(project).map(({ document, node, name, schedules }) => {
    const off = schedules.filter(({ active }) => active?.value === false);
    const [first] = schedules;
    const paused = first !== undefined && off.length === schedules.length;
    const state = first === undefined ? 'none' : paused ? 'paused' : 'runs';
    const place = paused ? off[0]?.active?.node : first?.node;
    return at(
      `prefect ${document.path}`,
      name?.text ?? '',
      state,
      document,
      place?.span ?? name?.node.span ?? node.span,
    );
  });
}

const DAG = /^airflow\.(models\.(dag\.)?|sdk\.|decorators\.)?(DAG|dag)$/;

/** DAGs of Airflow; `schedule=None` starts nothing. */
function airflow(document: PythonDocument): readonly ScheduledJob[] {
  return calls(document)
    .filter(({ name }) => DAG.test(name ?? ''))
    .flatMap((call) => {
      const schedule = call.keywords.get('schedule') ?? call.keywords.get('schedule_interval');
      const id = stringOf(document, call.keywords.get('dag_id') ?? call.args[0]) ?? document.path;
      const paused = call.keywords.get('is_paused_upon_creation');
      const state =
        paused !== undefined && isConstant(document, paused, true)
          ? 'paused'
          : schedule === undefined
            ? 'none'
            : isConstant(document, schedule, null)
              ? 'paused'
              : 'runs';
      return [
        at(
          'airflow',
          id,
          state,
          document,
          (state === 'paused' && paused !== undefined && isConstant(document, paused, true) ? paused : schedule) ??
            call.node,
        ),
      ];
    });
}

/** Every job in the given files that may have a schedule; those of lower environments are left out. */
export function scheduledJobs(project: Project, paths: ReadonlySet<RepoPath>): readonly ScheduledJob[] {
  const python = project
    .documents('python', ['airflow'])
    .filter(({ path }) => paths.has(path))
    .flatMap(airflow);
  const all = [databricks, cloud, clusters, workflows, azure, prefect].flatMap((read) => read(project));
  return [...all.filter(({ document }) => paths.has(document.path)), ...python];
}
