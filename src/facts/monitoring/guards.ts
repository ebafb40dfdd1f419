import { fact } from '../../core/fact.ts';
import type { RepoPath, Span } from '../../core/location.ts';
import { type DataNode, entryOf, get } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { azureDeployments } from '../formats/azure.ts';
import { cloudwatchAlarms, sagemakerEndpointConfigs } from '../formats/cloudformation.ts';
import { databricksResources } from '../formats/databricks.ts';
import { boolAt } from '../formats/field.ts';
import { kserveServices } from '../formats/kserve.ts';
import { prometheusRules } from '../formats/prometheus.ts';
import { environmentOf, pathClassOf } from '../paths.ts';
import { enabledOf } from '../system/deployed.ts';
import { type Monitor, monitors } from '../system/monitors.ts';
import { speaksOfDrift } from '../system/thresholds.ts';
import { measuresModel } from './model-metrics.ts';

/** Something whose loss lets drift or bad predictions go unseen. */
export interface Guard {
  readonly kind: 'monitor' | 'schedule' | 'alert' | 'capture';
  /** The same before and after a change, wherever it stands; holds no position. */
  readonly key: string;
  /** Completes "… is removed": "the monitor `churn`". */
  readonly says: string;
  readonly document: DocumentBase & { readonly path: RepoPath };
  readonly span: Span;
  /** Switched on; undefined where a substitution hides it. */
  readonly on: boolean | undefined;
  /** Key of the monitor that it belongs to: gone with it, it is no loss of its own. */
  readonly of: string | undefined;
}

const state = { holds: true, fails: false, unknown: undefined } as const;

const keyOfMonitor = (monitor: Monitor): string =>
  `monitor\0${monitor.by}\0${monitor.name}${monitor.by === 'databricks' ? `\0${monitor.monitor.target ?? ''}` : ''}`;

function partOf(monitor: Monitor, kind: 'schedule' | 'alert', node: DataNode | undefined): readonly Guard[] {
  if (node === undefined) return [];
  const of = keyOfMonitor(monitor);
  const span = entryOf(node)?.keySpan ?? node.span;
  const word = kind === 'schedule' ? 'schedule' : 'notification';
  return [
    {
      kind,
      key: `${kind}\0${of}`,
      says: `the ${word} of monitor \`${monitor.name}\``,
      document: monitor.document,
      span,
      on: node.open ? undefined : true,
      of,
    },
  ];
}

function ofMonitor(monitor: Monitor): readonly Guard[] {
  const own: Guard = {
    kind: 'monitor',
    key: keyOfMonitor(monitor),
    says: `the monitor \`${monitor.name}\``,
    document: monitor.document,
    span: monitor.span,
    on: state[enabledOf(monitor).state],
    of: undefined,
  };
  switch (monitor.by) {
    case 'azure':
      return [
        own,
        ...partOf(monitor, 'schedule', monitor.monitor.trigger),
        ...partOf(monitor, 'alert', monitor.monitor.alert),
        ...signals(monitor, monitor.monitor.signals),
      ];
    case 'sagemaker':
      return [own, ...partOf(monitor, 'schedule', monitor.monitor.schedule)];
    case 'nannyml':
      return [own, ...partOf(monitor, 'schedule', monitor.monitor.scheduling)];
    case 'databricks':
      return [own, ...partOf(monitor, 'schedule', get(monitor.monitor.node, 'schedule'))];
    default:
      return pathClassOf(monitor.document.path) === 'production' ? [own] : [];
  }
}

type AzureSignals = Extract<Monitor, { readonly by: 'azure' }>['monitor']['signals'];

function signals(monitor: Monitor, all: AzureSignals): readonly Guard[] {
  return all.map(
    ({ name, entry, alertEnabled }): Guard => ({
      kind: 'alert',
      key: `signal\0${monitor.name}\0${name}`,
      says: `signal \`${name}\` of monitor \`${monitor.name}\``,
      document: monitor.document,
      span: alertEnabled?.node.span ?? entry.keySpan,
      on: alertEnabled === undefined ? true : alertEnabled.value,
      of: keyOfMonitor(monitor),
    }),
  );
}

