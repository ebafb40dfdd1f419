import type { Evidence } from '../../core/finding.ts';
import { repoPath } from '../../core/location.ts';
import { type DataNode, entryOf, get, text } from '../../documents/data.ts';
import { lineOf } from '../../documents/lines.ts';
import type { Project } from '../../documents/project.ts';
import { nodesOf, textOf } from '../../documents/python/python.ts';
import { type BundleResource, databricksBundles } from '../formats/databricks.ts';
import { boolAt, numberAt } from '../formats/field.ts';
import { pathClassOf } from '../paths.ts';
import { routes } from '../serving/routes.ts';
import type { Monitor } from './monitors.ts';
import { commentNaming, fileName, isUncalledModule, leftOutBy, mentionsOfFile, runsOf } from './reach.ts';

/** One answer of the six that make a monitor count. */
export interface Judged {
  readonly state: 'holds' | 'fails' | 'unknown';
  /** Completes "the monitor …": "is included by bundle `churn`". */
  readonly why: string;
  readonly evidence: readonly Evidence[];
}

export const holds = (why: string, ...evidence: readonly Evidence[]): Judged => ({ state: 'holds', why, evidence });
export const fails = (why: string, ...evidence: readonly Evidence[]): Judged => ({ state: 'fails', why, evidence });
export const unknown = (why: string): Judged => ({ state: 'unknown', why, evidence: [] });

function placeIn(monitor: Pick<Monitor, 'document'>, node: DataNode, note: string): Evidence {
  return { path: monitor.document.path, line: lineOf(monitor.document.lines, node.span.start).line, note };
}

function pausedDatabricks(monitor: Monitor, resource: BundleResource): Judged {
  const status =
    get(resource.node, 'schedule', 'pause_status') ??
    get(resource.node, 'trigger', 'pause_status') ??
    get(resource.node, 'continuous', 'pause_status');
  if (status === undefined) return holds('is not paused');
  if (status.open) return unknown('its `pause_status` is a variable');
  return text(status) === 'PAUSED'
    ? fails('is `PAUSED`', placeIn(monitor, status, 'paused here'))
    : holds('is not paused');
}

function off(monitor: Monitor, node: DataNode | undefined, value: boolean | undefined, bad: boolean): Judged {
  if (node === undefined) return holds('is switched on');
  if (node.open || value === undefined) return unknown('its switch is a variable');
  const key = entryOf(node)?.key ?? 'enabled';
  return value === bad
    ? fails(`has \`${key}: ${text(node) ?? ''}\``, placeIn(monitor, node, 'switched off here'))
    : holds('is switched on');
}

/** Whether the monitor is switched on where it is described. */
export function enabledOf(monitor: Monitor): Judged {
  switch (monitor.by) {
    case 'databricks':
      return pausedDatabricks(monitor, monitor.monitor);
    case 'kubernetes': {
      const { suspend, replicas } = monitor.monitor;
      if (replicas?.value === 0)
        return fails('has `replicas: 0`', placeIn(monitor, replicas.node, 'scaled to nothing'));
      return off(monitor, suspend?.node, suspend?.value, true);
    }
    case 'nannyml': {
      const { calculators } = monitor.monitor;
      const every = calculators.length > 0 && calculators.every(({ enabled }) => enabled?.value === false);
      const first = calculators[0]?.enabled?.node;
      return every && first !== undefined
        ? fails('has every calculator switched off', placeIn(monitor, first, 'switched off here'))
        : holds('is switched on');
    }
    case 'terraform': {
      const count = numberAt(monitor.monitor.node, 'count');
      return count?.value === 0
        ? fails('has `count = 0`', placeIn(monitor, count.node, 'none are made'))
        : count?.node.open === true
          ? unknown('its `count` is an expression')
          : holds('is switched on');
    }
    case 'azure': {
      const enabled = boolAt(monitor.monitor.node, 'is_enabled');
      return off(monitor, enabled?.node, enabled?.value, false);
    }
    default:
      return holds('is switched on');
  }
}

const isWithin = (path: string, folder: string): boolean => folder === '' || path.startsWith(`${folder}/`);

