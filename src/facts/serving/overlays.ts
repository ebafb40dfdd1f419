import { fact } from '../../core/fact.ts';
import type { RepoPath } from '../../core/location.ts';
import { literal } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type Described, type Field, mapsAt, numberAt, textAt } from '../formats/field.ts';
import { kubernetesWorkloads } from '../formats/kubernetes.ts';
import { type Kustomization, kustomizations } from '../formats/packaging.ts';
import { environmentOf } from '../paths.ts';
import { modelServers } from './model-servers.ts';

/** How many instances an overlay gives a workload that another file defines. */
export interface OverlaidReplicas extends Described {
  readonly name: string;
  readonly setting: 'count' | 'replicas';
  readonly field: Field<number>;
}

const SCALES = /\b(replicas|minReplicas|minReplicaCount)\b/;

/** The kustomization itself and the patches it names: what it says beyond its bases. */
const textsOf = fact(
  (project: Project) =>
    new Map<Kustomization, readonly string[]>(
      kustomizations(project).map((each) => [
        each,
        [
          each.document.text,
          ...each.reaches.flatMap(({ path }) => {
            const content = project.tree.has(path as RepoPath) ? project.content(path as RepoPath) : undefined;
            return content?.kind === 'text' ? [content.text] : [];
          }),
        ],
      ]),
    ),
);

/** True where an overlay that may be production's says itself how many instances of an object of this file and name there are. */
export function isOverlaid(project: Project, path: RepoPath, name: string): boolean {
  return kustomizations(project).some((each) => {
    const { folder, reaches, document } = each;
    if (path.startsWith(`${folder}/`) || !['production', 'unknown'].includes(environmentOf(document.path)))
      return false;
    if (!reaches.some(({ path: base }) => path === base || path.startsWith(`${base}/`))) return false;
    return (textsOf(project).get(each) ?? []).some((text) => SCALES.test(text) && text.includes(name));
  });
}

/** Instances that overlays give to model servers: `replicas:` of a kustomization, and patches of nothing but a workload's size. */
export const overlaidReplicas: (project: Project) => readonly OverlaidReplicas[] = fact((project) => {
  const serving = new Set(modelServers(project).map(({ name }) => name));
  const listed = kustomizations(project).flatMap(({ document, node }) =>
    mapsAt(node, 'replicas').flatMap((each): readonly OverlaidReplicas[] => {
      const [name, field] = [literal(textAt(each, 'name')?.node), numberAt(each, 'count')];
      return name === undefined || field === undefined ? [] : [{ document, node, name, setting: 'count', field }];
    }),
  );
  const patches = kubernetesWorkloads(project).flatMap(
    ({ document, node, name, replicas, containers }): readonly OverlaidReplicas[] =>
      name?.value === undefined ||
      replicas === undefined ||
      containers.some(({ image, words }) => image !== undefined || words.length > 0)
        ? []
        : [{ document, node, name: name.value, setting: 'replicas', field: replicas }],
  );
  return [...listed, ...patches].filter(({ name }) => serving.has(name));
});