function alarms(project: Project): readonly Guard[] {
  return [
    ...cloudwatchAlarms(project)
      .filter(
        ({ id, name, metric, namespace }) =>
          /data-metrics|model-metrics/.test(namespace?.text ?? '') ||
          speaksOfDrift(`${id} ${name?.text ?? ''} ${metric?.text ?? ''}`),
      )
      .map(
        ({ id, entry, document, actionsEnabled }): Guard => ({
          kind: 'alert',
          key: `alarm\0${id}`,
          says: `the alarm \`${id}\``,
          document,
          span: entry.keySpan,
          on: actionsEnabled === undefined ? true : actionsEnabled.value,
          of: undefined,
        }),
      ),
    ...prometheusRules(project)
      .filter(({ kind, metrics, name }) => kind === 'alert' && name !== undefined && metrics.some(measuresModel))
      .map(
        ({ name, document, node }): Guard => ({
          kind: 'alert',
          key: `alert\0${name?.text ?? ''}`,
          says: `the alert \`${name?.text ?? ''}\``,
          document,
          span: name?.node.span ?? node.span,
          on: true,
          of: undefined,
        }),
      ),
  ];
}

const capture = (
  key: string,
  name: string,
  document: Guard['document'],
  span: Span,
  on: boolean | undefined,
): Guard => ({
  kind: 'capture',
  key: `capture\0${key}`,
  says: `the capture of requests of \`${name}\``,
  document,
  span,
  on,
  of: undefined,
});

function captures(project: Project): readonly Guard[] {
  return [
    ...sagemakerEndpointConfigs(project).flatMap(({ id, document, capture: found }) =>
      found === undefined
        ? []
        : [
            capture(
              id,
              id,
              document,
              found.enabled?.node.span ?? entryOf(found.node)?.keySpan ?? found.node.span,
              found.enabled === undefined ? true : found.enabled.value,
            ),
          ],
    ),
    ...azureDeployments(project).flatMap(({ document, endpoint, name, dataCollector }) => {
      const label = `${endpoint?.text ?? ''}/${name?.text ?? ''}`;
      return dataCollector === undefined
        ? []
        : [capture(label, label, document, entryOf(dataCollector)?.keySpan ?? dataCollector.span, true)];
    }),
    ...kserveServices(project).flatMap(({ document, name, predictor }) =>
      predictor?.logger === undefined
        ? []
        : [
            capture(
              `kserve ${name?.text ?? ''}`,
              name?.text ?? '',
              document,
              entryOf(predictor.logger)?.keySpan ?? predictor.logger.span,
              true,
            ),
          ],
    ),
    ...databricksResources(project, 'model_serving_endpoints').flatMap(({ document, node, key, target }) => {
      const table = get(node, 'ai_gateway', 'inference_table_config') ?? get(node, 'config', 'auto_capture_config');
      const enabled = boolAt(table, 'enabled');
      return table === undefined
        ? []
        : [
            capture(
              `databricks ${target ?? ''} ${key}`,
              key,
              document,
              enabled?.node.span ?? entryOf(table)?.keySpan ?? table.span,
              enabled === undefined ? true : enabled.value,
            ),
          ];
    }),
  ];
}

/** The same guard in the files of another environment guards something else. */
function apart(guard: Guard): Guard {
  const environment = environmentOf(guard.document.path);
  const keyed = (key: string): string => (environment === 'unknown' ? key : `${key}\0${environment}`);
  return { ...guard, key: keyed(guard.key), of: guard.of === undefined ? undefined : keyed(guard.of) };
}

/** Every guard of the repository. */
export const guards: (project: Project) => readonly Guard[] = fact((project) =>
  [...monitors(project).flatMap(ofMonitor), ...alarms(project), ...captures(project)].map(apart),
);
