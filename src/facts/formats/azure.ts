import { fact } from '../../core/fact.ts';
import { type DataNode, type Entry, entries, get, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { boolAt, type Described, type Field, mapsAt, numberAt, textAt } from './field.ts';
import { type FormatName, rootsOf } from './recognise.ts';

/** A resource of Azure Machine Learning v2. */
export interface AzureResource extends Described {
  readonly name: Field<string> | undefined;
}

/** `azureml:name:version`, `azureml:name@label`; a path or an inline definition is undefined. */
export interface AzureReference {
  readonly name: string;
  readonly version: string | undefined;
  readonly label: string | undefined;
}

/** Understands the short and the registry form (`azureml://registries/r/models/m/versions/1`). */
export function azureReference(written: string): AzureReference | undefined {
  const long =
    /^azureml:\/\/.*\/(?:models|data|environments|components)\/([\w.-]+)(?:\/(versions|labels)\/([\w.-]+))?$/.exec(
      written,
    );
  if (long !== null)
    return {
      name: long[1] ?? '',
      version: long[2] === 'versions' ? long[3] : undefined,
      label: long[2] === 'labels' ? long[3] : undefined,
    };
  const short = /^azureml:([\w.-]+)(?::([\w.-]+)|@([\w.-]+))?$/.exec(written);
  return short === null ? undefined : { name: short[1] ?? '', version: short[2], label: short[3] };
}

export interface AzureDeployment extends AzureResource {
  readonly online: boolean;
  readonly endpoint: Field<string> | undefined;
  /** The scalar reference, or the map of an inline model. */
  readonly model: DataNode | undefined;
  readonly modelReference: AzureReference | undefined;
  readonly environment: DataNode | undefined;
  readonly instanceType: Field<string> | undefined;
  readonly instanceCount: Field<number> | undefined;
  /** `scale_settings.min_instances`. */
  readonly minInstances: Field<number> | undefined;
  readonly dataCollector: DataNode | undefined;
  readonly requestSettings: DataNode | undefined;
  readonly liveness: DataNode | undefined;
  readonly readiness: DataNode | undefined;
  /** Of a batch deployment: -1 ignores every failure. */
  readonly errorThreshold: Field<number> | undefined;
  readonly retries: DataNode | undefined;
}

const resources = (project: Project, format: FormatName): readonly AzureResource[] =>
  rootsOf(project, format).map(({ document, root }) => ({ document, node: root, name: textAt(root, 'name') }));

function deploymentOf(online: boolean): (resource: AzureResource) => AzureDeployment {
  return (resource) => {
    const { node } = resource;
    const model = get(node, 'model');
    return {
      ...resource,
      online,
      endpoint: textAt(node, 'endpoint_name'),
      model,
      modelReference: azureReference(text(model) ?? ''),
      environment: get(node, 'environment'),
      instanceType: textAt(node, 'instance_type'),
      instanceCount: numberAt(node, 'instance_count') ?? numberAt(node, 'resources', 'instance_count'),
      minInstances: numberAt(node, 'scale_settings', 'min_instances'),
      dataCollector: get(node, 'data_collector'),
      requestSettings: get(node, 'request_settings'),
      liveness: get(node, 'liveness_probe'),
      readiness: get(node, 'readiness_probe'),
      errorThreshold: numberAt(node, 'settings', 'error_threshold') ?? numberAt(node, 'error_threshold'),
      retries: get(node, 'settings', 'retry_settings') ?? get(node, 'retry_settings'),
    };
  };
}

/** Online deployments first, then batch deployments. */
export const azureDeployments: (project: Project) => readonly AzureDeployment[] = fact((project) => [
  ...resources(project, 'azure-online-deployment').map(deploymentOf(true)),
  ...resources(project, 'azure-batch-deployment').map(deploymentOf(false)),
]);

export interface AzureEndpoint extends AzureResource {
  readonly online: boolean;
  readonly authMode: Field<string> | undefined;
  /** Deployment to percent. */
  readonly traffic: readonly Entry[];
  readonly mirrorTraffic: readonly Entry[];
  /** Of a batch endpoint: the deployment in force. */
  readonly defaultDeployment: Field<string> | undefined;
}

export const azureEndpoints: (project: Project) => readonly AzureEndpoint[] = fact((project) =>
  (
    [
      ['azure-online-endpoint', true],
      ['azure-batch-endpoint', false],
    ] as const
  ).flatMap(([format, online]) =>
    resources(project, format).map((resource) => ({
      ...resource,
      online,
      authMode: textAt(resource.node, 'auth_mode'),
      traffic: entries(get(resource.node, 'traffic')),
      mirrorTraffic: entries(get(resource.node, 'mirror_traffic')),
      defaultDeployment: textAt(resource.node, 'defaults', 'deployment_name'),
    })),
  ),
);

/** A threshold of a monitoring signal. */
export interface AzureThreshold {
  /** `jensen_shannon_distance`, `null_value_rate`… */
  readonly metric: string;
  readonly node: DataNode;
  readonly value: number | undefined;
}

export interface AzureSignal {
  readonly name: string;
  readonly entry: Entry;
  readonly type: Field<string> | undefined;
  readonly thresholds: readonly AzureThreshold[];
  readonly reference: DataNode | undefined;
  readonly productionData: DataNode | undefined;
  readonly alertEnabled: Field<boolean> | undefined;
}

export interface AzureMonitor extends AzureResource {
  readonly trigger: DataNode | undefined;
  readonly endpointDeployment: Field<string> | undefined;
  readonly modelId: Field<string> | undefined;
  /** Empty: the out-of-box monitor, which compares with recent production data by design. */
  readonly signals: readonly AzureSignal[];
  readonly alert: DataNode | undefined;
}

/** Both shapes in use: `numerical: { psi: 0.1 }` and a list of `{ metric_name, threshold }`. */
function thresholdsOf(signal: DataNode): readonly AzureThreshold[] {
  const written = get(signal, 'metric_thresholds');
  const listed = mapsAt(signal, 'metric_thresholds').flatMap((each) => {
    const value = numberAt(each, 'threshold');
    return value === undefined
      ? []
      : [{ metric: text(get(each, 'metric_name')) ?? '', node: value.node, value: value.value }];
  });
  const mapped = entries(written).flatMap(({ key, value }) => {
    const inner = value.kind === 'map' ? entries(value) : [{ key, value }];
    return inner
      .filter((each) => each.value.kind === 'scalar')
      .map((each) => ({ metric: each.key, node: each.value, value: numberAt(each.value)?.value }));
  });
  return [...listed, ...mapped];
}

export const azureMonitors: (project: Project) => readonly AzureMonitor[] = fact((project) =>
  resources(project, 'azure-monitor').map((resource) => {
    const monitor = get(resource.node, 'create_monitor');
    return {
      ...resource,
      trigger: get(resource.node, 'trigger'),
      endpointDeployment: textAt(monitor, 'monitoring_target', 'endpoint_deployment_id'),
      modelId: textAt(monitor, 'monitoring_target', 'model_id'),
      signals: entries(get(monitor, 'monitoring_signals')).map((entry) => ({
        name: entry.key,
        entry,
        type: textAt(entry.value, 'type'),
        thresholds: thresholdsOf(entry.value),
        reference: get(entry.value, 'reference_data') ?? get(entry.value, 'baseline_dataset'),
        productionData: get(entry.value, 'production_data') ?? get(entry.value, 'target_dataset'),
        alertEnabled: boolAt(entry.value, 'alert_enabled'),
      })),
      alert: get(monitor, 'alert_notification'),
    };
  }),
);

export interface AzurePipeline extends AzureResource {
  readonly jobs: readonly {
    readonly name: string;
    readonly entry: Entry;
    readonly type: string | undefined;
    readonly component: Field<string> | undefined;
    readonly inputs: readonly Entry[];
  }[];
}

export const azurePipelines: (project: Project) => readonly AzurePipeline[] = fact((project) =>
  resources(project, 'azure-pipeline').map((resource) => ({
    ...resource,
    jobs: entries(get(resource.node, 'jobs')).map((entry) => ({
      name: entry.key,
      entry,
      type: text(get(entry.value, 'type')),
      component: textAt(entry.value, 'component'),
      inputs: entries(get(entry.value, 'inputs')),
    })),
  })),
);

/** Schedules that start a job (monitors are in `azureMonitors`). */
export const azureSchedules: (
  project: Project,
) => readonly (AzureResource & { readonly job: DataNode | undefined; readonly trigger: DataNode | undefined })[] = fact(
  (project) =>
    resources(project, 'azure-schedule').map((resource) => ({
      ...resource,
      job: get(resource.node, 'create_job'),
      trigger: get(resource.node, 'trigger'),
    })),
);

/** Registered data, models and environments that the repository defines. */
export const azureAssets = (project: Project, what: 'data' | 'model' | 'environment'): readonly AzureResource[] =>
  resources(project, `azure-${what}`);
