import { fact } from '../../core/fact.ts';
import { type DataNode, get, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type Field, mapsAt, numberAt, textAt } from './field.ts';
import { type KubernetesObject, objectsOf } from './kubernetes.ts';

export interface ScalingMetric {
  readonly node: DataNode;
  /** `Resource`, `Pods`, `External`… of an HPA, or the type of a KEDA trigger (`prometheus`, `cpu`). */
  readonly type: string;
  /** `cpu`, a metric's name, or a query; undefined where the file does not say. */
  readonly name: string | undefined;
}

/** A HorizontalPodAutoscaler or a KEDA ScaledObject. */
export interface Autoscaler extends KubernetesObject {
  readonly system: 'hpa' | 'keda';
  readonly targetKind: string;
  readonly targetName: Field<string> | undefined;
  readonly minReplicas: Field<number> | undefined;
  readonly maxReplicas: Field<number> | undefined;
  /** KEDA's `idleReplicaCount`. */
  readonly idleReplicas: Field<number> | undefined;
  readonly metrics: readonly ScalingMetric[];
}

function hpaMetric(node: DataNode): ScalingMetric {
  const type = text(get(node, 'type')) ?? '';
  const body = get(node, type.charAt(0).toLowerCase() + type.slice(1));
  return { node, type, name: text(get(body, 'name')) ?? text(get(body, 'metric', 'name')) };
}

function hpa(object: KubernetesObject): Autoscaler {
  const { spec } = object;
  const cpu = get(spec, 'targetCPUUtilizationPercentage');
  return {
    ...object,
    system: 'hpa',
    targetKind: text(get(spec, 'scaleTargetRef', 'kind')) ?? '',
    targetName: textAt(spec, 'scaleTargetRef', 'name'),
    minReplicas: numberAt(spec, 'minReplicas'),
    maxReplicas: numberAt(spec, 'maxReplicas'),
    idleReplicas: undefined,
    metrics: [
      ...mapsAt(spec, 'metrics').map(hpaMetric),
      ...(cpu === undefined ? [] : [{ node: cpu, type: 'Resource', name: 'cpu' }]),
    ],
  };
}

function keda(object: KubernetesObject): Autoscaler {
  const { spec } = object;
  return {
    ...object,
    system: 'keda',
    targetKind: text(get(spec, 'scaleTargetRef', 'kind')) ?? 'Deployment',
    targetName: textAt(spec, 'scaleTargetRef', 'name'),
    minReplicas: numberAt(spec, 'minReplicaCount'),
    maxReplicas: numberAt(spec, 'maxReplicaCount'),
    idleReplicas: numberAt(spec, 'idleReplicaCount'),
    metrics: mapsAt(spec, 'triggers').map((node) => ({
      node,
      type: text(get(node, 'type')) ?? '',
      name:
        text(get(node, 'metadata', 'metricName')) ?? text(get(node, 'metadata', 'query')) ?? text(get(node, 'type')),
    })),
  };
}

export const autoscalers: (project: Project) => readonly Autoscaler[] = fact((project) => [
  ...objectsOf(project, 'HorizontalPodAutoscaler').map(hpa),
  ...objectsOf(project, 'ScaledObject').map(keda),
]);

/** The autoscalers of a workload: same kind, same name, and no other namespace. */
export function autoscalersOf(project: Project, workload: KubernetesObject): readonly Autoscaler[] {
  const name = workload.name?.value;
  return autoscalers(project).filter(
    ({ targetKind, targetName, namespace }) =>
      name !== undefined &&
      targetKind === workload.kind &&
      targetName?.value === name &&
      (namespace === undefined || workload.namespace === undefined || namespace === workload.namespace),
  );
}
