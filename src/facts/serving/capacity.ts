import { fact } from '../../core/fact.ts';
import { type DataNode, entryOf, get, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type Autoscaler, autoscalers, autoscalersOf } from '../formats/autoscaling.ts';
import { azureDeployments } from '../formats/azure.ts';
import { cloudResources, sagemakerEndpointConfigs } from '../formats/cloudformation.ts';
import { databricksResources } from '../formats/databricks.ts';
import { boolAt, type Described, type Field, mapsAt, numberAt } from '../formats/field.ts';
import { kserveServices, seldonDeployments } from '../formats/kserve.ts';
import { objectsOf } from '../formats/kubernetes.ts';
import { rootsOf } from '../formats/recognise.ts';
import { rayDeployments } from '../formats/servers.ts';
import { terraformResources } from '../formats/terraform.ts';
import { modelServers } from './model-servers.ts';

/** How much of an online service is always up. */
export interface Capacity extends Described {
  /** The same before and after a change: system, namespace, name. */
  readonly key: string;
  /** What its users call it. */
  readonly name: string;
  readonly system:
    | 'kserve'
    | 'seldon'
    | 'kubernetes'
    | 'keda'
    | 'hpa'
    | 'knative'
    | 'azure'
    | 'sagemaker'
    | 'databricks'
    | 'ray'
    | 'vertex'
    | 'helm';
  /** The field that sets it, as written: `minReplicas`. */
  readonly setting: string;
  /** The value that sets it, or what it is of where nothing sets it. */
  readonly place: DataNode;
  /** Fewest instances; undefined where a substitution hides it. */
  readonly minimum: number | undefined;
  /** False where the number is the default. */
  readonly written: boolean;
}

type Told = Omit<Capacity, 'setting' | 'place' | 'minimum' | 'written'>;

/** `least` stands where the field is absent. */
function capacity(
  told: Told,
  setting: string,
  field: Field<number> | undefined,
  least: number,
  fallback: DataNode,
): Capacity {
  return {
    ...told,
    setting: field === undefined ? setting : (entryOf(field.node)?.key ?? setting),
    place: field?.node ?? fallback,
    minimum: field === undefined ? least : field.value,
    written: field !== undefined,
  };
}

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

function azure(project: Project): readonly Capacity[] {
  return azureDeployments(project)
    .filter(({ online }) => online)
    .map(({ document, node, endpoint, name, instanceCount, minInstances }) => {
      const label = [endpoint?.text, name?.text].flatMap((part) => part ?? []).join('/');
      const told = {
        document,
        node,
        key: `azure/${label}`,
        name: label === '' ? 'the deployment' : label,
        system: 'azure' as const,
      };
      return capacity(told, 'instance_count', minInstances ?? instanceCount, 1, get(node, 'name') ?? node);
    });
}

function sagemaker(project: Project): readonly Capacity[] {
  return sagemakerEndpointConfigs(project)
    .filter(({ asynchronous }) => !asynchronous)
    .flatMap(({ document, node, id, variants }) => {
      const target = cloudResources(project).find(
        (each) => each.document === document && each.type === 'AWS::ApplicationAutoScaling::ScalableTarget',
      );
      return variants
        .filter(({ serverless }) => serverless === undefined)
        .map((variant) => {
          const told = {
            document,
            node,
            key: `sagemaker/${id}/${variant.name?.text ?? ''}`,
            name: variant.name?.text ?? id,
            system: 'sagemaker' as const,
          };
          const field = numberAt(target?.properties, 'MinCapacity') ?? variant.instanceCount;
          return capacity(told, 'InitialInstanceCount', field, 1, variant.node);
        });
    });
}

function databricks(project: Project): readonly Capacity[] {
  return databricksResources(project, 'model_serving_endpoints').flatMap(({ document, node, key, target }) =>
    ['served_entities', 'served_models'].flatMap((list) =>
      mapsAt(node, 'config', list).flatMap((served) => {
        const zero = boolAt(served, 'scale_to_zero_enabled');
        if (zero === undefined) return [];
        const told = {
          document,
          node,
          key: `databricks/${target ?? ''}/${key}/${text(get(served, 'entity_name')) ?? ''}`,
          name: key,
          system: 'databricks' as const,
        };
        return [
          {
            ...told,
            setting: 'scale_to_zero_enabled',
            place: zero.node,
            minimum: zero.value === undefined ? undefined : zero.value ? 0 : 1,
            written: true,
          },
        ];
      }),
    ),
  );
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

function terraform(project: Project): readonly Capacity[] {
  return terraformResources(
    project,
    /^(aws_sagemaker_endpoint_configuration|google_vertex_ai_endpoint\w*|databricks_model_serving)$/,
  ).flatMap((resource) => {
    const { document, node, address, type } = resource;
    if (get(node, 'async_inference_config') !== undefined) return [];
    return [...walk(node)].flatMap((at): readonly Capacity[] => {
      const told = { document, node, key: `terraform/${resource.folder}/${address}`, name: address };
      const zero = boolAt(at, 'scale_to_zero_enabled');
      if (zero !== undefined)
        return [
          {
            ...told,
            system: 'databricks',
            setting: 'scale_to_zero_enabled',
            place: zero.node,
            minimum: zero.value === undefined ? undefined : zero.value ? 0 : 1,
            written: true,
          },
        ];
      const field = numberAt(at, 'initial_instance_count') ?? numberAt(at, 'min_replica_count');
      return field === undefined
        ? []
        : [
            capacity(
              { ...told, system: type.startsWith('aws') ? 'sagemaker' : 'vertex' },
              'initial_instance_count',
              field,
              1,
              node,
            ),
          ];
    });
  });
}

/** `servingEngineSpec.modelSpec[]` of the vLLM production stack. */
function helm(project: Project): readonly Capacity[] {
  return rootsOf(project, 'helm-values').flatMap(({ document, root }) =>
    mapsAt(root, 'servingEngineSpec', 'modelSpec').flatMap((spec) => {
      const name = text(get(spec, 'name')) ?? 'the model';
      const keda = get(spec, 'keda');
      const field =
        (boolAt(keda, 'enabled')?.value === true ? numberAt(keda, 'minReplicaCount') : undefined) ??
        numberAt(spec, 'replicaCount');
      if (field === undefined) return [];
      return [
        capacity(
          { document, node: spec, key: `helm/${document.path}/${name}`, name, system: 'helm' },
          'replicaCount',
          field,
          1,
          spec,
        ),
      ];
    }),
  );
}

/** Every online service of the repository with its floor. */
export const capacities: (project: Project) => readonly Capacity[] = fact((project) =>
  [kserve, seldon, scaled, workloads, knative, azure, sagemaker, databricks, ray, terraform, helm].flatMap((read) =>
    read(project),
  ),
);

/** True where the names around a service say that nobody waits for it. */
export const isOffline = ({ name, node, document }: Described & { readonly name: string }): boolean =>
  /(^|[-_/])(batch|async|offline|internal|worker|queue)([-_./\s]|$)/i.test(
    `${name} ${text(get(node, 'metadata', 'labels', 'workload-type')) ?? ''} ${document.path.split('/').at(-1) ?? ''}`,
  ) ||
  mapsAt(node, 'tags').some((tag) =>
    /batch|internal|async/i.test(`${text(get(tag, 'key')) ?? ''} ${text(get(tag, 'value')) ?? ''}`),
  );
