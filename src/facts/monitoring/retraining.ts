import type { Span } from '../../core/location.ts';
import { type DataDocument, get, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type BundleResource, databricksResources, databricksTasks } from '../formats/databricks.ts';
import { mapsAt } from '../formats/field.ts';
import { type GithubJob, githubWorkflows, jobsBefore } from '../formats/github.ts';
import { rolesOf, type StepRole } from '../orchestration/roles.ts';
import { openGates } from '../validation/switches.ts';

/** One step of a pipeline with what it waits for, near and far. */
export interface Step {
  readonly roles: ReadonlySet<StepRole>;
  readonly waitsFor: ReadonlySet<Step>;
  readonly document: DataDocument;
  readonly span: Span;
  readonly name: string;
  /** A person has to agree. */
  readonly approved: boolean;
}

/** Something that a violation starts. */
export interface Retraining {
  readonly document: DataDocument;
  readonly span: Span;
  readonly says: string;
  readonly steps: readonly Step[];
}

const VIOLATION = /drift|violat|monitor|degrad|metric/i;

function tasksOf(job: BundleResource): readonly Step[] {
  const tasks = databricksTasks(job);
  const steps = new Map<string, Step & { waitsFor: Set<Step> }>();
  for (const { key, source, node } of tasks) {
    const name = key?.text ?? '';
    steps.set(name, {
      name,
      document: job.document,
      span: key?.node.span ?? node.span,
      roles: rolesOf(`${name} ${source?.text ?? ''}`),
      waitsFor: new Set(),
      approved: false,
    });
  }
  for (let round = 0; round < Math.min(tasks.length, 50); round += 1) {
    for (const { key, dependsOn } of tasks) {
      for (const other of dependsOn.flatMap((each) => steps.get(each) ?? []))
        for (const far of [other, ...other.waitsFor]) steps.get(key?.text ?? '')?.waitsFor.add(far);
    }
  }
  return [...steps.values()];
}

/** Jobs that a monitoring job starts when it finds a violation. */
function databricks(project: Project): readonly Retraining[] {
  const jobs = databricksResources(project, 'jobs');
  return jobs
    .filter(({ key, node }) => VIOLATION.test(`${key} ${text(get(node, 'name')) ?? ''}`))
    .flatMap((job) =>
      mapsAt(job.node, 'tasks').flatMap((task): readonly Retraining[] => {
        const id = get(task, 'run_job_task', 'job_id');
        const started = /\$\{resources\.jobs\.([\w-]+)\.id\}/.exec(text(id) ?? '')?.[1];
        const target =
          started === undefined
            ? undefined
            : jobs.find(({ key, document }) => key === started && document !== undefined);
        return id === undefined || target === undefined
          ? []
          : [
              {
                document: job.document,
                span: id.span,
                says: `job \`${job.key}\` starts \`${target.key}\``,
                steps: tasksOf(target),
              },
            ];
      }),
    );
}

function stepOfJob(job: GithubJob): Step {
  const said = `${job.id} ${job.name?.text ?? ''} ${job.steps.map(({ name, run }) => `${name?.text ?? ''} ${(run?.text ?? '').slice(0, 200)}`).join(' ')}`;
  return {
    name: job.id,
    document: job.document,
    span: job.entry.keySpan,
    roles: new Set([...rolesOf(said.slice(0, 300)), ...rolesOf(job.id)]),
    waitsFor: new Set(),
    approved: job.environment !== undefined,
  };
}

/** Workflows that a drift event starts. */
function github(project: Project): readonly Retraining[] {
  return githubWorkflows(project).flatMap(({ document, triggers, jobs, name }): readonly Retraining[] => {
    const trigger = triggers.find(
      (each) =>
        /^(repository_dispatch|workflow_run)$/.test(each.name) &&
        VIOLATION.test(document.text.slice(each.node.span.start, each.node.span.end)),
    );
    if (trigger === undefined) return [];
    const steps = new Map(jobs.map((job) => [job.id, stepOfJob(job)]));
    const linked = jobs.flatMap((job) => {
      const step = steps.get(job.id);
      return step === undefined
        ? []
        : [{ ...step, waitsFor: new Set([...jobsBefore(job)].flatMap((id) => steps.get(id) ?? [])) }];
    });
    return [
      {
        document,
        span: trigger.node.span,
        says: `workflow \`${name?.text ?? document.path}\` is started by \`${trigger.name}\``,
        steps: linked,
      },
    ];
  });
}

/** The deploying step that no open or closed gate stands before; undefined where one does, or nothing is trained. */
export function ungated(project: Project, { steps, document }: Retraining): Step | undefined {
  const off = openGates(project).filter(
    ({ document: at, kind }) => kind !== 'baseline' && steps.some((step) => step.document === at),
  );
  const gates = (step: Step): boolean =>
    step.approved || (step.roles.has('validate') && off.length === 0 && document !== undefined);
  return steps.find(
    (step) =>
      step.roles.has('deploy') &&
      !gates(step) &&
      ![...step.waitsFor].some(gates) &&
      (step.roles.has('train') || [...step.waitsFor].some(({ roles }) => roles.has('train'))),
  );
}

/** Everything that a monitor's finding starts. */
export const retrainings = (project: Project): readonly Retraining[] => [...databricks(project), ...github(project)];
