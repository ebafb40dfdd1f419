import { type DataDocument, type DataNode, entries, get, literal } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { cloudwatchAlarms } from '../formats/cloudformation.ts';
import { databricksBundles } from '../formats/databricks.ts';
import { kustomizations } from '../formats/packaging.ts';
import { alertRoutes, prometheusRules, serviceObjectives } from '../formats/prometheus.ts';
import { environmentOf } from '../paths.ts';
import { drawCdkAlarms, drawWrittenAlarms } from './draw-cdk.ts';
import { emittedMetrics } from './draw-code.ts';
import { drawSchedules } from './draw-schedules.ts';
import type { Drawing, Where } from './drawing.ts';
import { type Monitor, monitors } from './monitors.ts';
import { environmentAt } from './production.ts';
import { speaksOfDrift } from './thresholds.ts';

const at = (document: DataDocument, node: DataNode): Where => ({ document, span: node.span });

/** What a monitor's node is called. */
export const nameOfMonitor = (monitor: Monitor): string =>
  monitor.by === 'python' && monitor.monitor.name === undefined
    ? `${monitor.name} in ${monitor.document.path}`
    : monitor.name;

export function environmentOfMonitor(monitor: Monitor): string {
  if (monitor.by === 'python' || monitor.by === 'construct') return environmentOf(monitor.document.path);
  if (monitor.by === 'databricks' && monitor.monitor.target !== undefined) return monitor.monitor.target;
  return environmentAt(monitor.monitor.document, monitor.monitor.node);
}

/** Names of endpoints and deployments that a monitor says it watches. */
function targetsOf(
  drawing: Drawing,
  monitor: Monitor,
): readonly { readonly id: string | undefined; readonly where: Where }[] {
  if (monitor.by === 'azure') {
    const target = monitor.monitor.endpointDeployment;
    const [, endpoint, deployment] = /^azureml:([\w-]+):([\w-]+)$/.exec(target?.value ?? '') ?? [];
    return target === undefined || endpoint === undefined
      ? []
      : [
          {
            id: drawing.find('deployment', `${endpoint}/${deployment}`) ?? drawing.find('endpoint', endpoint),
            where: at(monitor.document as DataDocument, target.node),
          },
        ];
  }
  if (monitor.by === 'sagemaker') {
    const { document, entry, refersTo } = monitor.monitor;
    return [...refersTo].map((id) => ({ id: drawing.find('endpoint', id), where: { document, span: entry.keySpan } }));
  }
  if (monitor.by === 'python') {
    const where = { document: monitor.document, span: monitor.span };
    return monitor.monitor.targets.map((name) => ({
      id: drawing.find('endpoint', name) ?? drawing.find('deployment', name),
      where,
    }));
  }
  if (monitor.by === 'construct')
    return monitor.monitor.refersTo
      .filter(({ kind }) => kind === 'endpoint')
      .map(({ name }) => ({ id: drawing.find('endpoint', name), where: monitor }));
  if (monitor.by === 'databricks') {
    const table = get(monitor.monitor.node, 'table_name');
    const name = literal(table);
    return table === undefined || name === undefined
      ? []
      : [
          {
            id: drawing.node('dataset', name, at(monitor.monitor.document, table)),
            where: at(monitor.monitor.document, table),
          },
        ];
  }
  return [];
}

function drawMonitors(project: Project, drawing: Drawing): void {
  for (const monitor of monitors(project)) {
    const id = drawing.node(
      'monitor',
      nameOfMonitor(monitor),
      { document: monitor.document, span: monitor.span },
      environmentOfMonitor(monitor),
    );
    for (const { id: target, where } of targetsOf(drawing, monitor)) drawing.edge('monitors', id, target, where);
    if (monitor.by === 'azure' && monitor.monitor.alert !== undefined) {
      const { alert, document } = monitor.monitor;
      drawing.edge(
        'notifies',
        id,
        drawing.node('alert-route', `notification of ${monitor.name}`, at(document, alert)),
        at(document, alert),
      );
    }
    if (monitor.by === 'azure' && monitor.monitor.trigger !== undefined)
      drawing.edge(
        'schedules',
        drawing.node('schedule', `trigger of ${monitor.name}`, at(monitor.monitor.document, monitor.monitor.trigger)),
        id,
        at(monitor.monitor.document, monitor.monitor.trigger),
      );
  }
}

