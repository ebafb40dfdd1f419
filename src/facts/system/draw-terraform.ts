import { type DataDocument, type DataNode, entries, entryOf, get, literal, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf } from '../formats/dvc.ts';
import { ML_TERRAFORM, terraformModules, terraformResources } from '../formats/terraform.ts';
import { environmentIn, terraformValues } from '../formats/terraform-values.ts';
import { at, keyed } from './draw-places.ts';
import type { Drawing, Where } from './drawing.ts';
import { environmentAt } from './production.ts';

/** Calls of modules within modules that are followed. */
const DEEPEST = 4;

/** The modules that a folder's configuration applies: itself and what it calls. */
function applied(project: Project, folder: string): ReadonlySet<string> {
  const found = new Set([folder]);
  for (let depth = 0; depth < DEEPEST; depth += 1)
    for (const call of terraformModules(project))
      if (found.has(call.folder) && call.calls !== undefined) found.add(call.calls);
  return found;
}

/** Environments that are told apart by their `.tfvars`, or by folders of their own that call the modules. */
function environments(
  project: Project,
): readonly { readonly name: string; readonly folder: string; readonly where: Where }[] {
  const folders = new Set([
    ...terraformModules(project).map((each) => each.folder),
    ...terraformResources(project).map((each) => each.folder),
  ]);
  const above = (folder: string): string => {
    let at = folder;
    while (at !== '' && !folders.has(at)) at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : '';
    return at;
  };
  const byValues = terraformValues(project).flatMap(({ document, node, folder, environment }) => {
    const [first] = entries(node);
    return environment === undefined || first === undefined
      ? []
      : [{ name: environment, folder: above(folder), where: { document, span: first.keySpan } }];
  });
  const byFolder = terraformModules(project).flatMap(({ document, node, folder }) => {
    const name = environmentIn(`${folder}/`);
    return name === undefined ? [] : [{ name, folder, where: keyed(document, node) }];
  });
  return [...byValues, ...byFolder];
}

/** Models, their endpoints and registries that Terraform sets up, and the environments that it does so for. */
export function drawTerraform(project: Project, drawing: Drawing): void {
  const resources = terraformResources(project, ML_TERRAFORM);
  const ids = new Map<string, string>();
  for (const { document, node, type, name, address, folder } of resources) {
    const kind = /_(endpoint|model_serving)$/.test(type)
      ? 'endpoint'
      : /endpoint_configuration$|_deployment$/.test(type)
        ? 'deployment'
        : /_(model|registered_model)$/.test(type)
          ? 'registered-model'
          : undefined;
    if (kind !== undefined)
      ids.set(`${folder}\0${address}`, drawing.node(kind, name, keyed(document, node), environmentAt(document, node)));
  }
  for (const { document, node, address, folder, refersTo } of resources) {
    for (const other of refersTo) {
      const [from, to] = [ids.get(`${folder}\0${address}`), ids.get(`${folder}\0${other}`)];
      if (from?.startsWith('endpoint') === true && to?.startsWith('deployment') === true)
        drawing.edge('serves', to, from, keyed(document, node));
      else if (to?.startsWith('registered-model') === true) drawing.edge('deploys', from, to, keyed(document, node));
    }
  }
  for (const { name, folder, where } of environments(project)) {
    const modules = applied(project, folder);
    const own = resources.filter((each) => modules.has(each.folder));
    if (own.length === 0) continue;
    const id = drawing.node('environment', name, where);
    for (const each of own) drawing.edge('includes', id, ids.get(`${each.folder}\0${each.address}`), where);
  }
}

const SCHEDULE =
  /^(google_cloud_scheduler_job|aws_cloudwatch_event_rule|aws_scheduler_schedule|google_vertex_ai_schedule)$/;

/** Pipelines that are drawn and whose name stands in what a schedule is given, as a whole word. */
function pipelinesNamed(drawing: Drawing, node: DataNode): readonly string[] {
  const said = [...walk(node)].map((each) => text(each) ?? '').join('\n');
  const words = new Set(said.split(/[^\w-]+/));
  return [...drawing.nodes.values()]
    .filter(({ kind, name }) => kind === 'pipeline' && words.has(name))
    .map(({ id }) => id);
}

function drawSchedule(drawing: Drawing, name: string, document: DataDocument, owner: DataNode, when: DataNode): void {
  const cron = literal(when);
  const where = at(document, when);
  const id = drawing.node('schedule', `${name} ${cron ?? ''}`.trim(), where, environmentAt(document, owner));
  for (const pipeline of pipelinesNamed(drawing, owner)) drawing.edge('schedules', id, pipeline, where);
}

/** Schedules that Terraform sets up, directly or from a map of its values; drawn after the pipelines that they start. */
export function drawTerraformSchedules(project: Project, drawing: Drawing): void {
  const scheduled = terraformResources(project, SCHEDULE);
  for (const { document, node, name } of scheduled) {
    const when = get(node, 'schedule') ?? get(node, 'schedule_expression') ?? get(node, 'cron');
    if (when !== undefined && !when.open) drawSchedule(drawing, name, document, node, when);
  }
  const folders = new Set(scheduled.map(({ document }) => folderOf(document.path)));
  if (folders.size === 0) return;
  for (const { document, node } of terraformValues(project)) {
    for (const inner of walk(node)) {
      const when = inner.kind === 'map' ? (get(inner, 'schedule') ?? get(inner, 'cron')) : undefined;
      const key = entryOf(inner)?.key;
      if (when?.kind === 'scalar' && key !== undefined) drawSchedule(drawing, key, document, inner, when);
    }
  }
}
