import { fact } from '../../core/fact.ts';
import { type DataNode, get, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import type { Described } from '../formats/field.ts';
import { mapsAt } from '../formats/field.ts';
import { kserveRuntimes, kserveServices, seldonDeployments } from '../formats/kserve.ts';
import type { KubernetesContainer } from '../formats/kubernetes.ts';
import { rayServices } from '../formats/ray.ts';
import { rootsOf } from '../formats/recognise.ts';
import { composeServers, modelServers } from './model-servers.ts';

/** An image that answers requests with a model. */
export interface ServingImage extends Described {
  /** The value to flag; of Helm values the tag. */
  readonly node: DataNode;
  /** Registry and repository, without tag and digest. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  readonly from: 'cluster' | 'compose' | 'helm';
  /** Some part is a substitution. */
  readonly open: boolean;
}

/** Parts of `registry:5000/team/image:tag@sha256:…`. */
export function imageParts(written: string): Pick<ServingImage, 'repository' | 'tag' | 'digest'> {
  const [name = '', digest] = written.split('@');
  const colon = name.lastIndexOf(':');
  const tagged = colon > name.lastIndexOf('/');
  return { repository: tagged ? name.slice(0, colon) : name, tag: tagged ? name.slice(colon + 1) : undefined, digest };
}

function ofContainer(document: Described['document'], { image }: KubernetesContainer): readonly ServingImage[] {
  if (image === undefined) return [];
  return [{ document, node: image.node, ...imageParts(image.text ?? ''), from: 'cluster', open: image.node.open }];
}

function ofChart({ document, root }: ReturnType<typeof rootsOf>[number]): readonly ServingImage[] {
  return mapsAt(root, 'servingEngineSpec', 'modelSpec').flatMap((spec): readonly ServingImage[] => {
    const [repository, tag] = [get(spec, 'repository'), get(spec, 'tag')];
    if (repository === undefined || (get(spec, 'enabled') !== undefined && text(get(spec, 'enabled')) === 'false'))
      return [];
    const parts = imageParts(text(repository) ?? '');
    return [
      {
        document,
        node: tag ?? repository,
        ...parts,
        tag: text(tag) ?? parts.tag,
        from: 'helm',
        open: repository.open || tag?.open === true,
      },
    ];
  });
}

function rayPods(project: Project): readonly ServingImage[] {
  return rayServices(project).flatMap(({ document, pods }) =>
    pods.flatMap((pod) =>
      mapsAt(pod, 'spec', 'containers')
        .slice(0, 1)
        .flatMap((container): readonly ServingImage[] => {
          const node = get(container, 'image');
          return node === undefined
            ? []
            : [{ document, node, ...imageParts(text(node) ?? ''), from: 'cluster', open: node.open }];
        }),
    ),
  );
}

/** Images of every server of the repository, each place once. */
export const servingImages: (project: Project) => readonly ServingImage[] = fact((project) => {
  const found = [
    ...modelServers(project).flatMap(({ document, container }) => ofContainer(document, container)),
    ...kserveServices(project).flatMap(({ document, components }) =>
      components.flatMap(({ containers }) => containers.slice(0, 1).flatMap((each) => ofContainer(document, each))),
    ),
    ...kserveRuntimes(project).flatMap(({ document, containers }) =>
      containers.slice(0, 1).flatMap((each) => ofContainer(document, each)),
    ),
    ...seldonDeployments(project).flatMap(({ document, containers }) =>
      containers.filter(({ init }) => !init).flatMap((each) => ofContainer(document, each)),
    ),
    ...rayPods(project),
    ...composeServers(project).flatMap(({ document, image }): readonly ServingImage[] =>
      image === undefined
        ? []
        : [{ document, node: image.node, ...imageParts(image.text ?? ''), from: 'compose', open: image.node.open }],
    ),
    ...rootsOf(project, 'helm-values').flatMap(ofChart),
  ];
  const seen = new Set<DataNode>();
  return found.filter(({ node, repository }) => repository !== '' && !seen.has(node) && seen.add(node));
});
