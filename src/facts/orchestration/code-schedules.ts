import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { definitionNamed } from '../python/across.ts';
import { argument, type Call, callAt, calls, callsOfMethod } from '../python/calls.ts';
import { isConstant, stringOf } from '../python/constants.ts';
import { originsOf } from '../python/flow.ts';
import { definitionOf } from '../python/hierarchy.ts';
import { elementsOf } from '../python/literals.ts';
import { qualifiedName } from '../python/names.ts';
import { decorators } from '../python/structure.ts';
import { type CodePipeline, codePipelines } from './code-pipelines.ts';
import { dagsterSchedules } from './dagster-code.ts';
import { prefectServings } from './prefect-code.ts';

/** What starts pipelines by itself, as Python says it. */
export interface CodeSchedule {
  readonly document: PythonDocument;
  /** The schedule, or the call that sets it. */
  readonly node: PyNode;
  /** What it starts and when: `churn 0 3 * * *`. */
  readonly label: string;
  /** `paused` only where the code says so. */
  readonly state: 'runs' | 'paused';
  /** Names of the pipelines that it starts; empty where only a run tells. */
  readonly pipelines: readonly string[];
}

const KEYS = ['schedule', 'schedule_interval', 'timetable'] as const;

const labelled = (name: string, document: PythonDocument, node: PyNode | undefined): string =>
  `${name} ${(node && (stringOf(document, node) ?? '')) ?? ''}`.trim();

/** `DAG(schedule=...)` and `@dag(schedule=...)`; `schedule=None` starts nothing. */
function airflow(pipeline: CodePipeline): readonly CodeSchedule[] {
  const { document, name, node } = pipeline;
  const made =
    pipeline.function === undefined
      ? calls(document).filter(({ callee }) => callee === node)
      : decorators(document, pipeline.function).flatMap(({ call }) => (call && callAt(document, call)) ?? []);
  return made.flatMap((call) => {
    const schedule = argument(call, -1, ...KEYS);
    if (schedule === undefined || isConstant(document, schedule, null)) return [];
    const paused = call.keywords.get('is_paused_upon_creation');
    return [
      {
        document,
        node: schedule,
        label: labelled(name, document, schedule),
        state: paused !== undefined && isConstant(document, paused, true) ? ('paused' as const) : ('runs' as const),
        pipelines: [name],
      },
    ];
  });
}

/** The pipeline function that a name means, here or in the file it comes from. */
export function pipelineMeant(project: Project, document: PythonDocument, node: PyNode): CodePipeline | undefined {
  const own = definitionOf(document, node, 'function');
  const name = own === undefined ? qualifiedName(document, node) : undefined;
  const found = own ?? (name === undefined ? undefined : definitionNamed(project, document.path, name)?.node);
  return codePipelines(project).find((pipeline) => pipeline.function !== undefined && pipeline.function === found);
}

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Files that pipelines are compiled to, by file name, with the pipelines; `compile(pipeline_func=p, package_path='p.yaml')`. */
const compiled: (project: Project) => ReadonlyMap<string, readonly string[]> = fact((project) => {
  const found = new Map<string, readonly string[]>();
  for (const document of project.documents('python', ['package_path', '.compile('])) {
    for (const call of callsOfMethod(document, 'compile')) {
      const [source, target] = [argument(call, 0, 'pipeline_func'), argument(call, 1, 'package_path')];
      const pipeline = source === undefined ? undefined : pipelineMeant(project, document, source);
      const path = stringOf(document, target);
      if (pipeline === undefined || target === undefined) continue;
      for (const key of [
        path === undefined ? undefined : fileName(path),
        `${document.path}\0${textOf(document, target)}`,
      ])
        if (key !== undefined) found.set(key, [...(found.get(key) ?? []), pipeline.name]);
    }
  }
  return found;
});

const JOB = /^google\.cloud\.aiplatform(\.\w+)*\.PipelineJob$/;
const START = /^google\.cloud\.aiplatform(\.\w+)*\.(PipelineJob\(\)\.create_schedule|PipelineJobSchedule\(\)\.create)$/;
const RECURRING = /^kfp(\.\w+)*\.Client\(\)\.(create_recurring_run|schedule_pipeline)$/;

function templateNames(project: Project, document: PythonDocument, value: PyNode | undefined): readonly string[] {
  if (value === undefined) return [];
  const said = stringOf(document, value);
  const known = compiled(project);
  return (
    (said === undefined ? undefined : known.get(fileName(said))) ??
    known.get(`${document.path}\0${textOf(document, value)}`) ??
    []
  );
}

