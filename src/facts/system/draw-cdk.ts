import type { Project } from '../../documents/project.ts';
import {
  actionsOf,
  type Construct,
  type ConstructKind,
  cdkConstructs,
  handlesAlarms,
  labelOf,
  scheduleOf,
} from './cdk-constructs.ts';
import { type WrittenConstruct, writtenConstructs } from './cdk-typescript.ts';
import type { Drawing, NodeKind, Where } from './drawing.ts';

const NODES: Readonly<Partial<Record<ConstructKind, NodeKind>>> = {
  model: 'registered-model',
  config: 'deployment',
  endpoint: 'endpoint',
  pipeline: 'pipeline',
};

const where = ({ document, call }: Construct): Where => ({ document, span: call.callee });

/** Models, endpoints and their configurations that the Cloud Development Kit sets up in Python. */
export function drawCdkResources(project: Project, drawing: Drawing): void {
  const ids = new Map<Construct, string>();
  const label = labelOf(project);
  for (const construct of cdkConstructs(project)) {
    const kind = NODES[construct.kind];
    if (kind !== undefined) ids.set(construct, drawing.node(kind, label(construct), where(construct)));
  }
  for (const from of cdkConstructs(project)) {
    for (const to of from.refersTo) {
      const [one, other] = [ids.get(from), ids.get(to)];
      if (from.kind === 'endpoint' && to.kind === 'config') drawing.edge('serves', other, one, where(from));
      // What the configuration is given reaches the endpoint too; only the configuration says that it deploys it.
      if (from.kind === 'config' && to.kind === 'model') drawing.edge('deploys', one, other, where(from));
    }
  }
}

/** The same of TypeScript. */
export function drawWrittenResources(project: Project, drawing: Drawing): void {
  const ids = new Map<WrittenConstruct, string>();
  for (const construct of writtenConstructs(project)) {
    const kind = NODES[construct.kind];
    if (kind !== undefined) ids.set(construct, drawing.node(kind, construct.name, construct));
  }
  for (const from of writtenConstructs(project))
    for (const to of from.refersTo) {
      if (from.kind === 'endpoint' && to.kind === 'config') drawing.edge('serves', ids.get(to), ids.get(from), from);
      if (from.kind === 'config' && to.kind === 'model') drawing.edge('deploys', ids.get(from), ids.get(to), from);
    }
}

/** The same of TypeScript. */
export function drawWrittenAlarms(project: Project, drawing: Drawing): void {
  for (const construct of writtenConstructs(project)) {
    const { document, kind, name, actions, schedule, handlesAlarms } = construct;
    if (handlesAlarms) drawing.node('alert-route', name, construct);
    if (kind === 'rule' && schedule !== undefined) drawing.node('schedule', name, { document, span: schedule });
    if (kind !== 'alarm') continue;
    const id = drawing.node('alert', name, construct);
    for (const other of construct.refersTo)
      if (other.kind === 'monitor' || other.kind === 'endpoint')
        drawing.edge('alerts-on', id, drawing.find(other.kind, other.name), construct);
    if (actions === undefined) continue;
    const route = { document, span: actions };
    drawing.edge('notifies', id, drawing.node('alert-route', `actions of ${name}`, route), route);
  }
}

/** Alarms, the rules that handle them, and schedules of the same; drawn after the monitors that alarms speak of. */
export function drawCdkAlarms(project: Project, drawing: Drawing): void {
  const label = labelOf(project);
  for (const construct of cdkConstructs(project)) {
    const { document, kind } = construct;
    const name = label(construct);
    if (kind === 'rule' && handlesAlarms(construct)) drawing.node('alert-route', name, where(construct));
    const schedule = kind === 'rule' ? scheduleOf(construct) : undefined;
    if (schedule !== undefined) drawing.node('schedule', name, { document, span: schedule });
    if (kind !== 'alarm') continue;
    const id = drawing.node('alert', name, where(construct));
    for (const other of construct.refersTo)
      if (other.kind === 'monitor' || other.kind === 'endpoint')
        drawing.edge(
          'alerts-on',
          id,
          drawing.find(other.kind, other.kind === 'monitor' ? other.name : label(other)),
          where(construct),
        );
    const actions = actionsOf(construct);
    if (actions === undefined) continue;
    const route = { document, span: actions };
    drawing.edge('notifies', id, drawing.node('alert-route', `actions of ${name}`, route), route);
  }
}
