import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import type { Project } from '../../documents/project.ts';
import { bare, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument } from '../../documents/python/python.ts';
import { definitionNamed } from '../python/across.ts';
import { argument, type Call, callAt, calls } from '../python/calls.ts';
import { isConstant, stringOf } from '../python/constants.ts';
import { type Definition, exportedDefinition } from '../python/functions.ts';
import { definitionOf } from '../python/hierarchy.ts';
import { qualifiedName } from '../python/names.ts';
import { singleAssignment } from '../python/reaching.ts';
import { decorators, definitionName } from '../python/structure.ts';

const FLOW = /^prefect(\.flows)?\.flow$/;

/** A function that Prefect runs as a flow. */
export interface PrefectFlow extends Definition {
  /** Its `name=`, else the function's name with dashes, as Prefect shows it. */
  readonly name: string;
  readonly function: string;
}

/** Every `@flow` of the project. */
export const prefectFlows: (project: Project) => readonly PrefectFlow[] = fact((project) =>
  project.documents('python', ['prefect']).flatMap((document) =>
    nodesOf(document, 'function_definition').flatMap((node) => {
      const mark = decorators(document, node).find(({ name }) => FLOW.test(name ?? ''));
      const own = definitionName(document, node);
      if (mark === undefined || own === undefined) return [];
      const given = mark.call === undefined ? undefined : callAt(document, mark.call)?.keywords.get('name');
      return [{ document, node, function: own, name: stringOf(document, given) ?? own.replaceAll('_', '-') }];
    }),
  ),
);

/** The flow of `flows/train.py:train_flow`, counted from a folder of the repository. */
export function flowAt(project: Project, entrypoint: string): PrefectFlow | undefined {
  const cut = entrypoint.lastIndexOf(':');
  const path = entrypoint.slice(0, cut).replace(/^\.\//, '') as RepoPath;
  const document = cut === -1 || !project.tree.has(path) ? undefined : project.document(path);
  const node = document?.kind === 'python' ? exportedDefinition(document, entrypoint.slice(cut + 1)) : undefined;
  return prefectFlows(project).find((flow) => flow.node === node);
}

/** A flow that code serves or deploys: `train.serve(name=..., cron=...)`. */
export interface PrefectServing {
  readonly document: PythonDocument;
  readonly call: Call;
  readonly name: string | undefined;
  readonly flow: PrefectFlow | undefined;
  /** What starts it; undefined when it is started by hand or by another program. */
  readonly schedule: PyNode | undefined;
  readonly paused: boolean;
  readonly workPool: string | undefined;
}

const SCHEDULES = ['cron', 'interval', 'rrule', 'schedule', 'schedules'] as const;

/** The flow that an expression is: its function, or `flow.from_source(entrypoint='a.py:train')`. */
function flowOf(project: Project, document: PythonDocument, node: PyNode, steps = 4): PrefectFlow | undefined {
  const value = bare(node);
  const call = callAt(document, value);
  const entrypoint = call?.method === 'from_source' ? stringOf(document, argument(call, 1, 'entrypoint')) : undefined;
  if (entrypoint !== undefined) return flowAt(project, entrypoint);
  if (call?.method === 'with_options' && call.receiver !== undefined && steps > 0)
    return flowOf(project, document, call.receiver, steps - 1);
  const own = definitionOf(document, value, 'function');
  const name = own === undefined ? qualifiedName(document, value) : undefined;
  const found = own ?? (name === undefined ? undefined : definitionNamed(project, document.path, name)?.node);
  if (found !== undefined) return prefectFlows(project).find((flow) => flow.node === found);
  const made = value.type === 'identifier' && steps > 0 ? singleAssignment(document, value) : undefined;
  return made === undefined ? undefined : flowOf(project, document, made, steps - 1);
}

function servingOf(project: Project, document: PythonDocument, call: Call): PrefectServing | undefined {
  const built = call.names.some((name) => /^prefect(\.\w+)*\.Deployment(\.build_from_flow)?$/.test(name));
  const method = /^(serve|deploy|to_deployment)$/.test(call.method ?? '');
  const source = built ? argument(call, 0, 'flow') : method ? call.receiver : undefined;
  const flow = source === undefined ? undefined : flowOf(project, document, source);
  // `deploy` and `serve` are common names: only those of a flow are meant.
  if (!built && flow === undefined) return undefined;
  const paused = argument(call, -1, 'paused');
  const active = argument(call, -1, 'is_schedule_active');
  return {
    document,
    call,
    name: stringOf(document, argument(call, built ? -1 : 0, 'name')),
    flow,
    schedule: argument(call, -1, ...SCHEDULES),
    paused:
      (paused !== undefined && isConstant(document, paused, true)) ||
      (active !== undefined && isConstant(document, active, false)),
    workPool: stringOf(document, argument(call, -1, 'work_pool_name')),
  };
}

/** Every flow that code serves or deploys. */
export const prefectServings: (project: Project) => readonly PrefectServing[] = fact((project) =>
  project
    .documents('python', ['.serve(', '.deploy(', '.to_deployment(', 'build_from_flow'])
    .filter(({ text }) => text.includes('prefect') || text.includes('flow'))
    .flatMap((document) => calls(document).flatMap((call) => servingOf(project, document, call) ?? [])),
);
