import { fact } from '../../core/fact.ts';
import { type DataNode, entries, get, items, literal, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { boolAt, type Described, type Field, mapsAt, numberAt, type Root, textAt } from './field.ts';
import { rootsOf } from './recognise.ts';

/** Any Kubernetes object of the repository's plain YAML and JSON; charts' templates are not read. */
export interface KubernetesObject extends Described {
  readonly kind: string;
  readonly apiVersion: string;
  readonly name: Field<string> | undefined;
  /** Undefined where the file does not say: the namespace of the overlay or of the caller. */
  readonly namespace: string | undefined;
  readonly labels: ReadonlyMap<string, string>;
  readonly spec: DataNode | undefined;
}

export interface KubernetesPort {
  readonly node: DataNode;
  readonly name: string | undefined;
  readonly port: number | undefined;
}

export interface KubernetesEnv {
  readonly name: string;
  readonly node: DataNode;
  /** Undefined where it comes from a secret, a config map or a field. */
  readonly value: Field<string> | undefined;
  readonly fromSecret: boolean;
}

export interface KubernetesProbe {
  readonly node: DataNode;
  readonly path: Field<string> | undefined;
  readonly initialDelaySeconds: Field<number> | undefined;
  readonly periodSeconds: Field<number> | undefined;
  readonly failureThreshold: Field<number> | undefined;
}

export interface KubernetesContainer {
  readonly node: DataNode;
  readonly name: Field<string> | undefined;
  readonly image: Field<string> | undefined;
  /** `command` and `args` in order, one node per word. */
  readonly words: readonly DataNode[];
  readonly env: readonly KubernetesEnv[];
  readonly ports: readonly KubernetesPort[];
  readonly readiness: KubernetesProbe | undefined;
  readonly liveness: KubernetesProbe | undefined;
  readonly startup: KubernetesProbe | undefined;
  readonly requests: DataNode | undefined;
  readonly limits: DataNode | undefined;
  readonly init: boolean;
}

export interface KubernetesWorkload extends KubernetesObject {
  readonly replicas: Field<number> | undefined;
  /** Labels that `selector.matchLabels` asks for. */
  readonly selector: ReadonlyMap<string, string>;
  readonly podLabels: ReadonlyMap<string, string>;
  readonly template: DataNode | undefined;
  readonly containers: readonly KubernetesContainer[];
  /** Cron expression of a CronJob. */
  readonly schedule: Field<string> | undefined;
  readonly suspend: Field<boolean> | undefined;
}

/** The literal texts of a map of scalars: labels, selectors, annotations. */
export function textMap(node: DataNode | undefined): ReadonlyMap<string, string> {
  return new Map(
    entries(node).flatMap(({ key, value }) => {
      const known = literal(value);
      return known === undefined ? [] : [[key, known] as const];
    }),
  );
}

export function kubernetesObject({ document, root }: Root): KubernetesObject {
  return {
    document,
    node: root,
    kind: text(get(root, 'kind')) ?? '',
    apiVersion: text(get(root, 'apiVersion')) ?? '',
    name: textAt(root, 'metadata', 'name'),
    namespace: literal(get(root, 'metadata', 'namespace')),
    labels: textMap(get(root, 'metadata', 'labels')),
    spec: get(root, 'spec'),
  };
}

/** Every object, those inside of a `List` as well. */
export const kubernetesObjects: (project: Project) => readonly KubernetesObject[] = fact((project) =>
  rootsOf(project, 'kubernetes').flatMap(({ document, root }) => {
    const list = /List$/.test(text(get(root, 'kind')) ?? '') ? items(get(root, 'items')) : [];
    return list.length === 0
      ? [kubernetesObject({ document, root })]
      : list.map((item) => kubernetesObject({ document, root: item }));
  }),
);

const byKind = fact((project: Project): ReadonlyMap<string, readonly KubernetesObject[]> => {
  const found = new Map<string, KubernetesObject[]>();
  for (const each of kubernetesObjects(project)) found.set(each.kind, [...(found.get(each.kind) ?? []), each]);
  return found;
});

/** The objects of some kinds: `objectsOf(project, 'Service', 'Ingress')`. */
export function objectsOf(project: Project, ...kinds: readonly string[]): readonly KubernetesObject[] {
  return kinds.flatMap((kind) => byKind(project).get(kind) ?? []);
}

function probeOf(node: DataNode | undefined): KubernetesProbe | undefined {
  if (node === undefined) return undefined;
  return {
    node,
    path: textAt(node, 'httpGet', 'path'),
    initialDelaySeconds: numberAt(node, 'initialDelaySeconds'),
    periodSeconds: numberAt(node, 'periodSeconds'),
    failureThreshold: numberAt(node, 'failureThreshold'),
  };
}

function envOf(container: DataNode): readonly KubernetesEnv[] {
  return mapsAt(container, 'env').flatMap((node) => {
    const name = text(get(node, 'name'));
    if (name === undefined) return [];
    return [
      { name, node, value: textAt(node, 'value'), fromSecret: get(node, 'valueFrom', 'secretKeyRef') !== undefined },
    ];
  });
}

/** One container of a pod spec. */
export function containerOf(node: DataNode, init = false): KubernetesContainer {
  return {
    node,
    name: textAt(node, 'name'),
    image: textAt(node, 'image'),
    words: [...items(get(node, 'command')), ...items(get(node, 'args'))],
    env: envOf(node),
    ports: mapsAt(node, 'ports').map((port) => ({
      node: port,
      name: text(get(port, 'name')),
      port: numberAt(port, 'containerPort')?.value,
    })),
    readiness: probeOf(get(node, 'readinessProbe')),
    liveness: probeOf(get(node, 'livenessProbe')),
    startup: probeOf(get(node, 'startupProbe')),
    requests: get(node, 'resources', 'requests'),
    limits: get(node, 'resources', 'limits'),
    init,
  };
}

/** Containers of a pod spec, init containers last. */
export function containersOf(pod: DataNode | undefined): readonly KubernetesContainer[] {
  return [
    ...mapsAt(pod, 'containers').map((node) => containerOf(node)),
    ...mapsAt(pod, 'initContainers').map((node) => containerOf(node, true)),
  ];
}

function podTemplate(kind: string, spec: DataNode | undefined): DataNode | undefined {
  if (kind === 'CronJob') return get(spec, 'jobTemplate', 'spec', 'template');
  return get(spec, 'template');
}

function workloadOf(object: KubernetesObject): KubernetesWorkload {
  const { kind, spec, node } = object;
  const template = kind === 'Pod' ? node : podTemplate(kind, spec);
  return {
    ...object,
    replicas: numberAt(spec, 'replicas'),
    selector: textMap(get(spec, 'selector', 'matchLabels')),
    podLabels: textMap(get(template, 'metadata', 'labels')),
    template,
    containers: containersOf(get(template, 'spec')),
    schedule: textAt(spec, 'schedule'),
    suspend: boolAt(spec, 'suspend'),
  };
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob', 'Pod', 'Rollout'] as const;

/** Deployments, StatefulSets, DaemonSets, Jobs, CronJobs, Pods and Argo Rollouts. */
export const kubernetesWorkloads: (project: Project) => readonly KubernetesWorkload[] = fact((project) =>
  objectsOf(project, ...WORKLOADS).map(workloadOf),
);

export interface KubernetesService extends KubernetesObject {
  /** `ClusterIP` where the file says none. */
  readonly type: string;
  readonly typeNode: DataNode | undefined;
  readonly selector: ReadonlyMap<string, string>;
  readonly ports: readonly {
    readonly node: DataNode;
    readonly name: string | undefined;
    readonly port: number | undefined;
    readonly targetPort: string | undefined;
  }[];
}

export const kubernetesServices: (project: Project) => readonly KubernetesService[] = fact((project) =>
  objectsOf(project, 'Service')
    .filter(({ apiVersion }) => apiVersion === 'v1')
    .map((object) => ({
      ...object,
      type: text(get(object.spec, 'type')) ?? 'ClusterIP',
      typeNode: get(object.spec, 'type'),
      selector: textMap(get(object.spec, 'selector')),
      ports: mapsAt(object.spec, 'ports').map((node) => ({
        node,
        name: text(get(node, 'name')),
        port: numberAt(node, 'port')?.value,
        targetPort: text(get(node, 'targetPort')),
      })),
    })),
);
