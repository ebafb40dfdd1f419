import { fact } from '../../core/fact.ts';
import { type DataNode, type Entry, each, entries, entry, get, keys, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type ShellCommand, shellCommands } from '../../documents/shell.ts';
import { boolAt, type Described, type Field, mapsAt, numberAt, textAt, textsAt } from './field.ts';
import { rootsOf } from './recognise.ts';

export interface GithubStep extends Described {
  readonly index: number;
  readonly id: string | undefined;
  readonly name: Field<string> | undefined;
  readonly uses: Field<string> | undefined;
  readonly run: Field<string> | undefined;
  /** Simple commands of `run`; spans count in the text of the scalar, not in the file. */
  readonly commands: readonly ShellCommand[];
  readonly condition: Field<string> | undefined;
  readonly continueOnError: Field<boolean> | undefined;
  readonly with: DataNode | undefined;
}

export interface GithubTrigger {
  /** `push`, `pull_request_target`, `schedule`… */
  readonly name: string;
  readonly node: DataNode;
}

export interface GithubJob extends Described {
  readonly id: string;
  readonly entry: Entry;
  readonly workflow: GithubWorkflow;
  readonly name: Field<string> | undefined;
  readonly needs: readonly string[];
  readonly condition: Field<string> | undefined;
  /** The node of `environment:` and its name. */
  readonly environment: { readonly node: DataNode; readonly name: string | undefined } | undefined;
  readonly permissions: DataNode | undefined;
  readonly runsOn: DataNode | undefined;
  readonly timeoutMinutes: Field<number> | undefined;
  readonly continueOnError: Field<boolean> | undefined;
  readonly matrix: DataNode | undefined;
  /** A reusable workflow that it calls. */
  readonly uses: Field<string> | undefined;
  readonly steps: readonly GithubStep[];
}

export interface GithubWorkflow extends Described {
  readonly name: Field<string> | undefined;
  readonly triggers: readonly GithubTrigger[];
  readonly permissions: DataNode | undefined;
  /** Cron expressions. */
  readonly schedules: readonly Field<string>[];
  readonly jobs: readonly GithubJob[];
}

function triggersOf(root: DataNode): readonly GithubTrigger[] {
  const on = get(root, 'on') ?? get(root, 'true');
  if (on?.kind === 'map') return entries(on).map(({ key, value }) => ({ name: key, node: value }));
  return each(on).flatMap((node) => {
    const name = text(node);
    return name === undefined ? [] : [{ name, node }];
  });
}

function stepOf(document: Described['document'], node: DataNode, index: number): GithubStep {
  const run = textAt(node, 'run');
  return {
    document,
    node,
    index,
    id: text(get(node, 'id')),
    name: textAt(node, 'name'),
    uses: textAt(node, 'uses'),
    run,
    commands: shellCommands(run?.text ?? ''),
    condition: textAt(node, 'if'),
    continueOnError: boolAt(node, 'continue-on-error'),
    with: get(node, 'with'),
  };
}

function jobOf(job: Entry, workflow: GithubWorkflow): GithubJob {
  const { value: node } = job;
  const { document } = workflow;
  const environment = get(node, 'environment');
  return {
    document,
    node,
    id: job.key,
    entry: job,
    workflow,
    name: textAt(node, 'name'),
    needs: textsAt(node, 'needs'),
    condition: textAt(node, 'if'),
    environment:
      environment === undefined
        ? undefined
        : { node: environment, name: text(environment) ?? text(get(environment, 'name')) },
    permissions: get(node, 'permissions'),
    runsOn: get(node, 'runs-on'),
    timeoutMinutes: numberAt(node, 'timeout-minutes'),
    continueOnError: boolAt(node, 'continue-on-error'),
    matrix: get(node, 'strategy', 'matrix'),
    uses: textAt(node, 'uses'),
    steps: mapsAt(node, 'steps').map((step, index) => stepOf(document, step, index)),
  };
}

/** Every workflow below `.github/workflows`. */
export const githubWorkflows: (project: Project) => readonly GithubWorkflow[] = fact((project) =>
  rootsOf(project, 'github-workflow').map(({ document, root }) => {
    const jobs: GithubJob[] = [];
    const triggers = triggersOf(root);
    const workflow: GithubWorkflow = {
      document,
      node: root,
      name: textAt(root, 'name'),
      triggers,
      permissions: entry(root, 'permissions')?.value,
      schedules: triggers
        .filter(({ name }) => name === 'schedule')
        .flatMap(({ node }) => mapsAt(node).flatMap((each) => textAt(each, 'cron') ?? [])),
      jobs,
    };
    for (const job of entries(get(root, 'jobs'))) if (job.value.kind === 'map') jobs.push(jobOf(job, workflow));
    return workflow;
  }),
);

/** The jobs of all workflows. */
export const githubJobs: (project: Project) => readonly GithubJob[] = fact((project) =>
  githubWorkflows(project).flatMap(({ jobs }) => jobs),
);

/** Jobs that must have succeeded before this one, near and far. */
export function jobsBefore(job: GithubJob): ReadonlySet<string> {
  const byId = new Map(job.workflow.jobs.map((each) => [each.id, each]));
  const found = new Set<string>();
  const left = [...job.needs];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    left.push(...(byId.get(id)?.needs ?? []));
  }
  return found;
}

/** True when the workflow's or the job's permissions hold a scope with write access. */
export function mayWrite(job: GithubJob, scope: string): boolean {
  const node = job.permissions ?? job.workflow.permissions;
  return text(node) === 'write-all' || (keys(node).includes(scope) && text(get(node, scope)) === 'write');
}

/** One rule of a CODEOWNERS file. */
export interface CodeOwner {
  readonly path: string;
  readonly pattern: string;
  readonly owners: readonly string[];
  /** 1-based line. */
  readonly line: number;
}

/** Rules of the CODEOWNERS file that GitHub reads. */
export const codeOwners: (project: Project) => readonly CodeOwner[] = fact((project) => {
  const places = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'];
  const path = project.paths.find((each) => places.includes(each));
  const document = path === undefined ? undefined : project.document(path);
  return (document?.text ?? '').split('\n').flatMap((line, index) => {
    const [pattern, ...owners] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    return pattern === undefined || pattern === '' ? [] : [{ path: path ?? '', pattern, owners, line: index + 1 }];
  });
});
