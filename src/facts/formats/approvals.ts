import type { RepoPath, Span } from '../../core/location.ts';
import { type DataDocument, type DataNode, each, entries, get, literal, walk } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import type { PythonDocument } from '../../documents/python/python.ts';
import { tokensOf } from '../paths.ts';
import { calls } from '../python/calls.ts';
import { stringOf } from '../python/constants.ts';
import { codeOwners, githubWorkflows } from './github.ts';

/** A place where a person or a rule must say yes before a model goes on. */
export interface Approval {
  /** The same at base and at head: what the gate is and what it stands before. */
  readonly key: string;
  /** The gate alone; equal for the same gate in another job or file. */
  readonly gate: string;
  /** What it stands before: a job, a stage, a path. */
  readonly guarded: string;
  readonly says: string;
  /** Who has to say yes, where the file names them. */
  readonly by?: readonly string[];
  readonly document: DocumentBase;
  readonly span: Span;
}

const DEPLOYS = new Set(
  'deploy deployment deploys promote promotion release publish rollout prod production register serve serving terraform apply'.split(
    ' ',
  ),
);
const isDeployment = (said: string): boolean => tokensOf(said.slice(0, 500)).some((token) => DEPLOYS.has(token));

const make = (gate: string, guarded: string, says: string, document: DocumentBase, span: Span): Approval => ({
  key: `${gate}\0${guarded}`,
  gate,
  guarded,
  says,
  document,
  span,
});

function environments(project: Project, wanted: ReadonlySet<RepoPath>): readonly Approval[] {
  return githubWorkflows(project)
    .filter(({ document }) => wanted.has(document.path))
    .flatMap(({ document, jobs }) =>
      jobs.flatMap((job): readonly Approval[] => {
        const name = job.environment?.name;
        const steps = job.steps.map((step) => step.name?.text ?? step.run?.text ?? '').join(' ');
        if (
          job.environment === undefined ||
          name === undefined ||
          !isDeployment(`${job.id} ${job.name?.text ?? ''} ${name} ${steps}`)
        )
          return [];
        return [
          make(
            `environment ${name}`,
            job.id,
            `environment \`${name}\` of job \`${job.id}\``,
            document,
            job.environment.node.span,
          ),
        ];
      }),
    );
}

/** Manual steps of CodePipeline, GitLab, Azure Pipelines and Argo. */
function manualSteps(document: DataDocument): readonly Approval[] {
  return document.roots.flatMap((root) =>
    [...walk(root)].flatMap((node): readonly Approval[] => {
      const name = literal(get(node, 'Name')) ?? literal(get(node, 'name')) ?? literal(get(node, 'displayName')) ?? '';
      const category = get(node, 'ActionTypeId', 'Category') ?? get(node, 'ActionTypeId', 'category');
      if (literal(category) === 'Approval')
        return [make('approval action', name, `approval action \`${name}\``, document, category?.span ?? node.span)];
      const task = get(node, 'task');
      if (/^ManualValidation@/.test(literal(task) ?? '') && task !== undefined)
        return [make('manual validation', name, `manual validation \`${name}\``, document, task.span)];
      const suspend = get(node, 'suspend');
      if (suspend?.kind === 'map' && get(node, 'name') !== undefined)
        return [make('suspend', name, `manual step \`${name}\``, document, suspend.span)];
      return entries(node).flatMap(({ key, value }) => {
        const when = get(value, 'when');
        return when !== undefined &&
          literal(when) === 'manual' &&
          isDeployment(
            `${key} ${each(get(value, 'script'))
              .map((line) => literal(line) ?? '')
              .join(' ')}`,
          )
          ? [make('manual', key, `\`when: manual\` of job \`${key}\``, document, when.span)]
          : [];
      });
    }),
  );
}

function owners(project: Project, wanted: ReadonlySet<RepoPath>): readonly Approval[] {
  return codeOwners(project).flatMap(({ path, pattern, owners: people, line }) => {
    const document = wanted.has(path as RepoPath) ? project.document(path as RepoPath) : undefined;
    const covers = tokensOf(pattern).some((token) =>
      /^(models?|ml|train|training|serving|serve|inference|monitoring|monitors?|features?|deploy|deployment|pipelines?|mlops|registry)$/.test(
        token,
      ),
    );
    if (document === undefined || people.length === 0 || !covers) return [];
    const start = document.lines.starts[line - 1] ?? 0;
    const end = start + (document.text.slice(start).split('\n')[0] ?? '').trimEnd().length;
    return [{ ...make(`owners`, pattern, `rule of owners for \`${pattern}\``, document, { start, end }), by: people }];
  });
}

const bare = (pattern: string): string => pattern.replace(/^\/|(\/\*\*?|\/)$/g, '').replace(/\/\*\*?$/, '');

/** True when another rule gives the paths of a pattern owners: a folder above, files of its ending, or everything to the same ones. */
export const isOwned = (project: Project, pattern: string, owners: readonly string[]): boolean =>
  codeOwners(project).some(({ pattern: other, owners: people }) => {
    if (other === pattern || people.length === 0) return false;
    // Who owns everything is no substitute for who knew this part.
    if (/^\*+$/.test(other)) return people.some((person) => owners.includes(person));
    const ending = /^\*(\.\w+)$/.exec(other)?.[1];
    if (ending !== undefined) return pattern.endsWith(ending);
    return bare(pattern).startsWith(`${bare(other)}/`) || bare(other) === bare(pattern);
  });

/** Every approval in the given files. */
export function approvals(project: Project, paths: ReadonlySet<RepoPath>): readonly Approval[] {
  const manual = [...paths].flatMap((path) => {
    const document = project.document(path);
    return document?.kind === 'yaml' || document?.kind === 'json' ? manualSteps(document) : [];
  });
  return [...environments(project, paths), ...manual, ...owners(project, paths)];
}

/** Where a file says with which approval a model enters the registry. */
export interface ApprovalStatus {
  readonly key: string;
  readonly value: string;
  readonly span: Span;
}

const STATUS = /^(model_?)?approval_?status$|^default_?approval/i;
const VALUES = /^(PendingManualApproval|Approved|Rejected)$/;

const nameIn = (node: DataNode): string =>
  literal(get(node, 'ModelPackageGroupName')) ?? literal(get(node, 'Name')) ?? '';

/** Approval statuses of SageMaker's registry in templates, settings and code. */
export function approvalStatuses(document: DataDocument | PythonDocument): readonly ApprovalStatus[] {
  if (document.kind === 'python') {
    return calls(document).flatMap(({ keywords, name }) =>
      [...keywords].flatMap(([key, node]) => {
        const value = STATUS.test(key) || key === 'default_value' ? stringOf(document, node) : undefined;
        return value !== undefined && VALUES.test(value) ? [{ key: `${name ?? ''}\0${key}`, value, span: node }] : [];
      }),
    );
  }
  return document.roots.flatMap((root) =>
    [...walk(root)].flatMap((node) =>
      entries(node).flatMap(({ key, value }) => {
        const said = literal(value);
        return said !== undefined && VALUES.test(said) && (STATUS.test(key) || key === 'Default')
          ? [{ key: `${nameIn(node)}\0${key}`, value: said, span: value.span }]
          : [];
      }),
    ),
  );
}
