import { get } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { rayDeployments, rayServices, tritonModels } from '../formats/servers.ts';
import { ML_TERRAFORM, terraformResources } from '../formats/terraform.ts';
import { at, deploys, keyed } from './draw-places.ts';
import type { Drawing } from './drawing.ts';
import { environmentAt } from './production.ts';

export function terraform(project: Project, drawing: Drawing): void {
  const resources = terraformResources(project, ML_TERRAFORM);
  const ids = new Map<string, string>();
  for (const { document, node, type, name, address, folder } of resources) {
    const kind = /_(endpoint|model_serving)$/.test(type)
      ? 'endpoint'
      : /endpoint_configuration$|_deployment$/.test(type)
        ? 'deployment'
        : /_(model|registered_model)$/.test(type)
          ? 'registered-model'
          : undefined;
    if (kind !== undefined)
      ids.set(`${folder}\0${address}`, drawing.node(kind, name, keyed(document, node), environmentAt(document, node)));
  }
  for (const { document, node, address, folder, refersTo } of resources) {
    for (const other of refersTo) {
      const [from, to] = [ids.get(`${folder}\0${address}`), ids.get(`${folder}\0${other}`)];
      if (from?.startsWith('endpoint') === true && to?.startsWith('deployment') === true)
        drawing.edge('serves', to, from, keyed(document, node));
      else if (to?.startsWith('registered-model') === true) drawing.edge('deploys', from, to, keyed(document, node));
    }
  }
}

export function servers(project: Project, drawing: Drawing): void {
  for (const { document, node, name, backend } of tritonModels(project)) {
    if (backend === undefined) continue;
    const folder = document.path.split('/').at(-2) ?? 'model';
    const where = at(document, name?.node ?? backend.node);
    const id = drawing.node('deployment', name?.text ?? folder, where, environmentAt(document, node));
    deploys(drawing, id, name?.text ?? folder, undefined, where);
  }
  for (const { document, node, name, application } of rayDeployments(project))
    drawing.node(
      'deployment',
      `${application ?? ''}/${name ?? ''}`.replace(/^\//, ''),
      at(document, get(node, 'name') ?? node),
      environmentAt(document, node),
    );
  for (const { document, node, name } of rayServices(project))
    drawing.node(
      'endpoint',
      name?.text ?? 'ray service',
      at(document, name?.node ?? node),
      environmentAt(document, node),
    );
}
