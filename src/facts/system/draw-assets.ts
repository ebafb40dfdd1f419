import type { Project } from '../../documents/project.ts';
import { child } from '../../documents/python/node.ts';
import { prefectDeployments } from '../formats/prefect.ts';
import { dagsterAssets, dagsterChecks, dagsterJobs } from '../orchestration/dagster-code.ts';
import { flowAt } from '../orchestration/prefect-code.ts';
import { stepKind } from './draw-training.ts';
import type { Drawing } from './drawing.ts';
import { environmentAt } from './production.ts';

/** Assets of Dagster with what they read, the jobs that select them, and the checks that stand before what comes after. */
export function drawAssets(project: Project, drawing: Drawing): void {
  const assets = dagsterAssets(project);
  const ids = new Map<string, string>();
  for (const { document, node, name } of assets)
    ids.set(name, drawing.node(stepKind(name), name, { document, span: child(node, 'name') ?? node }));
  for (const { document, node, name, reads } of assets)
    for (const other of reads)
      drawing.edge('reads', ids.get(name), ids.get(other), { document, span: child(node, 'name') ?? node });
  for (const { document, node, name, asset, blocking } of dagsterChecks(project)) {
    const where = { document, span: child(node, 'name') ?? node };
    const id = drawing.node('validation-gate', name, where);
    const later = assets.filter(({ reads }) => asset !== undefined && reads.includes(asset));
    if (blocking) for (const each of later) drawing.edge('gates', id, ids.get(each.name), where);
  }
  for (const { document, call, name, assets: chosen } of dagsterJobs(project)) {
    const where = { document, span: call.callee };
    const id = drawing.node('pipeline', name, where);
    for (const asset of chosen) drawing.edge('includes', id, ids.get(asset), where);
  }
}

/** What `prefect.yaml` starts by itself, and which flow that is. */
export function drawPrefectDeployments(project: Project, drawing: Drawing): void {
  for (const { document, node, name, flow, schedules } of prefectDeployments(project)) {
    const started = flow === undefined ? undefined : flowAt(project, flow);
    const pipeline = started === undefined ? undefined : drawing.find('pipeline', started.name);
    for (const schedule of schedules) {
      const when = schedule.cron ?? schedule.rrule ?? schedule.interval;
      const where = { document, span: (when?.node ?? schedule.node).span };
      const label = `${name?.text ?? started?.name ?? 'deployment'} ${when?.text ?? ''}`.trim();
      const id = drawing.node('schedule', label, where, environmentAt(document, node));
      drawing.edge('schedules', id, pipeline, where);
    }
  }
}
