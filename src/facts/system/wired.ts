import { fact } from '../../core/fact.ts';
import type { Evidence } from '../../core/finding.ts';
import { get, items, literal } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { cloudwatchAlarms } from '../formats/cloudformation.ts';
import { globMatcher } from '../formats/glob.ts';
import { kubernetesObjects } from '../formats/kubernetes.ts';
import { alertRoutes, prometheusRules } from '../formats/prometheus.ts';
import { rootsOf } from '../formats/recognise.ts';
import { deployedOf, enabledOf, fails, holds, type Judged, unknown } from './deployed.ts';
import { environmentOfMonitor, nameOfMonitor } from './draw-operations.ts';
import type { MapNode, SystemMap } from './map.ts';
import { type Monitor, monitors } from './monitors.ts';
import { fileName, leftOutBy, mentionsOfFile } from './reach.ts';
import { tellsOfMonitor } from './wired-alerts.ts';
import { alarmTells } from './wired-code.ts';
import { dataOfMonitor, evidenceAt, referenceOfMonitor, runsOfMonitor } from './wired-monitors.ts';

export const CONDITIONS = ['enabled', 'deployed', 'runs', 'has data', 'has a reference', 'tells someone'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** One of the six that all have to hold before a monitor, gate or alert counts. */
export interface Wired {
  readonly condition: Condition;
  readonly state: Judged['state'];
  /** Completes "it …". */
  readonly why: string;
  readonly evidence: readonly Evidence[];
}

const monitorsById = fact((project: Project): ReadonlyMap<string, Monitor> => {
  const found = new Map<string, Monitor>();
  for (const monitor of monitors(project)) {
    const environment = environmentOfMonitor(monitor);
    const id = `monitor:${nameOfMonitor(monitor)}${environment === 'unknown' ? '' : `@${environment}`}`;
    if (!found.has(id)) found.set(id, monitor);
  }
  return found;
});

/** The monitor that a node of the map stands for; a metric that code emits has none. */
export const monitorOf = (map: SystemMap, node: MapNode): Monitor | undefined => monitorsById(map.project).get(node.id);

const named = (condition: Condition, judged: Judged): Wired => ({ condition, ...judged });

/** All six of a monitor, in the order of `CONDITIONS`. */
export function wiringOfMonitor(project: Project, monitor: Monitor): readonly Wired[] {
  return [
    named('enabled', enabledOf(monitor)),
    named('deployed', deployedOf(project, monitor)),
    named('runs', runsOfMonitor(project, monitor)),
    named('has data', dataOfMonitor(project, monitor)),
    named('has a reference', referenceOfMonitor(monitor)),
    named('tells someone', tellsOfMonitor(project, monitor)),
  ];
}

/** Loaded by a Prometheus of the repository, applied as an object, or named by another file. */
function deployedRule(project: Project, node: MapNode): Judged {
  const { path } = node;
  if (kubernetesObjects(project).some(({ document, kind }) => document.path === path && kind === 'PrometheusRule')) {
    const without = leftOutBy(project, path);
    return without === undefined
      ? holds('is applied as an object')
      : fails(`is not among the resources of \`${without}\``, { path: without, line: 1, note: 'not listed here' });
  }
  for (const { document, root } of rootsOf(project, 'prometheus-config')) {
    for (const pattern of items(get(root, 'rule_files'))) {
      const matches = globMatcher(fileName(literal(pattern) ?? ''));
      if (matches(fileName(path)))
        return holds('is loaded by Prometheus', evidenceAt(document, pattern, 'loaded here'));
    }
  }
  const elsewhere = mentionsOfFile(project, path)[0];
  return elsewhere === undefined
    ? unknown('no file of the repository loads it')
    : holds('is named by another file', { path: elsewhere.path, line: elsewhere.line, note: 'named here' });
}

function wiringOfAlert(map: SystemMap, node: MapNode): readonly Wired[] {
  const { project } = map;
  const alarm = cloudwatchAlarms(project).find(({ document, id }) => document.path === node.path && id === node.name);
  if (alarm !== undefined) {
    const { actions, actionsEnabled, document } = alarm;
    const off = actionsEnabled?.value === false;
    return [
      named(
        'enabled',
        off
          ? fails('has `ActionsEnabled: false`', evidenceAt(document, actionsEnabled.node, 'switched off here'))
          : holds('is switched on'),
      ),
      named('deployed', holds('stands in a template')),
      named(
        'tells someone',
        actions === undefined
          ? fails('has no `AlarmActions`', evidenceAt(document, alarm.node, 'no actions'))
          : holds('has actions', evidenceAt(document, actions, 'actions')),
      ),
    ];
  }
  const coded = alarmTells(project, node.path, node.name);
  if (coded !== undefined) return [named('tells someone', coded)];
  const rule = prometheusRules(project).find(
    ({ document, name }) => document.path === node.path && name?.text === node.name,
  );
  if (rule === undefined) return [];
  const receiver = alertRoutes(project).flatMap(({ document, receivers }) =>
    receivers.map((each) => ({ document, ...each })),
  );
  const tells =
    receiver.length === 0
      ? unknown('the routes are kept elsewhere')
      : receiver.some(({ notifies }) => notifies)
        ? holds('reaches a receiver')
        : fails('reaches receivers that notify nobody');
  return [
    named('enabled', holds('is switched on')),
    named('deployed', deployedRule(project, node)),
    named('tells someone', tells),
  ];
}

function wiringOfGate(map: SystemMap, node: MapNode): readonly Wired[] {
  const gated = map.from(node, 'gates')[0];
  const included = map.into(node, 'includes')[0];
  const elsewhere = included ?? mentionsOfFile(map.project, node.path)[0];
  return [
    named(
      'deployed',
      elsewhere === undefined
        ? unknown('no file says who runs it')
        : holds('is part of a pipeline', { path: elsewhere.path, line: elsewhere.line, note: 'run here' }),
    ),
    named(
      'tells someone',
      gated === undefined
        ? unknown('nothing is seen to wait for it')
        : holds('something waits for it', { path: gated.path, line: gated.line, note: 'waits here' }),
    ),
  ];
}

/** What the files say about each condition of a monitor, gate or alert; empty for every other node. */
export function wiring(map: SystemMap, node: MapNode): readonly Wired[] {
  if (node.kind === 'alert') return wiringOfAlert(map, node);
  if (node.kind === 'validation-gate') return wiringOfGate(map, node);
  const monitor = node.kind === 'monitor' ? monitorOf(map, node) : undefined;
  return monitor === undefined ? [] : wiringOfMonitor(map.project, monitor);
}

/** Nothing is known to be missing. */
export const mayWork = (wired: readonly Wired[]): boolean => wired.every(({ state }) => state !== 'fails');
