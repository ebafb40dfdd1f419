import { fact } from '../../core/fact.ts';
import type { RepoPath, Span } from '../../core/location.ts';
import { type DataNode, get, items, literal, text } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { shellCommands } from '../../documents/shell.ts';
import { azurePipelines } from '../formats/azure.ts';
import { databricksResources, databricksTasks } from '../formats/databricks.ts';
import { dvcPipelines, folderOf, within } from '../formats/dvc.ts';
import { githubWorkflows } from '../formats/github.ts';
import { scriptOf } from '../formats/scripts.ts';
import { argoWorkflows, kfpTasks } from '../formats/training.ts';
import { pythonGraphs } from './graphs-python.ts';
import { rolesOf, type StepRole } from './roles.ts';

/** One step of a pipeline. */
export interface StepNode {
  readonly name: string;
  readonly roles: ReadonlySet<StepRole>;
  /** Names of the steps that it waits for. */
  readonly after: readonly string[];
  readonly span: Span;
  /** Files of the repository that it runs. */
  readonly sources: readonly RepoPath[];
  /** Code of the function that it runs, where the pipeline is code itself. */
  readonly code?: string;
}

export interface PipelineGraph {
  readonly document: DocumentBase & { readonly path: RepoPath };
  readonly format: 'dvc' | 'azure' | 'databricks' | 'github' | 'argo' | 'kubeflow';
  readonly name: string;
  readonly steps: readonly StepNode[];
}

/** The scripts that command lines run, where the repository has them. */
function scriptsIn(project: Project, folder: string, said: string): readonly RepoPath[] {
  return shellCommands(said).flatMap((command) => {
    const script = scriptOf(command);
    const path =
      script === undefined
        ? undefined
        : within(folder, script.module ? `${script.text.replaceAll('.', '/')}.py` : script.text);
    // A path is known to be one when the tree has it.
    return path !== undefined && project.tree.has(path as RepoPath) ? [path as RepoPath] : [];
  });
}

function roles(name: string, sources: readonly RepoPath[]): ReadonlySet<StepRole> {
  const own = rolesOf(name);
  return own.size > 0
    ? own
    : new Set(sources.flatMap((path) => [...rolesOf(path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, ''))]));
}

const dvc = (project: Project): readonly PipelineGraph[] =>
  dvcPipelines(project).map(({ document, stages }) => ({
    document,
    format: 'dvc',
    name: document.path,
    steps: stages.map((stage) => {
      const sources = stage.commands.flatMap((node) => scriptsIn(project, stage.home, text(node) ?? ''));
      const feeds = stages.filter(({ outs }) =>
        outs.some((out) =>
          stage.deps.some(
            (dep) =>
              dep.path !== undefined &&
              out.path !== undefined &&
              (dep.path === out.path || dep.path.startsWith(`${out.path}/`) || out.path.startsWith(`${dep.path}/`)),
          ),
        ),
      );
      return {
        name: stage.name,
        roles: roles(stage.name, sources),
        after: feeds.map(({ name }) => name),
        span: stage.entry.keySpan,
        sources,
      };
    }),
  }));

function azureSources(project: Project, folder: string, job: DataNode): readonly RepoPath[] {
  const file = literal(get(job, 'component'))?.replace(/^file:/, '');
  const path = file === undefined ? undefined : within(folder, file);
  const component =
    path === undefined || !project.tree.has(path as RepoPath) ? undefined : project.document(path as RepoPath);
  const root = component !== undefined && 'roots' in component ? component.roots[0] : job;
  const home = component === undefined ? folder : folderOf(component.path);
  const code = within(home, literal(get(root, 'code')) ?? '.') ?? home;
  return scriptsIn(project, code, text(get(root, 'command')) ?? text(get(root, 'task', 'command')) ?? '');
}

const azure = (project: Project): readonly PipelineGraph[] =>
  azurePipelines(project).map(({ document, name, jobs }) => ({
    document,
    format: 'azure',
    name: name?.text ?? document.path,
    steps: jobs.map((job) => {
      const said = document.text.slice(job.entry.value.span.start, job.entry.value.span.end);
      const after = [...said.matchAll(/parent\.jobs\.(\w{1,100})\.outputs/g)].map((match) => match[1] ?? '');
      const sources = azureSources(project, folderOf(document.path), job.entry.value);
      return { name: job.name, roles: roles(job.name, sources), after, span: job.entry.keySpan, sources };
    }),
  }));