function drawAlerts(project: Project, drawing: Drawing): void {
  const emitted = emittedMetrics(project);
  for (const { document, node, kind, name, metrics } of prometheusRules(project)) {
    if (kind !== 'alert' || name === undefined) continue;
    const id = drawing.node('alert', name.text ?? 'alert', at(document, name.node), environmentAt(document, node));
    for (const metric of metrics) {
      const source = emitted.get(metric.replace(/_(total|bucket|sum|count)$/, '')) ?? emitted.get(metric);
      if (source === undefined || !speaksOfDrift(metric)) continue;
      drawing.edge('alerts-on', id, drawing.node('monitor', `metric ${metric}`, source), at(document, name.node));
    }
  }
  for (const alarm of cloudwatchAlarms(project)) {
    const { document, entry, actions, refersTo } = alarm;
    const id = drawing.node('alert', alarm.id, { document, span: entry.keySpan }, environmentAt(document, alarm.node));
    for (const other of refersTo)
      drawing.edge('alerts-on', id, drawing.find('monitor', other) ?? drawing.find('endpoint', other), {
        document,
        span: entry.keySpan,
      });
    if (actions !== undefined)
      drawing.edge(
        'notifies',
        id,
        drawing.node('alert-route', `actions of ${alarm.id}`, at(document, actions)),
        at(document, actions),
      );
  }
  for (const { document, receivers } of alertRoutes(project))
    for (const { node, name } of receivers) drawing.node('alert-route', name, at(document, node));
  for (const { document, node, name, service } of serviceObjectives(project))
    drawing.node('slo', `${service ?? ''} ${name?.text ?? ''}`.trim(), at(document, name?.node ?? node));
}

function drawEnvironments(project: Project, drawing: Drawing): void {
  for (const { document, targets } of databricksBundles(project)) {
    for (const { name, entry } of targets) {
      const id = drawing.node('environment', name, { document, span: entry.keySpan });
      const kinds: readonly (readonly [string, 'endpoint' | 'pipeline' | 'monitor'])[] = [
        ['model_serving_endpoints', 'endpoint'],
        ['jobs', 'pipeline'],
        ['quality_monitors', 'monitor'],
      ];
      for (const [type, kind] of kinds) {
        for (const own of entries(get(entry.value, 'resources', type)))
          drawing.edge('includes', id, drawing.find(kind, own.key, name), { document, span: own.keySpan });
      }
    }
  }
  for (const { document, node, folder, reaches } of kustomizations(project)) {
    const [, overlay] = /(?:^|\/)overlays\/([\w.-]+)$/.exec(folder) ?? [];
    if (overlay === undefined) continue;
    const reached = reaches.flatMap(({ node: reach, path }) =>
      [...drawing.nodes.values()].filter((one) => one.path === path).map((one) => ({ id: one.id, reach })),
    );
    // An overlay of other things is no environment of the ML system.
    if (reached.length === 0) continue;
    const id = drawing.node('environment', overlay, {
      document,
      span: { start: node.span.start, end: node.span.start },
    });
    for (const { id: other, reach } of reached) drawing.edge('includes', id, other, at(document, reach));
  }
}

/** Monitors, alerts and their routes, objectives, schedules and environments. */
export function drawOperations(project: Project, drawing: Drawing): void {
  drawMonitors(project, drawing);
  drawCdkAlarms(project, drawing);
  drawWrittenAlarms(project, drawing);
  drawAlerts(project, drawing);
  drawSchedules(project, drawing);
  drawEnvironments(project, drawing);
}
