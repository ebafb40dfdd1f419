import { fact } from '../../core/fact.ts';
import { type DataNode, type Entry, each, entries, get, items, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { boolAt, type Described, type Field, mapsAt, numberAt, textAt } from './field.ts';
import { rootsOf } from './recognise.ts';

/** A resource of a CloudFormation or SAM template. */
export interface CloudResource extends Described {
  /** Logical id. */
  readonly id: string;
  readonly entry: Entry;
  /** `AWS::SageMaker::Endpoint`. */
  readonly type: string;
  readonly properties: DataNode | undefined;
  /** Name of a condition on which the resource exists. */
  readonly condition: Field<string> | undefined;
  /** Logical ids of the same file that its properties refer to. */
  readonly refersTo: ReadonlySet<string>;
}

/** Names inside `!Ref X`, `!GetAtt X.Y`, `{Ref: X}`, `{Fn::GetAtt: [X, Y]}` and `!Sub "${X.Y}"`. */
function referencesIn(node: DataNode | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  for (const at of walk(node)) {
    const said = text(at) ?? '';
    if (at.tag === '!Ref' || at.tag === '!GetAtt')
      found.add((text(at) ?? text(items(at)[0]) ?? '').split('.')[0] ?? '');
    for (const match of said.matchAll(/\$\{(\w{1,255})/g)) found.add(match[1] ?? '');
    for (const { key, value } of entries(at)) {
      if (key === 'Ref' || key === 'Fn::GetAtt')
        found.add((text(value) ?? text(items(value)[0]) ?? '').split('.')[0] ?? '');
      if (key === 'DependsOn') for (const name of each(value)) found.add(text(name) ?? '');
    }
  }
  return found;
}

/** Every resource of every template, in path order. */
export const cloudResources: (project: Project) => readonly CloudResource[] = fact((project) =>
  rootsOf(project, 'cloudformation').flatMap(({ document, root }) => {
    const resources = entries(get(root, 'Resources'));
    const ids = new Set(resources.map(({ key }) => key));
    return resources.map((entry) => ({
      document,
      node: entry.value,
      id: entry.key,
      entry,
      type: text(get(entry.value, 'Type')) ?? '',
      properties: get(entry.value, 'Properties'),
      condition: textAt(entry.value, 'Condition'),
      refersTo: new Set([...referencesIn(entry.value)].filter((id) => ids.has(id) && id !== entry.key)),
    }));
  }),
);

/** Resources of SageMaker: `sagemakerResources(project, 'Endpoint')`; all when no type is named. */
export function sagemakerResources(project: Project, ...types: readonly string[]): readonly CloudResource[] {
  const wanted = new Set(types.map((type) => `AWS::SageMaker::${type}`));
  return cloudResources(project).filter(({ type }) =>
    types.length === 0 ? type.startsWith('AWS::SageMaker::') : wanted.has(type),
  );
}

export interface SagemakerVariant {
  readonly node: DataNode;
  readonly name: Field<string> | undefined;
  readonly model: DataNode | undefined;
  readonly instanceCount: Field<number> | undefined;
  readonly weight: Field<number> | undefined;
  readonly serverless: DataNode | undefined;
}

export interface SagemakerEndpointConfig extends CloudResource {
  readonly variants: readonly SagemakerVariant[];
  readonly capture:
    | {
        readonly node: DataNode;
        readonly enabled: Field<boolean> | undefined;
        readonly percentage: Field<number> | undefined;
        readonly modes: readonly string[];
      }
    | undefined;
  readonly asynchronous: boolean;
}

export const sagemakerEndpointConfigs: (project: Project) => readonly SagemakerEndpointConfig[] = fact((project) =>
  sagemakerResources(project, 'EndpointConfig').map((resource) => {
    const { properties } = resource;
    const capture = get(properties, 'DataCaptureConfig');
    return {
      ...resource,
      variants: mapsAt(properties, 'ProductionVariants').map((node) => ({
        node,
        name: textAt(node, 'VariantName'),
        model: get(node, 'ModelName'),
        instanceCount: numberAt(node, 'InitialInstanceCount'),
        weight: numberAt(node, 'InitialVariantWeight'),
        serverless: get(node, 'ServerlessConfig'),
      })),
      capture:
        capture === undefined
          ? undefined
          : {
              node: capture,
              enabled: boolAt(capture, 'EnableCapture'),
              percentage: numberAt(capture, 'InitialSamplingPercentage'),
              modes: mapsAt(capture, 'CaptureOptions').flatMap((option) => text(get(option, 'CaptureMode')) ?? []),
            },
      asynchronous: get(properties, 'AsyncInferenceConfig') !== undefined,
    };
  }),
);

export interface SagemakerMonitor extends CloudResource {
  readonly name: Field<string> | undefined;
  /** `DataQuality`, `ModelQuality`, `ModelBias`, `ModelExplainability`. */
  readonly monitoringType: Field<string> | undefined;
  readonly schedule: DataNode | undefined;
  readonly baseline: DataNode | undefined;
  readonly endpoint: DataNode | undefined;
  readonly groundTruth: DataNode | undefined;
}

/** Monitoring schedules. */
export const sagemakerMonitors: (project: Project) => readonly SagemakerMonitor[] = fact((project) =>
  sagemakerResources(project, 'MonitoringSchedule').map((resource) => {
    const config = get(resource.properties, 'MonitoringScheduleConfig');
    const inline = get(config, 'MonitoringJobDefinition');
    return {
      ...resource,
      name: textAt(resource.properties, 'MonitoringScheduleName'),
      monitoringType: textAt(config, 'MonitoringType'),
      schedule: get(config, 'ScheduleConfig'),
      baseline: get(inline, 'BaselineConfig'),
      endpoint: get(inline, 'MonitoringInputs', 0, 'EndpointInput'),
      groundTruth: get(inline, 'MonitoringInputs', 0, 'GroundTruthS3Input'),
    };
  }),
);

export interface CloudwatchAlarm extends CloudResource {
  readonly name: Field<string> | undefined;
  readonly metric: Field<string> | undefined;
  readonly namespace: Field<string> | undefined;
  readonly threshold: Field<number> | undefined;
  readonly comparison: Field<string> | undefined;
  readonly evaluationPeriods: Field<number> | undefined;
  readonly actions: DataNode | undefined;
  readonly actionsEnabled: Field<boolean> | undefined;
}

export const cloudwatchAlarms: (project: Project) => readonly CloudwatchAlarm[] = fact((project) =>
  cloudResources(project)
    .filter(({ type }) => type === 'AWS::CloudWatch::Alarm')
    .map((resource) => {
      const at = resource.properties;
      return {
        ...resource,
        name: textAt(at, 'AlarmName'),
        metric: textAt(at, 'MetricName'),
        namespace: textAt(at, 'Namespace'),
        threshold: numberAt(at, 'Threshold'),
        comparison: textAt(at, 'ComparisonOperator'),
        evaluationPeriods: numberAt(at, 'EvaluationPeriods'),
        actions: get(at, 'AlarmActions'),
        actionsEnabled: boolAt(at, 'ActionsEnabled'),
      };
    }),
);

export interface EventRule extends CloudResource {
  readonly schedule: Field<string> | undefined;
  readonly state: Field<string> | undefined;
  readonly pattern: DataNode | undefined;
  /** `CloudWatch Alarm State Change` and the like. */
  readonly detailTypes: readonly string[];
  readonly targets: readonly DataNode[];
}

/** EventBridge rules. */
export const eventRules: (project: Project) => readonly EventRule[] = fact((project) =>
  cloudResources(project)
    .filter(({ type }) => type === 'AWS::Events::Rule')
    .map((resource) => {
      const pattern = get(resource.properties, 'EventPattern');
      return {
        ...resource,
        schedule: textAt(resource.properties, 'ScheduleExpression'),
        state: textAt(resource.properties, 'State'),
        pattern,
        detailTypes: each(get(pattern, 'detail-type')).flatMap((node) => text(node) ?? []),
        targets: mapsAt(resource.properties, 'Targets'),
      };
    }),
);