/** Jobs of Vertex AI that run a compiled pipeline on a schedule, and recurring runs of Kubeflow. */
function compiledRuns(project: Project): readonly CodeSchedule[] {
  return project
    .documents('python', ['create_schedule', 'PipelineJobSchedule', 'create_recurring_run'])
    .flatMap((document) => {
      const jobs = calls(document).filter(({ names }) => names.some((name) => JOB.test(name)));
      return calls(document).flatMap((call): readonly CodeSchedule[] => {
        const recurring = call.names.some((name) => RECURRING.test(name));
        if (!recurring && !call.names.some((name) => START.test(name))) return [];
        const behind = call.receiver === undefined ? new Set<PyNode>() : originsOf(document, call.receiver);
        const templates = [
          argument(call, -1, 'pipeline_package_path'),
          ...jobs.filter(({ node }) => behind.has(node)).map((job) => argument(job, -1, 'template_path')),
        ];
        const cron = argument(call, -1, 'cron', 'cron_expression');
        const name = stringOf(document, argument(call, -1, 'display_name', 'job_name')) ?? document.path;
        return [
          {
            document,
            node: cron ?? call.callee,
            label: labelled(name, document, cron),
            state: stateOf(document, call),
            pipelines: [...new Set(templates.flatMap((template) => templateNames(project, document, template)))],
          },
        ];
      });
    });
}

/** Paused by `enabled=False`. */
function stateOf(document: PythonDocument, call: Call): CodeSchedule['state'] {
  const enabled = call.keywords.get('enabled');
  return enabled !== undefined && isConstant(document, enabled, false) ? 'paused' : 'runs';
}

/** `pipeline.put_triggers(triggers=[PipelineSchedule(name=..., cron=...)])` of SageMaker. */
function sagemakerTriggers(project: Project): readonly CodeSchedule[] {
  return project.documents('python', ['put_triggers']).flatMap((document) =>
    callsOfMethod(document, 'put_triggers').flatMap((call) => {
      const origins = call.receiver === undefined ? new Set<PyNode>() : originsOf(document, call.receiver);
      const pipelines = codePipelines(project).filter(
        (each) => each.framework === 'sagemaker' && each.node.parent !== undefined && origins.has(each.node.parent),
      );
      const given = argument(call, 0, 'triggers');
      return (given === undefined ? [] : (elementsOf(document, given) ?? [])).flatMap(
        (node): readonly CodeSchedule[] => {
          const made = callAt(document, node);
          if (made === undefined || !/PipelineSchedule$/.test(made.name ?? '')) return [];
          const when = argument(made, -1, 'cron', 'rate', 'at');
          const name = stringOf(document, argument(made, 0, 'name')) ?? document.path;
          return [
            {
              document,
              node: when ?? made.callee,
              label: labelled(name, document, when),
              state: stateOf(document, made),
              pipelines: pipelines.map((each) => each.name),
            },
          ];
        },
      );
    }),
  );
}

/** Deployments of Prefect flows that have a schedule of their own. */
const prefect = (project: Project): readonly CodeSchedule[] =>
  prefectServings(project).flatMap(({ document, schedule, name, flow, paused }) => {
    if (schedule === undefined) return [];
    const pipeline =
      flow === undefined ? undefined : codePipelines(project).find((each) => each.function === flow.node);
    return [
      {
        document,
        node: schedule,
        label: labelled(name ?? pipeline?.name ?? document.path, document, schedule),
        state: paused ? ('paused' as const) : ('runs' as const),
        pipelines: pipeline === undefined ? [] : [pipeline.name],
      },
    ];
  });

/** Schedules and sensors of Dagster; a schedule that is not switched on in code waits to be switched on by hand. */
const dagster = (project: Project): readonly CodeSchedule[] =>
  dagsterSchedules(project).map(({ document, node, name, cron, jobs, running }) => ({
    document,
    node: cron ?? node,
    label: labelled(name, document, cron),
    state: running === false ? ('paused' as const) : ('runs' as const),
    pipelines: jobs,
  }));

/** Everything in the project's Python that starts a pipeline by itself. */
export const codeSchedules: (project: Project) => readonly CodeSchedule[] = fact((project) => [
  ...codePipelines(project)
    .filter(({ framework }) => framework === 'airflow')
    .flatMap(airflow),
  ...compiledRuns(project),
  ...sagemakerTriggers(project),
  ...prefect(project),
  ...dagster(project),
]);
