import { type DataNode, get, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type Autoscaler, autoscalers, autoscalersOf } from '../formats/autoscaling.ts';
import { type Field, mapsAt, numberAt } from '../formats/field.ts';
import { kserveServices, seldonDeployments } from '../formats/kserve.ts';
import { objectsOf } from '../formats/kubernetes.ts';
import { rayDeployments } from '../formats/ray.ts';
import { type Capacity, capacity } from './capacity-of.ts';
import { modelServers } from './model-servers.ts';

const named = (node: DataNode | undefined): DataNode | undefined => get(node, 'metadata', 'name');
const SCALE = /^autoscaling\.knative\.dev\/min-?[sS]cale$/;

/** Knative's own setting on a service or on the template below it. */
function knativeScale(node: DataNode): Field<number> | undefined {
  for (const annotations of [
    get(node, 'spec', 'template', 'metadata', 'annotations'),
    get(node, 'metadata', 'annotations'),
  ]) {
    if (annotations?.kind !== 'map') continue;
    const found = annotations.entries.find(({ key }) => SCALE.test(key));
    if (found !== undefined) return numberAt(found.value);
  }
  return undefined;
}

function kserve(project: Project): readonly Capacity[] {
  return kserveServices(project).flatMap((service) => {
    const { document, node, predictor, name, namespace } = service;
    if (predictor === undefined) return [];
    const told = {
      document,
      node,
      key: `kserve/${namespace ?? ''}/${name?.text ?? ''}`,
      name: name?.text ?? 'the service',
      system: 'kserve' as const,
    };
    const field = predictor.minReplicas ?? knativeScale(node);
    return [capacity(told, 'minReplicas', field, 1, named(node) ?? predictor.node)];
  });
}

function seldon(project: Project): readonly Capacity[] {
  const seen = new Set<DataNode>();
  return seldonDeployments(project).flatMap(({ document, node, part, name, namespace, replicas, minReplicas }) => {
    if (seen.has(part)) return [];
    seen.add(part);
    const predictor = text(get(part, 'name')) ?? '';
    const told = {
      document,
      node,
      key: `seldon/${namespace ?? ''}/${name?.text ?? ''}/${predictor}`,
      name: name?.text ?? predictor,
      system: 'seldon' as const,
    };
    return [capacity(told, 'replicas', minReplicas ?? replicas, 1, get(part, 'name') ?? named(node) ?? part)];
  });
}

/** Triggers of KEDA that stand for a queue of work rather than for requests that somebody waits for. */
const QUEUE =
  /rabbitmq|kafka|sqs|queue|pubsub|redis|nats|pulsar|cron|activemq|servicebus|kinesis|eventhub|postgresql|mysql|workload/i;

const isQueue = ({ metrics }: Autoscaler): boolean => metrics.some(({ type }) => QUEUE.test(type));

function scaled(project: Project): readonly Capacity[] {
  const serving = new Set(modelServers(project).flatMap(({ workload }) => autoscalersOf(project, workload)));
  return autoscalers(project).flatMap((scaler) => {
    if (isQueue(scaler) || !serving.has(scaler)) return [];
    const { document, node, system, targetName, namespace, minReplicas, idleReplicas } = scaler;
    const told = {
      document,
      node,
      key: `kubernetes/${namespace ?? ''}/${targetName?.text ?? ''}`,
      name: targetName?.text ?? 'the workload',
      system,
    };
    const field = idleReplicas?.value === 0 ? idleReplicas : minReplicas;
    return [
      capacity(
        told,
        system === 'hpa' ? 'minReplicas' : 'minReplicaCount',
        field,
        system === 'hpa' ? 1 : 0,
        named(node) ?? node,
      ),
    ];
  });
}

function workloads(project: Project): readonly Capacity[] {
  const seen = new Set<DataNode>();
  return modelServers(project).flatMap(({ workload }) => {
    if (seen.has(workload.node) || workload.kind === 'DaemonSet' || autoscalersOf(project, workload).length > 0)
      return [];
    seen.add(workload.node);
    const { document, node, name, namespace, replicas } = workload;
    const told = {
      document,
      node,
      key: `kubernetes/${namespace ?? ''}/${name?.text ?? ''}`,
      name: name?.text ?? workload.kind,
      system: 'kubernetes' as const,
    };
    return [capacity(told, 'replicas', replicas, 1, named(node) ?? node)];
  });
}

/** Services of Knative whose container serves a model. */
function knative(project: Project): readonly Capacity[] {
  return objectsOf(project, 'Service').flatMap(({ document, node, apiVersion, name, namespace, spec }) => {
    const field = knativeScale(node);
    if (!apiVersion.startsWith('serving.knative.dev/') || field === undefined) return [];
    const serves = mapsAt(spec, 'template', 'spec', 'containers').some((each) =>
      /model|predict|triton|vllm|mlserver|tensorflow|torch/i.test(text(get(each, 'image')) ?? ''),
    );
    if (!serves) return [];
    const told = {
      document,
      node,
      key: `knative/${namespace ?? ''}/${name?.text ?? ''}`,
      name: name?.text ?? 'the service',
      system: 'knative' as const,
    };
    return [capacity(told, 'min-scale', field, 0, node)];
  });
}

function ray(project: Project): readonly Capacity[] {
  return rayDeployments(project).flatMap(({ document, node, application, name, replicas, minReplicas }) => {
    const field = minReplicas ?? replicas;
    if (field === undefined) return [];
    const told = {
      document,
      node,
      key: `ray/${application ?? ''}/${name ?? ''}`,
      name: name ?? 'the deployment',
      system: 'ray' as const,
    };
    return [capacity(told, 'num_replicas', field, 1, node)];
  });
}

/** Services that Kubernetes and Ray run. */
export const clusterCapacities = [kserve, seldon, scaled, workloads, knative, ray] as const;
