import { type DataNode, get, literal, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { folderOf } from '../formats/dvc.ts';
import { boolAt, mapsAt, numberAt } from '../formats/field.ts';
import { rootsOf } from '../formats/recognise.ts';
import { environmentOf } from '../paths.ts';
import { type Capacity, capacity } from './capacity-of.ts';
import { isServerImage } from './model-servers.ts';
import { overlaidReplicas } from './overlays.ts';

/** `servingEngineSpec.modelSpec[]` of the vLLM production stack. */
function stack(project: Project): readonly Capacity[] {
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

const replicasOf = (root: DataNode): ReturnType<typeof numberAt> =>
  boolAt(root, 'autoscaling', 'enabled')?.value === true
    ? numberAt(root, 'autoscaling', 'minReplicas')
    : (numberAt(root, 'replicaCount') ?? numberAt(root, 'replicas'));

const isLower = (path: string): boolean => ['development', 'staging'].includes(environmentOf(path));

/** `replicaCount` beside `image.repository` of a chart that serves models; what an environment's own values replace is left to them. */
function chart(project: Project): readonly Capacity[] {
  const values = rootsOf(project, 'helm-values');
  return values.flatMap(({ document, root }) => {
    const folder = folderOf(document.path);
    const beside = values.filter((each) => folderOf(each.document.path) === folder);
    const image = beside.flatMap((each) => literal(get(each.root, 'image', 'repository')) ?? []);
    const field = replicasOf(root);
    if (field === undefined || !image.some(isServerImage)) return [];
    const replaced =
      /(^|\/)values\.ya?ml$/.test(document.path) &&
      beside.some((each) => !isLower(each.document.path) && each.root !== root && replicasOf(each.root) !== undefined);
    if (replaced) return [];
    const name = folder.slice(folder.lastIndexOf('/') + 1) || (image[0] ?? 'the chart');
    const told = { document, node: root, key: `helm/${document.path}`, name, system: 'helm' as const };
    return [capacity(told, 'replicaCount', field, 1, field.node)];
  });
}

function overlays(project: Project): readonly Capacity[] {
  return overlaidReplicas(project).map(({ document, node, name, setting, field }) =>
    capacity(
      { document, node, key: `kustomize/${document.path}/${name}`, name, system: 'kubernetes' },
      setting,
      field,
      1,
      field.node,
    ),
  );
}

/** Services whose size the values of a chart or the overlays of kustomize say. */
export const packagedCapacities = [stack, chart, overlays] as const;