function deployedByBundle(project: Project, monitor: Monitor, { bundles }: BundleResource): Judged {
  const { path } = monitor.document;
  const [bundle] = bundles;
  if (bundle !== undefined) return holds(`is included by bundle \`${bundle.name?.text ?? ''}\``);
  const around = databricksBundles(project)
    .filter(({ folder }) => isWithin(path, folder))
    .sort((a, b) => b.folder.length - a.folder.length)[0];
  if (around === undefined || around.open) return unknown('no bundle of the repository can be asked');
  const elsewhere = mentionsOfFile(project, path)[0];
  if (elsewhere !== undefined)
    return holds('is named by another file', { path: elsewhere.path, line: elsewhere.line, note: 'named here' });
  const comment = commentNaming(project, around.document.path, fileName(path));
  const include = around.includes[0]?.node;
  const line = comment?.line ?? (include === undefined ? 1 : lineOf(around.document.lines, include.span.start).line);
  const note = comment === undefined ? 'no `include` matches its file' : 'its `include` is a comment';
  return fails(`stands in a file that bundle \`${around.name?.text ?? ''}\` does not include`, {
    path: around.document.path,
    line,
    note,
  });
}

function deployedByKustomize(project: Project, monitor: Monitor): Judged {
  const { path } = monitor.document;
  const elsewhere = mentionsOfFile(project, path)[0];
  if (elsewhere !== undefined)
    return holds('is named by another file', { path: elsewhere.path, line: elsewhere.line, note: 'named here' });
  const without = leftOutBy(project, path);
  if (without === undefined) return unknown('nothing in the repository says how it is applied');
  const comment = commentNaming(project, without, fileName(path));
  return fails(`is not among the resources of \`${without}\``, {
    path: without,
    line: comment?.line ?? 1,
    note: comment === undefined ? 'not listed here' : 'listed in a comment',
  });
}

/** A schedule that the code itself sets up still needs the code to run. */
function deployedCode(project: Project, monitor: Extract<Monitor, { readonly by: 'python' }>): Judged {
  const { document, tool } = monitor.monitor;
  // The library's own code makes monitors for whoever installs it.
  if (document.path.split('/').slice(0, -1).includes(tool.replace('-', '_')))
    return unknown('it belongs to the library that makes monitors');
  const run = runsOf(project, document.path)[0];
  if (run !== undefined)
    return holds('is imported or started by another file', {
      path: run.path,
      line: run.line,
      note: 'imported or started here',
    });
  if (routes(document).length > 0 || /\.ipynb$/.test(document.path) || pathClassOf(document.path) !== 'production')
    return unknown('it runs by means that files do not show');
  const scheduled = nodesOf(document, 'decorator').some((node) =>
    /^@(\w+\.)*(dag|task|flow|asset|job|op|component|schedule|pipeline|app|celery|shared_task)\b/.test(
      textOf(document, node),
    ),
  );
  const started = nodesOf(document, 'if_statement').some((node) =>
    /^if\s+__name__\s*==/.test(textOf(document, node).slice(0, 40)),
  );
  if (scheduled || /(^|\/)(dags|flows|pages)\//.test(document.path) || /\bDAG\(|streamlit/.test(document.text))
    return unknown('a scheduler may find it by its folder');
  return fails(started ? 'stands in a script that no file starts' : 'stands in a module that no file imports');
}

/** Whether something in the repository deploys the monitor. */
export function deployedOf(project: Project, monitor: Monitor): Judged {
  switch (monitor.by) {
    case 'databricks':
      return deployedByBundle(project, monitor, monitor.monitor);
    case 'kubernetes':
      return deployedByKustomize(project, monitor);
    case 'terraform':
      return isUncalledModule(project, monitor.monitor.folder)
        ? fails(`stands in module \`${monitor.monitor.folder}\`, which nothing calls`)
        : holds('stands in a configuration that is applied');
    case 'python':
      return deployedCode(project, monitor);
    default: {
      const elsewhere = mentionsOfFile(project, repoPath(monitor.document.path))[0];
      return elsewhere === undefined
        ? unknown('no file of the repository says who applies it')
        : holds('is named by another file', { path: elsewhere.path, line: elsewhere.line, note: 'named here' });
    }
  }
}
