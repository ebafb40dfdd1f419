import { fact } from '../../core/fact.ts';
import { get, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type Described, mapsAt } from '../formats/field.ts';
import { cloudCapacities } from './capacity-cloud.ts';
import { clusterCapacities } from './capacity-cluster.ts';
import type { Capacity } from './capacity-of.ts';
import { packagedCapacities } from './capacity-packaged.ts';
import { isOverlaid } from './overlays.ts';

export type { Capacity };

/** Every online service of the repository with its floor. */
export const capacities: (project: Project) => readonly Capacity[] = fact((project) =>
  [...clusterCapacities, ...cloudCapacities, ...packagedCapacities]
    .flatMap((read) => read(project))
    .map((each) => (isOverlaid(project, each.document.path, each.name) ? { ...each, minimum: undefined } : each)),
);

/** True where the names around a service say that nobody waits for it. */
export const isOffline = ({ name, node, document }: Described & { readonly name: string }): boolean =>
  /(^|[-_/])(batch|async|offline|internal|worker|queue)([-_./\s]|$)/i.test(
    `${name} ${text(get(node, 'metadata', 'labels', 'workload-type')) ?? ''} ${document.path.split('/').at(-1) ?? ''}`,
  ) ||
  mapsAt(node, 'tags').some((tag) =>
    /batch|internal|async/i.test(`${text(get(tag, 'key')) ?? ''} ${text(get(tag, 'value')) ?? ''}`),
  );
