import type { Span } from '../../core/location.ts';
import { entries, get, items, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import type { Described } from '../formats/field.ts';
import {
  type KubernetesObject,
  type KubernetesService,
  type KubernetesWorkload,
  kubernetesServices,
  objectsOf,
} from '../formats/kubernetes.ts';
import type { ComposeService } from '../formats/servers.ts';

/** How something can be reached from outside of its cluster or host. */
export interface Exposure extends Pick<Described, 'document'> {
  readonly span: Span;
  /** Completes "reachable through …". */
  readonly through: string;
}

const sameNamespace = (a: KubernetesObject, b: KubernetesObject): boolean =>
  a.namespace === undefined || b.namespace === undefined || a.namespace === b.namespace;

function selects(service: KubernetesService, workload: KubernetesWorkload): boolean {
  return (
    service.selector.size > 0 &&
    sameNamespace(service, workload) &&
    [...service.selector].every(([key, value]) => workload.podLabels.get(key) === value)
  );
}

const INTERNAL = /internal|private/i;
const AUTHENTICATES = /auth|oidc|oauth|jwt|middlewares?|whitelist|allowlist|client-certificate|iap/i;

/** Balancers that only answer inside of the network, and what stands before a login. */
function isGuarded(object: KubernetesObject): boolean {
  return entries(get(object.node, 'metadata', 'annotations')).some(
    ({ key, value }) =>
      (INTERNAL.test(key) && text(value) !== 'false') ||
      AUTHENTICATES.test(key) ||
      (/scheme/.test(key) && text(value) === 'internal'),
  );
}

function ingressesOf(project: Project, service: KubernetesService): readonly Exposure[] {
  const name = service.name?.value;
  return objectsOf(project, 'Ingress').flatMap((ingress): readonly Exposure[] => {
    if (!sameNamespace(ingress, service) || isGuarded(ingress) || name === undefined) return [];
    const backend = [...walk(ingress.spec)].find(
      (node) => text(get(node, 'service', 'name')) === name || text(get(node, 'serviceName')) === name,
    );
    return backend === undefined
      ? []
      : [
          {
            document: ingress.document,
            span: ingress.name?.node.span ?? backend.span,
            through: `Ingress \`${ingress.name?.text ?? ''}\``,
          },
        ];
  });
}

/** Load balancers, node ports and ingresses that lead to a port of the workload; any port where none is named. */
export function exposuresOf(
  project: Project,
  workload: KubernetesWorkload,
  ports?: ReadonlySet<number>,
): readonly Exposure[] {
  return kubernetesServices(project)
    .filter((service) => selects(service, workload))
    .flatMap((service): readonly Exposure[] => {
      const leads =
        ports === undefined ||
        service.ports.some(
          ({ port, targetPort }) => (port !== undefined && ports.has(port)) || ports.has(Number(targetPort)),
        );
      if (!leads) return [];
      const outside =
        /^(LoadBalancer|NodePort)$/.test(service.type) &&
        service.typeNode !== undefined &&
        !isGuarded(service) &&
        get(service.spec, 'loadBalancerSourceRanges') === undefined;
      if (outside && service.typeNode !== undefined)
        return [
          {
            document: service.document,
            span: service.typeNode.span,
            through: `${service.type} Service \`${service.name?.text ?? ''}\``,
          },
        ];
      return ingressesOf(project, service);
    });
}

/** True where a network policy of the repository selects the pods. */
export function isFenced(project: Project, workload: KubernetesWorkload): boolean {
  return objectsOf(project, 'NetworkPolicy').some((policy) => {
    const labels = entries(get(policy.spec, 'podSelector', 'matchLabels'));
    return (
      sameNamespace(policy, workload) &&
      labels.every(({ key, value }) => workload.podLabels.get(key) === text(value)) &&
      items(get(policy.spec, 'ingress')).length > 0
    );
  });
}

/** A host part that is a variable without a default may be the loopback. */
const isKnown = (written: string): boolean =>
  /\$\{\w+:?-\d+\}:|^[^$]*:/.test(written) && written.replace(/\$\{[^}]*\}/g, 'x').includes(':');

/** A published port of a compose service that answers beyond the host itself. */
export function publishedPort(service: ComposeService, ports?: ReadonlySet<number>): Exposure | undefined {
  const found = service.ports.find(
    ({ published, loopback, target, written, node }) =>
      published &&
      !loopback &&
      (node.kind === 'map' || isKnown(written)) &&
      (ports === undefined || (target !== undefined && ports.has(target))),
  );
  return found === undefined
    ? undefined
    : { document: service.document, span: found.node.span, through: `port \`${found.written}\`` };
}
