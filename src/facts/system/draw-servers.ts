import { get } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { rayDeployments, rayServices, tritonModels } from '../formats/servers.ts';
import { at, deploys } from './draw-places.ts';
import type { Drawing } from './drawing.ts';
import { environmentAt } from './production.ts';

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
