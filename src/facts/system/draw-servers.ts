import { get } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { rayDeployments, rayServices } from '../formats/ray.ts';
import { tritonModels } from '../formats/servers.ts';
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
  const services = new Map<string, string>();
  for (const { document, node, name } of rayServices(project)) {
    const label = name?.text ?? 'ray service';
    const where = at(document, name?.node ?? node);
    services.set(`${document.path}\0${label}`, drawing.node('endpoint', label, where, environmentAt(document, node)));
  }
  for (const { document, node, name, application, service, model } of rayDeployments(project)) {
    const own = [service, application, name].filter((part) => part !== undefined && part !== '').join('/');
    const where = at(document, get(node, 'name') ?? model?.node ?? node);
    const id = drawing.node('deployment', own === '' ? 'ray serve' : own, where, environmentAt(document, node));
    drawing.edge('serves', id, services.get(`${document.path}\0${service ?? ''}`), where);
    if (model?.value !== undefined) deploys(drawing, id, model.value, undefined, at(document, model.node));
  }
}