const databricks = (project: Project): readonly PipelineGraph[] =>
  databricksResources(project, 'jobs').map((job) => ({
    document: job.document,
    format: 'databricks',
    name: job.key,
    steps: databricksTasks(job).map(({ node, key, dependsOn, source }) => {
      const path = source?.value === undefined ? undefined : within(folderOf(job.document.path), source.value);
      const sources =
        path === undefined
          ? []
          : ([path, `${path}.py`, `${path}.ipynb`, `${path}.sql`] as RepoPath[]).filter((each) =>
              project.tree.has(each),
            );
      const name = key?.text ?? '';
      return { name, roles: roles(name, sources), after: dependsOn, span: key?.node.span ?? node.span, sources };
    }),
  }));

const github = (project: Project): readonly PipelineGraph[] =>
  githubWorkflows(project).map(({ document, name, jobs }) => ({
    document,
    format: 'github',
    name: name?.text ?? document.path,
    steps: jobs.map((job) => ({
      name: job.id,
      roles: roles(`${job.id} ${job.name?.text ?? ''}`, []),
      after: job.needs,
      span: job.entry.keySpan,
      sources: job.steps.flatMap(({ run }) => scriptsIn(project, '', run?.text ?? '')),
    })),
  }));

const argo = (project: Project): readonly PipelineGraph[] =>
  argoWorkflows(project).flatMap(({ document, templates }) =>
    templates
      .filter(({ kind }) => kind === 'dag')
      .map((template) => ({
        document,
        format: 'argo' as const,
        name: template.name,
        steps: template.tasks.map((task) => ({
          name: task.name,
          roles: roles(`${task.name} ${task.template ?? ''}`, []),
          after: task.dependencies,
          span: get(task.node, 'name')?.span ?? task.node.span,
          sources: [],
        })),
      })),
  );

/** Steps in groups: each waits for the whole group before it. */
const argoSteps = (project: Project): readonly PipelineGraph[] =>
  argoWorkflows(project).flatMap(({ document, templates }) =>
    templates
      .filter(({ kind }) => kind === 'steps')
      .map((template) => {
        const groups = items(get(template.node, 'steps')).map((group) =>
          group.kind === 'list' ? group.items : [group],
        );
        const nameOf = (node: DataNode): string => literal(get(node, 'name')) ?? '';
        return {
          document,
          format: 'argo' as const,
          name: template.name,
          steps: groups.flatMap((group, at) =>
            group.map((node) => ({
              name: nameOf(node),
              roles: roles(`${nameOf(node)} ${literal(get(node, 'template')) ?? ''}`, []),
              after: (groups[at - 1] ?? []).map(nameOf),
              span: get(node, 'name')?.span ?? node.span,
              sources: [],
            })),
          ),
        };
      }),
  );

function kubeflow(project: Project): readonly PipelineGraph[] {
  const all = kfpTasks(project);
  return [...new Set(all.map(({ document }) => document))].map((document) => ({
    document,
    format: 'kubeflow',
    name: all.find((task) => task.document === document)?.pipeline ?? document.path,
    steps: all
      .filter((task) => task.document === document)
      .map((task) => ({
        name: task.name,
        roles: roles(task.name, []),
        after: task.dependsOn,
        span: task.node.span,
        sources: [],
      })),
  }));
}

/** Every pipeline that a file spells out as steps with an order between them. */
export const pipelineGraphs: (project: Project) => readonly PipelineGraph[] = fact((project) =>
  [dvc, azure, databricks, github, argo, argoSteps, kubeflow, pythonGraphs].flatMap((read) => read(project)),
);

/** The steps that must have run before, near and far. */
export function stepsBefore({ steps }: PipelineGraph, step: StepNode): readonly StepNode[] {
  const byName = new Map(steps.map((each) => [each.name, each]));
  const found = new Set<StepNode>();
  const left = [...step.after];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const each = byName.get(name);
    if (each === undefined || found.has(each)) continue;
    found.add(each);
    left.push(...each.after);
  }
  return [...found];
}
