import type { FormatName } from './recognise.ts';

export type Shape = 'number' | 'boolean' | 'text' | 'list' | 'map';

/** A field of a format, with `*` for any key and `[]` for any item on the way, and what belongs there. */
export interface FieldShape {
  readonly at: string;
  readonly shape: Shape;
  /** Only for objects of these kinds of Kubernetes. */
  readonly kind?: RegExp;
}

/** A map that is nothing without a field. */
export interface Need {
  readonly at: string;
  readonly key: string;
}

export interface FormatShape {
  readonly fields: readonly FieldShape[];
  readonly needs?: readonly Need[];
}

const fields = (shape: Shape, ...places: readonly string[]): readonly FieldShape[] =>
  places.map((at) => ({ at, shape }));

const rules = (at: string): FormatShape => ({
  fields: [
    ...fields('list', `${at}`, `${at}[].rules`),
    ...fields('text', `${at}[].rules[].expr`, `${at}[].rules[].for`),
    ...fields('map', `${at}[].rules[].labels`, `${at}[].rules[].annotations`),
  ],
  needs: [{ at: `${at}[].rules[]`, key: 'expr' }],
});

const WORKLOAD = /^(Deployment|StatefulSet|ReplicaSet)$/;

/** What the checks read and the official schemas leave no choice about. Fields of several shapes are not here. */
export const SHAPES: Readonly<Partial<Record<FormatName, FormatShape>>> = {
  kserve: {
    fields: [
      ...fields('number', 'spec.*.minReplicas', 'spec.*.maxReplicas', 'spec.*.canaryTrafficPercent'),
      ...fields('number', 'spec.*.containerConcurrency', 'spec.*.timeout'),
      ...fields('text', 'spec.*.model.storageUri', 'spec.*.model.runtime'),
    ],
  },
  'seldon-v1': {
    fields: [
      ...fields('list', 'spec.predictors'),
      ...fields('number', 'spec.predictors[].replicas', 'spec.predictors[].traffic'),
    ],
  },
  'seldon-v2': {
    fields: [
      ...fields('number', 'spec.replicas', 'spec.minReplicas', 'spec.maxReplicas', 'spec.candidates[].weight'),
      ...fields('list', 'spec.candidates', 'spec.steps'),
    ],
  },
  kubernetes: {
    fields: [
      { at: 'spec.replicas', shape: 'number', kind: WORKLOAD },
      { at: 'spec.template.spec.containers', shape: 'list', kind: WORKLOAD },
      { at: 'spec.template.spec.containers[].args', shape: 'list', kind: WORKLOAD },
      { at: 'spec.template.spec.containers[].env', shape: 'list', kind: WORKLOAD },
      { at: 'spec.minReplicas', shape: 'number', kind: /^HorizontalPodAutoscaler$/ },
      { at: 'spec.maxReplicas', shape: 'number', kind: /^HorizontalPodAutoscaler$/ },
      { at: 'spec.schedule', shape: 'text', kind: /^CronJob$/ },
      { at: 'spec.suspend', shape: 'boolean', kind: /^CronJob$/ },
    ],
  },
  'azure-online-deployment': {
    fields: [
      ...fields('number', 'instance_count', 'request_settings.request_timeout_ms'),
      ...fields('map', 'data_collector', 'request_settings'),
    ],
  },
  'azure-batch-deployment': { fields: fields('number', 'mini_batch_size', 'error_threshold') },
  'azure-online-endpoint': {
    fields: [...fields('map', 'traffic', 'mirror_traffic'), ...fields('number', 'traffic.*')],
  },
  'azure-monitor': { fields: fields('map', 'create_monitor.monitoring_signals', 'trigger') },
  'azure-pipeline': { fields: fields('map', 'jobs') },
  sagemaker: {
    fields: [
      ...fields('list', 'Resources.*.Properties.ProductionVariants'),
      ...fields(
        'number',
        'Resources.*.Properties.ProductionVariants[].InitialInstanceCount',
        'Resources.*.Properties.ProductionVariants[].InitialVariantWeight',
        'Resources.*.Properties.DataCaptureConfig.InitialSamplingPercentage',
      ),
      ...fields('boolean', 'Resources.*.Properties.DataCaptureConfig.EnableCapture'),
    ],
  },
  'databricks-bundle': { fields: [...fields('list', 'include'), ...fields('map', 'targets')] },
  'databricks-part': {
    fields: [
      ...fields('list', 'resources.jobs.*.tasks', 'resources.model_serving_endpoints.*.config.served_entities'),
      ...fields('map', 'resources.jobs.*.schedule', 'resources.quality_monitors.*.schedule'),
      ...fields('boolean', 'resources.model_serving_endpoints.*.config.served_entities[].scale_to_zero_enabled'),
    ],
  },
  'dvc-pipeline': {
    fields: [...fields('list', 'stages.*.deps', 'stages.*.params'), ...fields('boolean', 'stages.*.frozen')],
  },
  'prometheus-rules': rules('groups'),
  'prometheus-rule': rules('spec.groups'),
  alertmanager: { fields: [...fields('list', 'receivers'), ...fields('map', 'route')] },
  sloth: {
    fields: [...fields('list', 'slos', 'spec.slos'), ...fields('number', 'slos[].objective', 'spec.slos[].objective')],
  },
  openslo: { fields: [...fields('list', 'spec.objectives'), ...fields('number', 'spec.objectives[].target')] },
  'mlflow-recipe': {
    fields: [
      ...fields('list', 'steps.evaluate.validation_criteria'),
      ...fields('number', 'steps.evaluate.validation_criteria[].threshold'),
    ],
    needs: [{ at: 'steps.evaluate.validation_criteria[]', key: 'threshold' }],
  },
  'great-expectations-suite': {
    fields: [...fields('map', 'expectations[].kwargs'), ...fields('number', 'expectations[].kwargs.mostly')],
  },
  'github-workflow': { fields: [...fields('map', 'jobs.*'), ...fields('list', 'jobs.*.steps')] },
  'argo-workflow': { fields: fields('list', 'spec.templates') },
  triton: { fields: fields('number', 'max_batch_size') },
  compose: { fields: [...fields('map', 'services.*'), ...fields('list', 'services.*.ports')] },
  prefect: {
    fields: [
      ...fields('list', 'deployments', 'deployments[].schedules'),
      ...fields('text', 'deployments[].entrypoint'),
    ],
  },
  'feast-store': { fields: fields('text', 'project', 'provider') },
};
